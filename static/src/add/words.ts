// The words of adding by typing: a catalogue of their own, because most people
// who open a page never type one.

import { fetchCatalogue, languageFor, sayIn, type KeyOf, type Speaker } from "../say.ts";
import en from "./strings/en.json";

export type Words = Speaker<KeyOf<typeof en>>;

/** The words in the language the document is marked with. Falls back to English. */
export async function loadWords(): Promise<Words> {
  const language = languageFor(document.documentElement.lang);
  const catalogue = language === "en" ? en : await fetchCatalogue(new URL("add/strings/", import.meta.url), language).catch(() => undefined);
  return catalogue ? sayIn(language, catalogue, en) : sayIn("en", en, en);
}
