import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { namesIn, normalise, problemOf } from "../src/name.ts";

/** A line of the file that the service's test reads as well (internal/label). */
interface Case {
  case: string;
  text: string;
  name?: string;
  reason?: string;
  character?: string;
}
const cases: Case[] = readFileSync("../internal/label/testdata/names.jsonl", "utf8").trim().split("\n").map((line) => JSON.parse(line));
for (const { case: sentence, text, name, reason, character } of cases) {
  test(`${sentence}${character ? `: ${character}` : ""}`, () => {
    const got = normalise(text);
    if (reason) assert.deepEqual(problemOf(got), { rule: reason, character: character ?? "" });
    else {
      assert.equal(got, name);
      assert.equal(problemOf(got), undefined);
    }
    assert.equal(normalise(got), got, "normalising twice changes nothing");
  });
}

test("commas and line ends separate names, each counted once", () => {
  assert.deepEqual(namesIn("Red, blue\nred,, Dark Green "), ["red", "blue", "dark-green"]);
});
const separators: [script: string, list: string, names: string[]][] = [
  ["of Japanese and Chinese", "会議、予算，計画；資料", ["会議", "予算", "計画", "資料"]],
  ["of Arabic", "ميزانية، خطة؛ تقرير", ["ميزانية", "خطة", "تقرير"]],
  ["beside others", "red、blue, green；", ["red", "blue", "green"]],
];
for (const [script, list, names] of separators) {
  test(`commas and semicolons ${script} separate names as well`, () => assert.deepEqual(namesIn(list), names));
}
test("a name that is no list keeps the commas that Confluence takes", () => {
  for (const name of ["会議、予算", "خطة؛تقرير"]) {
    assert.equal(normalise(name), name);
    assert.equal(problemOf(name), undefined);
  }
});
