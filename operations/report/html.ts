/** Text as HTML. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}

/** Rows under their headings; cells are HTML already. On a narrow screen each row is a list of its cells. */
export function htmlTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const headings = head.map((text) => `<th scope="col">${escaped(text)}</th>`).join("");
  const body = rows
    .map(
      (cells) =>
        `<tr>${cells.map((cell, index) => `<td data-label="${escaped(head[index] ?? "")}">${cell}</td>`).join("")}</tr>`,
    )
    .join("\n");
  return `<div class="wide"><table><thead><tr>${headings}</tr></thead><tbody>\n${body}\n</tbody></table></div>`;
}

/** A part of the page. */
export function section(title: string, content: string): string {
  return `<section><h3>${escaped(title)}</h3>\n${content}\n</section>`;
}
