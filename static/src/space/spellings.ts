// Which labels of a space are spelled in two ways. The rule is the one of
// twinpairs.ts; this says which labels stand together on a page.

import { isOffered, pairsInSteps, settle, type Answer, type Pair } from "./twinpairs.ts";
import type { Labelled } from "./findings.ts";

/**
 * The spellings that are worth a person's look, among labels by how many pages have them. has is whether the text of the
 * pages with a label has a spelling, as far as it is known. It stops after some work each, so that others can work between.
 */
export function* spellingsIn(use: ReadonlyMap<string, number>, pages: readonly Labelled[], has: (pagesWith: string, spelling: string) => Answer): Generator<undefined, Pair[]> {
  const pairs = yield* pairsInSteps([...use].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, count]) => ({ name, pages: count })));
  const others = new Map<string, Set<string>>();
  for (const { stays, goes, likeness } of pairs) if (likeness === "perhaps") others.set(goes.name, (others.get(goes.name) ?? new Set()).add(stays.name));
  const together = new Set<string>();
  for (const [i, { labels }] of pages.entries()) {
    for (const name of labels) {
      const alike = others.get(name);
      if (alike) for (const other of labels) if (alike.has(other)) together.add(`${name} ${other}`);
    }
    if (i % 1_000 === 0) yield;
  }
  return pairs.flatMap((pair) => settle(pair, together.has(`${pair.goes.name} ${pair.stays.name}`), has) ?? []).filter(isOffered);
}
