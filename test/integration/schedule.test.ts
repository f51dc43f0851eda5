import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { Client } from "pg";
import { scheduleFromMaxAge } from "../../kinds/refreshJob/schedule/scheduleFromMaxAge.ts";
import { compareParsers, meaningDifferences } from "../../scripts/fuzz/compareParsers.ts";
import { packagedParser, type PackagedParser } from "../../scripts/fuzz/packagedParser.ts";
import { serverParser, type ServerParser } from "../../scripts/fuzz/serverParser.ts";
import { REFUSED_SCHEDULES } from "../support/refusedSchedules.ts";
import { NEW_CRON, OLD_CRON, scheduleOf } from "../support/schedules.ts";
import { sharedServer } from "../support/server.ts";

const STRINGS = 20_000;
const SEED = 20_260_101;
const TIMEOUT_MS = 240_000;
const server = sharedServer();
const isNew = Number(server.version) >= 17;
const capabilities = isNew ? NEW_CRON : OLD_CRON;

// The parser is in Debian's packages; where none can be had, the tests that need it are skipped and their titles say why.
const installed = await parserOf(server.version);
const newer = isNew ? installed : await parserOf("17");

afterAll(() => {
  for (const { parser } of [installed, newer]) parser?.close();
});

describe(`schedules on a server with PostgreSQL ${server.version}`, () => {
  let client: Client;
  let cron: ServerParser;
  beforeAll(async () => {
    client = new Client({ connectionString: server.url(server.cronDatabase) });
    await client.connect();
    cron = await serverParser(client);
  });
  afterAll(() => client.end());

  test(
    "what we accept of random strings, pg_cron accepts",
    async () => {
      const result = await compareParsers({
        strings: STRINGS,
        seed: SEED,
        capabilities,
        server: cron,
        packaged: undefined,
      });
      expect(result.disagreements).toEqual([]);
      expect(result.accepted).toBeGreaterThan(STRINGS / 10);
      expect(result.stricter).toBeGreaterThan(STRINGS / 100);
    },
    TIMEOUT_MS,
  );

  test("what a message says that pg_cron takes or refuses, it takes or refuses", async () => {
    const taken = await cron.accepts(REFUSED_SCHEDULES.map(({ text }) => text));
    const version = isNew ? "1.6.5" : "1.4.2";
    expect(REFUSED_SCHEDULES.filter(({ takenBy }, index) => takenBy[version] !== taken[index])).toEqual([]);
  });

  test("takes every schedule that is derived from a maxAge", async () => {
    const ages = ["1m", "90s", "3m", "5m", "17m", "1h", "2h", "5h", "1d", "2d", "3d", "5d", "7d", "30d"];
    const derived = ages.map((age) => scheduleFromMaxAge(age, "refresh-conversaciones-dashboard", capabilities));
    const texts = derived.map((one) => (one.ok ? one.schedule : one.problem));
    expect(await cron.accepts(texts)).toEqual(ages.map(() => true));
  });

  testWith(installed, "means by random schedules what its pg_cron means by them", async (packaged) => {
    const result = await compareParsers({ strings: STRINGS, seed: SEED, capabilities, server: cron, packaged });
    expect(result.disagreements).toEqual([]);
    expect(result.meanings).toBeGreaterThan(STRINGS / 10);
  });

  test("leaves no job behind", async () => {
    const { rows } = await client.query("select jobname from cron.job where jobname = 'fuzz-schedule'");
    expect(rows).toEqual([]);
  });
});

describe("schedules and the parser of pg_cron 1.6.5, which reads seconds and $", () => {
  testWith(newer, "both mean the same by random schedules", async (packaged) => {
    const comparison = { strings: STRINGS, seed: SEED, capabilities: NEW_CRON, server: undefined, packaged };
    const result = await compareParsers(comparison);
    expect(result.disagreements).toEqual([]);
    expect(result.meanings).toBeGreaterThan(STRINGS / 10);
  });

  testWith(newer, "it takes and refuses what the messages say", async (packaged) => {
    const entries = await packaged.read(REFUSED_SCHEDULES.map(({ text }) => text));
    const wrong = REFUSED_SCHEDULES.filter(({ takenBy }, index) => takenBy["1.6.5"] !== (entries[index] !== undefined));
    expect(wrong).toEqual([]);
  });

  testWith(newer, "another meaning would be seen", async (packaged) => {
    const pairs = [
      ["*/5 * * * *", "*/6 * * * *"],
      ["0 3 * * *", "0 4 * * *"],
      ["0 0 1 * 1", "0 0 1 * */1"],
      ["0 0 $ * *", "0 0 31 * *"],
      ["0 0 * * 0", "0 0 * * 6"],
      ["10 seconds", "11 seconds"],
    ] as const;
    const entries = await packaged.read(pairs.map(([, other]) => other));
    for (const [index, [text]] of pairs.entries()) {
      const entry = entries[index];
      if (entry === undefined) throw new Error(`${pairs[index]?.[1]} was refused`);
      expect(meaningDifferences(scheduleOf(text), entry)).not.toEqual([]);
    }
  });
});

interface FoundParser {
  readonly parser: PackagedParser | undefined;
  readonly reason: string;
}

async function parserOf(version: string): Promise<FoundParser> {
  try {
    return { parser: await packagedParser(version), reason: "" };
  } catch (error) {
    return { parser: undefined, reason: error instanceof Error ? error.message : String(error) };
  }
}

function testWith(
  { parser, reason }: FoundParser,
  title: string,
  run: (parser: PackagedParser) => Promise<void>,
): void {
  if (parser === undefined) test.skip(`${title} (skipped: ${reason.split("\n")[0]})`, () => undefined);
  else test(title, () => run(parser), TIMEOUT_MS);
}
