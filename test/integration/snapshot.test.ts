import { describe, expect, jest, test as plain } from "@jest/globals";
import type { dynamic } from "@pulumi/pulumi";
import type { DesiredView } from "../../kinds/materializedView/desired.ts";
import { surveyViews } from "../../kinds/materializedView/survey.ts";
import { forgetSurveys } from "../../lifecycle/look.ts";
import { resolveConnection } from "../../postgres/connection.ts";
import { withSession } from "../../postgres/session.ts";
import { providers } from "../../provider/index.ts";
import { withDatabase, withServer } from "../support/database.ts";
import type { TestDatabase } from "../support/database.ts";
import { testsWith } from "../support/lent.ts";
import { provider } from "../support/provider.ts";
import { STATEMENT_LOG, statementsDuring } from "../support/statementLog.ts";

const { materializedView, refreshJob, viewIndex } = providers;

jest.setTimeout(180_000);

type Props = Record<string, unknown>;

interface Resource {
  readonly kind: dynamic.ResourceProvider;
  readonly props: Props;
}

const VIEWS = 500;
const DEFINITION = "select id, nombre from public.ejecutivos";

async function makeViews({ client, server }: TestDatabase): Promise<void> {
  await client.query(`do $$
    begin
      for i in 1..${VIEWS} loop
        execute format('create materialized view public.mv_%s as ${DEFINITION}', i);
        execute format('create unique index mv_%s_idx on public.mv_%s (id)', i, i);
        perform cron.schedule('job_' || i, '0 0 1 1 *', format('REFRESH MATERIALIZED VIEW CONCURRENTLY public.mv_%s', i));
      end loop;
    end $$`);
  expect(server.cronDatabase).toBe("postgres");
}

function resources(database: TestDatabase): Resource[] {
  const [view, index, job] = [materializedView, viewIndex, refreshJob].map((kind) => provider(kind, database));
  return Array.from({ length: VIEWS }, (_, zero) => zero + 1).flatMap((i) => [
    { kind: view!, props: { schema: "public", name: `mv_${i}`, definition: DEFINITION, incarnation: "a" } },
    {
      kind: index!,
      props: { schema: "public", view: `mv_${i}`, name: `mv_${i}_idx`, columns: ["id"], unique: true, valid: true },
    },
    {
      kind: job!,
      props: {
        name: `job_${i}`,
        schedule: "0 0 1 1 *",
        command: `REFRESH MATERIALIZED VIEW CONCURRENTLY public.mv_${i}`,
        active: true,
      },
    },
  ]);
}

/** Without what the state keeps beside the inputs. */
function inputsOf({ recorded, databaseIdentity, ...inputs }: Props): Props {
  expect(databaseIdentity).toBeDefined();
  void recorded;
  return inputs;
}

/** Reads all of them as the engine does in a state refresh: eight at a time, in a new run. */
async function refresh(all: readonly Resource[]): Promise<Resource[]> {
  forgetSurveys();
  const read: Resource[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let at = next++; at < all.length; at = next++) {
      const { kind, props } = all[at]!;
      read[at] = { kind, props: ((await kind.read?.("id", props)) as { props: Props }).props };
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  return read;
}

const test = testsWith(withDatabase);

describe("a state refresh of 500 views with index and job", () => {
  plain("costs at most a tenth of a round trip a view, in bounded memory, and finds the one that drifted", async () => {
    await withServer({ settings: STATEMENT_LOG }, async (database) => {
      await makeViews(database);
      const declared = resources(database);
      const recorded = await refresh(declared);
      expect(recorded.map(({ props }) => inputsOf(props))).toEqual(declared.map(({ props }) => props));

      const before = process.memoryUsage().heapUsed;
      const log = await statementsDuring(database, async () => {
        expect(await refresh(recorded)).toEqual(recorded);
      });
      const ours = log.filter(({ application }) => application === "pulumi-matview");
      expect(ours.length).toBeGreaterThan(0);
      expect(ours.length / VIEWS).toBeLessThanOrEqual(0.1);
      // Half of it would be 128 kB a view.
      expect(process.memoryUsage().heapUsed - before).toBeLessThan(128 * 2 ** 20);

      await database.client.query("drop materialized view public.mv_7");
      await database.client.query("create materialized view public.mv_7 as select id from public.ejecutivos");
      const drifted = await refresh(recorded);
      const changed = drifted.filter(({ props }, at) => JSON.stringify(props) !== JSON.stringify(recorded[at]?.props));
      expect(changed.map(({ props }) => props["definition"] ?? props["name"])).toEqual([
        expect.stringMatching(/^ SELECT (ejecutivos\.)?id\n   FROM public\.ejecutivos;$/),
        undefined,
      ]);
    });
  });
});

describe("a survey", () => {
  const view = { schema: "public", name: "mv", definition: DEFINITION };
  const make = async (kind: dynamic.ResourceProvider, props: Props): Promise<Props> => {
    const { inputs } = (await kind.check?.({}, props)) as { inputs: Props };
    return (await kind.create(inputs)).outs as Props;
  };

  test("is dropped at the first write, and no write relies on it", async (database) => {
    const mv = provider(materializedView, database);
    const outs = await make(mv, { ...view, comment: "one" });
    await database.client.query("refresh materialized view public.mv");
    expect(await mv.read?.("id", outs)).toMatchObject({ props: { comment: "one" } });
    await database.client.query("comment on materialized view public.mv is 'by hand'");
    // Within one run, reads agree with each other.
    expect(await mv.read?.("id", outs)).toMatchObject({ props: { comment: "one" } });
    // A write looks for itself: it would have nothing to do by the survey.
    await mv.update?.("id", outs, outs);
    const { rows } = await database.client.query("select obj_description('public.mv'::regclass) as comment");
    expect(rows).toEqual([{ comment: "one" }]);
    await database.client.query("comment on materialized view public.mv is 'later'");
    expect(await mv.read?.("id", outs)).toMatchObject({ props: { comment: "later" } });
  });

  test("leaves a view beside which something was left behind to a closer look", async (database) => {
    const outs = await make(provider(materializedView, database), view);
    await database.client.query("create materialized view public.mv_matview_swap as select 1 as id");
    const found = await withSession(resolveConnection({ databaseUrl: database.url }, {}), "test", async (session) => {
      const survey = await surveyViews(session);
      const { recorded, ...desired } = outs as { recorded: object } & DesiredView;
      const before = survey.find(desired, recorded);
      await database.client.query("drop materialized view public.mv_matview_swap");
      return [before, (await surveyViews(session)).find(desired, recorded) !== undefined];
    });
    expect(found).toEqual([undefined, true]);
  });

  test("tells of one object that cannot be described without keeping the others back", async (database) => {
    const mv = provider(materializedView, database);
    const outs = await make(mv, view);
    await database.client.query("refresh materialized view public.mv");
    const { recorded, ...unrecorded } = outs;
    expect(recorded).toBeDefined();
    const [good, table, gone] = await Promise.allSettled([
      mv.read?.("id", unrecorded),
      mv.read?.("id", { ...unrecorded, name: "ejecutivos" }),
      mv.read?.("id", { ...unrecorded, name: "nothing" }),
    ]);
    expect(good).toMatchObject({ status: "fulfilled", value: { props: outs } });
    expect(table).toMatchObject({
      status: "rejected",
      reason: { message: /public\.ejecutivos exists and is a table/ },
    });
    expect(gone).toEqual({ status: "fulfilled", value: { id: "", props: {} } });
  });
});
