import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import test from "node:test";
import { CHECKS, FAULTS, SCOPES } from "../src/admin/health.tsx";
import { WHY } from "../src/admin/problem.tsx";
import { languageFor, sayIn } from "../src/say.ts";
import { KINDS } from "../src/problem.ts";
import { KINDS as REASONS, NOTHING } from "../src/suggest/request.ts";
import { DISPLAYS, asShell } from "../src/shell.ts";
import { TABS } from "../src/space/ui/link.ts";

type Catalogue = Record<string, string>;
const read = (language: string, folder = "src/strings"): Catalogue => JSON.parse(readFileSync(`${folder}/${language}.json`, "utf8"));
const form = /_(zero|one|two|few|many|other)$/;
/** The key of which this one is a plural form, or the key itself: "too_many" is none. */
const baseOf = (key: string, english: Catalogue) => (key.replace(form, "_other") in english ? key.replace(form, "") : key);
const placeholders = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]!).sort();
const en = read("en");

/** The values of a type's constants in the service's sources. */
function constants(file: string, type: string): string[] {
  const found = [...readFileSync(`../${file}`, "utf8").matchAll(new RegExp(`^\\t\\w+\\s+${type}\\s+= "(\\w+)"`, "gm"))].map((m) => m[1]!);
  assert.ok(found.length > 5, file);
  return found;
}
const UNSEEN = ["wrong_method", "caller_left"]; // kinds of fault that no browser of ours is told
const faults = constants("internal/fault/fault.go", "Kind").filter((kind) => !UNSEEN.includes(kind));

test("each check of the page for administrators is explained to support", () => {
  const operating = readFileSync("../docs/operating.md", "utf8");
  for (const check of CHECKS) assert.ok(operating.includes(`\`${check}\``), check);
});

// Each reason for which a name or a change is refused has its sentence, and so has each kind of fault.
const rules = constants("internal/label/label.go", "Reason").map((reason) => reason.replace(/^label_/, ""));
test("the browser knows the kinds of fault of the service, and where there is no answer two more", () => {
  assert.deepEqual([...KINDS].sort(), [...faults, "timeout", "network"].sort());
  assert.deepEqual([...FAULTS], faults);
});
test("each reason in the file of names has its sentence", () => {
  const cases: { reason?: string }[] = readFileSync("../internal/label/testdata/names.jsonl", "utf8").trim().split("\n").map((line) => JSON.parse(line));
  for (const reason of new Set(cases.flatMap((c) => c.reason ?? []))) assert.ok(`wrong.${reason}` in en, reason);
});
// Other reasons may have one of their own; the runbook names each that there is.
const runbook = readFileSync("../docs/runbook.md", "utf8");
const reasons = Object.keys(en).flatMap((key) => (/^why\./.test(key) && runbook.includes(`\`${key.slice(4)}\``) ? [key.slice(4)] : []));

const identifiers: string[] = JSON.parse(readFileSync("../atlassian-connect.json", "utf8")).modules.dynamicContentMacros[0].parameters.map((p: { identifier: string }) => p.identifier);
test("the panel and the editor know each parameter of the macro, and no other", () => assert.deepEqual(Object.keys(asShell({})).slice(-identifiers.length), identifiers));

// What each scope of the Forge app is for: its manifests say which there are.
const scopes = [...new Set(["native", "remote"].flatMap((host) => [...readFileSync(`../forge/${host}/manifest.yml`, "utf8").matchAll(/^ {4}- (\w+:[\w:-]+)$/gm)].map((m) => m[1]!)))];

// What is found and what comes of it on the page of a space, as its types say.
const FOUND = ["spellings", "instead", "retired", "returned", "one_of", "nowhere"];
const CANNOT = ["archived", "draft", "not_current", "page_full", "not_permitted", "not_found", "refused", "failed", "edited", "not_mended"];
const ENDS = ["done", "left", "stopped", "lost", "broken", "full"];

const MODES = ["free", "advise", "listed"];
// What can be wrong with a line of a file: with its name, with a vocabulary's label, or with a change.
const WRONG = ["empty", "too_long", "forbidden_character", "invisible_character", "not_unicode", "twice", "description", "synonyms", "group", "retired", "replacement", "was", "many", "mode", "follows", "groups", "apart", "labels", "json", "large", "columns", "nothing", "ambiguous", "circle"];

