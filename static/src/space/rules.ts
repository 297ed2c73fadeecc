// What a vocabulary says of names that somebody is about to put on a page: which
// are not meant to be used and what is used instead, which label takes the place
// of which, and what a page still lacks.

import { insteadOf, type Entry, type Group, type Mode, type Vocabulary } from "./vocabulary.ts";

export interface Rules {
  mode: Mode;
  entries: ReadonlyMap<string, Entry>;
  /** Of what is not to be used, what is. */
  instead: ReadonlyMap<string, string>;
  /** Of a label, the names that lead to it. */
  ways: ReadonlyMap<string, readonly string[]>;
  groups: ReadonlyMap<string, Group>;
}

/** Why a name is not meant to be used. */
export interface Ruling {
  /** retired: known, and not used any more. synonym: another label means it. unlisted: not in the vocabulary. */
  why: "retired" | "synonym" | "unlisted";
  /** The label to use instead, "" if none is known. */
  of: string;
  /** It is no label here, whoever asks for it; else only advised against. */
  refused: boolean;
}

export function rulesOf(vocabulary: Vocabulary): Rules {
  const entries = new Map(vocabulary.entries.map((entry) => [entry.label, entry]));
  // Where only what is listed is used, nothing leads to what is not.
  const instead = new Map([...insteadOf(vocabulary)].filter(([, label]) => vocabulary.mode !== "listed" || isListed(entries.get(label))));
  const ways = new Map<string, string[]>();
  for (const [name, label] of instead) {
    const others = ways.get(label);
    if (others) others.push(name);
    else ways.set(label, [name]);
  }
  return { mode: vocabulary.mode, entries, instead, ways, groups: new Map(vocabulary.groups.map((group) => [group.name, group])) };
}

function isListed(entry: Entry | undefined): boolean {
  return entry !== undefined && !entry.retired;
}

/** What speaks against a name; undefined if nothing does. */
export function rulingOn(name: string, { mode, entries, instead }: Rules): Ruling | undefined {
  const entry = entries.get(name);
  const of = instead.get(name) ?? "";
  if (isListed(entry) || (mode === "free" && !entry && !of)) return undefined;
  return { why: entry ? "retired" : of ? "synonym" : "unlisted", of, refused: mode === "listed" };
}

/** The labels of a page that go when these are added: of a group that is "one of", a page has one. */
export function replacedBy(names: readonly string[], held: readonly string[], { entries, groups }: Rules): string[] {
  const taken = new Set(names.map((name) => oneOfGroup(name, { entries, groups })));
  return held.filter((label) => {
    const group = oneOfGroup(label, { entries, groups });
    return group && taken.has(group) && !names.includes(label);
  });
}

/** The name of a label's group, if a page has one of it at most; "" else. */
export function oneOfGroup(name: string, { entries, groups }: Pick<Rules, "entries" | "groups">): string {
  const group = entries.get(name)?.group ?? "";
  return groups.get(group)?.oneOf ? group : "";
}

/** The required groups of which a page with these labels has none, and could have one that begins with prefix. */
export function lacking(held: readonly string[], prefix: string, { entries, groups }: Rules): string[] {
  const required = [...groups.values()].filter((group) => group.required).map(({ name }) => name);
  if (!required.length) return [];
  const has = new Set(held.map((label) => entries.get(label)?.group));
  const left = required.filter((name) => !has.has(name));
  const offered = new Set(left.length ? [...entries.values()].flatMap((entry) => (!entry.retired && entry.label.startsWith(prefix) ? [entry.group] : [])) : []);
  return left.filter((name) => offered.has(name));
}
