import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { Client } from "pg";
import { scheduleFromMaxAge } from "../../kinds/refreshJob/schedule/scheduleFromMaxAge.ts";
import { compareParsers } from "../../scripts/fuzz/compareParsers.ts";
import { serverParser, type ServerParser } from "../../scripts/fuzz/serverParser.ts";
import { REFUSED_SCHEDULES } from "../support/refusedSchedules.ts";
import { NEW_CRON, OLD_CRON } from "../support/schedules.ts";
import { sharedServer } from "../support/server.ts";

const STRINGS = 20_000;
const SEED = 20_260_101;
const TIMEOUT_MS = 240_000;
const server = sharedServer();
const isNew = Number(server.version) >= 17;
const capabilities = isNew ? NEW_CRON : OLD_CRON;

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
      const result = await compareParsers({ strings: STRINGS, seed: SEED, capabilities, server: cron });
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

  test("leaves no job behind", async () => {
    const { rows } = await client.query("select jobname from cron.job where jobname = 'fuzz-schedule'");
    expect(rows).toEqual([]);
  });
});
