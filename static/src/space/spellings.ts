// Which labels of a space are spelled in two ways: the one that more pages have
// stays. Two labels that stand together on a page are two labels, whatever they
// look like. The rule for two names is the one of twin.ts.

import { areTwins, twinKey } from "../twin.ts";
import type { Labelled, Spellings } from "./findings.ts";

interface Candidate {
  name: string;
  pages: number;
  key: string;
}

const MOST_COMPARED = 3_000; // labels, the most used first; others only by the same key
const A_WHILE = 5_000; // pairs

/**
 * The spellings among labels by how many pages have them. It stops after some
 * work each, so that who calls it can let others work between: a label with more
 * than two spellings is there with each, and stays by one name.
 */
export function* spellingsIn(use: ReadonlyMap<string, number>, pages: readonly Labelled[]): Generator<undefined, Spellings[]> {
  const all: Candidate[] = [...use].map(([name, count]) => ({ name, pages: count, key: twinKey(name) }));
  all.sort((a, b) => b.pages - a.pages || (a.name < b.name ? -1 : 1));
  const pairs: [Candidate, Candidate][] = [];
  const byKey = new Map<string, Candidate>();
  const first = all.slice(0, MOST_COMPARED);
  let work = 0;
  for (const one of all) {
    const other = byKey.get(one.key);
    if (other) pairs.push([other, one]);
    else byKey.set(one.key, one);
  }
  for (let i = 0; i < first.length; i++) {
    const a = first[i]!;
    for (let j = i + 1; j < first.length; j++) {
      const b = first[j]!;
      if (a.key !== b.key && areTwins(a.key, b.key)) pairs.push([a, b]);
    }
    work += first.length - i;
    if (work > A_WHILE) {
      work = 0;
      yield;
    }
  }
  const wanted = new Map<string, Set<string>>();
  for (const [a, b] of pairs) wanted.set(b.name, (wanted.get(b.name) ?? new Set()).add(a.name));
  const together = new Set<string>();
  for (const { labels } of pages) {
    for (const name of labels) for (const other of labels) if (wanted.get(name)?.has(other)) together.add(`${name} ${other}`);
  }
  // Of several spellings, each goes to the most used one.
  const goes = new Map<string, string>();
  for (const [a, b] of pairs.sort(([a, b], [c, d]) => c.pages - a.pages || d.pages - b.pages)) {
    if (goes.has(b.name) || together.has(`${b.name} ${a.name}`)) continue;
    goes.set(b.name, goes.get(a.name) ?? a.name);
  }
  return [...goes].flatMap(([name, stays]) => (name === stays ? [] : [{ stays: { name: stays }, goes: { name } }]));
}
