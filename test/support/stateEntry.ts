import { expect } from "@jest/globals";
import { materializedViewKind } from "../../kinds/materializedView/kind.ts";
import { refreshJobKind } from "../../kinds/refreshJob/kind.ts";
import { viewIndexKind } from "../../kinds/viewIndex/kind.ts";
import { lifecycle } from "../../lifecycle/lifecycle.ts";
import { REQUEST } from "../../lifecycle/resourceRequest.ts";
import type { TestDatabase } from "./database.ts";
import { provider } from "./provider.ts";

type Props = Record<string, unknown>;

const TYPES = { view: "MaterializedView", index: "ViewIndex", job: "RefreshJob" };

/** One entry of a stack's state, driven as the engine would drive it. */
export function entry(database: TestDatabase, kind: keyof typeof TYPES, resource: string, stack = "prod") {
  // A kind's generics say what it describes, which nobody asks here.
  const kinds = { view: materializedViewKind, index: viewIndexKind, job: refreshJobKind } as const;
  const made = provider(lifecycle(kinds[kind] as typeof materializedViewKind), database);
  const urn = `urn:pulumi:${stack}::ventas::pulumi-nodejs:dynamic/matview:${TYPES[kind]}::${resource}`;
  let state: Props = {};
  const check = async (declared: Props): Promise<Props> => {
    const asked = { ...declared, [REQUEST]: { urn, isPreview: false } };
    const { inputs, failures } = (await made.check?.(state, asked)) ?? {};
    expect(failures ?? []).toEqual([]);
    return inputs as Props;
  };
  return {
    create: async (declared: Props): Promise<void> => {
      state = (await made.create?.(await check(declared)))?.outs as Props;
    },
    update: async (declared: Props): Promise<void> => {
      state = (await made.update?.("id", state, await check(declared)))?.outs as Props;
    },
    // By a run whose program does not declare it any more.
    delete: async (): Promise<void> => provider(made, database).delete?.("id", state),
    token: () => String(state["fencingToken"]).split(" ")[0],
  };
}
