/** A length of time in whole seconds, or the sentence that says what is wrong with the text. */
export type ParsedDuration =
  { readonly ok: true; readonly seconds: number } | { readonly ok: false; readonly problem: string };

const UNITS = [
  { letter: "d", word: "day", seconds: 86_400 },
  { letter: "h", word: "hour", seconds: 3600 },
  { letter: "m", word: "minute", seconds: 60 },
  { letter: "s", word: "second", seconds: 1 },
];
const MAX_DAYS = 366;

/** Reads a duration such as "5m", "90s", "1h30m" or "7d": numbers with their unit, largest unit first, no blanks. */
export function parseDuration(text: string): ParsedDuration {
  const match = /^(?:(\d{1,9})d)?(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,9})s)?$/.exec(text);
  if (match === null || text === "") {
    return {
      ok: false,
      problem: `duration ${JSON.stringify(text)} ${explain(text)}. Write for example "90s", "5m", "1h30m" or "7d".`,
    };
  }
  const seconds = UNITS.reduce((sum, unit, index) => sum + Number(match[index + 1] ?? 0) * unit.seconds, 0);
  if (seconds === 0) return { ok: false, problem: `duration ${JSON.stringify(text)} is zero. Write at least "1s".` };
  if (seconds > MAX_DAYS * 86_400) {
    return {
      ok: false,
      problem: `duration ${JSON.stringify(text)} is longer than a year. Write at most "${MAX_DAYS}d".`,
    };
  }
  return { ok: true, seconds };
}

/** A number of seconds as people say it: "1 hour and 30 minutes". Fractions of a second are rounded up. */
export function describeDuration(seconds: number): string {
  let rest = Math.ceil(seconds);
  const parts: string[] = [];
  for (const unit of UNITS) {
    const count = Math.floor(rest / unit.seconds);
    rest -= count * unit.seconds;
    if (count > 0) parts.push(`${count} ${unit.word}${count === 1 ? "" : "s"}`);
  }
  if (parts.length === 0) return "0 seconds";
  return parts.length === 1 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}

function explain(text: string): string {
  if (text === "") return "is empty";
  if (/^\d+$/.test(text)) return "has no unit (d, h, m or s)";
  if (/^[-+]/.test(text)) return "has a sign, and an age is never negative";
  if (text.includes(".")) return "has a fraction, and only whole numbers are read";
  if (/\s/.test(text)) return "has a blank in it";
  if (/^(\d+[a-z]+)+$/i.test(text))
    return "uses units other than d, h, m and s, or not each once with the largest first";
  return "is not a length of time";
}
