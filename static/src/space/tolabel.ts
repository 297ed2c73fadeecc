// What labelling page after page decides: which pages teach most of a space, which
// labels a page can have together, and what comes of labels for many pages.

import type { Decision } from "./decisions.ts";
import type { Labelled } from "./findings.ts";
import { oneOfGroup, type Rules } from "./rules.ts";

const EACH = 4; // pages of a label that more than one page has, before others are taken
const MOST_LABELS = 20; // of a page; one with more is about everything

/**
 * Pages to learn from, given those changed last first: some of each label that several pages have, then what was changed
 * last. In one pass: linear in the pages and their labels.
 */
export function sampleOf(pages: readonly Labelled[], most: number): string[] {
  const labelled = pages.filter(({ labels }) => labels.length > 0 && labels.length <= MOST_LABELS);
  const uses = new Map<string, number>();
  for (const { labels } of labelled) for (const label of labels) uses.set(label, (uses.get(label) ?? 0) + 1);
  const times = new Map<string, number>();
  const sample = new Set<string>();
  for (const { id, labels } of labelled) {
    if (sample.size === most) break;
    if (!labels.some((label) => uses.get(label)! > 1 && (times.get(label) ?? 0) < EACH)) continue;
    sample.add(id);
    for (const label of labels) times.set(label, (times.get(label) ?? 0) + 1);
  }
  for (const { id } of labelled) {
    if (sample.size === most) break;
    sample.add(id);
  }
  return [...sample];
}

/** Of some labels, the first ones that a page with labels can have together: of a group that is "one of", one. */
export function together(labels: readonly string[], held: readonly string[], rules: Rules): string[] {
  const taken = new Set(held.map((label) => oneOfGroup(label, rules)).filter(Boolean));
  return labels.filter((label) => {
    const group = oneOfGroup(label, rules);
    if (held.includes(label) || (group && taken.has(group))) return false;
    if (group) taken.add(group);
    return true;
  });
}

/** Labels for many pages, by page, beside what was decided of others, as decisions: one for each label, that of the most pages first. */
export function decisionsFor(labels: ReadonlyMap<string, readonly string[]>, before: readonly { to: string; pages: readonly string[] }[] = []): Decision[] {
  const pages = new Map(before.map(({ to, pages }) => [to, [...pages]]));
  for (const [id, names] of labels) for (const name of names) (pages.get(name) ?? pages.set(name, []).get(name)!).push(id);
  return [...pages].filter(([, ids]) => ids.length).sort(([, a], [, b]) => b.length - a.length).map(([to, pages]) => ({ to, pages }));
}
