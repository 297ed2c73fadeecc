// What is wrong with the labels of a space, as a queue: most pages first. Each
// finding is one question with one action. What is only unusual, such as a label
// that is used once, is no finding: most such labels are right.

import type { Decision } from "./decisions.ts";
import type { Naming } from "./lists.ts";
import { insteadOf, type Vocabulary } from "./vocabulary.ts";

/** A page with the labels that everybody sees. */
export interface Labelled {
  id: string;
  labels: readonly string[];
}

/** Two spellings of one label, of which more pages have the first. */
interface Spellings {
  stays: { name: string };
  goes: { name: string };
}

/** Everything that findings are made of. */
export interface Observed {
  pages: readonly Labelled[]; // those to show first come first
  vocabulary: Vocabulary;
  spellings: readonly Spellings[];
  lists: readonly { page: string; list: Naming }[];
  /** What earlier runs renamed or merged, and nobody took back, beside what the vocabulary knows of it. */
  renames: ReadonlyMap<string, string>;
  /** Names in lists that no page of the site has. */
  missing: ReadonlySet<string>;
}

export type Kind =
  /** One label in two spellings. */
  | "spellings"
  /** A synonym or a retired label is in use, although there is one to use instead. */
  | "instead"
  /** A retired label is in use, and nothing is said of what to use instead. */
  | "retired"
  /** A label came back after it was renamed or merged. */
  | "returned"
  /** A page has several of a group of which it may have one. */
  | "one_of"
  /** A list names a label that no page has. */
  | "nowhere";

export interface Finding {
  kind: Kind;
  /** What it is known by in a link, as long as it is the same. */
  key: string;
  /** The labels it is about: of two, the second one would take the place of the first. */
  labels: string[];
  group: string; // of "one_of"; else ""
  /** The pages that a change would touch, and the first three of each label. */
  ids: readonly string[];
  examples: string[][];
  /** Of each label the pages with lists that name it. */
  lists: string[][];
}

const EXAMPLES = 3;

export function findings(observed: Observed): Finding[] {
  const { pages, vocabulary, lists, renames, missing } = observed;
  const having = pagesByLabel(pages);
  const naming = new Map<string, Set<string>>();
  for (const { page, list } of lists) {
    for (const { name } of list.certain ? list.named : []) naming.set(name, (naming.get(name) ?? new Set()).add(page));
  }
  const found: Finding[] = [];
  const find = (kind: Kind, labels: string[], counted: readonly string[], group = "") =>
    found.push({
      kind,
      key: [kind, group, ...labels].filter(Boolean).join(" "),
      labels,
      group,
      ids: counted,
      examples: labels.map((label) => (group ? counted : (having.get(label) ?? [])).slice(0, EXAMPLES)),
      lists: labels.map((label) => [...(naming.get(label) ?? [])]),
    });

  const told = new Set<string>(); // labels about which a finding says what to use instead
  const instead = insteadOf(vocabulary);
  const tell = (kind: Kind, label: string, to: string) => {
    if (label === to || !having.has(label) || told.has(label)) return;
    told.add(label);
    find(kind, to ? [label, to] : [label], having.get(label)!);
  };
  const listed = new Set(vocabulary.entries.filter(({ retired }) => !retired).map(({ label }) => label));
  const history = vocabulary.entries.flatMap(({ label, was }) => was.map(({ name }) => [name, label] as const));
  for (const [from, to] of [...renames, ...history]) if (from !== to && !listed.has(from)) tell("returned", from, instead.get(to) ?? to);
  for (const [from, to] of instead) tell("instead", from, to);
  for (const { label, retired } of vocabulary.entries) if (retired) tell("retired", label, "");

  const apart = new Set(vocabulary.apart.map(([a, b]) => `${a} ${b}`));
  for (const { stays, goes } of observed.spellings) {
    const [a, b] = [stays.name, goes.name].sort() as [string, string];
    if (told.has(a) || told.has(b) || apart.has(`${a} ${b}`) || !having.has(a) || !having.has(b)) continue;
    find("spellings", [goes.name, stays.name], having.get(goes.name)!);
  }
  for (const [labels, { group, ids }] of severalOf(vocabulary, pages)) find("one_of", labels.split(" "), ids, group);
  for (const name of naming.keys()) if (!having.has(name) && missing.has(name)) find("nowhere", [name], []);

  const order = (one: Finding) => one.ids.length || one.lists[0]!.length;
  return found.sort((a, b) => order(b) - order(a) || (a.key < b.key ? -1 : 1));
}

function pagesByLabel(pages: readonly Labelled[]): Map<string, string[]> {
  const having = new Map<string, string[]>();
  for (const { id, labels } of pages) {
    for (const label of labels) {
      const ids = having.get(label);
      if (ids) ids.push(id);
      else having.set(label, [id]);
    }
  }
  return having;
}

/** The labels of a "one of" group that are together on pages: by their names, which have no blank. */
function severalOf({ groups, entries }: Vocabulary, pages: readonly Labelled[]): Map<string, { group: string; ids: string[] }> {
  const oneOf = new Set(groups.filter((group) => group.oneOf).map(({ name }) => name));
  const groupOf = new Map(entries.flatMap(({ label, group }) => (oneOf.has(group) ? [[label, group] as const] : [])));
  const several = new Map<string, { group: string; ids: string[] }>();
  for (const { id, labels } of pages) {
    const byGroup = new Map<string, string[]>();
    for (const label of labels) {
      const group = groupOf.get(label);
      if (group) byGroup.set(group, [...(byGroup.get(group) ?? []), label]);
    }
    for (const [group, together] of byGroup) {
      if (together.length < 2) continue;
      const key = together.sort().join(" ");
      const one = several.get(key);
      if (one) one.ids.push(id);
      else several.set(key, { group, ids: [id] });
    }
  }
  return several;
}

/** What taking up a finding decides; swapped, the other name stays. Nothing where a person has to choose: which of a group, and what a list should name. */
export function decisionOf({ kind, labels }: Finding, swapped = false): Decision | undefined {
  const [from, to] = swapped && kind === "spellings" ? [labels[1], labels[0]] : labels;
  switch (kind) {
    case "one_of":
    case "nowhere":
      return undefined;
    case "retired":
      return { from: from! };
    default:
      return { from: from!, to: to! };
  }
}
