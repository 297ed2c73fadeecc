// The words of the numbers of a space: a catalogue of their own, for few look at them.

import { catalogueIn, sayIn, type KeyOf, type Speaker } from "../../../say.ts";
import en from "./strings/en.json";

export type Say = Speaker<KeyOf<typeof en>>;

/** The words in the language the document is marked with. Falls back to English. */
export async function loadSay(): Promise<Say> {
  const [language, catalogue] = await catalogueIn(new URL("space/ui/numbers/strings/", import.meta.url), en);
  return sayIn(language, catalogue, en);
}
