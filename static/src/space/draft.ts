// A first vocabulary, or more of one that there is: of the labels that a space uses.

import { vocabularyIn, type Entry, type Vocabulary } from "./vocabulary.ts";

interface Draft {
  /** New entries, and listed ones that have more synonyms. */
  vocabulary: Vocabulary;
  /** How many labels are left out: too few pages have them, they are a rarer spelling and so a synonym, or there is no room. */
  rare: number;
  spellings: number;
  more: number;
}

/** A first draft: of the labels in use that are not listed, those that so many pages have at least, the most used first, each with its other spellings as synonyms. */
export function draftOf(use: ReadonlyMap<string, number>, spellings: readonly { stays: string; goes: string }[], least: number, listed: readonly Entry[] = []): Draft {
  const known = new Set(listed.map(({ label }) => label));
  const goes = new Map<string, string>();
  const endOf = (name: string): string => (goes.has(name) ? endOf(goes.get(name)!) : name);
  // Of the pairs of a name the first one counts, and none that would close a circle.
  for (const { goes: from, stays } of spellings) {
    if (use.has(from) && (use.has(stays) || known.has(stays)) && !goes.has(from) && endOf(stays) !== from) goes.set(from, stays);
  }
  const synonyms = new Map<string, string[]>();
  for (const name of goes.keys()) synonyms.set(endOf(name), [...(synonyms.get(endOf(name)) ?? []), name]);
  const candidates = [...use].filter(([name]) => !goes.has(name));
  const labels = candidates.filter(([name, pages]) => pages >= least || synonyms.has(name)).sort(([, a], [, b]) => b - a);
  const entries = [...listed.filter(({ label }) => synonyms.has(label)), ...labels.map(([label]) => ({ label, synonyms: [] as string[] }))];
  const vocabulary = vocabularyIn({ labels: entries.map((entry) => ({ ...entry, synonyms: [...entry.synonyms, ...(synonyms.get(entry.label) ?? [])] })) });
  const meant = new Set(vocabulary.entries.flatMap((entry) => entry.synonyms));
  const said = [...goes.keys()].filter((name) => meant.has(name)).length;
  return { vocabulary, rare: candidates.length - labels.length, spellings: said, more: entries.length - vocabulary.entries.length + goes.size - said };
}
