// The words of what hangs on labels: a catalogue of its own, loaded with it.

import { catalogueIn, sayIn, type KeyOf, type Speaker } from "../../../say.ts";
import en from "./strings/en.json";

export type Key = KeyOf<typeof en>;

/** The words in the language the document is marked with. Falls back to English. */
export async function loadWords(): Promise<Speaker<Key>> {
  const [language, catalogue] = await catalogueIn(new URL("space/ui/lists/strings/", import.meta.url), en);
  return sayIn(language, catalogue, en);
}
