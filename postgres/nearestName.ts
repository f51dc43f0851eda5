/** What is said of a name that there is none of: the right one, where one is near, else all. */
export function unknownName(what: string, name: string, known: readonly string[], prefix = ""): string {
  const near = nearestName(name, known);
  // Of paths, those beside it, where there are any.
  const beside = known.filter((one) => pathOf(one) === pathOf(name)).map(lastPart);
  const others = [...new Set(beside.length > 0 ? beside : known)];
  const advice = near === undefined ? `known are ${others.join(", ")}` : `did you mean ${prefix}${near}?`;
  return `${prefix}${name} is no ${what}; ${advice}`;
}

/** Names may be paths, such as `job.name`: one with the same last part is near, wherever it stands. */
function nearestName(name: string, known: readonly string[]): string | undefined {
  const ranked = known.map((candidate) => {
    const elsewhere = distance(lastPart(name), lastPart(candidate)) + (pathOf(name) === pathOf(candidate) ? 0 : 0.5);
    return { candidate, distance: elsewhere };
  });
  const most = Math.min(3.5, lastPart(name).length / 2 + 0.5);
  return ranked.filter((one) => one.distance <= most).sort((a, b) => a.distance - b.distance)[0]?.candidate;
}

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf(".") + 1);
}

function pathOf(name: string): string {
  return name.slice(0, name.length - lastPart(name).length);
}

// Levenshtein: how many letters must be added, left out or changed. Case is a small mistake.
function distance(one: string, other: string): number {
  const [a, b] = [one.toLowerCase(), other.toLowerCase()];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, opposite] of [...b].entries()) {
      next.push(Math.min((row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1, (row[j] ?? 0) + (letter === opposite ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
