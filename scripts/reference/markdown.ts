/** A heading with what stands below it; empty parts are left out. */
export function section(level: number, title: string, parts: readonly string[]): string {
  return [`${"#".repeat(level)} ${title}`, ...parts.filter((part) => part !== "")].join("\n\n");
}

/** A table; a cell is one line. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("\n", " ").replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

export function code(text: string): string {
  return `\`${text}\``;
}
