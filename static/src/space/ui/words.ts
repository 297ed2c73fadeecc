// The words of the page of a space: a catalogue of its own, for it is opened by few.

import { catalogueIn, sayIn, type KeyOf, type Speaker } from "../../say.ts";
import en from "./strings/en.json";

export type Key = KeyOf<typeof en>;

export interface Words {
  say: Speaker<Key>;
  /** A moment as a date; "" for none. */
  date(at: number): string;
  /** A moment as a date and a time of day. */
  moment(at: number): string;
  number(value: number): string;
  percent(part: number, of: number): string;
  /** How two names stand in an order that people expect. */
  compare(a: string, b: string): number;
  /** How many pages, and attachments where a run changes those, have other labels or other lists, or have them back. */
  result(run: { undo: boolean; attachments: boolean; changed: number; mended: number }): string;
}

function wordsIn(language: string, catalogue: Record<string, string>): Words {
  const date = new Intl.DateTimeFormat(language, { dateStyle: "medium" });
  const moment = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
  const number = new Intl.NumberFormat(language);
  const percent = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 0 });
  const say = sayIn(language, catalogue, en);
  return {
    say,
    date: (at) => (at > 0 ? date.format(at) : ""),
    moment: (at) => moment.format(at),
    number: (value) => number.format(value),
    percent: (part, of) => percent.format(of ? part / of : 0),
    compare: new Intl.Collator(language, { numeric: true }).compare,
    result({ undo, attachments, changed, mended }) {
      const ended = undo ? (attachments ? "result.backOnBoth" : "result.backOn") : attachments ? "result.changedBoth" : "result.changed";
      const lists = mended > 0 ? ` ${say(undo ? "result.unmended" : "result.mended", { count: mended })}` : "";
      return say(ended, { count: changed }) + lists;
    },
  };
}

/** The words in the language the document is marked with. Falls back to English. */
export async function loadWords(): Promise<Words> {
  return wordsIn(...(await catalogueIn(new URL("space/ui/strings/", import.meta.url), en)));
}
