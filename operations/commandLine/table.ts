import Table from "cli-table3";
import stringWidth from "string-width";

/** Columns of a terminal that does not say how many it has, such as a file or a log. */
const USUAL_WIDTH = 80;
/** A column that may go, goes before the widest of the others gets narrower than this. */
const READABLE = 20;
/** With less for the widest column, each row is told as a list of its cells. */
const NARROWEST = 12;

/** How many columns the reader's screen has. */
export function screenWidth(): number {
  return Math.max(process.stdout.columns ?? USUAL_WIDTH, USUAL_WIDTH / 2);
}

/**
 * Rows under their headings, no wider than the screen: long cells are wrapped, and where that leaves too little for each, a row is a list of
 * its cells. `least` names columns that may be left out where all do not fit, the first one first.
 */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  { least = [], width = screenWidth() }: { readonly least?: readonly string[]; readonly width?: number } = {},
): string {
  const lines = [head, ...rows].map((cells) => cells.map(printable));
  const natural = head.map((_, column) => widest(lines.map((cells) => cells[column] ?? "")));
  const { columns, most } = fitted(head, natural, least, width);
  if (most < NARROWEST) return list(head, lines.slice(1), width);
  const [headings = [], ...body] = lines.map((cells) => columns.map((column) => wrapped(cells[column] ?? "", most)));
  return drawn(body, headings);
}

function list(head: readonly string[], rows: readonly (readonly string[])[], width: number): string {
  const room = Math.max(1, width - widest(head) - FRAME * 2 - 1);
  const lists = rows.map((cells) =>
    head.flatMap((heading, column) => (cells[column] ? [[heading, wrapped(cells[column], room)]] : [])),
  );
  return drawn(lists.flatMap((one, index) => (index === 0 ? one : [["", ""], ...one])));
}

function drawn(body: readonly (readonly string[])[], head: readonly string[] = []): string {
  const made = new Table({ head: [...head], style: { head: [], border: [], compact: true } });
  for (const cells of body) made.push([...cells]);
  return made.toString();
}

/** A line and a space on both sides of a cell. */
const FRAME = 3;

/** Text in lines of at most `width` columns, broken between words, and inside of those that are longer. */
export function wrapped(text: string, width = screenWidth()): string {
  return printable(text)
    .split("\n")
    .flatMap((line) => wrappedLine(line, width))
    .join("\n");
}

/** Which columns are shown, and how wide one may be at most: the widest ones give way. */
function fitted(
  head: readonly string[],
  natural: readonly number[],
  least: readonly string[],
  width: number,
): { readonly columns: readonly number[]; readonly most: number } {
  let columns = head.map((_, column) => column);
  const most = (): number => {
    const wanted = columns.map((column) => natural[column] ?? 0);
    return highestCap(wanted, width - FRAME * columns.length - 1);
  };
  for (const leaving of least) {
    if (most() >= READABLE) break;
    columns = columns.filter((column) => head[column] !== leaving);
  }
  return { columns, most: most() };
}

/** The width to which the widest columns are cut so that all fit; infinite where none has to be cut. */
function highestCap(wanted: readonly number[], room: number): number {
  const capped = (cap: number): number => wanted.reduce((sum, one) => sum + Math.min(one, cap), 0);
  if (capped(Infinity) <= room) return Infinity;
  let cap = 0;
  while (capped(cap + 1) <= room) cap += 1;
  return cap;
}

function widest(texts: readonly string[]): number {
  return Math.max(0, ...texts.flatMap((text) => text.split("\n").map((line) => stringWidth(line))));
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
