import { refreshCommand, refreshTarget, saysTheSame } from "../../kinds/refreshJob/command.ts";
import type { ActualJob } from "../../kinds/refreshJob/describe.ts";
import { DEFAULT_SCHEDULE, jobName } from "../../kinds/refreshJob/refreshSettings.ts";
import { postgresIndexName } from "../../kinds/viewIndex/indexName.ts";
import type { Capabilities } from "../../postgres/capabilities.ts";
import { displayName } from "../../postgres/names.ts";
import { resourceName } from "./definitionFiles.ts";
import type { DefinitionFile } from "./definitionFiles.ts";
import { indexArgs, keyIndexArgs, keyOf } from "./indexArgs.ts";
import { Code, literal } from "./literal.ts";
import type { FoundView } from "./readViews.ts";
import { undeclared } from "./undeclared.ts";

/** The program: a `RefreshedView` where one job does what that declares, and else the parts one by one. */
export function programText(
  views: readonly FoundView[],
  files: readonly DefinitionFile[],
  capabilities: ReadCapabilities,
): string {
  const variables = new Map(
    views.map(({ view }, at) => [displayName(view), variableName(resourceName(view), at, views)]),
  );
  const used = new Set<string>(["viewDefinition"]);
  const declared: string[] = [];
  const written = views.map((one, at) => {
    const context = {
      one,
      file: files[at] as DefinitionFile,
      variable: variables.get(displayName(one.view)) ?? "",
      names: variables,
      capabilities,
    };
    const isWhole = isRefreshedView(one);
    if (isWhole) declared.push(context.variable);
    if (isIdle(one)) return asComment([...undeclared(one), IDLE, partsText(context)].join("\n"));
    for (const name of isWhole ? ["RefreshedView"] : partNames(one)) used.add(name);
    return [...undeclared(one).map(asComment), isWhole ? wholeText(context) : partsText(context)].join("\n");
  });
  const isCalled = written.some((text) => /^(?!\/\/).*\bviewDefinition\(/m.test(text));
  if (!isCalled) used.delete("viewDefinition");
  const names = [...used].sort((a, b) => a.localeCompare(b, "en"));
  return [
    ...(names.length === 0 ? [] : [`import { ${names.join(", ")} } from "pulumi-matview";`, ""]),
    written.join("\n\n"),
    "",
    // What the matview command knows of them.
    ...(declared.length === 0
      ? []
      : [`export const views = ${literal(declared.map((name) => new Code(`${name}.declaration`)))};`, ""]),
  ].join("\n");
}

const IDLE = "It has no data, and no job that fills it: declare it once it is to have some.";

function isIdle({ view }: FoundView): boolean {
  return !view.isPopulated && view.jobs.length === 0;
}

function asComment(text: string): string {
  return text
    .split("\n")
    .map((line) => `// ${line}`)
    .join("\n");
}

/** What was found of the server, and by which of a program's connections. */
export interface ReadCapabilities extends Capabilities {
  readonly connection: string | undefined;
}

interface Context {
  readonly one: FoundView;
  readonly file: DefinitionFile;
  readonly variable: string;
  readonly names: ReadonlyMap<string, string>;
  readonly capabilities: ReadCapabilities;
}

/** One job, with the command and as the role that the component declares. */
function isRefreshedView({ view, indexes, properties }: FoundView): boolean {
  const [job, ...more] = view.jobs;
  if (job === undefined || more.length > 0 || view.accessMethod !== "heap" || properties.kind !== "m") return false;
  const plain = keyOf(indexes) === undefined;
  // The bare name of the view, or another layout, is the same command.
  return saysTheSame(job.command, refreshCommand(view, { plain })) && job.user === view.owner;
}

function wholeText({ one, file, variable, capabilities }: Context): string {
  const { view, indexes } = one;
  const key = keyOf(indexes);
  const columns = key?.columns ?? [];
  const name = resourceName(view);
  const conventional = postgresIndexName(view.name, columns);
  const args = {
    ...(view.schema === "public" ? {} : { schema: view.schema, name: view.name }),
    definition: definitionOf(file, name),
    ...(key === undefined
      ? {}
      : {
          uniqueKey: columns,
          indexName: key.index.name === conventional ? undefined : key.index.name,
          keyIndex: keyIndexArgs(key.index),
        }),
    indexes: listOf(
      indexes
        .filter((index) => index.isValid && index !== key?.index)
        .map((index) => ({ name: index.name, ...indexArgs(index) })),
    ),
    owner: view.owner === capabilities.currentUser ? undefined : view.owner,
    ...shared(one, capabilities),
    job: objectOf(jobSettings(view.jobs[0] as ActualJob, one, capabilities)),
  };
  return `const ${variable} = new RefreshedView(${literal(name)}, ${literal(args)});`;
}

function jobSettings({ name, schedule, isActive }: ActualJob, { view }: FoundView, capabilities: Capabilities): object {
  return {
    name: name === jobName(capabilities, view) ? undefined : name,
    schedule: schedule === DEFAULT_SCHEDULE ? undefined : schedule,
    active: isActive ? undefined : false,
  };
}

function partNames({ view, indexes }: FoundView): string[] {
  return [
    "MaterializedView",
    ...(indexes.some(({ isValid }) => isValid) ? ["ViewIndex"] : []),
    ...(view.jobs.some(({ command }) => refreshTarget(command)?.schema !== undefined) ? ["RefreshJob"] : []),
  ];
}

function partsText({ one, file, variable, names, capabilities }: Context): string {
  const { view, indexes, reads } = one;
  const { schema, name } = view;
  const key = keyOf(indexes);
  const resource = resourceName(view);
  const connection = connectionOf(capabilities);
  const args = {
    schema,
    name,
    definition: definitionOf(file, undefined),
    ...(key === undefined ? {} : { uniqueKey: key.columns, keyIndex: key.index.name }),
    owner: view.owner === capabilities.currentUser ? undefined : view.owner,
    ...shared(one, capabilities),
    accessMethod: view.accessMethod === "heap" ? undefined : view.accessMethod,
  };
  const before = reads.flatMap((read) => names.get(read) ?? []);
  const options = before.length === 0 ? "" : `, { dependsOn: [${before.join(", ")}] }`;
  const [after, beside] = [`{ dependsOn: ${variable} }`, `{ dependsOn: ${variable}, deletedWith: ${variable} }`];
  return [
    `const ${variable} = new MaterializedView(${literal(resource)}, ${literal(args)}${options});`,
    ...indexes
      .filter(({ isValid }) => isValid)
      .map((index) => {
        const parts = { schema, view: name, name: index.name, unique: index.isUnique, ...indexArgs(index), connection };
        return `new ViewIndex(${literal(index.name)}, ${literal(parts)}, ${beside});`;
      }),
    // The view's drop takes its indexes along, and a job alone that the view declares.
    ...view.jobs.map((job) => {
      const user = job.user === capabilities.currentUser ? undefined : job.user;
      const { name, schedule, command, isActive: active } = job;
      const parts = { name, schedule, command, active, user, connection };
      const text = `new RefreshJob(${literal(job.name)}, ${literal(parts)}, ${after});`;
      const isBare = refreshTarget(job.command)?.schema === undefined;
      return isBare ? asComment(`Write the view's schema into the command, and declare the job:\n${text}`) : text;
    }),
  ].join("\n");
}

/** What view and component declare alike. */
function shared({ view, properties }: FoundView, capabilities: ReadCapabilities): object {
  const roles = [...new Set(view.grants.map(({ role }) => role))];
  const grants = roles.map((role) => ({
    role,
    privileges: view.grants.filter((grant) => grant.role === role).map(({ privilege }) => privilege),
  }));
  return {
    comment: view.comment ?? undefined,
    grants: listOf(grants),
    storageParameters: objectOf(view.storageParameters),
    tablespace: properties.tablespace ?? undefined,
    connection: connectionOf(capabilities),
  };
}

function connectionOf({ connection, database, cronDatabase }: ReadCapabilities): string | object | undefined {
  return connection === undefined || cronDatabase === database ? connection : { name: connection, cronDatabase };
}

function definitionOf({ folder, name }: DefinitionFile, conventional: string | undefined): Code | undefined {
  if (folder === undefined && name === conventional) return undefined;
  const where = folder === undefined ? "" : `, ${literal(`sql/views/${folder}`)}`;
  return new Code(`viewDefinition(${literal(name)}${where})`);
}

function listOf<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length === 0 ? undefined : list;
}

function objectOf(object: object): object | undefined {
  return Object.values(object).every((value) => value === undefined) ? undefined : object;
}

function variableName(resource: string, at: number, views: readonly FoundView[]): string {
  const plain = (name: string): string =>
    name
      .normalize("NFD")
      .replace(/\p{M}/gu, "")
      .replace(/[^A-Za-z0-9]+(.)?/g, (_match, next?: string) => next?.toUpperCase() ?? "")
      .replace(/^(?![A-Za-z])/, "view");
  const own = plain(resource);
  const isTaken = views.slice(0, at).some(({ view }) => plain(resourceName(view)) === own) || RESERVED.has(own);
  return isTaken ? `${own}${at + 1}` : own;
}

const RESERVED = new Set(
  `views break case catch class const continue debugger default delete do else enum export extends false finally for function if import in
  instanceof new null return super switch this throw true try typeof var void while with yield let static await async`.split(
    /\s+/,
  ),
);
