/** By this first line the comment is found again. */
export const MARKER = "<!-- matview plan -->";

const START = (stack: string): string => `<!-- stack ${stack} -->`;
const END = "<!-- end of stack -->";

/** The comment with this stack's section in the place of the one that it had, the others as they were. */
export function withSection(before: string, stack: string, section: string): string {
  const whole = `${START(stack)}\n${section.trim().replaceAll(END, "")}\n${END}`;
  if (!before.startsWith(MARKER)) return `${MARKER}\n${whole}\n`;
  const start = before.indexOf(START(stack));
  if (start < 0) return `${before.trimEnd()}\n${whole}\n`;
  const end = before.indexOf(END, start);
  const rest = end < 0 ? "" : before.slice(end + END.length);
  return `${before.slice(0, start)}${whole}${rest}`;
}
