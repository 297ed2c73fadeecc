// The words of the tab Vocabulary and of the lists of changes: a catalogue of
// their own, loaded with them.

import type { NameProblem } from "../../../name.ts";
import { catalogueIn, isolated, sayIn, type KeyOf, type Speaker } from "../../../say.ts";
import type { Refusal } from "../../decisions.ts";
import type { Fault } from "../../interchange.ts";
import en from "./strings/en.json";

export type Key = KeyOf<typeof en>;
export interface Own {
  say: Speaker<Key>;
  /** A month such as 2026-05, as people write it. */
  month(value: string): string;
}

/** The words in the language the document is marked with. Falls back to English. */
export async function loadOwn(): Promise<Own> {
  const [language, catalogue] = await catalogueIn(new URL("space/ui/vocabulary/strings/", import.meta.url), en);
  const month = new Intl.DateTimeFormat(language, { month: "long", year: "numeric", timeZone: "UTC" });
  return { say: sayIn(language, catalogue, en), month: (value) => month.format(Date.parse(`${value}-01`)) };
}

type Why = Fault["why"] | Refusal | "columns";

/** What is wrong with a line of a file. */
export function lineOf({ say }: Own, { line, why, text = "" }: { line: number; why: Why; text?: string }): string {
  const sentence = say(`wrong.${why}` as Key, { text: why === "forbidden_character" ? text : isolated(text.slice(0, 80)) });
  return say("line", { line, why: sentence });
}

export function wrongName({ say }: Own, { rule, character }: NameProblem): string {
  return say(`wrong.${rule}`, { text: character });
}
