import assert from "node:assert/strict";
import test from "node:test";
import { namesIn, normalise, problemOf } from "../src/name.ts";

const names: [sentence: string, typed: string, name: string, rule?: string, character?: string][] = [
  ["a plain name stays", "roadmap", "roadmap"],
  ["capitals become small", "RoadMap", "roadmap"],
  ["space inside becomes one hyphen", "release \t notes", "release-notes"],
  ["space around goes away", "  roadmap ", "roadmap"],
  ["an ideographic space is space", "議事\u3000録", "議事-録"],
  ["a decomposed accent is composed", "cafe\u0301", "caf\u00e9"],
  ["a final sigma is kept", "ΣΟΦΟΣ", "σοφος"],
  ["hyphens and slashes are allowed", "a--b/c_d", "a--b/c_d"],
  ["an emoji made with joiners is allowed", "👩\u200d💻", "👩\u200d💻"],
  ["nothing is empty", "", "", "empty"],
  ["only space is empty", " \n ", "", "empty"],
  ["only joiners is empty", "\u200d", "\u200d", "empty"],
  ["a colon is forbidden, so that no other prefix can be written", "team:red", "team:red", "forbidden_character", ":"],
  ["the first forbidden character is named", "a#b?", "a#b?", "forbidden_character", "#"],
  ["a zero-width space is invisible", "a\u200bb", "a\u200bb", "invisible_character"],
  ["a byte order mark is invisible, not space", "\ufeffa", "\ufeffa", "invisible_character"],
  ["255 characters fit", "x".repeat(255), "x".repeat(255)],
  ["256 do not", "x".repeat(256), "x".repeat(256), "too_long"],
  ["an emoji counts twice, as in Confluence", "😀".repeat(128), "😀".repeat(128), "too_long"],
];
for (const [sentence, typed, name, rule, character] of names) {
  test(sentence, () => {
    assert.equal(normalise(typed), name);
    assert.equal(normalise(name), name, "normalising twice changes nothing");
    assert.deepEqual(problemOf(name), rule && { rule, character: character ?? "" });
  });
}

for (const character of ":;,.?&[]()#^*@!<>") {
  test(`${character} is forbidden`, () => assert.deepEqual(problemOf(`a${character}`), { rule: "forbidden_character", character }));
}

test("commas and line ends separate names, each counted once", () => {
  assert.deepEqual(namesIn("Red, blue\nred,, Dark Green "), ["red", "blue", "dark-green"]);
});

test("whatever is typed: a name without a problem has no space, no capital, no forbidden character, and stays as it is", () => {
  const pool = [..."aZß-_ ,:#é\u0301İΣ\u00a0\u3000\u0085\u200b\u200d\ufeff\u0000😀議😀\ud800"];
  let seed = 1; // the same strings in every run
  const random = (below: number) => (seed = (seed * 48271) % 2147483647) % below;
  let good = 0;
  for (let i = 0; i < 20_000; i++) {
    const typed = Array.from({ length: random(6) }, () => pool[random(pool.length)]).join("");
    const name = normalise(typed);
    assert.equal(normalise(name), name, JSON.stringify(typed));
    if (problemOf(name)) continue;
    good++;
    assert.doesNotMatch(name, /[\s:;,.?&[\]()#^*!@<>\p{Cc}]|^$/u, JSON.stringify(typed));
    assert.equal(name.toLowerCase(), name, JSON.stringify(typed));
  }
  assert.ok(good > 1_000, `${good} good names`);
});
