import Table from "cli-table3";
import stringWidth from "string-width";

/** Columns of a terminal that does not say how many it has, such as a file or a log. */
const USUAL_WIDTH = 80;
/** A column that may go, goes before the widest of the others gets narrower than this. */
const READABLE = 20;
const NARROWEST = 4;

/** How many columns the reader's screen has. */
export function screenWidth(): number {
  return Math.max(process.stdout.columns ?? USUAL_WIDTH, USUAL_WIDTH / 2);
}

/**
 * Rows under their headings, no wider than the screen: long cells are wrapped. `least` names columns that may be left out where all do not
 * fit, the first one first.
 */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  { least = [], width = screenWidth() }: { readonly least?: readonly string[]; readonly width?: number } = {},
): string {
  const lines = [head, ...rows].map((cells) => cells.map(printable));
  const natural = head.map((_, column) => Math.max(...lines.map((cells) => widest(cells[column] ?? ""))));
  const { columns, widths } = fitted(head, natural, least, width);
  const [headings = [], ...body] = lines.map((cells) =>
    columns.map((column, place) => wrapped(cells[column] ?? "", widths[place] ?? NARROWEST)),
  );
  const drawn = new Table({ head: headings, style: { head: [], border: [], compact: true } });
  for (const cells of body) drawn.push(cells);
  return drawn.toString();
}

/** Text in lines of at most `width` columns, broken between words, and inside of those that are longer. */
export function wrapped(text: string, width = screenWidth()): string {
  return text
    .split("\n")
    .flatMap((line) => wrappedLine(line, width))
    .join("\n");
}

/** Which columns are shown, and how wide: the widest ones give way. */
function fitted(
  head: readonly string[],
  natural: readonly number[],
  least: readonly string[],
  width: number,
): { readonly columns: readonly number[]; readonly widths: readonly number[] } {
  let columns = head.map((_, column) => column);
  for (const leaving of [...least, undefined]) {
    // A frame and two spaces around each cell.
    const room = width - 3 * columns.length - 1;
    const wanted = columns.map((column) => natural[column] ?? 0);
    const most = highestCap(wanted, room);
    if (most >= READABLE || leaving === undefined) return { columns, widths: wanted.map((one) => Math.min(one, most)) };
    columns = columns.filter((column) => head[column] !== leaving);
  }
  return { columns, widths: natural };
}

/** The width to which the widest columns are cut so that all fit; infinite where none has to be cut. */
function highestCap(wanted: readonly number[], room: number): number {
  const capped = (cap: number): number => wanted.reduce((sum, one) => sum + Math.min(one, cap), 0);
  if (capped(Infinity) <= room) return Infinity;
  let cap = NARROWEST;
  while (capped(cap + 1) <= room) cap += 1;
  return cap;
}

function widest(text: string): number {
  return Math.max(...text.split("\n").map((line) => stringWidth(line)));
}

const COLOUR = /(\u001b\[[\d;]*m)/;
const UNPRINTABLE = /\u001b(?!\[[\d;]*m)|[\0-\t\v-\u001a\u001c-\u001f\u007f-\u009f]/g;

// Names and messages may hold what moves a terminal's cursor.
function printable(text: string): string {
  return text.replace(UNPRINTABLE, " ");
}

function wrappedLine(text: string, width: number): string[] {
  if (stringWidth(text) <= width) return [text];
  const lines: string[] = [];
  let line: string | undefined;
  for (const word of text.split(" ")) {
    const longer: string = line === undefined ? word : `${line} ${word}`;
    if (stringWidth(longer) <= width) {
      line = longer;
      continue;
    }
    if (line !== undefined) lines.push(line);
    const broken = brokenWord(word, width);
    line = broken.pop() ?? "";
    lines.push(...broken);
  }
  return line === undefined ? lines : [...lines, line];
}

const letters = new Intl.Segmenter();
/** A long name is broken behind one of these where the line stays half full. */
const SEAM = /[-_./:,;=]$/;

function brokenWord(word: string, width: number): string[] {
  const signs = word
    .split(COLOUR)
    .flatMap((part) => (COLOUR.test(part) ? [part] : [...letters.segment(part)].map(({ segment }) => segment)));
  const lines: string[] = [];
  let [line, tail] = ["", ""];
  for (const sign of signs) {
    if (stringWidth(line + tail + sign) > width) {
      const isSeam = stringWidth(line) >= width / 2;
      lines.push(isSeam ? line : line + tail);
      [line, tail] = ["", isSeam ? tail : ""];
    }
    tail += sign;
    if (SEAM.test(tail)) [line, tail] = [line + tail, ""];
  }
  return [...lines, line + tail];
}
