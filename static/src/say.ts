// How a catalogue of words is said in the reader's language.
//
// A value may have {placeholders}. A key that ends in _one, _many or _other is
// a plural form of the key before it, chosen by Intl.PluralRules for {count}.

type Form<K> = K extends `${infer Base}_one` | `${infer Base}_other` ? Base : K;

/** A key of a catalogue, without its plural form. */
export type KeyOf<English> = Form<keyof English>;
/** Says key in the reader's language. */
export type Speaker<Key> = (key: Key, values?: Record<string, string | number>) => string;
type Catalogue = Record<string, string>;

const LOCALES = ["de", "fr", "es", "ja"];

/** A speaker of a catalogue. What the catalogue lacks is said in English. */
export function sayIn<English extends Catalogue>(locale: string, catalogue: Catalogue, english: English): Speaker<KeyOf<English>> {
  const plural = new Intl.PluralRules(locale);
  const number = new Intl.NumberFormat(locale);
  return (key, values = {}) => {
    const { count } = values;
    const base = key as string;
    const form = typeof count === "number" ? `${base}_${plural.select(count)}` : base;
    const find = (words: Catalogue) => words[form] ?? words[`${base}_other`] ?? words[base];
    return (find(catalogue) ?? find(english) ?? base).replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = values[name] ?? "";
      return typeof value === "number" ? number.format(value) : value;
    });
  };
}

/** A text in a sentence, in its own direction of writing. */
export function isolated(text: string): string {
  return `\u2068${text}\u2069`;
}

/** The language for a host's locale such as "de-DE" or "de_DE"; "en" if there is none. */
export function languageFor(locale: string): string {
  const language = locale.split(/[-_]/)[0]!.toLowerCase();
  return LOCALES.includes(language) ? language : "en";
}

/** Fetches a language's catalogue, which is at folder/de.json and so on. Rejects if it is not there. */
export async function fetchCatalogue(folder: URL, language: string): Promise<Catalogue> {
  const response = await fetch(new URL(`${language}.json`, folder), { credentials: "omit" });
  if (!response.ok) throw new Error("no such language");
  return response.json();
}

/** The catalogue at folder in the language the document is marked with, and that language; English where there is none. */
export async function catalogueIn(folder: URL, english: Catalogue): Promise<[language: string, catalogue: Catalogue]> {
  const language = languageFor(document.documentElement.lang);
  if (language === "en") return ["en", english];
  return fetchCatalogue(folder, language).then(
    (catalogue) => [language, catalogue],
    () => ["en", english],
  );
}
