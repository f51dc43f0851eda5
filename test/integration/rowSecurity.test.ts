import { describe, expect, jest, test } from "@jest/globals";
import type { DesiredView } from "../../kinds/materializedView/desired.ts";
import { materializedViewKind } from "../../kinds/materializedView/kind.ts";
import { foreseeView, preflightView } from "../../kinds/materializedView/preflight.ts";
import { ownerRoleKind } from "../../kinds/ownerRole/kind.ts";
import { previewChange } from "../../lifecycle/preview/previewChange.ts";
import { applyPlan } from "../../postgres/applyPlan.ts";
import type { Session } from "../../postgres/session.ts";
import { uniqueName, withDatabase } from "../support/database.ts";
import type { TestDatabase } from "../support/database.ts";
import { run, withViewSession } from "../support/viewChange.ts";

jest.setTimeout(60_000);

interface World {
  readonly database: TestDatabase;
  /** May log in and read the table; owns nothing. */
  readonly owner: string;
  readonly view: DesiredView;
}

const TABLE = [
  "create table public.reservas (id int primary key, cliente int not null)",
  "insert into public.reservas select i, i % 7 from generate_series(1, 3000) i",
  "alter table public.reservas enable row level security",
];

/** A table with row security that the owner may read, and nothing that lets it see a row. */
async function withReservas(action: (world: World) => Promise<void>): Promise<void> {
  await withDatabase(async (database) => {
    const owner = uniqueName("tienda");
    await run(
      database,
      ...TABLE,
      `create role ${owner} login`,
      `grant select on all tables in schema public to ${owner}`,
    );
    const view = { schema: "public", name: "mv", definition: "select id, cliente from public.reservas", owner };
    try {
      await action({ database, owner, view });
    } finally {
      await run(database, `drop owned by ${owner} cascade`, `drop role ${owner}`);
    }
  });
}

const hiddenIn = async (session: Session, view: DesiredView): Promise<string[]> => {
  const [deploy, preview] = [await preflightView(session, view), await foreseeView(session, view, new Set())];
  expect(preview).toEqual({ refusals: deploy, warnings: [] });
  return deploy;
};

const CASES: readonly (readonly [
  title: string,
  setup: (owner: string) => string[],
  definition: string | undefined,
  why: ((owner: string) => string) | undefined,
])[] = [
  ["no policy", () => [], undefined, () => "no policy lets it see any"],
  [
    "a policy for some rows",
    () => ["create policy propias on public.reservas using (cliente = 1)"],
    undefined,
    () => "it sees what policy propias lets through",
  ],
  [
    "a policy for all rows and a restrictive one",
    () => [
      "create policy todas on public.reservas for select using (true)",
      "create policy menos on public.reservas as restrictive using (cliente <> 1)",
    ],
    undefined,
    () => "it sees what policy menos, todas lets through",
  ],
  [
    "a policy for all rows",
    () => ["create policy todas on public.reservas for select using (true)"],
    undefined,
    undefined,
  ],
  [
    "a policy for all rows of another role",
    () => ["create policy todas on public.reservas for select to pg_monitor using (true)"],
    undefined,
    () => "no policy lets it see any",
  ],
  [
    "a policy for all rows of a role that it is a member of",
    (owner) => [`grant pg_monitor to ${owner}`, "create policy todas on public.reservas to pg_monitor using (true)"],
    undefined,
    undefined,
  ],
  ["an owner that bypasses it", (owner) => [`alter role ${owner} bypassrls`], undefined, undefined],
  ["an owner of the table", (owner) => [`alter table public.reservas owner to ${owner}`], undefined, undefined],
  [
    "an owner of the table, and forced",
    (owner) => [
      `alter table public.reservas owner to ${owner}`,
      "alter table public.reservas force row level security",
    ],
    undefined,
    () => "no policy lets it see any",
  ],
  [
    "a plain view whose owner sees all",
    (owner) => ["create view public.todas as table public.reservas", `grant select on public.todas to ${owner}`],
    "select * from public.todas",
    undefined,
  ],
  [
    "a plain view of somebody who does not",
    (owner) => ["create view public.todas as table public.reservas", `alter view public.todas owner to ${owner}`],
    "select * from public.todas",
    () => "no policy lets it see any",
  ],
  [
    "views on views, the subquery too",
    (owner) => [
      "create view public.dentro as select * from public.reservas",
      `alter view public.dentro owner to ${owner}`,
      "create view public.fuera as select 1 as id where exists (select from public.dentro)",
      `grant select on public.fuera to ${owner}`,
    ],
    "select * from public.fuera",
    () => "no policy lets it see any",
  ],
  [
    "partitions with row security under a table without",
    (owner) => [
      "create table public.partes (id int) partition by range (id)",
      "create table public.parte partition of public.partes for values from (1) to (9)",
      "alter table public.parte enable row level security",
      `grant select on public.partes to ${owner}`,
    ],
    "select * from public.partes",
    undefined,
  ],
  [
    "a materialized view between",
    (owner) => [
      "create materialized view public.guardada as table public.reservas",
      `grant select on public.guardada to ${owner}`,
    ],
    "select * from public.guardada",
    undefined,
  ],
];

