// The vocabulary of a space: what its labels mean, how they are grouped, and
// what stands for what. This is the only place that reads one from what
// Confluence or a file holds, which anybody may have written: it is bounded and
// never fails. It knows no file format and no property; docs/vocabulary.md has the fields.

import { isName, normalise } from "../name.ts";

export interface Entry {
  label: string;
  description: string;
  group: string; // name of a group; "" for none
  synonyms: string[]; // words on a page, and other labels, that mean it
  retired: boolean; // known, and not to be used any more
  replacement: string; // the label to use instead of a retired one; "" for none
  was: Was[]; // the newest last
}
/** A name that the label had. */
export interface Was {
  name: string;
  until: string; // a month, such as 2026-05
}
export interface Group {
  name: string;
  oneOf: boolean; // a page has one of its labels at most
  required: boolean; // a page has one of its labels at least
}
/** Whether other labels are used as well: freely, with advice against it, or not at all. */
export type Mode = "free" | "advise" | "listed";

export interface Vocabulary {
  mode: Mode;
  follows: string; // the id of a space whose vocabulary is part of this one; "" for none
  groups: Group[];
  entries: Entry[];
  apart: [string, string][]; // labels that look alike and are not the same, each pair in order
}

export const EMPTY: Vocabulary = { mode: "free", follows: "", groups: [], entries: [], apart: [] };

/** The labels of a group, the retired ones too: who has one of those has one of the group. */
export function labelsIn({ entries }: Vocabulary, group: string): string[] {
  return entries.flatMap((entry) => (entry.group === group ? [entry.label] : []));
}

export const MOST_ENTRIES = 5_000; // the engine takes no more
export const MOST_SYNONYMS = 20; // of a label
export const LONGEST_SYNONYM = 100; // UTF-16 code units, as for all texts here
export const LONGEST_DESCRIPTION = 300;
export const MOST_GROUPS = 100;
export const LONGEST_GROUP = 100;
const MOST_WAS = 10; // of a label; the newest stay
const MOST_APART = 2_000;
const MODES: readonly Mode[] = ["free", "advise", "listed"];

/** The vocabulary in a JSON value, as far as it is one. Of a label or group that is there twice, the first one counts. */
export function vocabularyIn(value: unknown): Vocabulary {
  const { mode, only, follows, groups, labels, apart } = record(value);
  return {
    mode: MODES.find((known) => known === mode) ?? (only === true ? "listed" : "free"),
    follows: typeof follows === "string" && /^\d{1,20}$/.test(follows) ? follows : "",
    groups: once(list(groups).flatMap(groupIn), ({ name }) => name).slice(0, MOST_GROUPS),
    entries: once(list(labels).flatMap(entryIn), ({ label }) => label).slice(0, MOST_ENTRIES),
    apart: once(list(apart).flatMap(pairIn), (pair) => pair.join(" ")).slice(0, MOST_APART),
  };
}

/** The same as a JSON value, without what is empty. */
export function jsonOf({ mode, follows, groups, entries, apart }: Vocabulary): Record<string, unknown> {
  return {
    ...(mode !== "free" && { mode }),
    ...(follows && { follows }),
    ...(groups.length && { groups: groups.map(({ name, oneOf, required }) => ({ name, ...(oneOf && { oneOf }), ...(required && { required }) })) }),
    labels: entries.map(({ label, description, group, synonyms, retired, replacement, was }) => ({
      label,
      ...(description && { description }),
      ...(group && { group }),
      ...(synonyms.length && { synonyms }),
      ...(retired && { retired }),
      ...(replacement && { replacement }),
      ...(was.length && { was: was.map(({ name, until }) => ({ name, until })) }),
    })),
    ...(apart.length && { apart }),
  };
}

function entryIn(value: unknown): Entry[] {
  const { label, description, group, synonyms, retired, replacement, was } = record(value);
  if (!isName(label)) return [];
  const words = list(synonyms).flatMap((synonym) => {
    const clean = text(synonym, LONGEST_SYNONYM + 1);
    return clean && clean.length <= LONGEST_SYNONYM && clean !== label ? [clean] : [];
  });
  return [
    {
      label,
      description: text(description, LONGEST_DESCRIPTION),
      group: text(group, LONGEST_GROUP),
      synonyms: once(words, (word) => word).slice(0, MOST_SYNONYMS),
      retired: retired === true,
      replacement: retired === true && isName(replacement) && replacement !== label ? replacement : "",
      was: list(was).flatMap(wasIn).slice(-MOST_WAS),
    },
  ];
}

function groupIn(value: unknown): Group[] {
  const { name, oneOf, required } = record(value);
  const clean = text(name, LONGEST_GROUP);
  return clean ? [{ name: clean, oneOf: oneOf === true, required: required === true }] : [];
}

function wasIn(value: unknown): Was[] {
  const { name, until } = record(value);
  return isName(name) && typeof until === "string" && /^\d{4}-(0[1-9]|1[0-2])$/.test(until) ? [{ name, until }] : [];
}

function pairIn(value: unknown): [string, string][] {
  const [a, b] = list(value);
  return isName(a) && isName(b) && a !== b ? [inOrder(a, b)] : [];
}

function inOrder(a: string, b: string): [string, string] {
  return a < b ? [a, b] : [b, a];
}

function record(value: unknown): Record<string, unknown> {
  return value && typeof value === "object" ? (value as Record<string, unknown>) : {};
}

const MOST_LISTED = 20_000; // entries of a list that are looked at

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value.slice(0, MOST_LISTED) : [];
}

