import { PolicyPack } from "@pulumi/policy";
import type { ResourceValidationPolicy } from "@pulumi/policy";
import * as pulumi from "@pulumi/pulumi";
import { kindOfType } from "../kinds/all.ts";
import { DEFAULT_SETTINGS, RULES } from "./rules.ts";
import type { PolicySettings, Rule } from "./rules.ts";

// pulumi preview --policy-pack policies. What needs the live database or the steps of a plan is checked by policies/check.ts.
new PolicyPack("matview", { policies: RULES.map(policyOf) });

function policyOf(rule: Rule): ResourceValidationPolicy {
  return {
    name: rule.name,
    description: rule.description,
    enforcementLevel: "mandatory",
    configSchema: { properties: { settings: { type: "object", default: {} } } },
    validateResource: (args, report) => {
      const kind = kindOfType(args.type);
      if (kind === undefined) return;
      const { settings = {} } = args.getConfig<{ settings?: Partial<PolicySettings> }>();
      const resource = { kind: kind.noun, id: kind.id(args.props), declared: args.props as Record<string, unknown> };
      const problem = rule.check(resource, { ...DEFAULT_SETTINGS, ...settings }, pulumi.getStack());
      if (problem !== undefined) report(`${kind.noun} ${resource.id} ${problem}`);
    },
  };
}