describe("row security of a source", () => {
  test.each(CASES)("%s", async (_title, setup, definition, why) => {
    await withReservas(async ({ database, owner, view }) => {
      await run(database, ...setup(owner));
      const declared = { ...view, ...(definition === undefined ? {} : { definition }) };
      await withViewSession(database, async (session) => {
        const problems = await hiddenIn(session, declared);
        if (why === undefined) expect(problems).toEqual([]);
        else {
          expect(problems).toEqual([
            expect.stringContaining(
              `row security is on for public.reservas, and role ${owner} reads it in a refresh: ${why(owner)}, and the view would have no others`,
            ),
          ]);
        }
        // The server's own answer: what the owner has in the view.
        await run(database, `create materialized view public.mv as ${declared.definition} with no data`);
        await run(
          database,
          `alter materialized view public.mv owner to ${owner}`,
          "refresh materialized view public.mv",
        );
        const count = async () => Number((await database.client.query("select count(*) from public.mv")).rows[0].count);
        const rows = await count();
        await run(
          database,
          "alter table public.reservas disable row level security",
          "refresh materialized view public.mv",
        );
        const whole = await count();
        expect(rows < whole).toBe(why !== undefined);
      });
    });
  });

  test("security_invoker views are read as the owner of the materialized view", async () => {
    await withReservas(async ({ database, owner, view }) => {
      const major =
        Number((await database.client.query("show server_version_num")).rows[0].server_version_num) / 10_000;
      if (major < 15) return;
      await run(
        database,
        "create view public.todas with (security_invoker = on) as table public.reservas",
        `grant select on public.todas to ${owner}`,
      );
      await withViewSession(database, async (session) => {
        expect(await hiddenIn(session, { ...view, definition: "select * from public.todas" })).toEqual([
          expect.stringContaining(`role ${owner} reads it in a refresh`),
        ]);
      });
    });
  });

  test("is told with the ways out, and is let be where it is wanted", async () => {
    await withReservas(async ({ database, owner, view }) => {
      await withViewSession(database, async (session) => {
        const { currentUser } = session.capabilities;
        expect(await hiddenIn(session, view)).toEqual([
          `row security is on for public.reservas, and role ${owner} reads it in a refresh: no policy lets it see any, and the view would have no others: ` +
            `alter role ${owner} bypassrls (a superuser may, and on managed hosts the administrator), or let owner be ${currentUser}, who owns the table, ` +
            'or set rowSecurity to "allow"',
        ]);
        expect(await hiddenIn(session, { ...view, rowSecurity: "allow" })).toEqual([]);
      });
    });
  });

  test("of an owner that nobody declared: the view's, where it is there already", async () => {
    await withReservas(async ({ database, owner, view }) => {
      const undeclared = { schema: view.schema, name: view.name, definition: view.definition };
      await withViewSession(database, async (session) => {
        expect(await hiddenIn(session, undeclared)).toEqual([]);
        await run(
          database,
          `create materialized view public.mv as ${view.definition} with no data`,
          `alter materialized view public.mv owner to ${owner}`,
          `revoke select on public.reservas from ${owner}`,
        );
        const problems = await preflightView(session, undeclared);
        expect(problems).toEqual([
          expect.stringMatching(new RegExp(`^role ${owner} owns the view and may not read public\\.reservas`)),
          expect.stringMatching(new RegExp(`^row security is on for public\\.reservas, and role ${owner} reads it`)),
        ]);
      });
    });
  });

  test("the platform says it of its sources, lets the role see them where that is declared, and the view's preview knows", async () => {
    await withReservas(async ({ database, owner, view }) => {
      await withViewSession(database, async (session) => {
        const wanted = { owner, schemas: [], sources: [{ schema: "public", name: "reservas" }], observers: [] };
        expect(await ownerRoleKind.warnings?.(session, wanted)).toEqual([
          expect.stringMatching(
            new RegExp(
              `^row security is on for public\\.reservas, and role ${owner} reads it in a refresh: no policy .* or set bypassRowSecurity of the Platform$`,
            ),
          ),
        ]);
        const bypassing = { ...wanted, bypassRowSecurity: true };
        const planNow = async () => {
          const [actual] = await ownerRoleKind.describe(session, [bypassing]);
          const { capabilities } = session;
          return ownerRoleKind.plan({ desired: bypassing, previous: undefined, actual, capabilities });
        };
        const plan = await planNow();
        expect(plan.steps.flatMap(({ sql }) => sql)).toContainEqual(`alter role ${owner} bypassrls`);
        const reader = {
          open: <T>(work: (one: Session) => Promise<T>) => work(session),
          see: async (one: DesiredView) => ({
            actual: (await materializedViewKind.describe(session, [one]))[0],
            capabilities: session.capabilities,
          }),
        };
        const transition = { desired: view, previous: undefined, adopt: false, onDrift: {}, deployer: {} };
        const refusals = async (before: ReadonlySet<string>) =>
          (await previewChange(materializedViewKind, { ...reader, before }, transition, false)).refusals;
        expect(await refusals(new Set())).toHaveLength(1);
        expect(await refusals(new Set([`bypass role ${owner}`]))).toEqual([]);
        await applyPlan(session, { ...plan, steps: plan.steps.filter(({ action }) => action === "alter") });
        expect((await planNow()).steps.filter(({ action }) => action === "alter")).toEqual([]);
        expect(await ownerRoleKind.warnings?.(session, bypassing)).toEqual([]);
        expect(await hiddenIn(session, view)).toEqual([]);
      });
    });
  });
});
