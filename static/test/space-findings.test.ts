import assert from "node:assert/strict";
import test from "node:test";
import { coverage, coverageTable } from "../src/space/coverage.ts";
import { resolve } from "../src/space/decisions.ts";
import { decisionOf, findings, type Observed } from "../src/space/findings.ts";
import { listsIn } from "../src/space/lists.ts";
import { changeOf } from "../src/space/plan.ts";
import { renamedIn } from "../src/space/runner.ts";
import { partsBelow } from "../src/space/tree.ts";
import { keeping, undoable } from "../src/space/ui/tidy.tsx";
import { EMPTY, vocabularyIn } from "../src/space/vocabulary.ts";

const pagesWith = (...labels: string[]) => labels.map((names, i) => ({ id: String(i + 1), labels: names.split(" ").filter(Boolean) }));
const nothing: Observed = { pages: [], vocabulary: EMPTY, spellings: [], lists: [], renames: new Map(), missing: new Set() };
const pair = (stays: string, goes: string) => ({ stays: { name: stays }, goes: { name: goes } });
const listOf = (page: string, value: string) => listsIn(`<ac:structured-macro ac:name="blog-posts"><ac:parameter ac:name="labels">${value}</ac:parameter></ac:structured-macro>`, new Set()).lists.map((list) => ({ page, list }));

const cases: [sentence: string, observed: Partial<Observed>, found: string[]][] = [
  ["nothing in a space without pages", {}, []],
  ["two spellings, with what names each of them", { pages: pagesWith("notes", "notes", "note"), spellings: [pair("notes", "note")], lists: [...listOf("9", "note,x notes"), ...listOf("8", "note")] }, ["spellings note notes: 1 page, examples 3/1,2, lists 9,8/9"]],
  ["no spellings that are not the same", { pages: pagesWith("http", "https"), spellings: [pair("http", "https")], vocabulary: vocabularyIn({ labels: [], apart: [["https", "http"]] }) }, []],
  ["no spelling that is gone by now", { pages: pagesWith("notes"), spellings: [pair("notes", "note")] }, []],
  ["a synonym in use, and not as a spelling, too", { pages: pagesWith("note", "notes"), spellings: [pair("notes", "note")], vocabulary: vocabularyIn({ labels: [{ label: "notes", synonyms: ["Note"] }] }) }, ["instead note notes: 1 page, examples 1/2, lists /"]],
  ["a retired label with its replacement, and one without", { pages: pagesWith("old older", "old"), vocabulary: vocabularyIn({ labels: [{ label: "old", retired: true, replacement: "new" }, { label: "older", retired: true }] }) }, ["instead old new: 2 pages, examples 1,2/, lists /", "retired older: 1 page, examples 1, lists "]],
  ["a label that came back, as that alone", { pages: pagesWith("note"), renames: new Map([["note", "notes"]]), vocabulary: vocabularyIn({ labels: [{ label: "notes", synonyms: ["note"] }] }) }, ["returned note notes: 1 page, examples 1/, lists /"]],
  ["a label that came back and whose place another took", { pages: pagesWith("a"), renames: new Map([["a", "b"], ["b", "c"]]), vocabulary: vocabularyIn({ labels: [{ label: "c", synonyms: ["b"] }] }) }, ["returned a c: 1 page, examples 1/, lists /"]],
  ["a label that came back, as the vocabulary knows", { pages: pagesWith("note nota"), vocabulary: vocabularyIn({ labels: [{ label: "notes", was: [{ name: "note", until: "2026-05" }, { name: "nota", until: "2026-05" }] }, { label: "nota" }] }) }, ["returned note notes: 1 page, examples 1/, lists /"]],
  ["several of a group, by which they are", { pages: pagesWith("how-to reference x", "reference how-to", "how-to", "how-to tutorial"), vocabulary: vocabularyIn({ groups: [{ name: "Kind", oneOf: true }, { name: "Other" }], labels: [{ label: "how-to", group: "Kind" }, { label: "reference", group: "Kind" }, { label: "tutorial", group: "Kind" }, { label: "x", group: "Other" }] }) }, ["one_of Kind how-to reference: 2 pages, examples 1,2/1,2, lists /", "one_of Kind how-to tutorial: 1 page, examples 4/4, lists /"]],
  ["no label to use in place of itself", { pages: pagesWith("howto"), vocabulary: vocabularyIn({ labels: [{ label: "how-to", synonyms: ["howto"], was: [{ name: "howto", until: "2026-05" }], retired: true, replacement: "howto" }] }) }, []],
  ["a list of a label that no page has", { pages: pagesWith("a"), lists: [...listOf("1", "a,b"), ...listOf("2", "-b"), ...listOf("3", "c")], missing: new Set(["b"]) }, ["nowhere b: 0 pages, examples , lists 1,2"]],
  ["most pages first", { pages: pagesWith("a1 b1 c", "a1 b1 c", "a2", "b1 b2", "b2"), spellings: [pair("a1", "a2"), pair("b1", "b2")] }, ["spellings b2 b1: 2 pages, examples 4,5/1,2,4, lists /", "spellings a2 a1: 1 page, examples 3/1,2, lists /"]],
];
for (const [sentence, observed, found] of cases) {
  test(`findings are ${sentence}`, () => {
    const told = findings({ ...nothing, ...observed }).map(({ key, ids, examples, lists }) => `${key}: ${ids.length} page${ids.length === 1 ? "" : "s"}, examples ${examples.map((ids) => ids.join()).join("/")}, lists ${lists.map((ids) => ids.join()).join("/")}`);
    assert.deepEqual(told, found);
  });
}
test("a finding is one decision, of spellings either way", () => {
  const [spelling] = findings({ ...nothing, pages: pagesWith("a", "b"), spellings: [pair("a", "b")] });
  assert.deepEqual([decisionOf(spelling!), decisionOf(spelling!, true)], [{ from: "b", to: "a" }, { from: "a", to: "b" }]);
  const [retired] = findings({ ...nothing, pages: pagesWith("a"), vocabulary: vocabularyIn({ labels: [{ label: "a", retired: true }] }) });
  assert.deepEqual(decisionOf(retired!, true), { from: "a" });
  const [list] = findings({ ...nothing, lists: listOf("1", "a"), missing: new Set(["a"]) });
  assert.equal(decisionOf(list!), undefined);
});

