// The words the panel says. English is part of the bundle; the other
// languages are files beside it, fetched when the host asks for one.

import { fetchCatalogue, languageFor, sayIn, type KeyOf, type Speaker } from "./say.ts";
import en from "./strings/en.json";

export type Key = KeyOf<typeof en>;
export type Say = Speaker<Key>;

/** Whether there is a text of this key. */
export function isKey(key: string): key is Key {
  return key in en;
}

/** Fetches a language and marks the document with it. Falls back to English. */
export async function loadStrings(locale: Promise<string>): Promise<Say> {
  try {
    const language = languageFor(await locale);
    if (language === "en") return sayIn("en", en, en);
    const say = sayIn(language, await fetchCatalogue(new URL("strings/", import.meta.url), language), en);
    document.documentElement.lang = language;
    return say;
  } catch {
    return sayIn("en", en, en);
  }
}
