// Near-twins: two spellings that are most likely meant to be one label, such
// as release-note and release-notes. Only ever offered, never substituted.
// The rule is the one of internal/suggest; both are tested with its testdata/twins.jsonl.

/** A name with what spellings commonly differ in taken away: separators and the English plural. */
export function twinKey(name: string): string {
  return name
    .split(/[-_ ]+/u)
    .map(singular)
    .join("");
}

function singular(word: string): string {
  if (/^(?=.{5}).*ies$/u.test(word)) return word.slice(0, -3) + "y";
  if (/^(?=.{5}).*(?:[sxz]|[cs]h)es$/u.test(word)) return word.slice(0, -2);
  if (/^(?=.{4}).*[^sui]s$/u.test(word)) return word.slice(0, -1);
  return word;
}

const SHORTEST_WITH_TYPO = 5; // letters

/** Whether two different names, given by their twin keys, are near-twins. */
export function areTwins(a: string, b: string): boolean {
  if (a === b) return true;
  if (Math.abs(a.length - b.length) > 2) return false; // thousands are compared
  const x = [...a];
  const y = [...b];
  return Math.min(x.length, y.length) >= SHORTEST_WITH_TYPO && oneTypo(x, y);
}

/**
 * One letter more, less, other, or two neighbours swapped. A digit never
 * counts as a typo: 2025 and 2026, v1 and v2 are meant to differ.
 */
function oneTypo(a: string[], b: string[]): boolean {
  if (a.length < b.length) [a, b] = [b, a];
  if (a.length - b.length > 1) return false;
  let start = 0;
  while (start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  const inA = a.slice(start, a.length - end);
  const inB = b.slice(start, b.length - end);
  if ([...inA, ...inB].some((letter) => /\d/u.test(letter))) return false;
  if (inA.length === 1 && inB.length <= 1) return true;
  return inA.length === 2 && inB.length === 2 && inA[0] === inB[1] && inA[1] === inB[0];
}
