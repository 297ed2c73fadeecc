// How many pages of a space have labels, as a whole and by part of the tree.

import { tableText } from "./csv.ts";
import type { Labelled } from "./findings.ts";
import type { Vocabulary } from "./vocabulary.ts";

export interface InTree extends Labelled {
  parent: string; // id of a page; "" for none
}

/** How many of some pages have labels, and how many have one of each required group, in the order of the groups. */
interface Counts {
  pages: number;
  labelled: number;
  groups: number[];
}

interface Coverage {
  groups: string[]; // the required ones
  all: Counts;
  /** By the page at the top of each part, the largest part first. */
  parts: Map<string, Counts>;
}

/**
 * Counts the pages below a page, in the parts that its children are; with "", all pages, in the parts of the tree. The page
 * itself belongs to none of its parts.
 */
export function coverage(pages: readonly InTree[], vocabulary: Vocabulary, below = ""): Coverage {
  const groups = vocabulary.groups.filter(({ required }) => required).map(({ name }) => name);
  const groupOf = new Map(vocabulary.entries.map(({ label, group }) => [label, groups.indexOf(group)]));
  const none = (): Counts => ({ pages: 0, labelled: 0, groups: groups.map(() => 0) });
  const all = none();
  const parts = new Map<string, Counts>();
  const partOf = partsBelow(pages, below);
  for (const { id, labels } of pages) {
    const part = partOf.get(id);
    if (part === undefined) continue;
    const has = new Set(labels.map((label) => groupOf.get(label) ?? -1));
    if (!parts.has(part)) parts.set(part, none());
    for (const counts of [all, parts.get(part)!]) {
      counts.pages++;
      if (labels.length) counts.labelled++;
      for (const i of groups.keys()) if (has.has(i)) counts.groups[i]!++;
    }
  }
  return { groups, all, parts: new Map([...parts].sort(([, a], [, b]) => b.pages - a.pages)) };
}

/** Each page below a page, by the child of that page which it is, or is below. A page whose parent is not among the pages is at the top. */
export function partsBelow(pages: readonly InTree[], below: string): Map<string, string> {
  const parents = new Map(pages.map(({ id, parent }) => [id, parent]));
  const parts = new Map<string, string | undefined>(); // undefined: not below
  for (const { id } of pages) {
    const path: string[] = [];
    const seen = new Set<string>();
    let at = id;
    let part: string | undefined;
    for (;;) {
      if (parts.has(at)) {
        part = parts.get(at);
        break;
      }
      path.push(at);
      seen.add(at);
      const parent = parents.get(at) ?? "";
      if (at === below) break;
      if (below ? parent === below : !parents.has(parent) || seen.has(parent)) {
        part = at;
        break;
      }
      if (!parents.has(parent) || seen.has(parent)) break;
      at = parent;
    }
    for (const one of path) parts.set(one, part);
  }
  return new Map([...parts].flatMap(([id, part]) => (part === undefined ? [] : [[id, part]])));
}

/** The numbers as a table; names are how people know the parts, and head the columns: part, pages, labelled. */
export function coverageTable({ groups, all, parts }: Coverage, nameOf: (part: string) => string, heads: readonly [part: string, pages: string, labelled: string], whole: string): string {
  const row = (name: string, counts: Counts) => [name, ...[counts.pages, counts.labelled, ...counts.groups].map(String)];
  return tableText([[...heads, ...groups], ...[...parts].map(([part, counts]) => row(nameOf(part), counts)), row(whole, all)]);
}
