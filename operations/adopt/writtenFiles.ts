import { basename } from "node:path";
import { packageVersion } from "../../postgres/packageFolder.ts";
import type { Session } from "../../postgres/session.ts";
import { definitionFiles } from "./definitionFiles.ts";
import { literal } from "./literal.ts";
import { programText } from "./programText.ts";
import type { FoundView } from "./readViews.ts";

/** The files of a Pulumi project that declares the views, by their paths in its folder. */
export function writtenFiles(
  { capabilities }: Session,
  views: readonly FoundView[],
  folder: string,
  connection: string | undefined,
): ReadonlyMap<string, string> {
  const project = basename(folder).replace(/[^\w.-]/g, "-") || "views";
  const files = definitionFiles(views);
  return new Map([
    ["Pulumi.yaml", projectText(project)],
    // The connection is no setting that a file should hold.
    ...(capabilities.cronDatabase === capabilities.database || connection !== undefined
      ? []
      : ([["Pulumi.dev.yaml", `config:\n  matview:cronDatabase: ${literal(capabilities.cronDatabase)}\n`]] as const)),
    ["package.json", packageText(project)],
    ["tsconfig.json", TSCONFIG],
    [".gitignore", "node_modules/\n"],
    ["index.ts", programText(views, files, { ...capabilities, connection })],
    ...views.map(({ text }, at) => [files[at]?.path ?? "", `${text}\n`] as const),
  ]);
}

function projectText(name: string): string {
  return `name: ${JSON.stringify(name)}
description: Materialized views, their indexes and the jobs that refresh them
main: index.ts
runtime: nodejs
options:
  # Every preview shows drift and every up heals it.
  refresh: always
`;
}

function packageText(name: string): string {
  const text = {
    name: name.toLowerCase(),
    private: true,
    type: "module",
    dependencies: { "@pulumi/pulumi": "^3.0.0", "pulumi-matview": `^${packageVersion()}` },
    devDependencies: { typescript: "^5.0.0", "@types/node": "^22.0.0" },
  };
  return `${JSON.stringify(text, null, 2)}\n`;
}

const TSCONFIG = `{
  "compilerOptions": { "strict": true, "target": "es2022", "module": "nodenext", "skipLibCheck": true },
  "include": ["index.ts"]
}
`;
