// What two states of a vocabulary differ in, to be looked at before one of them
// is kept, and how somebody's changes are put on top of somebody else's.

import { jsonOf, vocabularyIn, type Entry, type Vocabulary } from "./vocabulary.ts";

type Field = Exclude<keyof Entry, "label">;

export interface Difference {
  added: Entry[];
  changed: { before: Entry; after: Entry; fields: Field[] }[];
  gone: Entry[];
  groups: string[]; // names of those that came, went or changed
  apart: [string, string][]; // pairs that came or went
  mode: boolean;
  follows: boolean;
  /** Labels that both have stand in another order. */
  order: boolean;
}

const FIELDS: readonly Field[] = ["description", "group", "synonyms", "retired", "replacement", "was"];
const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

export function sameVocabulary(a: Vocabulary, b: Vocabulary): boolean {
  return same(jsonOf(a), jsonOf(b));
}

export function differenceOf(before: Vocabulary, after: Vocabulary): Difference {
  const old = new Map(before.entries.map((entry) => [entry.label, entry]));
  const now = new Map(after.entries.map((entry) => [entry.label, entry]));
  const changed = after.entries.flatMap((entry) => {
    const own = old.get(entry.label);
    const fields = own ? FIELDS.filter((field) => !same(own[field], entry[field])) : [];
    return own && fields.length ? [{ before: own, after: entry, fields }] : [];
  });
  const common = (entries: Entry[], others: ReadonlyMap<string, Entry>) => entries.flatMap(({ label }) => (others.has(label) ? [label] : []));
  return {
    added: after.entries.filter(({ label }) => !old.has(label)),
    changed,
    gone: before.entries.filter(({ label }) => !now.has(label)),
    groups: unlike(before.groups, after.groups).map(({ name }) => name).filter((name, i, all) => all.indexOf(name) === i),
    apart: unlike(before.apart, after.apart),
    mode: before.mode !== after.mode,
    follows: before.follows !== after.follows,
    order: !same(common(before.entries, now), common(after.entries, old)) || (!unlike(before.groups, after.groups).length && !same(before.groups, after.groups)),
  };
}

export function isNone({ added, changed, gone, groups, apart, mode, follows, order }: Difference): boolean {
  return !(added.length || changed.length || gone.length || groups.length || apart.length || mode || follows || order);
}

/** What only one of two lists has. */
function unlike<T>(before: T[], after: T[]): T[] {
  const old = new Set(before.map((one) => JSON.stringify(one)));
  const now = new Set(after.map((one) => JSON.stringify(one)));
  return [...after.filter((one) => !old.has(JSON.stringify(one))), ...before.filter((one) => !now.has(JSON.stringify(one)))];
}

/** What others made of a vocabulary, with what was made of it here on top: where both changed the same field, it is as here. */
export function onTop(base: Vocabulary, mine: Vocabulary, theirs: Vocabulary): Vocabulary {
  return vocabularyIn(
    jsonOf({
      mode: mine.mode === base.mode ? theirs.mode : mine.mode,
      follows: mine.follows === base.follows ? theirs.follows : mine.follows,
      groups: itemsOnTop(base.groups, mine.groups, theirs.groups, ({ name }) => name),
      entries: itemsOnTop(base.entries, mine.entries, theirs.entries, ({ label }) => label),
      apart: listOnTop(base.apart, mine.apart, theirs.apart),
    }),
  );
}

/** In their order, but for a list that was put into another one here. */
function itemsOnTop<T extends object>(base: T[], mine: T[], theirs: T[], key: (item: T) => string): T[] {
  const [old, own, other] = [base, mine, theirs].map((items) => new Map(items.map((item) => [key(item), item]))) as [Map<string, T>, Map<string, T>, Map<string, T>];
  const moved = !same(base.map(key).filter((name) => own.has(name)), mine.map(key).filter((name) => old.has(name)));
  const names = new Set(moved ? [...own.keys(), ...other.keys()] : [...other.keys(), ...own.keys()]);
  return [...names].flatMap((name) => {
    const [before, here, there] = [old.get(name), own.get(name), other.get(name)];
    if (!here) return before || !there ? [] : [there]; // taken away here, or added there
    if (before && same(before, here)) return there ? [there] : []; // not touched here
    return [there ? fieldsOnTop(before, here, there) : here];
  });
}

function fieldsOnTop<T extends object>(before: T | undefined, here: T, there: T): T {
  const fields = Object.entries(here).map(([field, value]: [string, unknown]) => {
    const [old, other] = [before, there].map((one) => (one as Record<string, unknown> | undefined)?.[field]);
    if (same(value, old)) return [field, other];
    if (same(other, old)) return [field, value];
    return [field, Array.isArray(value) && Array.isArray(other) ? listOnTop((old ?? []) as unknown[], value, other) : !before && !value ? other : value];
  });
  return Object.fromEntries(fields) as T;
}

function listOnTop<T>(base: T[], mine: T[], theirs: T[]): T[] {
  const [old, own, other] = [base, mine, theirs].map((list) => new Set(list.map((one) => JSON.stringify(one)))) as [Set<string>, Set<string>, Set<string>];
  const stay = theirs.filter((one) => own.has(JSON.stringify(one)) || !old.has(JSON.stringify(one)));
  return [...stay, ...mine.filter((one) => !old.has(JSON.stringify(one)) && !other.has(JSON.stringify(one)))];
}
