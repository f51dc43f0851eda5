import type { FullConfigKey } from "./configKeys.ts";

type Props = Record<string, unknown>;

/** Why an input cannot be taken. */
export interface CheckFailure {
  readonly property: string;
  readonly reason: string;
}

/** What Pulumi's engine asks of one kind of resource, in the shape of its dynamic providers. */
export interface ResourceProvider {
  readonly configure: (request: {
    readonly config: { readonly get: (key: FullConfigKey) => string | undefined };
  }) => Promise<void>;
  readonly check: (olds: Props, news: Props) => Promise<{ inputs: Props; failures?: CheckFailure[] }>;
  readonly diff: (id: string, olds: Props, news: Props) => Promise<object>;
  readonly create: (inputs: Props) => Promise<{ id: string; outs: Props }>;
  readonly read: (id: string, props: Props) => Promise<{ id: string; props: Props; inputs?: Props }>;
  readonly update: (id: string, olds: Props, news: Props) => Promise<{ outs: Props }>;
  readonly delete: (id: string, props: Props) => Promise<void>;
}
