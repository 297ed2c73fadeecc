// A first vocabulary for a space that has none: of the labels that it uses.

import { vocabularyIn, type Vocabulary } from "./vocabulary.ts";

interface Draft {
  vocabulary: Vocabulary;
  /** How many labels are left out: too few pages have them, they are a rarer spelling and so a synonym, or there are too many. */
  rare: number;
  spellings: number;
  more: number;
}

/** A first draft: the labels that so many pages have at least, the most used first, each with its other spellings as synonyms. */
export function draftOf(use: ReadonlyMap<string, number>, spellings: readonly { stays: string; goes: string }[], least: number): Draft {
  const goes = new Map(spellings.map((pair) => [pair.goes, pair.stays]));
  const synonyms = new Map<string, string[]>();
  for (const [name, stays] of goes) if (!goes.has(stays)) synonyms.set(stays, [...(synonyms.get(stays) ?? []), name]);
  const candidates = [...use].filter(([name]) => !goes.has(name));
  const labels = candidates.filter(([name, pages]) => pages >= least || synonyms.has(name)).sort(([, a], [, b]) => b - a);
  const vocabulary = vocabularyIn({ labels: labels.map(([label]) => ({ label, synonyms: synonyms.get(label) ?? [] })) });
  return { vocabulary, rare: candidates.length - labels.length, spellings: use.size - candidates.length, more: labels.length - vocabulary.entries.length };
}
