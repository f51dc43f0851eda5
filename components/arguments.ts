import * as pulumi from "@pulumi/pulumi";
import { problemReport } from "../postgres/errors.ts";
import { unknownName } from "../postgres/nearestName.ts";

/** What a component takes, by name: an input, a plain value or list, or an object whose properties are named. */
export type Arguments<T> = {
  readonly [Name in keyof T]-?: "input" | "plain" | "list" | Arguments<NonNullable<T[Name]>>;
};

/**
 * Refuses what a program without types may hand over: an argument that there is none of, an output where a plain value decides which
 * resources there are, and what is no list or object where the component looks into one.
 * @throws one report with every problem, each with the argument's name and what to do.
 */
export function checkArguments<T extends object>(subject: string, given: T, known: Arguments<T>): void {
  const all = namesIn(known);
  const problems = argumentProblems(given, known, "", all);
  if (problems.length > 0) throw problemReport(subject, problems);
}

type Names = Readonly<Record<string, unknown>>;

function argumentProblems(given: object, known: Names, path: string, all: readonly string[]): string[] {
  return Object.entries(given)
    .filter(([, value]) => value !== undefined)
    .flatMap(([name, value]: [string, unknown]) => {
      const takes = Object.hasOwn(known, name) ? known[name] : undefined;
      if (takes === undefined) return [unknownName("argument", path + name, all)];
      if (takes === "input") return [];
      if (pulumi.Output.isInstance(value) || value instanceof Promise) return [notPlain(path + name, takes)];
      if (takes === "list")
        return Array.isArray(value) ? [] : [`${path}${name} must be a list: write it in square brackets`];
      if (!isObject(takes)) return value === null ? [`${path}${name} is null: leave it out`] : [];
      if (!isObject(value)) return [`${path}${name} must be an object with ${Object.keys(takes).join(", ")}`];
      return argumentProblems(value, takes, `${path}${name}.`, all);
    });
}

function notPlain(name: string, takes: unknown): string {
  const advice = isObject(takes) ? `give each of its properties (${Object.keys(takes).join(", ")}) as an output` : "";
  return `${name} is an output, and must be known when the program runs, as it decides which resources there are${advice && `: ${advice}`}`;
}

function namesIn(known: Names, path = ""): string[] {
  return Object.entries(known).flatMap(([name, takes]) => [
    path + name,
    ...(isObject(takes) ? namesIn(takes, `${path}${name}.`) : []),
  ]);
}

function isObject(value: unknown): value is Names {
  return typeof value === "object" && value !== null;
}