/** A line of text without what cannot be seen in it or turns what is around it. */
function text(value: unknown, longest: number): string {
  if (typeof value !== "string") return "";
  const line = value.slice(0, longest).replace(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+/gu, " ");
  return line.trim();
}

function once<T>(values: T[], key: (value: T) => string): T[] {
  const seen = new Set<string>();
  return values.filter((value) => !seen.has(key(value)) && seen.add(key(value)));
}

/** What is not to be used on pages, and the label to use instead: synonyms, and retired labels that have a replacement. */
export function insteadOf({ entries }: Vocabulary): Map<string, string> {
  const listed = new Map(entries.map((entry) => [entry.label, entry]));
  const instead = new Map<string, string>();
  for (const entry of entries) {
    const label = replacing(entry, listed);
    if (!label) continue;
    if (label !== entry.label) instead.set(entry.label, label);
    for (const synonym of entry.synonyms) {
      const name = normalise(synonym);
      if (isName(name) && !listed.has(name) && !instead.has(name)) instead.set(name, label);
    }
  }
  return instead;
}

/** Those renames of which a vocabulary does not say already that the old name means the new one: that stays when they are taken back. */
export function unsaid(vocabulary: Vocabulary, renames: readonly [from: string, to: string][]): [from: string, to: string][] {
  const instead = insteadOf(vocabulary);
  return renames.filter(([from, to]) => instead.get(from) !== to);
}

/** The label to use for an entry: itself, or what replaces it in the end; "" where that is nothing, or leads in a circle. */
function replacing(entry: Entry, listed: ReadonlyMap<string, Entry>): string {
  const seen = new Set<string>();
  for (let at = entry; ; ) {
    if (!at.retired) return at.label;
    if (!at.replacement || seen.has(at.label)) return "";
    seen.add(at.label);
    const next = listed.get(at.replacement);
    if (!next) return at.replacement;
    at = next;
  }
}

/**
 * The vocabulary after pages were renamed: from is a synonym of to, and what to was called. What was said of from goes to to,
 * where to said nothing. joined is the vocabulary with the one that it follows: what that says of to stays, too.
 */
export function renamed(vocabulary: Vocabulary, from: string, to: string, until: string, joined = vocabulary): Vocabulary {
  const gone = vocabulary.entries.find(({ label }) => label === from);
  const own = vocabulary.entries.find(({ label }) => label === to);
  const entry: Entry = own ?? joined.entries.find(({ label }) => label === to) ?? { label: to, description: "", group: "", synonyms: [], retired: false, replacement: "", was: [] };
  const [together] = entryIn({
    ...entry,
    description: entry.description || gone?.description,
    group: entry.group || gone?.group,
    synonyms: [...entry.synonyms, from, ...(gone?.synonyms ?? [])], // where there is no room, what somebody wrote stays
    was: [...(gone?.was ?? []), ...entry.was.filter(({ name }) => name !== from), { name: from, until }],
  });
  if (!together) return vocabulary;
  const others = vocabulary.entries.filter(({ label }) => label !== from || label === to);
  return { ...vocabulary, entries: own ? others.map((other) => (other.label === to ? together : other)) : [...others, together] };
}

/** The same after that was taken back: from means to no more. What was said of the labels stays. */
export function unrenamed(vocabulary: Vocabulary, from: string, to: string): Vocabulary {
  const without = (entry: Entry): Entry => ({ ...entry, synonyms: entry.synonyms.filter((synonym) => normalise(synonym) !== from), was: entry.was.filter(({ name }) => name !== from) });
  return { ...vocabulary, entries: vocabulary.entries.map((entry) => (entry.label === to ? without(entry) : entry)) };
}

/** The vocabulary in which two labels are not the same, or may be again. */
export function setApart(vocabulary: Vocabulary, a: string, b: string, apart: boolean): Vocabulary {
  const [low, high] = inOrder(a, b);
  const others = vocabulary.apart.filter(([x, y]) => x !== low || y !== high);
  return { ...vocabulary, apart: apart ? [...others, [low, high] as [string, string]].slice(-MOST_APART) : others };
}

export interface Joined {
  vocabulary: Vocabulary;
  /** The person may not see the vocabulary that is followed: then "listed" only advises, since most of the list may be missing. */
  unseen: boolean;
}

/** A vocabulary with the one that it follows, whose own following is none of it. What both have, is as the first one says. */
export function withFollowed(own: Vocabulary, followed: Vocabulary | undefined): Joined {
  if (!own.follows) return { vocabulary: own, unseen: false };
  if (!followed) return { vocabulary: { ...own, mode: own.mode === "listed" ? "advise" : own.mode }, unseen: true };
  return {
    unseen: false,
    vocabulary: {
      ...own,
      groups: once([...own.groups, ...followed.groups], ({ name }) => name).slice(0, MOST_GROUPS),
      entries: once([...own.entries, ...followed.entries], ({ label }) => label).slice(0, MOST_ENTRIES),
      apart: once([...own.apart, ...followed.apart], (pair) => pair.join(" ")).slice(0, MOST_APART),
    },
  };
}

/** Why a space cannot follow another one: it is itself, or follows one in its turn, be it the first. */
export function whyNotFollow(space: string, other: string, vocabulary: Vocabulary): "itself" | "circle" | "chain" | undefined {
  if (space === other) return "itself";
  if (!vocabulary.follows) return undefined;
  return vocabulary.follows === space ? "circle" : "chain";
}
