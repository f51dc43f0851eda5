import * as pulumi from "@pulumi/pulumi";
import type { KindName } from "../kinds/kindName.ts";
import type { OtherWork } from "../kinds/otherWork.ts";
import { typeToken } from "../kinds/typeToken.ts";
import { KEEPS, REQUEST } from "../lifecycle/resourceRequest.ts";
import type { Keeps, ResourceRequest } from "../lifecycle/resourceRequest.ts";
import { loaderText } from "./loader.ts";
import { otherWork } from "./otherWork.ts";
import { refuseUnknownSettings } from "./settingNames.ts";

/**
 * @internal What the class of a kind hands to Pulumi's own: its inputs, with the request and the line that loads the kind. `keeps`: by property,
 * a value of an earlier convention that stays where the state has it. `readReplicas` bear passwords: they are part of the request, which is not stored. Internal, so that the package's types do not reach those of the kinds.
 */
export function resourceArguments(
  kind: KindName,
  name: string,
  { connection, ...declared }: { readonly connection?: GivenConnection | undefined },
  options: pulumi.CustomResourceOptions | undefined,
  keeps?: KeepsArgs,
  readReplicas?: pulumi.Input<readonly pulumi.Input<string>[]>,
): [type: string, name: string, inputs: pulumi.Inputs, options: pulumi.CustomResourceOptions | undefined] {
  refuseUnknownSettings();
  const args = { ...declared, ...whereInputs(connection) };
  const type = typeToken(kind);
  const urn = pulumi.createUrn(name, type, options?.parent);
  // A promise and not an output: a child that depends on its component would wait for itself.
  const known = new Promise<string>((resolve) => urn.apply(resolve));
  const beside = {
    [REQUEST]: requestOf(known, args, otherWork(), readReplicas),
    ...(keeps === undefined ? {} : { [KEEPS]: keeps }),
  };
  return [type, name, { ...args, ...beside, __provider: loaderText(kind) }, options];
}

/** A program's connection where it is not only named; the environment comes before what is said here. */
export interface ConnectionArgs {
  /**
   * Name of the connection, where a program has several: lower-case letters, digits and _. Its environment variables end with it:
   * `MATVIEW_DATABASE_URL_VENTAS` for `ventas`.
   * @default that of the program's one database
   */
  readonly name?: string | undefined;
  /**
   * `postgresql://user:password@host:5432/database?sslmode=verify-full`, such as that of a database which the program makes itself. The resources
   * keep it as a secret, encrypted in the state.
   * @default what the stack's configuration says of the connection
   */
  readonly databaseUrl?: pulumi.Input<string | undefined> | undefined;
  /**
   * Database that holds pg_cron (`cron.database_name`).
   * @default that of the connection
   */
  readonly cronDatabase?: pulumi.Input<string | undefined> | undefined;
}

/** A connection as a program gives it: often its name alone. */
export type GivenConnection = string | ConnectionArgs;

/** As the inputs of a resource have it. */
function whereInputs(given: GivenConnection | undefined): pulumi.Inputs {
  if (given === undefined) return {};
  if (typeof given === "string") return { connection: given };
  const { name, databaseUrl, cronDatabase } = given;
  return {
    ...(name === undefined ? {} : { connection: name }),
    ...(databaseUrl === undefined ? {} : { databaseUrl: pulumi.secret(databaseUrl) }),
    ...(cronDatabase === undefined ? {} : { cronDatabase }),
  };
}

async function requestOf(
  urn: Promise<string>,
  args: object,
  others: readonly OtherWork[],
  readReplicas: pulumi.Input<readonly pulumi.Input<string>[]> | undefined,
): Promise<pulumi.Inputs & Omit<ResourceRequest, "readReplicas">> {
  const isPreview = pulumi.runtime.isDryRun();
  const entries = Object.entries(args) as [string, unknown][];
  const secret = await Promise.all(entries.map(([, value]) => pulumi.isSecret(pulumi.output(value))));
  const secrets = entries.filter((_entry, index) => secret[index]).map(([property]) => property);
  return {
    urn: await urn,
    isPreview,
    ...(secrets.length === 0 ? {} : { secrets }),
    ...(others.length === 0 ? {} : { others }),
    ...(readReplicas === undefined ? {} : { readReplicas: pulumi.secret(readReplicas) }),
  };
}

/** Each known by itself: what a preview does not know yet leaves the others where they are. */
export type KeepsArgs = Readonly<Record<string, pulumi.Input<Keeps[string]>>>;
