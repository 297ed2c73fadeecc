// The numbers of a space: how many pages have labels, as a whole and by part of
// the tree, and how many labels are on how many pages.

import { tableText } from "./csv.ts";
import { dayOf } from "./day.ts";
import type { Labelled } from "./findings.ts";
import { partsBelow, type InTree } from "./tree.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** How many of some pages have labels, and how many have one of each required group, in the order of the groups. */
export interface Counts {
  pages: number;
  labelled: number;
  groups: number[];
}

export interface Coverage {
  groups: string[]; // the required ones
  all: Counts;
  /** By the page at the top of each part, the largest part first. */
  parts: Map<string, Counts>;
}

/** Counts a page and those below it, in the parts that its children are; with "", all pages, in the parts of the tree. */
export function coverage(pages: readonly (Labelled & InTree)[], vocabulary: Vocabulary, below = ""): Coverage {
  const groups = vocabulary.groups.filter(({ required }) => required).map(({ name }) => name);
  const groupOf = new Map(vocabulary.entries.map(({ label, group }) => [label, groups.indexOf(group)]));
  const none = (): Counts => ({ pages: 0, labelled: 0, groups: groups.map(() => 0) });
  const all = none();
  const parts = new Map<string, Counts>();
  const partOf = partsBelow(pages, below);
  for (const { id, labels } of pages) {
    const part = partOf.get(id);
    if (part === undefined && below && id !== below) continue;
    const has = new Set(labels.map((label) => groupOf.get(label) ?? -1));
    if (part !== undefined && !parts.has(part)) parts.set(part, none());
    for (const counts of part === undefined ? [all] : [all, parts.get(part)!]) {
      counts.pages++;
      if (labels.length) counts.labelled++;
      for (const i of groups.keys()) if (has.has(i)) counts.groups[i]!++;
    }
  }
  return { groups, all, parts: new Map([...parts].sort(([, a], [, b]) => b.pages - a.pages)) };
}

/** The numbers as a table; names are how people know the parts, and head the columns: part, pages, labelled. */
export function coverageTable({ groups, all, parts }: Coverage, nameOf: (part: string) => string, heads: readonly [part: string, pages: string, labelled: string], whole: string): string {
  const row = (name: string, counts: Counts) => [name, ...[counts.pages, counts.labelled, ...counts.groups].map(String)];
  return tableText([[...heads, ...groups], ...[...parts].map(([part, counts]) => row(nameOf(part), counts)), row(whole, all)]);
}

/** A label and on how many pages it is. */
interface Used {
  name: string;
  pages: number;
}

/** The labels that are on from to to pages, most pages first. */
export interface Band {
  from: number;
  to: number; // Infinity for any number
  labels: Used[];
}

const BANDS = [1, 2, 6, 21, 101]; // pages that a label of a band is on at least

/** The labels by how many pages they are on: each in one band, and all bands even if they are empty. */
export function bandsOf(labels: readonly Used[]): Band[] {
  const bands = BANDS.map((from, i): Band => ({ from, to: (BANDS[i + 1] ?? Infinity) - 1, labels: [] }));
  for (const label of labels) bands.findLast(({ from }) => label.pages >= from)?.labels.push(label);
  for (const band of bands) band.labels.sort((a, b) => b.pages - a.pages || (a.name < b.name ? -1 : 1));
  return bands;
}

/** Labels as a table, with days as 2026-05-31; heads: label, pages, group, newest page, last changed. */
export function labelsTable(labels: readonly (Used & { newest: number; changed: number })[], { entries }: Vocabulary, heads: readonly string[]): string {
  const groupOf = new Map(entries.map(({ label, group }) => [label, group]));
  const day = (at: number) => (at > 0 ? dayOf(at) : "");
  const rows = [...labels].sort((a, b) => b.pages - a.pages || (a.name < b.name ? -1 : 1));
  return tableText([[...heads], ...rows.map(({ name, pages, newest, changed }) => [name, String(pages), groupOf.get(name) ?? "", day(newest), day(changed)])]);
}
