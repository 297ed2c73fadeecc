import assert from "node:assert/strict";
import test from "node:test";
import { rulesOf } from "../src/space/rules.ts";
import { decisionsFor, sampleOf, together } from "../src/space/tolabel.ts";
import { vocabularyIn } from "../src/space/vocabulary.ts";

const page = (id: string, ...labels: string[]) => ({ id, labels });

const samples: [sentence: string, pages: ReturnType<typeof page>[], most: number, sample: string][] = [
  ["pages without labels teach nothing", [page("1"), page("2", "a")], 9, "2"],
  ["pages of each label come before more of the same", [..."abcdefgh"].map((id) => page(id, "often")).concat(page("x", "rare"), page("y", "rare")), 6, "a b c d x y"],
  ["what is left is filled with what was changed last", [..."abcdefgh"].map((id) => page(id, "often")).concat(page("x", "rare"), page("y", "rare")), 8, "a b c d x y e f"],
  ["a label that one page has is no reason to take it first", [page("1", "once"), page("2", "a"), page("3", "a")], 2, "2 3"],
  ["a page about everything is left out", [page("1", ...Array.from({ length: 21 }, (_, i) => `l${i}`)), page("2", "a")], 9, "2"],
];
for (const [sentence, pages, most, sample] of samples) test(sentence, () => assert.equal(sampleOf(pages, most).join(" "), sample));

const RULES = rulesOf(vocabularyIn({ groups: [{ name: "State", oneOf: true, required: true }], labels: [{ label: "draft", group: "State" }, { label: "final", group: "State" }] }));
const pairs: [sentence: string, labels: string, held: string, left: string][] = [
  ["of a group that is one of, the first stays", "draft red final", "", "draft red"],
  ["what the page has of the group stands", "final red", "draft", "red"],
  ["what the page has already is not added", "red blue", "red", "blue"],
];
const words = (text: string) => text.split(" ").filter(Boolean);
for (const [sentence, labels, held, left] of pairs) test(sentence, () => assert.deepEqual(together(words(labels), words(held), RULES), words(left)));

test("labels of many pages become one decision each, that of the most pages first", () => {
  const decisions = decisionsFor(new Map([["1", ["red"]], ["2", ["blue", "red"]], ["3", []]]));
  assert.deepEqual(decisions, [{ to: "red", pages: ["1", "2"] }, { to: "blue", pages: ["2"] }]);
  const before = [{ to: "blue", pages: ["7", "8"] }, { to: "gone", pages: [] }];
  assert.deepEqual(decisionsFor(new Map([["1", ["red"]], ["2", ["blue"]]]), before), [{ to: "blue", pages: ["7", "8", "2"] }, { to: "red", pages: ["1"] }]);
  assert.deepEqual(before[0]!.pages, ["7", "8"]);
});
