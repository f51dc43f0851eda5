import { describe, expect, test } from "@jest/globals";
import type { DesiredView } from "../../kinds/materializedView/desired.ts";
import { materializedViewKind } from "../../kinds/materializedView/kind.ts";
import { previewLines } from "../../lifecycle/preview/lines.ts";
import { previewChange } from "../../lifecycle/preview/previewChange.ts";
import type { ResourcePreview } from "../../lifecycle/preview/previewChange.ts";
import { withDatabase } from "../support/database.ts";
import type { TestDatabase } from "../support/database.ts";
import { shared } from "../support/lent.ts";
import { change, run, withViewSession } from "../support/viewChange.ts";

const database = shared<TestDatabase>((use) => withDatabase(use, { template: "empty" }));

const TABLES = [
  "drop schema public cascade",
  "create schema public",
  "create table public.ciudades (id int primary key, nombre text not null)",
  "create table public.pueblos (id int primary key, nombre text not null)",
  "create table public.clientes (id int primary key, nombre text not null, etapa text, ciudad_id int)",
  "create table public.clientes_nueva (like public.clientes including all)",
];

const LIVE = `
  select c.id, c.nombre, i.nombre as ciudad, c.etapa,
    case when c.etapa = 'contactado' and c.id > 17 and c.nombre like 'Maria %' then 'una  etiqueta bastante larga' else 'otra' end as etiqueta
  from public.clientes c
  join public.ciudades i on i.id = c.ciudad_id
  where c.id > 0`;

const VIEW: DesiredView = {
  schema: "public",
  name: "mv",
  definition: LIVE,
  allowColumnChanges: true,
  dependents: "recreate",
};

const edited = (...edits: readonly (readonly [from: string, to: string])[]): string =>
  edits.reduce((text, [from, to]) => {
    expect(text).toContain(from);
    return text.replace(from, to);
  }, LIVE);

async function previewOf(
  definition: string,
  secrets: readonly string[] = [],
  previous: DesiredView | null = VIEW,
): Promise<ResourcePreview> {
  return withViewSession(database(), async (session) => {
    const see = async (wanted: DesiredView) => ({
      actual: (await materializedViewKind.describe(session, [wanted]))[0],
      capabilities: session.capabilities,
    });
    const transition = {
      desired: { ...VIEW, definition },
      previous: previous ?? undefined,
      adopt: false,
      secrets,
      deployer: {},
    };
    return previewChange(materializedViewKind, { see, open: (work) => work(session) }, transition, false);
  });
}

/** What a preview says beside the step, the reads, the warnings and the lines that are the same. */
function told(preview: ResourcePreview): string[] {
  const { lines } = previewLines(preview);
  return lines.filter((line) => !/^(swap |warning: |it was read | |@@)/.test(line));
}

const NEW_CLIENTS =
  "create table public.clientes (id int primary key, nombre text not null, etapa text, ciudad_id int)";
const OTHER_TABLE = ["-   FROM public.clientes_old c", "+   FROM public.clientes c"];
const MEANS = "reads public.clientes_old, which was renamed; the declaration now means another table, public.clientes,";

interface Case {
  readonly title: string;
  readonly meanwhile?: readonly string[];
  readonly definition?: string;
  readonly lines: readonly unknown[];
}