test("which label of a group stays is decided of the pages that are shown, and of no others", () => {
  const vocabulary = vocabularyIn({ groups: [{ name: "K", oneOf: true }], labels: ["a", "b", "c"].map((label) => ({ label, group: "K" })) });
  const [two, three] = findings({ ...nothing, pages: pagesWith("a b", "a b c"), vocabulary });
  assert.deepEqual([...keeping(two!, "a"), ...keeping(three!, "b")].map(({ decision }) => decision), [{ from: "b", to: "a", pages: ["1"] }, { from: "a", to: "b", pages: ["2"] }, { from: "c", to: "b", pages: ["2"] }]);
});
test("where the label of a group that stays is gone by then, the page has it in place of the others, and nothing is renamed by that", () => {
  const vocabulary = vocabularyIn({ groups: [{ name: "K", oneOf: true }], labels: ["a", "b", "c"].map((label) => ({ label, group: "K" })) });
  const [found] = findings({ ...nothing, pages: pagesWith("a b c", "a b c"), vocabulary });
  const decisions = keeping(found!, "b").map(({ decision }) => decision);
  const { rules, refused } = resolve(decisions);
  const becomes = (id: string, ...names: string[]) => changeOf(rules, { id, labels: names.map((name) => ({ name, prefix: "global" })) });
  assert.deepEqual(refused, []);
  assert.deepEqual(becomes("1", "a", "b", "c", "x"), { add: [], remove: ["a", "c"] });
  assert.deepEqual(becomes("2", "a", "c"), { add: ["b"], remove: ["a", "c"] });
  assert.deepEqual([becomes("2", "x"), becomes("3", "a", "c")], [{ add: [], remove: [] }, { add: [], remove: [] }]);
  assert.deepEqual(renamedIn({ decisions, without: [] }), [], "no synonym comes of it");
});

//  1 ─ 2 ─ 3        7 (its parent is not among them)
//    └ 4 ─ 5        8 and 9 are each other's parent, b is a blog post
const inTree = (id: string, parent: string | undefined) => ({ id, parent, labels: id === "3" ? ["how-to"] : id === "5" ? ["x"] : [] });
const tree = [["1", ""], ["2", "1"], ["3", "2"], ["4", "1"], ["5", "4"], ["7", "99"], ["8", "9"], ["9", "8"], ["b"]].map(([id, parent]) => inTree(id!, parent));
const wide = ["11", "12"].map((id) => inTree(id, "9"));
const places: [sentence: string, pages: typeof tree, below: string, parts: Record<string, string>][] = [
  ["of a space, where most of it is below one page", tree, "", { 2: "2", 3: "2", 4: "4", 5: "4", 7: "7", 8: "9", 9: "9" }],
  ["of a space, where no page has most of it", [...tree, ...wide], "", { 1: "1", 2: "1", 3: "1", 4: "1", 5: "1", 7: "7", 8: "9", 9: "9", 11: "9", 12: "9" }],
  ["below a page", tree, "1", { 2: "2", 3: "2", 4: "4", 5: "4" }],
  ["below a page without children", tree, "3", {}],
  ["below a page that is not there", tree, "99", { 7: "7" }],
];
for (const [sentence, pages, below, parts] of places) {
  test(`pages are in the parts ${sentence}`, () => assert.deepEqual(Object.fromEntries(partsBelow(pages, below)), parts));
}
test("labels and required groups are counted as a whole and by part", () => {
  const vocabulary = vocabularyIn({ groups: [{ name: "Kind", required: true }, { name: "Other" }], labels: [{ label: "how-to", group: "Kind" }] });
  assert.equal(coverage(tree, vocabulary).all.pages, tree.length);
  const found = coverage(tree, vocabulary, "1");
  assert.deepEqual(found, { groups: ["Kind"], all: { pages: 5, labelled: 2, groups: [1] }, parts: new Map([["2", { pages: 2, labelled: 1, groups: [1] }], ["4", { pages: 2, labelled: 1, groups: [0] }]]) });
  assert.equal(coverageTable(found, (id) => `=${id}`, ["Part", "Pages", "With labels"], "All"), "\ufeffPart,Pages,With labels,Kind\r\n'=2,2,1,1\r\n'=4,2,1,0\r\nAll,5,2,1\r\n");
});
test("a deep tree is walked once", () => {
  const deep = Array.from({ length: 20_000 }, (_, i) => ({ id: String(i), parent: String(i + 1) }));
  assert.equal(new Set(partsBelow(deep, "").values()).size, 1);
});

test("to look at what can be taken back changes nothing: what is out of the basket for a while comes back", () => {
  const item = (key: string) => ({ key, decision: { from: key, to: "x" } });
  const step = (what: "basket" | "later", key: string) => ({ what, key, items: what === "basket" ? [key] : [], labels: [] });
  const queue = { done: [step("basket", "a"), step("later", "b"), step("basket", "c")] };
  const keys = (...basket: string[]) => undoable({ basket: basket.map(item) }, queue).map(({ key }) => key).join();
  assert.deepEqual([keys("a", "c"), keys("c"), keys(), keys("a")], ["a,b,c", "b,c", "b", "a,b"]);
});
