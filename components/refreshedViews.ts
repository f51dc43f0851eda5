import { existsSync, readdirSync } from "node:fs";
import { basename, join, relative, resolve, sep } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { problemReport, userError } from "../postgres/errors.ts";
import { unknownName } from "../postgres/nearestName.ts";
import type { GivenConnection } from "../provider/resourceRequest.ts";
import { configuredConnection, connectionName } from "./configuredConnection.ts";
import { fillTogether } from "./firstRefresh.ts";
import type { FilledTogether } from "./firstRefresh.ts";
import { RefreshedView } from "./refreshedView.ts";
import type { RefreshedViewArgs } from "./refreshedViewArgs.ts";
import { viewDefinition } from "./viewDefinition.ts";
import { viewsConfig } from "./viewsConfig.ts";

/** What a folder of views shares, and what differs by view. */
export interface RefreshedViewsArgs extends Omit<
  RefreshedViewArgs,
  "name" | "definition" | "indexName" | "indexes" | "keyIndex"
> {
  /**
   * Folder in the program's one: a file `<view>.sql` for each view, and for those of another schema a file `<schema>/<view>.sql`.
   * @default "sql/views"
   */
  readonly folder?: string | undefined;
  /**
   * What differs from the rest, by view: `mv`, or `schema.mv` for one in a subfolder. It is merged into what all share.
   * @default {}
   */
  readonly views?: Readonly<Record<string, RefreshedViewArgs>> | undefined;
}

/**
 * A view for each file of a folder, by its key: the file's name, with the subfolder's before it. What is declared of each is what all share,
 * then what `views` says of it, then what the stack's configuration `matview:views` says, so that environments differ without code. A
 * view that reads others of the program waits for them.
 * @throws when the folder has no views, or something is said of a view that it has no file for.
 */
export function refreshedViews(
  args: RefreshedViewsArgs = {},
  options?: pulumi.ComponentResourceOptions,
): Readonly<Record<string, RefreshedView>> {
  const { folder = join("sql", "views"), views = {}, ...shared } = args;
  const shown = relative(process.cwd(), resolve(folder)) || ".";
  const files = viewFiles(resolve(folder), shown);
  const keys = files.map(({ key }) => key);
  const config = viewsConfig(new pulumi.Config("matview").getObject("views"));
  const unknown = (said: object, prefix?: string): string[] =>
    Object.keys(said)
      .filter((key) => !keys.includes(key))
      .map((key) => unknownName("view of this folder", key, keys, prefix));
  const problems = [...unknown(views), ...config.problems, ...unknown(config.views, "matview:views.")];
  if (problems.length > 0) throw problemReport(`views of ${shown}`, problems);
  // As the folder is called, which the resource of its command keeps.
  const name = shown.replaceAll(sep, "/");
  const together = filledByConnection(name, shared.connection, options?.parent);
  const all = Object.fromEntries(
    files.map(({ key, schema, name, path }) => {
      const own = { ...(schema === undefined ? {} : { schema }), name, definition: viewDefinition(name, path) };
      const parts: RefreshedViewArgs[] = [shared, own, views[key] ?? {}, config.views[key] ?? {}];
      const args = parts.reduce(merged);
      return [key, new RefreshedView(key, args, options, together.of(args.connection))];
    }),
  );
  together.close();
  return all;
}

/** The command of each connection; what names none is filled by a command of its own, unless all share it. */
function filledByConnection(
  folder: string,
  shared: GivenConnection | undefined,
  parent: pulumi.Resource | undefined,
): { of: (connection: GivenConnection | undefined) => FilledTogether | undefined; close: () => void } {
  const name = (connection: GivenConnection | undefined): string =>
    connection === shared ? folder : `${folder}-${connectionName(connection)}`;
  const commands = new Map<string, FilledTogether>();
  const of = (connection: GivenConnection | undefined): FilledTogether | undefined => {
    if (connection !== shared && connectionName(connection) === undefined) return undefined;
    const command =
      commands.get(name(connection)) ?? fillTogether(name(connection), configuredConnection(connection), parent);
    commands.set(name(connection), command);
    return command;
  };
  // Also where each view is elsewhere: the resource was always there.
  of(shared);
  return { of, close: () => commands.forEach((command) => command.close()) };
}

interface ViewFile {
  readonly key: string;
  readonly schema: string | undefined;
  readonly name: string;
  readonly path: string;
}

function viewFiles(folder: string, shown: string): ViewFile[] {
  if (!existsSync(folder))
    throw userError(`there is no folder ${shown} in ${process.cwd()}: write a file for each view there`);
  const within = (path: string, schema: string | undefined): ViewFile[] =>
    readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith(".sql"))
      .map((entry) => {
        const name = basename(entry.name, ".sql");
        return { key: schema === undefined ? name : `${schema}.${name}`, schema, name, path };
      });
  const schemas = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const files = [...within(folder, undefined), ...schemas.flatMap(({ name }) => within(join(folder, name), name))];
  if (files.length === 0)
    throw userError(`folder ${shown} holds no file <view>.sql: write the SELECT of each view in one`);
  return files.sort((a, b) => (a.key < b.key ? -1 : 1));
}

// Of the job and the refresh each setting by itself: what all share is not lost with one that differs.
function merged(one: RefreshedViewArgs, other: RefreshedViewArgs): RefreshedViewArgs {
  return {
    ...one,
    ...other,
    ...(one.job === undefined && other.job === undefined ? {} : { job: { ...one.job, ...other.job } }),
    ...(one.refresh === undefined && other.refresh === undefined
      ? {}
      : { refresh: { ...one.refresh, ...other.refresh } }),
  };
}
