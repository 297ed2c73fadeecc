// Why a label is suggested, in words: short for the suggestion itself, in a
// whole sentence for who wants to know.

import { isolated } from "../say.ts";
import type { Reason } from "./request.ts";
import type { Words } from "./words.ts";

/** Why a label is suggested, in a few words: its strongest reason, and whether it is a guess. */
export function whyInShort([strongest]: Reason[], guess: boolean, words: Words): string {
  const why = strongest ? inShort(strongest, words) : "";
  return guess ? words.say("guess", { why: isolated(why) }) : why;
}

/** A reason in a few words. */
export function inShort(reason: Reason, words: Words): string {
  return words.say(`short.${reason.kind}`, values(reason, words));
}

/** A reason in a sentence without its full stop. */
export function inFull(reason: Reason, words: Words): string {
  const sentence = words.say(`full.${reason.kind}`, values(reason, words));
  if (!reason.titles.length) return sentence;
  return words.say("naming", { what: sentence, names: words.list(reason.titles.map((title) => words.say("quoted", { text: isolated(title) }))) });
}

function values({ text, where, count, of, words: about }: Reason, { list }: Words): Record<string, string | number> {
  return { text: isolated(text), where: isolated(where), count, of, words: list(about.map(isolated)) };
}
