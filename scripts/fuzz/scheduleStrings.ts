import { FIELD_SPECS, type FieldKind } from "../../kinds/refreshJob/schedule/cronField.ts";

const FIELDS: readonly FieldKind[] = ["minute", "hour", "dayOfMonth", "month", "dayOfWeek"];
const MACROS = "hourly daily midnight weekly monthly yearly annually reboot restart every Hourly noon".split(" ");
const UNITS = "second seconds Seconds SECOND sec secs s minute minutes hours".split(" ");
const CHARACTERS = "0123456789**//--,,  \t\n$#@?LWl~.+_;:%\\'\"()abcdefjmnorstuwzMONé５".split("");

/** Numbers from 0 (included) to 1 (not included), the same ones for the same seed everywhere (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * A text that somebody could take for a schedule: mostly five fields by the grammar, some macros and intervals, many of them with a few
 * characters changed, and some plain noise.
 */
export function scheduleString(random: () => number): string {
  const choose = chooser(random);
  const kind = random();
  const text =
    kind < 0.75
      ? cronText(random)
      : kind < 0.83
        ? `@${choose(MACROS)}${random() < 0.2 ? ` ${choose(["", "5m", "x"])}` : ""}`
        : kind < 0.93
          ? `${Math.floor(random() * 70)}${choose([" ", " ", "", "  "])}${choose(UNITS)}`
          : noise(random, Math.floor(random() * 20));
  return random() < 0.5 ? text : mutated(text, 1 + Math.floor(random() * 3), random);
}

function cronText(random: () => number): string {
  const choose = chooser(random);
  const fields = FIELDS.map((kind) => fieldText(kind, random));
  if (random() < 0.04) fields.push(fieldText("minute", random));
  if (random() < 0.04) fields.splice(Math.floor(random() * fields.length), 1);
  return fields.join(random() < 0.9 ? " " : choose(["  ", "\t", " \t"]));
}

function fieldText(kind: FieldKind, random: () => number): string {
  if (random() < 0.3) return "*";
  if (kind === "dayOfMonth" && random() < 0.15) return "$";
  const items = 1 + Math.floor(random() ** 3 * 4);
  return Array.from({ length: items }, () => itemText(kind, random)).join(",");
}

function itemText(kind: FieldKind, random: () => number): string {
  const { low, high } = FIELD_SPECS[kind];
  const shape = random();
  const step = () => `/${1 + Math.floor(random() ** 2 * (high + 2))}`;
  if (shape < 0.2) return `*${step()}`;
  if (shape < 0.55) return valueText(kind, low + Math.floor(random() * (high - low + 1.1)), random);
  const [one, other] = [random(), random()].map((share) => low + Math.floor(share * (high - low + 1)));
  const [from = low, to = high] = random() < 0.85 ? [one, other].sort((a = 0, b = 0) => a - b) : [one, other];
  return `${valueText(kind, from, random)}-${valueText(kind, to, random)}${random() < 0.4 ? step() : ""}`;
}

function valueText(kind: FieldKind, value: number, random: () => number): string {
  const { names, low } = FIELD_SPECS[kind];
  const name = names[value - low];
  if (name !== undefined && random() < 0.4) return random() < 0.5 ? name : name.toUpperCase();
  return random() < 0.05 ? String(value).padStart(2, "0") : String(value);
}

function mutated(text: string, times: number, random: () => number): string {
  let result = text;
  for (let done = 0; done < times; done++) {
    const at = Math.floor(random() * (result.length + 1));
    const removed = random() < 0.6 ? 1 : 0;
    const added = random() < 0.7 ? noise(random, 1) : "";
    result = result.slice(0, at) + added + result.slice(at + removed);
  }
  return result;
}

function noise(random: () => number, length: number): string {
  const choose = chooser(random);
  return Array.from({ length }, () => choose(CHARACTERS)).join("");
}

function chooser(random: () => number): <T>(values: readonly T[]) => T {
  return (values) => values[Math.floor(random() * values.length)] as (typeof values)[number];
}
