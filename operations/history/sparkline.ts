const BARS = "▁▂▃▄▅▆▇█";

/** Numbers as a row of bars, the largest one full; a missing number is a blank, a failure `×`. */
export function sparkline(values: readonly (number | "failed" | undefined)[]): string {
  const numbers = values.filter((value): value is number => typeof value === "number");
  const largest = Math.max(...numbers, 0);
  return values
    .map((value) => {
      if (value === undefined) return " ";
      if (value === "failed") return "×";
      return BARS[largest === 0 ? 0 : Math.min(BARS.length - 1, Math.floor((value / largest) * BARS.length))];
    })
    .join("");
}
