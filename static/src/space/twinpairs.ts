// The twins among thousands of labels, as internal/twin finds them: a test there
// compares the two. Pure.

import { compare, formOf, type Form, type Likeness } from "../twin.ts";

/** A label and on how many pages it is. */
export interface Label {
  name: string;
  pages: number;
}

/** Two labels that are or may be one: stays is the spelling that more pages have, of equals the shorter, then the first. */
export interface Pair {
  stays: Label;
  goes: Label;
  likeness: Exclude<Likeness, "no">;
}

/** With how many others of the same key, or that differ in the same place, a label is compared. */
const MOST_ALIKE = 20;

const IN_A_STEP = 100; // labels, and groups of them

/** Stops after some work each, so that others can work between. The work grows with the length of all names together. */
export function* pairsInSteps(labels: Label[]): Generator<undefined, Pair[]> {
  const forms: Form[] = [];
  const groups = new Map<string, number[]>(); // labels that share a key, or what is left of a word without a letter or two
  for (const [i, { name }] of labels.entries()) {
    const form = formOf(name);
    forms.push(form);
    for (const key of [form.key, ...form.others, ...form.words, ...without(form)]) {
      const group = groups.get(key);
      if (!group) groups.set(key, [i]);
      else if (group.at(-1) !== i) group.push(i);
    }
    if (i % IN_A_STEP === 0) yield;
  }
  const pairs: Pair[] = [];
  const seen = new Set<number>();
  let steps = 0;
  for (const group of groups.values()) {
    if (group.length < 2) continue;
    if (++steps % IN_A_STEP === 0) yield;
    group.forEach((i, n) => {
      for (const j of group.slice(Math.max(0, n - MOST_ALIKE), n)) {
        const pair = j * labels.length + i;
        if (labels[i]!.name === labels[j]!.name || seen.has(pair)) continue;
        seen.add(pair);
        const likeness = compare(forms[i]!, forms[j]!);
        if (likeness !== "no") pairs.push({ ...order(labels[j]!, labels[i]!), likeness });
      }
    });
  }
  return pairs;
}

function order(a: Label, b: Label): { stays: Label; goes: Label } {
  const first = a.pages !== b.pages ? a.pages > b.pages : [...a.name].length <= [...b.name].length;
  return first ? { stays: a, goes: b } : { stays: b, goes: a };
}

const MOST_WITHOUT = 400;
const LONGEST_WITH_TWO = 20;

/** What two names share if one is misspelt: a word of it without any letter, in a long word without any two. */
function without({ parts }: Form): string[] {
  const shorter: string[] = [];
  parts.forEach((part, i) => {
    const word = [...part];
    const n = word.length;
    if (n < 5 || n > 40) return;
    const before = parts.slice(0, i).join("-") + "\0";
    const after = "\0" + parts.slice(i + 1).join("-");
    const add = (...parts: string[][]) => shorter.length < MOST_WITHOUT && shorter.push(before + parts.flat().join("") + after);
    add(word);
    for (let j = 1; j < n; j++) add(word.slice(0, j), word.slice(j + 1)); // the first letter is right
    if (n < 10 || n > LONGEST_WITH_TWO) return;
    for (let j = 1; j < n; j++) for (let k = j + 1; k < n; k++) add(word.slice(0, j), word.slice(j + 1, k), word.slice(k + 1));
  });
  return shorter;
}

/** What is known of a thing: whether it is so, or undefined. */
export type Answer = boolean | undefined;

/** How many letters a name has of which a misspelling is told though the right spelling is not in the text either. */
const SHORTEST_UNSEEN = 8;

/**
 * Judges a pair that may be one by its pages: together says that a page has both
 * labels, and has whether the text of the pages with a label has a spelling. What
 * people write in their texts, they mean: of a misspelling that it is none, of
 * initials what they are short for. Undefined: two labels.
 */
export function settle(pair: Pair, together: boolean, has: (pagesWith: string, spelling: string) => Answer): Pair | undefined {
  if (pair.likeness === "sure") return pair;
  let { stays, goes } = pair;
  if (areInitials(pair)) return { ...pair, likeness: has(stays.name, goes.name) || has(goes.name, stays.name) ? "sure" : "perhaps" };
  if (together) return undefined;
  let own = has(goes.name, goes.name);
  if (own && goes.pages === stays.pages) {
    [stays, goes] = [goes, stays];
    own = has(goes.name, goes.name);
  }
  if (own) return undefined;
  const long = Math.min([...stays.name].length, [...goes.name].length) >= SHORTEST_UNSEEN;
  const sure = own === false && (long || has(goes.name, stays.name));
  return { stays, goes, likeness: sure ? "sure" : "perhaps" };
}

/** Tells the two kinds of pairs that may be one: no misspelling is told in so short a name. */
function areInitials({ stays, goes }: Pair): boolean {
  return [stays, goes].some(({ name }) => [...formOf(name).key].length < 5);
}

/** Whether a pair is worth a person's look: it is sure, or may be the misspelling of a long name that much fewer pages have than the other. */
export function isOffered(pair: Pair): boolean {
  const { stays, goes, likeness } = pair;
  return likeness === "sure" || (stays.pages >= 4 * goes.pages && [...goes.name].length >= SHORTEST_UNSEEN && !areInitials(pair));
}
