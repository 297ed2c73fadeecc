import assert from "node:assert/strict";
import test from "node:test";
import { offersFor, withListed, type Known } from "../src/inuse.ts";
import { compared, confirm, verdictOn, type World } from "../src/add/pending.ts";
import { lacking, replacedBy, rulesOf, rulingOn, type Rules } from "../src/space/rules.ts";
import { vocabularyIn } from "../src/space/vocabulary.ts";
import { formOf } from "../src/twin.ts";

const LABELS = [
  { label: "food-safety", synonyms: ["HACCP", "clean hands", "menu"], description: "What inspectors look at." },
  { label: "menu" },
  { label: "old-menu", retired: true, replacement: "menu", synonyms: ["carte"] },
  { label: "gone", retired: true },
  { label: "how-to", group: "Kind", synonyms: ["guide"] },
  { label: "decision", group: "Kind" },
  { label: "red", group: "Team" },
  { label: "old-team", group: "Lost", retired: true },
];
const GROUPS = [{ name: "Kind", oneOf: true, required: true }, { name: "Team", required: true }, { name: "Lost", required: true }];
const rules = (mode: string): Rules => rulesOf(vocabularyIn({ mode, groups: GROUPS, labels: LABELS }));

const rulings: [name: string, free: string, advise: string, listed: string][] = [
  ["food-safety", "", "", ""],
  ["haccp", "synonym food-safety", "synonym food-safety", "synonym food-safety refused"],
  ["clean-hands", "synonym food-safety", "synonym food-safety", "synonym food-safety refused"],
  ["menu", "", "", ""], // a label is itself, whatever it is a synonym of
  ["old-menu", "retired menu", "retired menu", "retired menu refused"],
  ["carte", "synonym menu", "synonym menu", "synonym menu refused"],
  ["gone", "retired", "retired", "retired refused"],
  ["other", "", "unlisted", "unlisted refused"],
];
for (const [name, ...expected] of rulings) {
  test(`${name} is ruled on as the vocabulary's mode says`, () => {
    const told = ["free", "advise", "listed"].map((mode) => {
      const ruling = rulingOn(name, rules(mode));
      return ruling ? [ruling.why, ruling.of, ruling.refused && "refused"].filter(Boolean).join(" ") : "";
    });
    assert.deepEqual(told, expected);
  });
}
test("where only what is listed is used, a retired label does not lead to one that is not", () => {
  const to = (mode: string) => rulingOn("old", rulesOf(vocabularyIn({ mode, labels: [{ label: "old", retired: true, replacement: "new" }] })))!.of;
  assert.deepEqual([to("advise"), to("listed")], ["new", ""]);
});
test("without a vocabulary nothing is ruled", () => assert.equal(rulingOn("a", rulesOf(vocabularyIn(undefined))), undefined));

test("a label of a group that is one of replaces its sibling, and nothing else goes", () => {
  const on = (...names: string[]) => replacedBy(names, ["how-to", "red", "x"], rules("free"));
  assert.deepEqual([on("decision"), on("how-to"), on("blue", "red"), on("decision", "how-to")], [["how-to"], [], [], []]);
});
test("a required group is lacking until the page has one of it, and only if it has one to offer", () => {
  assert.deepEqual(lacking([], "", rules("free")), ["Kind", "Team"]);
  assert.deepEqual(lacking(["red", "x"], "", rules("free")), ["Kind"]);
  assert.deepEqual(lacking([], "dec", rules("free")), ["Kind"]);
});

const inUse = (...names: string[]): Known[] => names.map((name, i) => ({ name, uses: Math.max(0, 9 - i), form: formOf(name) }));
const offered = (name: string, mode: string, held: string[] = [], used = ["old-menu", "haccp", "other", "menu"]) =>
  offersFor(name, withListed(inUse(...used), rules(mode)), held, "", rules(mode)).map(({ kind, name, by }) => `${kind} ${name}${by && ` by ${by}`}`);
const offers: [sentence: string, name: string, mode: string, offers: string[]][] = [
  ["a synonym leads to its label, and is still what Enter saves", "haccp", "free", ["known food-safety by haccp", "known haccp"]],
  ["so does its beginning", "cle", "advise", ["known food-safety by clean-hands", "create cle"]],
  ["a retired label leads to what replaces it", "old-menu", "free", ["known menu by old-menu", "known old-menu"]],
  ["what is retired is not offered to who did not type it", "old", "free", ["known menu by old-menu", "create old"]],
  ["listed only: a synonym is not saved itself", "haccp", "listed", ["known food-safety by haccp"]],
  ["listed only: what is not listed is neither offered nor created", "othe", "listed", []],
  ["advice does not take away what is in use", "othe", "advise", ["known other", "create othe"]],
];
for (const [sentence, name, mode, expected] of offers) test(`offers: ${sentence}`, () => assert.deepEqual(offered(name, mode), expected));
test("offers for nothing typed: what the page lacks first, then the most used, a sibling's place last", () => {
  assert.deepEqual(offered("", "free"), ["known how-to", "known decision", "known red", "known other", "known menu", "known food-safety"]);
  assert.deepEqual(offered("", "free", ["how-to", "red"]), ["known other", "known menu", "known food-safety", "known decision"]);
});

const world = (mode: string, held: string[] = []): World => ({ known: withListed(inUse("other"), rules(mode)), read: true, rules: rules(mode), held, prefix: "" });
test("names of a list are ruled on like one: refused ones stay and stop no other", () => {
  const pending = ["haccp", "new", "menu"].map((name) => ({ name, stage: "listed" as const }));
  assert.deepEqual(confirm(pending, world("listed")).add, ["menu"]);
  assert.deepEqual(confirm(pending, world("listed")).rest.map(({ name }) => name), ["haccp", "new"]);
  assert.deepEqual(confirm(pending, world("advise")).add, ["haccp", "new", "menu"], "what was seen and confirmed is the person's word");
  assert.equal(verdictOn("other", world("advise")).kind, "known");
});
test("what was entered before the vocabulary was there waits if that advises against it", () => {
  const entered = ["haccp", "new", "menu"].map((name) => ({ name, stage: "entered" as const }));
  assert.deepEqual(compared(entered, world("advise")).add, ["menu"]);
  assert.deepEqual(compared(entered, world("free")).add, ["new", "menu"]);
});
test("of two of a group of which a page has one, the second is not added unseen", () => {
  const pending = ["how-to", "decision", "menu"].map((name) => ({ name, stage: "listed" as const }));
  assert.deepEqual(confirm(pending, world("free")).add, ["how-to", "menu"]);
  assert.deepEqual(confirm(pending, world("free")).rest.map(({ name }) => name), ["decision"]);
});
