import { Buffer } from "node:buffer";
import { MAX_NAME_BYTES } from "../../postgres/names.ts";

/**
 * The name that PostgreSQL gives an index without one: `<view>_<columns>_idx`, each part cut as its makeObjectName does. In UTF-8, as every
 * text of ours.
 */
export function postgresIndexName(view: string, columns: readonly string[]): string {
  const names = [view, joinedColumns(columns)].map((name) => Buffer.from(name)) as [Buffer, Buffer];
  let [first, second] = names.map(({ length }) => length) as [number, number];
  const available = MAX_NAME_BYTES - "__idx".length;
  // The longer one gives way, byte by byte; of two that are as long, the second.
  while (first + second > available) {
    if (first > second) first -= 1;
    else second -= 1;
  }
  return `${clipped(names[0], first)}_${clipped(names[1], second)}_idx`;
}

// The server stops at the name that makes it too long.
function joinedColumns(columns: readonly string[]): string {
  let joined = "";
  for (const column of columns) {
    joined += joined === "" ? column : `_${column}`;
    if (Buffer.byteLength(joined) > MAX_NAME_BYTES) break;
  }
  return joined;
}

/** No more bytes than that, and no part of a character. */
function clipped(name: Buffer, bytes: number): string {
  let end = bytes;
  while (end < name.length && end > 0 && ((name[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return name.subarray(0, end).toString();
}