const catalogues: { folder: string; sources: string; alike: string[]; families: Record<string, readonly string[]>; needed: string[] }[] = [
  {
    folder: "src/strings",
    sources: "src",
    alike: [],
    families: {
      "why.": [...KINDS, ...reasons],
      "wrong.": rules,
      "note.": ["unlicensed", "draft", "old", "unsupported"],
      "export.": ["unavailable"], // said by the service in static storage format
    },
    needed: [...KINDS.map((k) => `why.${k}`), ...rules.map((r) => `wrong.${r}`)],
  },
  {
    folder: "src/editor/strings",
    sources: "src/editor",
    alike: ["display.chips", "display.compact"], // the same word in German and French
    families: { "display.": DISPLAYS },
    needed: [...identifiers.map((name) => `macro.${name}`), ...DISPLAYS.map((display) => `display.${display}`)],
  },
  { folder: "src/add/strings", sources: "src/add", alike: [], families: {}, needed: [] },
  {
    folder: "src/suggest/strings",
    sources: "src/suggest",
    alike: ["found_one", "found_other", "naming"], // "suggestion" is French, too
    families: {
      "short.": REASONS,
      "full.": REASONS,
      "nothing.": [...NOTHING, "left", "file", "applied"],
      "why.": ["bad_request", "unauthorized", "anonymous", "too_large", "rate_limited", "upstream", "unavailable", "timeout"],
    },
    needed: [],
  },
  {
    folder: "src/admin/strings",
    sources: "src/admin",
    alike: ["license.active"], // the same word in French
    families: { "": ["copySupport"] /* by reference.tsx */, "why.": WHY, "fault.": FAULTS, "scope.": SCOPES, "check.": [...CHECKS, ...CHECKS.map((check) => `${check}.fails`)], "left.": ["pages", "spaces"] },
    needed: [...WHY.map((k) => `why.${k}`), ...FAULTS.map((k) => `fault.${k}`), ...SCOPES.map((s) => `scope.${s}`), ...CHECKS.flatMap((c) => [`check.${c}`, `check.${c}.fails`])],
  },
  {
    folder: "src/space/ui/strings",
    sources: "src/space/ui",
    alike: ["fact.pages_one", "fact.pages_other", "pagesFound_one", "pagesFound_other"], // "page" is French, too
    families: { "tab.": TABS, "kind.": FOUND, "ask.": FOUND, "cannot.": CANNOT, "refused.": ["ambiguous", "circle", "contradicts", "nothing", "name"], "result.": ENDS, "step.": ["first", "mend", "last"], "state.": ["running", "done", "stopped", "undo"] },
    needed: [...FOUND.flatMap((kind) => [`kind.${kind}`, `ask.${kind}`]), ...CANNOT.map((why) => `cannot.${why}`), ...ENDS.map((end) => `result.${end}`)],
  },
  {
    folder: "src/space/ui/lists/strings",
    sources: "src/space/ui/lists",
    alike: [],
    families: { "page.": ["blogpost", "not_current", "not_permitted"], "why.": ["empty", "contradicts", "not_understood", "unsure"] },
    needed: [],
  },
  {
    folder: "src/space/ui/vocabulary/strings",
    sources: "src/space/ui/vocabulary",
    alike: ["export.csv", "export.json", "export.ttl", "description"], // names of formats; "description" is French, too
    families: { "mode.": [...MODES, ...MODES.map((mode) => `${mode}.short`)], "trouble.": ["torn", "foreign"], "wrong.": WRONG, "follow.": ["itself", "circle", "chain", "unseen", "nowhere", "failed"], "export.": ["csv", "json", "ttl"], "": ["description", "group", "synonyms", "replacement"] /* fields of an entry */ },
    needed: WRONG.map((why) => `wrong.${why}`),
  },
  { folder: "src/space/ui/numbers/strings", sources: "src/space/ui/numbers", alike: ["pages"], families: {}, needed: [] }, // the same word in French
  { folder: "src/space/ui/tolabel/strings", sources: "src/space/ui/tolabel", alike: ["applying"] /* names alone */, families: { "out.": ["not_permitted", "not_current", "failed"], "all.": ["stopped", "none", "failed"] }, needed: [] },
  { folder: "src/hosts/scopes", sources: "src/admin", alike: [], families: { "": scopes }, needed: scopes },
];
for (const { folder, sources, alike, families, needed } of catalogues) {
  const english = read("en", folder);
  const plurals = new Set(Object.keys(english).map((key) => baseOf(key, english)).filter((key) => !(key in english)));
  const languages = readdirSync(folder).map((file) => file.replace(".json", ""));

  /** The keys a language must have: plural ones in each of its forms. */
  const keysFor = (language: string): string[] => {
    const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
    const plain = Object.keys(english).filter((key) => baseOf(key, english) === key);
    return [...plain, ...[...plurals].flatMap((key) => forms.map((f) => `${key}_${f}`))].sort();
  };

  test(`${folder} has the languages promised`, () => assert.deepEqual(languages.sort(), ["de", "en", "es", "fr", "ja"]));
  for (const language of languages) {
    const catalogue = read(language, folder);
    const name = `${folder}/${language}`;
    test(`${name} has every key, in each of its plural forms, and no other`, () => {
      assert.deepEqual(Object.keys(catalogue).sort(), keysFor(language));
    });
    test(`${name} has the placeholders of English`, () => {
      // One of something may be said without its number, where that form is not of none as well.
      const alone = new Intl.PluralRules(language).select(0) !== "one";
      const wrong = Object.entries(catalogue).filter(([key, text]) => {
        const all = placeholders(english[key.replace(form, "_other")] ?? english[key]!);
        return ![all, ...(alone && key.endsWith("_one") ? [all.filter((name) => name !== "count")] : [])].some((may) => may.join() === placeholders(text).join());
      });
      assert.deepEqual(wrong, []);
    });
    test(`${name} leaves nothing empty or with space around it`, () => {
      for (const [key, text] of Object.entries(catalogue)) assert.equal(text.trim() || "empty", text, key);
    });
    if (language !== "en") {
      test(`${name} is translated`, () => {
        const same = Object.keys(catalogue).filter((key) => catalogue[key] === english[key]);
        assert.deepEqual(same.filter((key) => !alike.includes(key)), []);
      });
    }
  }
  test(`every key of ${folder} is used, and what the service says has its sentence`, () => {
    const source = readdirSync(sources).filter((f) => /\.tsx?$/.test(f)).map((f) => readFileSync(`${sources}/${f}`, "utf8")).join("\n");
    const used = (key: string) =>
      source.includes(`"${key}"`) || Object.entries(families).some(([family, ends]) => key.startsWith(family) && ends.includes(key.slice(family.length)));
    const keys = [...new Set(Object.keys(english).map((key) => baseOf(key, english)))];
    assert.deepEqual(keys.filter((key) => !used(key)), []);
    assert.deepEqual(needed.filter((key) => !(key in english)), []);
    // Each member of these families is said as it comes: with a plural or without one.
    for (const family of ["short.", "full.", "nothing."]) {
      assert.deepEqual((families[family] ?? []).filter((end) => !keys.includes(family + end)), [], family);
    }
  });
}
for (const language of ["en", "de", "fr", "es", "ja"]) {
  test(`${language} does not say that nothing is to be done where something is`, () => {
    const { "nothing.all_applied": nothing, "nothing.applied": something } = read(language, "src/suggest/strings");
    assert.ok(nothing!.startsWith(something!) && nothing !== something, something);
  });
}

