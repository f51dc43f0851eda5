import { join } from "node:path";
import ts from "typescript";
import { checkout } from "../checkout.ts";
import { commandSection } from "./command.ts";
import { conventions } from "./conventions.ts";
import { code, section, table } from "./markdown.ts";
import { readExports } from "./readTypes.ts";
import type { Exported, Member } from "./readTypes.ts";
import { configSection, environmentSection } from "./settings.ts";

/** Every export of the package, under the heading where a reader looks for it. */
const CHAPTERS: Readonly<Record<string, readonly string[]>> = {
  "A view": [
    "RefreshedView",
    "RefreshedViewArgs",
    "refreshedViews",
    "RefreshedViewsArgs",
    "RefreshJobSettings",
    "RefreshSettingsArgs",
    "IndexArgs",
    "IndexPartsArgs",
    "IndexPartArgs",
    "GrantArgs",
    "ExpectedChangeArgs",
    "SpotCheck",
  ],
  "What it stands on": ["Platform", "PlatformArgs"],
  "The parts one by one": [
    "MaterializedView",
    "MaterializedViewArgs",
    "BuiltIndexArgs",
    "ViewIndex",
    "ViewIndexArgs",
    "RefreshJob",
    "RefreshJobArgs",
  ],
  "For a program's own settings": [
    "ConnectionArgs",
    "resolveConnection",
    "ConnectionConfig",
    "Connection",
    "readSettings",
    "viewDefinition",
    "ViewDeclaration",
  ],
};
/** Told in words: each argument takes an input, and settings are the keys of the configuration. */
const TOLD = ["Inputs", "ObjectName", "Settings", "RefreshSettings"];

const HEAD = `# Reference

Made from the types and tables of the code by \`npm run reference\`. New here? Begin with [start](start.md).

\`\`\`ts
const orders = new RefreshedView("orders", { uniqueKey: ["id"], refresh: { maxAge: "5m" } });
export const views = [orders.declaration];
\`\`\`

An argument may be a value, an output of another resource, or a secret; where it must be plain, its text says so. An em dash as the default means
that nothing is set.`;

/** The whole page. */
export async function referencePage(): Promise<string> {
  const exported = readExports(join(checkout, "components", "index.ts"), compilerOptions());
  const placed = [...Object.values(CHAPTERS).flat(), ...TOLD];
  const lost = [...exported.keys()].filter((name) => !placed.includes(name));
  if (lost.length > 0) throw new Error(`the reference has no place for ${lost.join(", ")}: scripts/reference/page.ts`);
  const chapters = Object.entries(CHAPTERS).map(([title, names], at) =>
    section(2, title, [...names.map((name) => exportSection(exported.get(name), name)), at === 0 ? conventions() : ""]),
  );
  return [HEAD, ...chapters, configSection(), environmentSection(), await commandSection()].join("\n\n");
}

function compilerOptions(): ts.CompilerOptions {
  const { config } = ts.readConfigFile(join(checkout, "tsconfig.json"), ts.sys.readFile) as { config: object };
  return ts.parseJsonConfigFileContent(config, { ...ts.sys, readDirectory: () => [] }, checkout).options;
}

function exportSection(found: Exported | undefined, name: string): string {
  if (found === undefined) throw new Error(`components/index.ts does not export ${name}: scripts/reference/page.ts`);
  const { signature, says, members } = found;
  const isArguments = members.some(({ isRequired }) => !isRequired) || /Args$/.test(name);
  return section(3, name, [
    signature === undefined ? "" : `\`\`\`ts\n${signature}\n\`\`\``,
    says,
    members.length === 0 ? "" : isArguments ? argumentTable(members) : memberTable(members),
  ]);
}

function argumentTable(members: readonly Member[]): string {
  const row = ({ name, type, isRequired, fallback, says }: Member): string[] => [
    code(name),
    typeCell(type),
    isRequired ? "**required**" : fallbackText(fallback),
    says,
  ];
  return table(["argument", "type", "default", "meaning"], members.map(row));
}

function memberTable(members: readonly Member[]): string {
  return table(
    ["property", "type", "meaning"],
    members.map(({ name, type, says }) => [code(name), typeCell(type), says]),
  );
}

function typeCell(type: string): string {
  const name = type.replace(/\[\]$/, "");
  const isBelow = Object.values(CHAPTERS).flat().includes(name);
  return isBelow ? `[${code(type)}](#${name.toLowerCase()})` : code(type);
}

// A value is code, a sentence is not.
function fallbackText(text: string | undefined): string {
  if (text === undefined) return "—";
  return /^("[^"]*"|[\d.]+|true|false|\[\]|\{\})$/.test(text) ? code(text) : text;
}