const CASES: readonly Case[] = [
  {
    title: "layout, case and comments: nothing",
    definition: `-- Clientes\n${LIVE.replaceAll("\n", " ").replace("select c.id", "SELECT c.id /* la clave */")}`,
    lines: ["nothing is run for it"],
  },
  {
    title: "columns that come, go, move, and get another name, type or collation",
    definition: edited(
      ["c.id, c.nombre, i.nombre as ciudad, c.etapa", 'c.id::bigint as id, c.etapa, c.nombre collate "C" as nombre'],
      ["as etiqueta", "as etiqueta, 1 as uno"],
    ),
    lines: [
      "- SELECT c.id,",
      "-    c.nombre,",
      "-    i.nombre AS ciudad,",
      "+ SELECT c.id::bigint AS id,",
      '+    c.nombre COLLATE "C" AS nombre,',
      "-        END AS etiqueta",
      "+        END AS etiqueta,",
      "+    1 AS uno",
      "column uno: added, integer",
      "column ciudad: removed, text",
      "column nombre: moves from place 2 to 3",
      "column id: type integer -> bigint",
      `column nombre: collation the type's own -> "C"`,
    ],
  },
  {
    title: "a column that only gets another name",
    definition: edited(["as ciudad", "as pueblo"]),
    lines: ["-    i.nombre AS ciudad,", "+    i.nombre AS pueblo,", "column pueblo: was called ciudad"],
  },
  {
    title: "columns that can be null now, and those that cannot",
    definition: edited(
      ["join public.ciudades", "left join public.ciudades"],
      ["c.etapa,", "coalesce(c.etapa, '') as etapa,"],
    ),
    lines: [
      "-    c.etapa,",
      "+    COALESCE(c.etapa, ''::text) AS etapa,",
      "-     JOIN public.ciudades i ON i.id = c.ciudad_id",
      "+     LEFT JOIN public.ciudades i ON i.id = c.ciudad_id",
      "column ciudad: could not be null, and can be now",
      "column etapa: could be null, and cannot be now",
    ],
  },
  {
    title: "an edit that reads another table",
    // Neither of them got its name since.
    meanwhile: ["alter table public.pueblos add column pais text", "grant select on public.ciudades to public"],
    definition: edited(["public.ciudades i", "public.pueblos i"]),
    lines: [
      "-     JOIN public.ciudades i ON i.id = c.ciudad_id",
      "+     JOIN public.pueblos i ON i.id = c.ciudad_id",
      "source public.pueblos: added",
      "source public.ciudades: left out",
    ],
  },
  {
    title: "no edit, but a source that was renamed and made again",
    meanwhile: ["alter table public.clientes rename to clientes_old", NEW_CLIENTS],
    lines: [...OTHER_TABLE, `${MEANS} made after the view was built`],
  },
  {
    title: "no edit, but a source with which another one changed its name",
    meanwhile: [
      "alter table public.clientes rename to clientes_old",
      "alter table public.clientes_nueva rename to clientes",
    ],
    lines: [...OTHER_TABLE, `${MEANS} so called after the view was built`],
  },
  {
    title: "no edit, but a source that went to another schema",
    meanwhile: ["create schema if not exists archivo", "alter table public.clientes set schema archivo", NEW_CLIENTS],
    lines: [
      "-   FROM archivo.clientes c",
      "+   FROM public.clientes c",
      "reads archivo.clientes, which was renamed; the declaration now means another table, public.clientes, made after the view was built",
    ],
  },
  {
    title: "an edit, where what is no longer read only went to another owner",
    meanwhile: [
      "alter table public.ciudades owner to ROLE",
      "create table public.nueva (id int primary key, nombre text not null)",
    ],
    definition: edited(["public.ciudades i", "public.nueva i"]),
    lines: [
      "-     JOIN public.ciudades i ON i.id = c.ciudad_id",
      "+     JOIN public.nueva i ON i.id = c.ciudad_id",
      "source public.nueva: added",
      "source public.ciudades: left out",
    ],
  },
  {
    title: "a source that was renamed, where nothing bears its name now",
    meanwhile: ["alter table public.clientes rename to clientes_old"],
    lines: [
      expect.stringMatching(
        /relation "public.clientes" does not exist [^]*\nThe view reads public.clientes_old, which was renamed after the view was built$/,
      ),
    ],
  },
  {
    title: "with whom it touches: what depends on the view, who manages that, and who may read it",
    meanwhile: [
      "create view public.por_etapa as select etapa, count(*) as n from public.mv group by etapa",
      "create materialized view public.copia as select id from public.mv with no data",
      `comment on materialized view public.copia is 'pulumi-matview: {"token":"t","project":"ventas","stack":"prod","resource":"copia"}'`,
      "create function public.total() returns bigint begin atomic select count(*) from public.mv; end",
      "create policy mios on public.clientes using (exists (select from public.por_etapa))",
      "grant select on public.mv to pg_monitor",
      "grant select (etapa) on public.mv to pg_read_all_settings",
    ],
    definition: edited(["c.id > 0", "c.id > 1"]),
    lines: [
      "-  WHERE c.id > 0",
      "+  WHERE c.id > 1",
      "depends on it: function public.total()",
      "depends on it: materialized view public.copia, managed by copia of stack prod of project ventas",
      "depends on it: policy mios on table public.clientes",
      "depends on it: view public.por_etapa",
      "granted: select (etapa) to pg_read_all_settings, select to pg_monitor",
    ],
  },
];

describe("what differs is", () => {
  test.each(CASES)("$title", async ({ meanwhile = [], definition = LIVE, lines }) => {
    await run(database(), ...TABLES);
    await change(database(), VIEW);
    const role = await database().createRole();
    await run(database(), ...meanwhile.map((statement) => statement.replace("ROLE", role)));
    const found = told(await previewOf(definition));
    expect(found).toEqual(lines);
  });

  test("shown between the lines around it, in a terminal's width, and no more than a screen of it", async () => {
    await run(database(), ...TABLES);
    await change(database(), VIEW);
    const linesOf = async (definition: string): Promise<string[]> => {
      const { lines } = previewLines(await previewOf(definition));
      const shown = lines.filter((line) => !/^(swap |warning: )/.test(line));
      for (const line of shown) expect(line.length).toBeLessThan(80);
      return shown;
    };
    expect(await linesOf(edited(["'otra'", "'ninguna'"]))).toEqual([
      "@@ -7,5 +7,5 @@",
      "                 ~~ 'Maria %'::text THEN",
      "                 'una  etiqueta bastante larga'::text",
      "-            ELSE 'otra'::text",
      "+            ELSE 'ninguna'::text",
      "         END AS etiqueta",
      "    FROM public.clientes c",
      "it was read 0 times since statistics began, by its own refreshes too",
    ]);
    const many = Array.from({ length: 30 }, (_, at) => `${at} as n${at}`).join(", ");
    const whole = await linesOf(edited(["as etiqueta", `as etiqueta, ${many}`]));
    const more = whole.findIndex((line) => line === "... 14 more lines: matview plan --markdown");
    expect(whole.slice(0, more)).toHaveLength(19);
  });

  test("shown once where a view that somebody made differs from the declaration", async () => {
    await run(database(), ...TABLES);
    await change(database(), VIEW);
    const { refusals, definition } = await previewOf(edited(["'otra'", "'ninguna'"]), [], null);
    expect(refusals).toEqual([
      expect.stringMatching(/adopt: true to change it: 1 problem\n {2}- definition differs, as is shown below$/),
    ]);
    expect(definition?.diff).toContain("+            ELSE 'ninguna'::text");
  });

  test("not shown where the definition is a secret", async () => {
    await run(database(), ...TABLES);
    await change(database(), VIEW);
    const preview = await previewOf(edited(["'otra'", "'clave secreta'"]), ["definition"]);
    expect(told(preview)).toEqual(["definition is a secret: what differs is not shown"]);
    expect(preview.definition).toBeUndefined();
  });
});