const words = read("en", "src/add/strings");
const said: [sentence: string, language: string, count: number, text: string][] = [
  ["one in English", "en", 1, "1 page here"],
  ["none in English", "en", 0, "0 pages here"],
  ["none in French is singular", "fr", 0, "0 page ici"],
  ["a million in French has its own form", "fr", 1_000_000, "1 000 000 de pages ici"],
  ["a thousand in German has a dot", "de", 1000, "1.000 Seiten hier"],
  ["Japanese has one form", "ja", 1, "このスペースの 1 ページ"],
];
for (const [sentence, language, count, text] of said) {
  test(sentence, () => assert.equal(sayIn(language, read(language, "src/add/strings"), words)("uses", { count }).replace(/\s/g, " "), text));
}
test("what a language lacks is said in English", () => assert.equal(sayIn("de", {}, en)("undo"), "Undo"));
test("a value with a dollar or a brace is said as it is", () => {
  assert.equal(sayIn("en", en, en)("remove", { name: "$&{count}" }), "Remove $&{count}");
});
const locales: [locale: string, language: string][] = [["de-DE", "de"], ["de_AT", "de"], ["FR", "fr"], ["ja", "ja"], ["pt-BR", "en"], ["", "en"], ["xx-evil/../", "en"]];
for (const [locale, language] of locales) {
  test(`locale "${locale}" is said in ${language}`, () => assert.equal(languageFor(locale), language));
}
