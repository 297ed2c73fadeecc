// The words of the suggestions: a catalogue of their own, because most people
// who open a page never ask for any.

import { catalogueIn, sayIn, type KeyOf, type Speaker } from "../say.ts";
import en from "./strings/en.json";

export interface Words {
  say: Speaker<KeyOf<typeof en>>;
  /** Joins things as a list does in a sentence. */
  list(items: string[]): string;
}

/** The words of a catalogue. */
export function wordsIn(language: string, catalogue: Record<string, string>): Words {
  const list = new Intl.ListFormat(language, { type: "conjunction" });
  return { say: sayIn(language, catalogue, en), list: (items) => list.format(items) };
}

/** The words in the language the document is marked with. Falls back to English. */
export async function loadWords(): Promise<Words> {
  return wordsIn(...(await catalogueIn(new URL("suggest/strings/", import.meta.url), en)));
}
