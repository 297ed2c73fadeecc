// The words of the macro editor, with those that Confluence says of the macro's
// parameters (build.mjs puts these into the descriptor's catalogues).

import { catalogueIn, sayIn, type KeyOf, type Speaker } from "../say.ts";
import en from "./strings/en.json";

export type Words = Speaker<KeyOf<typeof en>>;

/** The words in the language the document is marked with. Falls back to English. */
export async function loadWords(): Promise<Words> {
  const [language, catalogue] = await catalogueIn(new URL("editor/strings/", import.meta.url), en);
  return sayIn(language, catalogue, en);
}
