// The words of adding by typing: a catalogue of their own, because most people
// who open a page never type one.

import { catalogueIn, isolated, sayIn, type KeyOf, type Speaker } from "../say.ts";
import { replacedBy, type Rules, type Ruling } from "../space/rules.ts";
import en from "./strings/en.json";

export type Words = Speaker<KeyOf<typeof en>>;

/** The words in the language the document is marked with. Falls back to English. */
export async function loadWords(): Promise<Words> {
  const [language, catalogue] = await catalogueIn(new URL("add/strings/", import.meta.url), en);
  return sayIn(language, catalogue, en);
}

/** Why the vocabulary is against a name: to be said beside it. */
export function advice({ why, of }: Ruling, words: Words): string {
  switch (why) {
    case "retired":
    case "unlisted":
      return words(why);
    case "synonym":
      return words("called", { label: isolated(of) });
  }
}

/** What goes from the page when a name is added; "" if nothing does. */
export function replacing(name: string, held: readonly string[], rules: Rules, words: Words): string {
  const names = replacedBy([name], held, rules);
  return names.length ? words("replaces", { names: names.map(isolated).join(", ") }) : "";
}
