import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { userError } from "../postgres/errors.ts";
import { readViews } from "./adopt/readViews.ts";
import { writtenFiles } from "./adopt/writtenFiles.ts";
import { databaseOption, withDatabase } from "./commandLine/declaredViews.ts";
import { defineVerb } from "./commandLine/defineVerb.ts";
import { print, printJson } from "./commandLine/text.ts";
import { usageError } from "./commandLine/usageError.ts";

/** `matview adopt`: a program for what is there. */
export const adopt = defineVerb({
  verb: "adopt",
  summary: "write a program for the views, indexes and jobs that a database has",
  words: "",
  says: `Reads the materialized views of a database with their indexes, grants, comments, options and the jobs that refresh them, and writes a
Pulumi program that declares all of it as it is. Its first preview takes everything over and runs nothing. What cannot be declared is named in
the program, where it belongs. Nothing in the database is changed.`,
  options: [
    { name: "write", value: "DIR", summary: "the folder to write: new, or empty" },
    { name: "schema", value: "S", multiple: true, summary: "only the views of this schema" },
    {
      name: "definitions",
      value: "DIR",
      summary: "your own SQL files: of those that mean what the database has, the text is taken",
    },
  ],
  examples: [
    ["adopt --write ventas", "all views of the database that the environment names"],
    [
      "adopt --write ventas --schema informes --definitions ../sql",
      "those of a schema, with the texts of your repository",
    ],
  ],
  exits: { 0: "the program is written", 1: "it could not be done", 2: "used wrongly" },
  reads: false,
  run: async (call) => {
    const folder = call.value("write");
    if (folder === undefined) throw usageError("where to? write --write DIR");
    mustBeFree(folder);
    const definitions = call.value("definitions");
    if (definitions !== undefined && !existsSync(definitions))
      throw usageError(`--definitions ${definitions}: there is no such folder`);
    const schemas = call.values("schema");
    const files = await withDatabase(call, async (session) => {
      const views = await readViews(session, schemas, definitions);
      if (views.length === 0) {
        const where = schemas.length === 0 ? "" : ` in ${schemas.join(", ")}`;
        throw userError(
          `database ${session.capabilities.database} has no materialized views${where} that no stack manages`,
        );
      }
      return writtenFiles(session, views, resolve(folder), databaseOption(call));
    });
    for (const [path, text] of files) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    if (call.json) printJson({ folder, files: [...files.keys()] });
    else print([...[...files.keys()].map((path) => join(folder, path)), "", NEXT].join("\n"));
    return 0;
  },
});

const NEXT =
  "Next: npm install there, pulumi stack init, and pulumi preview: it takes over what is there and runs nothing.";

function mustBeFree(folder: string): void {
  if (existsSync(folder) && readdirSync(folder).length > 0)
    throw userError(`${folder} holds files already, which are left as they are: name a new folder`);
}
