import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import test from "node:test";
import { languageFor, sayIn } from "../src/strings.ts";
import { KINDS } from "../src/service.ts";
import { RULES } from "../src/name.ts";

type Catalogue = Record<string, string>;
const read = (language: string): Catalogue => JSON.parse(readFileSync(`src/strings/${language}.json`, "utf8"));
const languages = readdirSync("src/strings").map((file) => file.replace(".json", ""));
const en = read("en");
const form = /_(zero|one|two|few|many|other)$/;
const placeholders = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort();
const plurals = new Set(Object.keys(en).flatMap((key) => (form.test(key) ? [key.replace(form, "")] : [])));

/** The keys a language must have: plural ones in each of its forms. */
function keysFor(language: string): string[] {
  const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
  const plain = Object.keys(en).filter((key) => !form.test(key));
  return [...plain, ...[...plurals].flatMap((key) => forms.map((f) => `${key}_${f}`))].sort();
}

test("the languages are those promised", () => assert.deepEqual(languages.sort(), ["de", "en", "es", "fr", "ja"]));
for (const language of languages) {
  const catalogue = read(language);
  test(`${language} has every key, in each of its plural forms, and no other`, () => {
    assert.deepEqual(Object.keys(catalogue).sort(), keysFor(language));
  });
  test(`${language} has the placeholders of English`, () => {
    for (const [key, text] of Object.entries(catalogue)) {
      const english = en[key] ?? en[key.replace(form, "_other")]!;
      assert.deepEqual(placeholders(text), placeholders(english), key);
    }
  });
  test(`${language} leaves nothing empty or with space around it`, () => {
    for (const [key, text] of Object.entries(catalogue)) assert.equal(text.trim() || "empty", text, key);
  });
  if (language !== "en") {
    test(`${language} is translated`, () => {
      const same = Object.keys(catalogue).filter((key) => catalogue[key] === en[key]);
      const alike = ["editor.chips", "editor.compact"]; // the same word in German and French
      assert.deepEqual(same.filter((key) => !alike.includes(key)), []);
    });
  }
}
test("every key is used, and the kinds and rules of the service each have a sentence", () => {
  const source = readdirSync("src").filter((f) => /\.tsx?$/.test(f)).map((f) => readFileSync(`src/${f}`, "utf8")).join("\n");
  const families: Record<string, readonly string[]> = {
    "why.": KINDS,
    "wrong.": RULES,
    "note.": ["unlicensed", "draft", "old", "unsupported"],
    "editor.": ["chips", "list", "compact"],
    "export.": ["unavailable"], // said by the service in static storage format
  };
  const used = (key: string) =>
    source.includes(`"${key}"`) || Object.entries(families).some(([family, ends]) => key.startsWith(family) && ends.includes(key.slice(family.length)));
  const keys = [...new Set(Object.keys(en).map((key) => key.replace(form, "")))];
  assert.deepEqual(keys.filter((key) => !used(key)), []);
  const needed = [...KINDS.map((k) => `why.${k}`), ...RULES.map((r) => `wrong.${r}`)];
  assert.deepEqual(needed.filter((key) => !(key in en)), []);
});

const said: [sentence: string, language: string, count: number, text: string][] = [
  ["one in English", "en", 1, "1 page here"],
  ["none in English", "en", 0, "0 pages here"],
  ["none in French is singular", "fr", 0, "0 page ici"],
  ["a million in French has its own form", "fr", 1_000_000, "1 000 000 de pages ici"],
  ["a thousand in German has a dot", "de", 1000, "1.000 Seiten hier"],
  ["Japanese has one form", "ja", 1, "このスペースの 1 ページ"],
];
for (const [sentence, language, count, text] of said) {
  test(sentence, () => assert.equal(sayIn(language, read(language))("uses", { count }).replace(/\s/g, " "), text));
}
test("what a language lacks is said in English", () => assert.equal(sayIn("de", {})("undo"), "Undo"));
test("a value with a dollar or a brace is said as it is", () => {
  assert.equal(sayIn("en", en)("remove", { name: "$&{count}" }), "Remove $&{count}");
});
const locales: [locale: string, language: string][] = [["de-DE", "de"], ["de_AT", "de"], ["FR", "fr"], ["ja", "ja"], ["pt-BR", "en"], ["", "en"], ["xx-evil/../", "en"]];
for (const [locale, language] of locales) {
  test(`locale "${locale}" is said in ${language}`, () => assert.equal(languageFor(locale), language));
}
