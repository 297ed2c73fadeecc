// The words of the macro editor, with those that Confluence says of the macro's
// parameters (build.mjs puts these into the descriptor's catalogues).

import { fetchCatalogue, languageFor, sayIn, type KeyOf, type Speaker } from "../say.ts";
import en from "./strings/en.json";

export type Words = Speaker<KeyOf<typeof en>>;

/** The words in the language the document is marked with. Falls back to English. */
export async function loadWords(): Promise<Words> {
  const language = languageFor(document.documentElement.lang);
  const catalogue = language === "en" ? en : await fetchCatalogue(new URL("editor/strings/", import.meta.url), language).catch(() => undefined);
  return catalogue ? sayIn(language, catalogue, en) : sayIn("en", en, en);
}
