// The words of the page for administrators: a catalogue of its own, because
// few people ever see it. Dates and ages are in the reader's own locale.

import type { Host } from "../host.ts";
import { catalogueIn, fetchCatalogue, sayIn, type KeyOf, type Speaker } from "../say.ts";
import en from "./strings/en.json";

export type Key = KeyOf<typeof en>;

export interface Words {
  language: string;
  say: Speaker<Key>;
  /** A moment as a date with its time; "" for none. */
  date(at: string): string;
  /** How long ago a moment was at another, such as "3 hours ago"; "" for none. */
  age(at: string, now: string): string;
}

/** The words of a catalogue, with dates as the locale writes them where it is of that language. */
export function wordsIn(language: string, catalogue: Record<string, string>, locale = language): Words {
  const told = languageOf(locale) === language ? tagOf(locale) : language;
  const date = new Intl.DateTimeFormat(told, { dateStyle: "medium", timeStyle: "short" });
  const age = new Intl.RelativeTimeFormat(told, { numeric: "auto" });
  const number = (at: string) => Date.parse(at) || 0; // the year 1 stands for never
  return {
    language,
    say: sayIn(language, catalogue, en),
    date: (at) => (number(at) > 0 ? date.format(number(at)) : ""),
    age: (at, now) => (number(at) > 0 && number(now) > 0 ? age.format(...units((number(at) - number(now)) / 1000)) : ""),
  };
}

const languageOf = (locale: string) => locale.split(/[-_]/)[0]!.toLowerCase();

function tagOf(locale: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(locale.replaceAll("_", "-"))[0];
  } catch {
    return undefined; // the browser's own
  }
}

/** Seconds in the largest unit of which there is at least one. */
function units(seconds: number): [number, Intl.RelativeTimeFormatUnit] {
  const sizes: [Intl.RelativeTimeFormatUnit, number][] = [["day", 86_400], ["hour", 3_600], ["minute", 60]];
  for (const [unit, size] of sizes) if (Math.abs(seconds) >= size) return [Math.trunc(seconds / size), unit];
  return [Math.trunc(seconds), "second"];
}

/** What each scope is for, in a language, where there are such sentences. */
export async function loadScopes(language: string): Promise<Record<string, string>> {
  return fetchCatalogue(new URL("hosts/scopes/", import.meta.url), language).catch(() => ({}));
}

/** The words in the language the document is marked with. Falls back to English. */
export async function loadWords(host: Host): Promise<Words> {
  const locale = await host.locale().catch(() => "en");
  return wordsIn(...(await catalogueIn(new URL("admin/strings/", import.meta.url), en)), locale);
}
