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
      if (isName(name) && name !== label && !listed.has(name) && !instead.has(name)) instead.set(name, label);
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
 * The vocabulary after pages were renamed: each old name is a synonym of the new one, and what that was called. What was said
 * of the old one goes to the new one, where that said nothing. joined is the vocabulary with the one that it follows: what that
 * says of a new name stays, too.
 */
export function renamed(vocabulary: Vocabulary, renames: readonly [from: string, to: string][], until: string, joined = vocabulary): Vocabulary {
  const listed = new Set(vocabulary.entries.map(({ label }) => label));
  const first = [true, false].flatMap((is) => renames.filter(([from]) => listed.has(from) === is)); // the new name stands where a listed one stood
  return first.reduce((all, [from, to]) => movedTo(all, from, to, until, joined), vocabulary);
}

function movedTo(vocabulary: Vocabulary, from: string, to: string, until: string, joined: Vocabulary): Vocabulary {
  const gone = vocabulary.entries.find(({ label }) => label === from);
  const own = vocabulary.entries.find(({ label }) => label === to);
  const entry: Entry = own ?? joined.entries.find(({ label }) => label === to) ?? blank(to);
  const [together] = entryIn({
    ...entry,
    description: entry.description || gone?.description,
    group: entry.group || gone?.group,
    synonyms: [...entry.synonyms, from, ...(gone?.synonyms ?? [])], // where there is no room, what somebody wrote stays
    was: [...(gone?.was ?? []), ...entry.was.filter(({ name }) => name !== from), { name: from, until }],
  });
  if (!together) return vocabulary;
  const place = own ?? gone;
  const others = vocabulary.entries.filter((other) => other !== gone || other === place);
  return { ...vocabulary, entries: place ? others.map((other) => (other === place ? together : other)) : [...others, together] };
}

/** What a run finds in the vocabulary, as far as nobody can see it afterwards. */
export interface Found {
  said?: readonly string[]; // old names that meant the new ones before: they do when it is taken back, too
  made?: readonly string[]; // new names that were not listed
  had?: readonly Had[]; // old names that were, whose entries go to those
}
export type Had = Pick<Entry, "retired" | "replacement"> & { name: string };

/** joined is the vocabulary with the one that it follows. */
export function foundOf({ entries }: Vocabulary, renames: readonly [from: string, to: string][], joined: Vocabulary): Found {
  const listed = new Map(entries.map((entry) => [entry.label, entry]));
  const news = new Set(unsaid(joined, renames));
  const moved = [...news].filter(([, to]) => !listed.has(to));
  return {
    said: renames.flatMap((pair) => (news.has(pair) ? [] : [pair[0]])),
    made: once(moved.map(([, to]) => to), (to) => to),
    had: moved.flatMap(([from]) => {
      const old = listed.get(from);
      return old ? [{ name: from, retired: old.retired, replacement: old.replacement }] : [];
    }),
  };
}

/**
 * The vocabulary after renames were taken back: the old names mean the new ones no more. An entry that the run moved has its
 * old name again, and one that it made goes, unless somebody has said more of it since. followed is what the space follows.
 */
export function unrenamed(vocabulary: Vocabulary, renames: readonly [from: string, to: string][], { made = [], had = [] }: Found = {}, followed?: Vocabulary): Vocabulary {
  const olds = new Map<string, Set<string>>(); // by the new name
  for (const [from, to] of renames) olds.set(to, (olds.get(to) ?? new Set()).add(from));
  const listed = new Set(vocabulary.entries.map(({ label }) => label));
  const entries = vocabulary.entries.flatMap((entry): Entry[] => {
    const names = olds.get(entry.label);
    if (!names) return [entry];
    const left = without(entry, names);
    if (!made.includes(entry.label)) return [left];
    const other = followed?.entries.find(({ label }) => label === entry.label) ?? blank(entry.label);
    const before = entry.retired ? undefined : had.find(({ name }) => names.has(name) && !listed.has(name));
    if (!before) return isSame(left, other) ? [] : [left];
    const { name: label, retired, replacement } = before;
    const later = entry.was.slice(entry.was.findLastIndex(({ name }) => names.has(name)) + 1); // of other runs, which go on to mean the new name
    const theirs = new Set(later.map(({ name }) => name));
    const stays = { ...other, synonyms: [...other.synonyms, ...left.synonyms.filter((synonym) => theirs.has(normalise(synonym)))], was: [...other.was, ...later] };
    return [...entryIn({ ...without(beside(left, other), theirs), label, retired, replacement }), ...(later.length ? [stays] : [])];
  });
  return { ...vocabulary, entries };
}

function blank(label: string): Entry {
  return { label, description: "", group: "", synonyms: [], retired: false, replacement: "", was: [] };
}

function without(entry: Entry, names: ReadonlySet<string>): Entry {
  return { ...entry, synonyms: entry.synonyms.filter((synonym) => !names.has(normalise(synonym))), was: entry.was.filter(({ name }) => !names.has(name)) };
}

/** What an entry says that another one does not. */
function beside(entry: Entry, other: Entry): Entry {
  return {
    ...entry,
    description: entry.description === other.description ? "" : entry.description,
    group: entry.group === other.group ? "" : entry.group,
    synonyms: entry.synonyms.filter((synonym) => !other.synonyms.includes(synonym)),
    was: entry.was.filter(({ name }) => !other.was.some((one) => one.name === name)),
  };
}

const isSame = (one: Entry, other: Entry) => JSON.stringify(one) === JSON.stringify(other);

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
