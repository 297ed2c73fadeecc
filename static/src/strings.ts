// The words the panel says. English is part of the bundle; the other
// languages are files beside it, fetched when the host asks for one.
//
// A value may have {placeholders}. A key that ends in _one, _many or _other is
// a plural form of the key before it, chosen by Intl.PluralRules for {count}.

import en from "./strings/en.json";

type Form<K> = K extends `${infer Base}_one` | `${infer Base}_other` ? Base : K;

/** A key of the catalogue, without its plural form. */
export type Key = Form<keyof typeof en>;
/** Says key in the reader's language. */
export type Say = (key: Key, values?: Record<string, string | number>) => string;

const LOCALES = ["de", "fr", "es", "ja"];

/** A Say for a catalogue. What the catalogue lacks is said in English. */
export function sayIn(locale: string, catalogue: Record<string, string>): Say {
  const plural = new Intl.PluralRules(locale);
  const number = new Intl.NumberFormat(locale);
  const english: Record<string, string> = en;
  return (key, values = {}) => {
    const { count } = values;
    const form = typeof count === "number" ? `${key}_${plural.select(count)}` : key;
    const text = catalogue[form] ?? catalogue[`${key}_other`] ?? english[form] ?? english[`${key}_other`] ?? key;
    return text.replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = values[name] ?? "";
      return typeof value === "number" ? number.format(value) : value;
    });
  };
}

/** The language for a host's locale such as "de-DE" or "de_DE"; "en" if there is none. */
export function languageFor(locale: string): string {
  const language = locale.split(/[-_]/)[0]!.toLowerCase();
  return LOCALES.includes(language) ? language : "en";
}

/** Fetches a language and marks the document with it. Falls back to English. */
export async function loadStrings(locale: Promise<string>): Promise<Say> {
  try {
    const language = languageFor(await locale);
    if (language === "en") return sayIn("en", en);
    const response = await fetch(new URL(`strings/${language}.json`, import.meta.url), { credentials: "omit" });
    if (!response.ok) throw new Error("no such language");
    const say = sayIn(language, await response.json());
    document.documentElement.lang = language;
    return say;
  } catch {
    return sayIn("en", en);
  }
}
