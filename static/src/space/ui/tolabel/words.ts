// The words of labelling page after page: a catalogue of their own, and that of
// suggestions for the reasons. Both are fetched with the part, in one language.

import { fetchCatalogue, languageFor, sayIn, type KeyOf, type Speaker } from "../../../say.ts";
import type { Words as Reasons } from "../../../suggest/words.ts";
import type reasons from "../../../suggest/strings/en.json";
import type en from "./strings/en.json";

export type Say = Speaker<KeyOf<typeof en>>;

/** The words in the language the document is marked with. Rejects if they are not there. */
export async function loadWords(): Promise<{ own: Say; reasons: Reasons }> {
  const language = languageFor(document.documentElement.lang);
  const fetched = async <English extends Record<string, string>>(folder: string) => {
    const catalogue = (await fetchCatalogue(new URL(folder, import.meta.url), language)) as English;
    return sayIn(language, catalogue, catalogue);
  };
  const [own, say] = await Promise.all([fetched<typeof en>("space/ui/tolabel/strings/"), fetched<typeof reasons>("suggest/strings/")]);
  const list = new Intl.ListFormat(language, { type: "conjunction" });
  return { own, reasons: { say, list: (items) => list.format(items) } };
}
