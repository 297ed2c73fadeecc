import assert from "node:assert/strict";
import test from "node:test";
import type { Host } from "../src/host.ts";
import { asShell } from "../src/shell.ts";
import { differenceOf, isNone, onTop } from "../src/space/difference.ts";
import { draftOf } from "../src/space/draft.ts";
import { csvText, fromCSV, fromJSON, jsonText, turtleText } from "../src/space/interchange.ts";
import { linesIn } from "../src/space/jsonlines.ts";
import { keptIn, shardsOf, type Kept, type Property } from "../src/space/shards.ts";
import { modelOf } from "../src/space/ui/model.ts";
import { keyIn } from "../src/space/ui/vocabulary/following.ts";
import { EMPTY, foundOf, insteadOf, jsonOf, renamed, setApart, unrenamed, vocabularyIn, whyNotFollow, withFollowed, type Vocabulary } from "../src/space/vocabulary.ts";
import { FakeSpace } from "./fake-space.ts";
import { seeded } from "./seeded.ts";

const vocabulary = (value: object): Vocabulary => vocabularyIn(value);
const labels = ({ entries }: Vocabulary) => entries.map(({ label }) => label);
const bytes = (value: unknown) => Buffer.byteLength(JSON.stringify(value));

test("a vocabulary has what is written in it", () => {
  const value = {
    mode: "listed",
    follows: "98",
    groups: [{ name: "Type", oneOf: true }, { name: "Team", required: true }],
    labels: [
      { label: "how-to", description: "Steps", group: "Type", synonyms: ["guide"], was: [{ name: "howto", until: "2026-05" }] },
      { label: "old", retired: true, replacement: "how-to" },
    ],
    apart: [["http", "https"]],
  };
  assert.deepEqual(jsonOf(vocabularyIn(value)), value);
});
const read: [sentence: string, value: unknown, json: object][] = [
  ["nothing", null, { labels: [] }],
  ["a word", "RAW", { labels: [] }],
  ["a list", [{ label: "a" }], { labels: [] }],
  ["fields that are none", { mode: "RAW", follows: "x", groups: 7, labels: { a: 1 }, apart: "no" }, { labels: [] }],
  ["what was called only", { labels: [{ label: "a" }], only: true }, { mode: "listed", labels: [{ label: "a" }] }],
  ["entries that are none", { labels: [null, 7, "a", [], { label: 7 }, { label: "A" }, { label: "a:b" }] }, { labels: [] }],
  ["a label twice", { labels: [{ label: "a", description: "first" }, { label: "a" }] }, { labels: [{ label: "a", description: "first" }] }],
  ["synonyms that are none", { labels: [{ label: "a", synonyms: ["b", "b", "", " ", 7, "a", "x".repeat(101), "  c\nd "] }] }, { labels: [{ label: "a", synonyms: ["b", "c d"] }] }],
  ["what turns a text around", { labels: [{ label: "a", description: "\u202eb\u0000\ud800c" }] }, { labels: [{ label: "a", description: "b c" }] }],
  ["a replacement of what is not retired", { labels: [{ label: "a", replacement: "b" }, { label: "c", retired: true, replacement: "c" }] }, { labels: [{ label: "a" }, { label: "c", retired: true }] }],
  ["history that is none", { labels: [{ label: "a", was: [null, { name: "b" }, { name: "B", until: "2026-05" }, { name: "b", until: "May" }, { name: "c", until: "2026-00" }, { name: "d", until: "2026-13" }, { name: "e", until: "2026-12" }] }] }, { labels: [{ label: "a", was: [{ name: "e", until: "2026-12" }] }] }],
  ["groups that are none", { groups: [null, { name: "" }, { name: "g", oneOf: 1 }, { name: "g" }], labels: [] }, { groups: [{ name: "g" }], labels: [] }],
  ["pairs that are none", { labels: [], apart: [["b", "a"], ["a", "b"], ["a", "a"], ["a"], 7, ["A", "b"]] }, { labels: [], apart: [["a", "b"]] }],
];
for (const [sentence, value, json] of read) {
  test(`a vocabulary is read from ${sentence}`, () => assert.deepEqual(jsonOf(vocabularyIn(value)), json));
}
test("a vocabulary is bounded in all that it has", () => {
  const many = <T>(count: number, make: (i: number) => T) => Array.from({ length: count }, (_, i) => make(i));
  const huge = vocabulary({
    groups: many(300, (i) => ({ name: `g${i}${"x".repeat(300)}` })),
    labels: many(6_000, (i) => ({ label: `l${i}`, description: "y".repeat(900), synonyms: many(i ? 1 : 50, (n) => `s${n}`), was: many(i ? 0 : 30, (n) => ({ name: `w${n}`, until: "2026-01" })) })),
    apart: many(4_000, (i) => ["a", `b${i}`]),
  });
  assert.deepEqual([huge.groups.length, huge.groups[0]!.name.length, huge.entries.length, huge.apart.length], [100, 100, 5_000, 2_000]);
  const [entry] = huge.entries;
  assert.deepEqual([entry!.description.length, entry!.synonyms.length, entry!.was.length, entry!.was.at(-1)!.name], [300, 20, 10, "w29"]);
  assert.equal(shardsOf(huge, EMPTY_KEPT), undefined, "it is more than properties may hold");
});

test("synonyms and retired labels lead to the label to use", () => {
  const one = vocabulary({
    labels: [
      { label: "a", synonyms: ["Old A", "b", "listed"] },
      { label: "b2", synonyms: ["b"] },
      { label: "listed" },
      { label: "r1", retired: true, replacement: "r2" },
      { label: "r2", retired: true, replacement: "a", synonyms: ["r0"] },
      { label: "r3", retired: true, replacement: "elsewhere" },
      { label: "r4", retired: true },
      { label: "c1", retired: true, replacement: "c2" },
      { label: "c2", retired: true, replacement: "c1" },
      { label: "how-to", synonyms: ["howto"], retired: true, replacement: "howto" }, // which is nothing to use in place of itself
    ],
  });
  assert.deepEqual(Object.fromEntries(insteadOf(one)), { "old-a": "a", b: "a", r0: "a", r1: "a", r2: "a", r3: "elsewhere", "how-to": "howto" });
});
test("after a rename the old name is a synonym of the new one, and its history", () => {
  const before = vocabulary({ labels: [{ label: "x" }, { label: "note", description: "Notes", synonyms: ["memo"], was: [{ name: "nota", until: "2025-01" }] }, { label: "notes", group: "g" }] });
  const after = renamed(before, [["note", "notes"]], "2026-05");
  assert.deepEqual(jsonOf(after)["labels"], [
    { label: "x" },
    { label: "notes", description: "Notes", group: "g", synonyms: ["note", "memo"], was: [{ name: "nota", until: "2025-01" }, { name: "note", until: "2026-05" }] },
  ]);
  assert.deepEqual(labels(renamed(before, [["y", "z"]], "2026-05")), ["x", "note", "notes", "z"]);
  const followed = vocabularyIn({ labels: [{ label: "z", group: "g", description: "Of all" }] });
  const { vocabulary: joined } = withFollowed({ ...before, follows: "2" }, followed);
  const mine = renamed({ ...before, follows: "2" }, [["y", "z"]], "2026-05", joined);
  assert.deepEqual(withFollowed(mine, followed).vocabulary.entries.find(({ label }) => label === "z"), { ...followed.entries[0]!, synonyms: ["y"], was: [{ name: "y", until: "2026-05" }] }, "what a followed space says of it stays");
  const full = vocabulary({ labels: [{ label: "z", synonyms: Array.from({ length: 20 }, (_, n) => `s${n}`) }] });
  assert.deepEqual(unrenamed(renamed(full, [["y", "z"]], "2026-05"), [["y", "z"]], foundOf(full, [["y", "z"]], full)), full, "what somebody wrote does not go to make room");
});

const pairs = (text: string) => text.split(" ").map((pair) => pair.split(">") as [from: string, to: string]);
/** What a run said in a vocabulary, and what it is after that and more was taken back. */
function thereAndBack(before: Vocabulary, renames: [string, string][], followed?: Vocabulary, meanwhile = (after: Vocabulary) => after): Vocabulary {
  const after = renamed(before, renames, "2026-05", withFollowed(before, followed).vocabulary);
  return unrenamed(meanwhile(after), renames, foundOf(before, renames, withFollowed(before, followed).vocabulary), followed);
}
const HOWTO = { label: "howto", description: "Steps", group: "Kind", synonyms: ["guide"], was: [{ name: "how", until: "2026-01" }] };
const backs: [sentence: string, labels: object[], renames: string, followed: object[]][] = [
  ["an old name that was listed, in its place", [{ label: "x" }, HOWTO, { label: "y" }], "howto>how-to", []],
  ["one that was retired", [{ label: "howto", retired: true, replacement: "x" }, { label: "x" }], "howto>how-to", []],
  ["one whose new name was listed", [{ label: "how-to", description: "Steps" }], "howto>how-to", []],
  ["names of which nothing was said", [{ label: "x" }], "howto>how-to how_to>how-to a>b", []],
  ["several old names, of which one was listed", [{ label: "b", group: "g" }, { label: "x" }], "a>c b>c d>c", []],
  ["a new name that is listed in the space that is followed", [{ label: "x" }], "howto>how-to", [{ label: "how-to", description: "Of all", synonyms: ["guide"] }]],
  ["an old name that was listed, and a new one there", [{ label: "howto", synonyms: ["steps"] }], "howto>how-to", [{ label: "how-to", description: "Of all", group: "g", synonyms: ["guide"], was: [{ name: "how", until: "2026-01" }] }]],
];
for (const [sentence, labels, renames, followed] of backs) {
  test(`what a run said in a vocabulary is taken back exactly: ${sentence}`, () => {
    const before = vocabulary({ follows: followed.length ? "2" : "", labels });
    assert.deepEqual(jsonOf(thereAndBack(before, pairs(renames), followed.length ? vocabulary({ labels: followed }) : undefined)), jsonOf(before));
  });
}
test("runs that go on from each other are taken back one after the other, and nothing of them is left", () => {
  const [ab, bc] = [pairs("a>b"), pairs("b>c")];
  const first = renamed(EMPTY, [["a", "b"]], "2026-05");
  const second = renamed(first, [["b", "c"]], "2026-06");
  const back = unrenamed(second, bc, foundOf(first, bc, first));
  assert.deepEqual(jsonOf(back), jsonOf(first));
  assert.deepEqual(foundOf(first, pairs("a>b x>y"), first), { said: ["a"], made: ["y"], had: [] }, "what was said before is none of a run");
  assert.deepEqual(jsonOf(unrenamed(back, ab, foundOf(EMPTY, ab, EMPTY))), { labels: [] });
});
test("what somebody has said since a run stays when it is taken back", () => {
  const say = (label: string, more: object) => (all: Vocabulary): Vocabulary => ({ ...all, entries: all.entries.map((entry) => (entry.label === label ? { ...entry, ...more } : entry)) });
  const back = (labels: object[], meanwhile: (after: Vocabulary) => Vocabulary) => jsonOf(thereAndBack(vocabulary({ labels }), pairs("howto>how-to"), undefined, meanwhile))["labels"];
  assert.deepEqual(back([], say("how-to", { description: "New" })), [{ label: "how-to", description: "New" }]);
  assert.deepEqual(back([HOWTO], say("how-to", { description: "New" })), [{ ...HOWTO, description: "New" }]);
  assert.deepEqual(back([HOWTO], say("how-to", { retired: true, replacement: "howto" })), [{ ...HOWTO, label: "how-to", retired: true, replacement: "howto" }]);
  assert.deepEqual(back([HOWTO], (all) => ({ ...all, entries: [...all.entries, ...vocabulary({ labels: [{ label: "howto" }] }).entries] })), [{ ...HOWTO, label: "how-to" }, { label: "howto" }], "a name is listed once");
});
test("what another run said since of a new name stays with that name when the first one is taken back", () => {
  const before = vocabulary({ labels: [HOWTO] });
  const first = pairs("howto>how-to");
  const after = renamed(renamed(before, first, "2026-05"), pairs("tutorial>how-to"), "2026-06");
  assert.deepEqual(jsonOf(unrenamed(after, first, foundOf(before, first, before)))["labels"], [HOWTO, { label: "how-to", synonyms: ["tutorial"], was: [{ name: "tutorial", until: "2026-06" }] }]);
});
test("of a run that did not write down what it found, synonyms go, and entries stay", () => {
  const after = renamed(vocabulary({ labels: [{ label: "howto", group: "Kind" }] }), pairs("howto>how-to"), "2026-05");
  assert.deepEqual(jsonOf(unrenamed(after, pairs("howto>how-to")))["labels"], [{ label: "how-to", group: "Kind" }]);
});
test("a draft has the labels in use, most used first, other spellings as synonyms, and says what it leaves out", () => {
  const pair = (stays: string, goes: string) => ({ stays, goes });
  const use = new Map([["once", 1], ["a", 2], ["notes", 5], ["note", 3], ["twin", 1], ["twins", 1]]);
  const { vocabulary: draft, ...left } = draftOf(use, [pair("notes", "note"), pair("twins", "twin"), pair("note", "nota")], 2);
  assert.deepEqual(jsonOf(draft)["labels"], [{ label: "notes", synonyms: ["note"] }, { label: "a" }, { label: "twins", synonyms: ["twin"] }]);
  assert.deepEqual(left, { rare: 1, spellings: 2, more: 0 });
  assert.equal(draftOf(new Map(Array.from({ length: 5_010 }, (_, i) => [`l${i}`, 2])), [], 2).more, 10);
});
test("of a draft each rarer spelling is a synonym of a label that is in it, or a label itself", () => {
  const made = (use: [string, number][], spellings: string, listed: object[] = []) => {
    const { vocabulary: draft, ...left } = draftOf(new Map(use), pairs(spellings).map(([goes, stays]) => ({ goes: goes!, stays: stays! })), 2, vocabulary({ labels: listed }).entries);
    return [jsonOf(draft)["labels"], left];
  };
  const notes: [string, number][] = [["release-notes", 40], ["releasenote", 5], ["releasenotes", 3]];
  assert.deepEqual(made(notes, "releasenote>release-notes releasenotes>release-notes releasenotes>releasenote"), [[{ label: "release-notes", synonyms: ["releasenote", "releasenotes"] }], { rare: 0, spellings: 2, more: 0 }]);
  assert.deepEqual(made(notes, "releasenotes>releasenote releasenote>release-notes"), [[{ label: "release-notes", synonyms: ["releasenotes", "releasenote"] }], { rare: 0, spellings: 2, more: 0 }]);
  assert.deepEqual(made([["a", 2], ["b", 2]], "a>b b>a"), [[{ label: "b", synonyms: ["a"] }], { rare: 0, spellings: 1, more: 0 }], "in a circle one stays");
  assert.deepEqual(made([["release-note", 5]], "release-note>release-notes", [{ label: "release-notes", group: "g" }, { label: "x" }]), [[{ label: "release-notes", group: "g", synonyms: ["release-note"] }], { rare: 0, spellings: 1, more: 0 }], "of one that is listed");
  assert.deepEqual(made([["release-notes", 5]], "release-note>release-notes", [{ label: "release-note" }]), [[{ label: "release-notes" }], { rare: 0, spellings: 0, more: 0 }], "what is listed is no synonym");
  const full = { label: "notes", synonyms: Array.from({ length: 20 }, (_, i) => `s${i}`) };
  assert.deepEqual(made([["note", 5]], "note>notes", [full]), [[full], { rare: 0, spellings: 0, more: 1 }], "for which there is room");
});
test("labels that are not the same are remembered in order, and may be the same again", () => {
  const apart = setApart(setApart(EMPTY, "https", "http", true), "http", "https", true);
  assert.deepEqual(apart.apart, [["http", "https"]]);
  assert.deepEqual(setApart(apart, "https", "http", false).apart, []);
});
test("a vocabulary with a followed one says what both say itself", () => {
  const own = vocabulary({ mode: "listed", follows: "2", groups: [{ name: "g", required: true }], labels: [{ label: "a", description: "own" }] });
  const followed = vocabulary({ mode: "free", follows: "3", groups: [{ name: "g" }, { name: "h" }], labels: [{ label: "a" }, { label: "b" }], apart: [["a", "b"]] });
  const { vocabulary: both, unseen } = withFollowed(own, followed);
  assert.deepEqual(jsonOf(both), { mode: "listed", follows: "2", groups: [{ name: "g", required: true }, { name: "h" }], labels: [{ label: "a", description: "own" }, { label: "b" }], apart: [["a", "b"]] });
  assert.equal(unseen, false);
  assert.deepEqual(withFollowed({ ...own, follows: "" }, followed).vocabulary, { ...own, follows: "" });
});
const typed: [typed: string, key: string][] = [
  ["DS", "DS"],
  [" ~5f0-a.b ", "~5f0-a.b"],
  ["ＤＳ２", "DS2"],
  ["https://site.example/wiki/spaces/DS", "DS"],
  ["https://site.example/wiki/spaces/DS/pages/12/A+title?x=/spaces/NO", "DS"],
  ["https://site.example/wiki/spaces/%7Eme/overview", "~me"],
  ["https://site.example/wiki/display/DS/Title", "DS"],
  ["https://elsewhere.example/wiki/spaces/DS", ""],
  ["https://site.example/wiki/home", ""],
  ["two words", ""],
  ["a/b", ""],
  ["%zz", ""],
  ["", ""],
];
for (const [text, key] of typed) {
  test(`the space that "${text}" names is ${key ? `"${key}"` : "none"}`, () => assert.equal(keyIn(text, "https://site.example/wiki"), key));
}
test("who cannot see the followed vocabulary is advised at most", () => {
  const own = vocabulary({ mode: "listed", follows: "2", labels: [] });
  assert.deepEqual(withFollowed(own, undefined), { vocabulary: { ...own, mode: "advise" }, unseen: true });
});
test("no space follows itself, one that follows it, or one that follows another", () => {
  const following = (follows: string) => vocabulary({ follows, labels: [] });
  assert.deepEqual(
    [whyNotFollow("1", "1", EMPTY), whyNotFollow("1", "2", following("1")), whyNotFollow("1", "2", following("3")), whyNotFollow("1", "2", EMPTY)],
    ["itself", "circle", "chain", undefined],
  );
});

// A vocabulary of anything that one may hold.
function any(seed: number, size: number): Vocabulary {
  const { pick, chance, upTo } = seeded(seed);
  const PIECES = ["a", "B", "é", "日本", " ", "-", "=", "+", "@", "'", '"', ",", ";", "|", "\\", "<", "#", "😀", "\n", "‏א"];
  const words = () => Array.from({ length: 1 + upTo(6) }, () => pick(PIECES)).join("");
  const name = () => pick(["=a", "+b", "-c", "'d", "a/b", 'q"', "日本", "é", "x|y", "z\\"]) + upTo(size * 2);
  const some = <T>(most: number, make: () => T) => Array.from({ length: upTo(most + 1) }, make);
  return vocabularyIn({
    mode: pick(["free", "advise", "listed"]),
    follows: chance(0.3) ? String(1 + upTo(99)) : "",
    groups: some(4, () => ({ name: words(), oneOf: chance(0.5), required: chance(0.5) })),
    labels: Array.from({ length: size }, () => ({
      label: name(),
      description: chance(0.5) ? words() : "",
      group: chance(0.5) ? words() : "",
      synonyms: some(4, words),
      retired: chance(0.3),
      replacement: name(),
      was: some(2, () => ({ name: name(), until: `2026-0${1 + upTo(9)}` })),
    })),
    apart: some(4, () => [name(), name()]),
  });
}

test("what is exported, imported and exported again is the same to the byte", () => {
  for (let seed = 1; seed <= 80; seed++) {
    const one = any(seed, seed % 12);
    const json = jsonText(one);
    assert.deepEqual(fromJSON(json), { vocabulary: one, faults: [] });
    assert.equal(jsonText(fromJSON(json).vocabulary), json);
    const csv = csvText(one);
    for (const base of [one, EMPTY]) {
      const { vocabulary: back, faults } = fromCSV(csv, base);
      assert.deepEqual([back.entries, faults], [one.entries, []]);
      assert.equal(csvText(back), csv);
    }
  }
});
test("a table of other hands is read: other columns, other separators, and names as they are typed", () => {
  const { vocabulary: one, faults } = fromCSV("Description;LABEL;Retired;Group\nSteps; How To ;;Type\n;old;X;\n", vocabulary({ mode: "advise", groups: [{ name: "Team" }], labels: [{ label: "gone" }] }));
  assert.deepEqual(jsonOf(one), { mode: "advise", groups: [{ name: "Team" }, { name: "Type" }], labels: [{ label: "how-to", description: "Steps", group: "Type" }, { label: "old", retired: true }] });
  assert.deepEqual(faults, []);
  assert.deepEqual(labels(fromCSV("a\nb\n", EMPTY).vocabulary), ["a", "b"]);
});
const wrongLines: [sentence: string, text: string, faults: [line: number, why: string, text: string][]][] = [
  ["names that are none", "label\na:b\n\nok\n", [[2, "forbidden_character", ":"]]],
  ["no name", "label,group\n,x\n", [[2, "empty", ""]]],
  ["a label twice", "label\nHow To\nhow-to", [[3, "twice", "how-to"]]],
  ["what is too long", `label,description,group\na,${"x".repeat(301)},\nb,,${"y".repeat(101)}`, [[2, "description", "a"], [3, "group", "y".repeat(101)]]],
  ["too many synonyms, or one that is too long", `label,synonyms\na,${Array.from({ length: 21 }, (_, i) => i).join("|")}\nb,${"x".repeat(101)}`, [[2, "synonyms", "a"], [3, "synonyms", "b"]]],
  ["a word that is neither yes nor no", "label,retired\na,perhaps\nb,no", [[2, "retired", "a"]]],
  ["a replacement that is none, or of what is in use", "label,retired,replacement\na,yes,x:y\nb,,c\nd,yes,d", [[2, "replacement", "x:y"], [3, "replacement", "c"], [4, "replacement", "d"]]],
  ["a history that is none", "label,was\na,b in May", [[2, "was", "a"]]],
  ["nothing", "", [[1, "labels", ""]]],
  ["another encoding", "label\na\nM\ufffdtter", [[3, "not_unicode", ""]]],
  ["too much", "a".repeat(4_000_001), [[1, "large", ""]]],
  ["too many groups", `label,group\n${Array.from({ length: 102 }, (_, i) => `l${i},g${i}`).join("\n")}`, [[102, "groups", "g100"]]],
  ["too many labels", Array.from({ length: 5_002 }, (_, i) => `l${i}`).join("\n"), [[5_001, "many", "l5000"]]],
];
for (const [sentence, text, faults] of wrongLines) {
  test(`a table is refused with the line for ${sentence}`, () => assert.deepEqual(fromCSV(text, EMPTY).faults, faults.map(([line, why, text]) => ({ line, why, text }))));
}
const wrongJSON: [sentence: string, text: string, faults: [line: number, why: string, text: string][]][] = [
  ["nothing", "", [[1, "json", ""]]],
  ["what is no JSON", '{"labels": [\n  {"label": "a"},\n  {"label": b}\n]}', [[3, "json", ""]]],
  ["a text that does not end", '{\n"labels": ["a\n', [[2, "json", ""]]],
  ["what is nested without an end", "[".repeat(100_000), [[1, "json", ""]]],
  ["no list of labels", "null", [[1, "labels", ""]]],
  ["labels that are no list", '{"labels":{}}', [[1, "labels", ""]]],
  ["labels that are none", '{"labels": [\n7,\n{"label": "A: b"},\n\n{"label": "ok"}]}', [[1, "empty", ""], [3, "forbidden_character", ":"]]],
  ["fields that are not what they can be", '{"labels": [\n{"label": "a", "synonyms": [7]},\n{"label": "b", "retired": "yes"}, {"label": "c", "was": "d"}]}', [[2, "synonyms", "a"], [3, "retired", "b"], [3, "was", "c"]]],
  ["what is said of all", '{"mode": "strict",\n"follows": "DS",\n"groups": [{"name": ""}],\n"apart": [["a", "a"]],\n"labels": []}', [[1, "mode", ""], [1, "follows", ""], [3, "groups", ""], [4, "apart", ""]]],
];
for (const [sentence, text, faults] of wrongJSON) {
  test(`a JSON file is refused with the line for ${sentence}`, () => assert.deepEqual(fromJSON(text).faults, faults.map(([line, why, text]) => ({ line, why, text }))));
}
test("JSON is read as JSON.parse reads it, or refused where that refuses it", () => {
  const { pick, upTo } = seeded(11);
  const PIECES = ["{", "}", "[", "]", ",", ":", '"a"', '"\\u00e9\\n"', '"', "\\", "\n", " ", "1", "-0.5e3", "01", "true", "nul", "null", '{"a":1}', "[1,2]"];
  for (let round = 0; round < 4_000; round++) {
    const text = Array.from({ length: 1 + upTo(7) }, () => pick(PIECES)).join("");
    let wanted: unknown = linesIn;
    try {
      wanted = JSON.parse(text);
    } catch {}
    const read = linesIn(text);
    if (wanted === linesIn) assert.ok("wrong" in read, text);
    else assert.deepEqual("value" in read && read.value, wanted, text);
  }
});

const base = vocabulary({ mode: "advise", groups: [{ name: "g" }, { name: "h" }], labels: [{ label: "a", synonyms: ["x"] }, { label: "b" }, { label: "c" }], apart: [["p", "q"]] });
test("a difference says what came, changed and went", () => {
  const after = vocabulary({ mode: "listed", follows: "7", groups: [{ name: "g", oneOf: true }, { name: "i" }], labels: [{ label: "c" }, { label: "a", synonyms: ["x", "y"], group: "g" }, { label: "d" }], apart: [["p", "r"]] });
  const { changed, ...others } = differenceOf(base, after);
  assert.deepEqual(changed.map(({ after, fields }) => [after.label, fields]), [["a", ["group", "synonyms"]]]);
  assert.deepEqual({ ...others, added: others.added.map(({ label }) => label), gone: others.gone.map(({ label }) => label) }, { added: ["d"], gone: ["b"], groups: ["g", "i", "h"], apart: [["p", "r"], ["p", "q"]], mode: true, follows: true, order: true });
  assert.ok(isNone(differenceOf(base, vocabularyIn(jsonOf(base)))));
  assert.ok(!isNone(differenceOf(base, after)));
});
const tops: [sentence: string, mine: object, theirs: object, both: object][] = [
  ["other labels", { labels: [{ label: "a", synonyms: ["x"] }, { label: "b", description: "B" }, { label: "c" }] }, { labels: [{ label: "a", synonyms: ["x"], group: "g" }, { label: "c" }, { label: "b" }, { label: "n" }] }, { labels: [{ label: "a", group: "g", synonyms: ["x"] }, { label: "c" }, { label: "b", description: "B" }, { label: "n" }] }],
  ["other fields of one label", { labels: [{ label: "a", synonyms: ["y"], description: "A" }, { label: "b" }, { label: "c" }] }, { labels: [{ label: "a", synonyms: ["x", "z"], group: "g" }, { label: "b" }, { label: "c" }] }, { labels: [{ label: "a", description: "A", group: "g", synonyms: ["z", "y"] }, { label: "b" }, { label: "c" }] }],
  ["one field: mine is on top", { mode: "listed", labels: [{ label: "a", synonyms: ["x"], description: "mine" }, { label: "b" }, { label: "c" }] }, { mode: "free", labels: [{ label: "a", synonyms: ["x"], description: "theirs" }, { label: "b" }, { label: "c" }] }, { mode: "listed", labels: [{ label: "a", description: "mine", synonyms: ["x"] }, { label: "b" }, { label: "c" }] }],
  ["what the other took away", { labels: [{ label: "a", synonyms: ["x"] }, { label: "b", description: "B" }, { label: "c" }] }, { labels: [{ label: "a", synonyms: ["x"] }] }, { labels: [{ label: "a", synonyms: ["x"] }, { label: "b", description: "B" }] }],
  ["what I took away", { labels: [{ label: "a", synonyms: ["x"] }, { label: "c" }] }, { labels: [{ label: "a", synonyms: ["x"] }, { label: "b", description: "B" }, { label: "c" }] }, { labels: [{ label: "a", synonyms: ["x"] }, { label: "c" }] }],
  ["the same new label", { labels: [{ label: "a", synonyms: ["x"] }, { label: "b" }, { label: "c" }, { label: "n", description: "mine" }] }, { labels: [{ label: "a", synonyms: ["x"] }, { label: "b" }, { label: "c" }, { label: "n", group: "g" }] }, { labels: [{ label: "a", synonyms: ["x"] }, { label: "b" }, { label: "c" }, { label: "n", description: "mine", group: "g" }] }],
  ["the order", { labels: [{ label: "c" }, { label: "b" }, { label: "a", synonyms: ["x"] }] }, { labels: [{ label: "n" }, { label: "a", synonyms: ["x"] }, { label: "b" }, { label: "c" }] }, { labels: [{ label: "c" }, { label: "b" }, { label: "a", synonyms: ["x"] }, { label: "n" }] }],
];
for (const [sentence, mine, theirs, both] of tops) {
  test(`changes are put on top of somebody else's: ${sentence}`, () => {
    const rest = { mode: "advise", groups: [{ name: "g" }, { name: "h" }], apart: [["p", "q"]] };
    assert.deepEqual(jsonOf(onTop(base, vocabulary({ ...rest, ...mine }), vocabulary({ ...rest, ...theirs }))), { ...rest, ...both });
  });
}
test("groups and pairs are put on top of somebody else's", () => {
  const mine = { ...base, groups: [{ name: "g", oneOf: true, required: false }], apart: [["a", "b"] as [string, string], ...base.apart] };
  const theirs = { ...base, groups: [...base.groups, { name: "i", oneOf: false, required: true }], apart: [] };
  const { groups, apart } = onTop(base, mine, theirs);
  assert.deepEqual(groups, [{ name: "g", oneOf: true, required: false }, { name: "i", oneOf: false, required: true }]);
  assert.deepEqual(apart, [["a", "b"]]);
});
test("on top of nothing changed stands what was made here, and on top of anything stands nothing that was not changed here", () => {
  for (let seed = 1; seed <= 60; seed++) {
    const [one, two] = [any(seed, 8), any(seed + 100, 8)];
    const known = (entry: Vocabulary) => ({ ...entry, entries: [...entry.entries].sort((a, b) => (a.label < b.label ? -1 : 1)), groups: [...entry.groups].sort((a, b) => (a.name < b.name ? -1 : 1)), apart: [...entry.apart].sort() });
    assert.deepEqual(known(onTop(one, two, one)), known(two));
    assert.deepEqual(onTop(one, one, two), two);
  }
});

test("SKOS has the labels as concepts and the groups as collections", () => {
  const one = vocabulary({
    groups: [{ name: "Type" }],
    labels: [{ label: "how-to", description: 'Say "how"', group: "Type", synonyms: ["guide", "back\\slash"], was: [{ name: "howto", until: "2026-05" }] }, { label: "é/x", retired: true, replacement: "how-to" }],
  });
  assert.equal(
    turtleText(one, "https://acme.example/wiki/spaces/DS>", "Design"),
    `@prefix dct: <http://purl.org/dc/terms/> .

@prefix owl: <http://www.w3.org/2002/07/owl#> .

@prefix skos: <http://www.w3.org/2004/02/skos/core#> .

<https://acme.example/wiki/spaces/DS%3E> a skos:ConceptScheme ;
  dct:title "Design" .

<https://acme.example/wiki/spaces/DS%3E#label-how-to> a skos:Concept ;
  skos:inScheme <https://acme.example/wiki/spaces/DS%3E> ;
  skos:prefLabel "how-to" ;
  skos:altLabel "guide", "back\\\\slash" ;
  skos:scopeNote "Say \\"how\\"" ;
  skos:historyNote "howto until 2026-05" .

<https://acme.example/wiki/spaces/DS%3E#label-%C3%A9%2Fx> a skos:Concept ;
  skos:inScheme <https://acme.example/wiki/spaces/DS%3E> ;
  skos:prefLabel "é/x" ;
  owl:deprecated true ;
  dct:isReplacedBy <https://acme.example/wiki/spaces/DS%3E#label-how-to> .

<https://acme.example/wiki/spaces/DS%3E#group-Type> a skos:Collection ;
  skos:prefLabel "Type" ;
  skos:member <https://acme.example/wiki/spaces/DS%3E#label-how-to> .
`,
  );
});

const EMPTY_KEPT = { revision: 0, first: 0 };
/** Reads as who asks Confluence does, from properties whose fields come in another order. */
function keptFrom(properties: ReadonlyMap<string, unknown>): Kept & { requests: number } {
  const values = new Map<string, unknown>();
  for (let requests = 0; ; ) {
    const kept = keptIn(values);
    if (!("need" in kept)) return { ...kept, requests };
    assert.ok(kept.need.length && ++requests <= 4 && kept.need.every((key) => !values.has(key)));
    for (const key of kept.need) values.set(key, turned(properties.get(key)));
  }
}
const turned = (value: unknown): unknown =>
  !value || typeof value !== "object" || Array.isArray(value) ? value : Object.fromEntries(Object.entries(value).reverse().map(([key, one]) => [key, Array.isArray(one) ? one.map(turned) : one]));
const store = (...writes: Property[][]) => new Map<string, unknown>(writes.flat().map(({ key, value }) => [key, JSON.parse(JSON.stringify(value))]));
const large = (seed: number) => vocabulary({ mode: "advise", groups: [{ name: "g" }], labels: Array.from({ length: 250 }, (_, i) => ({ label: `l${seed}-${i}`, description: "語".repeat(80) })), apart: Array.from({ length: 1_000 }, (_, i) => ["a", `b${i}`]) });

test("a small vocabulary is read with one request, and none with one", () => {
  const small = any(3, 20);
  const kept = keptFrom(store(shardsOf(small, EMPTY_KEPT)!));
  assert.deepEqual(kept, { vocabulary: small, revision: 1, first: 0, requests: 1 });
  assert.deepEqual(keptFrom(new Map()), { vocabulary: EMPTY, revision: 0, first: 0, requests: 1 });
});
test("every shard is below 24 KB, the head comes last, and all of it comes back", () => {
  const one = large(1);
  const properties = shardsOf(one, EMPTY_KEPT)!;
  assert.ok(properties.length > 4);
  assert.equal(properties.at(-1)!.key, "labelup_vocabulary");
  for (const { value } of properties) assert.ok(bytes(value) < 24 * 1024, `${bytes(value)}`);
  assert.deepEqual(keptFrom(store(properties)), { vocabulary: one, revision: 1, first: 0, requests: 2 });
});
test("whatever the vocabulary, it comes back from its shards", () => {
  for (let seed = 1; seed <= 30; seed++) {
    const one = any(seed, seed);
    assert.deepEqual(keptFrom(store(shardsOf(one, EMPTY_KEPT)!)).vocabulary, one);
  }
});
test("a write that stops anywhere leaves the vocabulary of before, without a word", () => {
  const [first, second, third] = [large(1), large(2), any(5, 9)];
  const one = shardsOf(first, EMPTY_KEPT)!;
  const two = shardsOf(second, { revision: 1, first: 0 })!;
  const three = shardsOf(third, { revision: 2, first: 50 })!;
  for (let done = 0; done < two.length; done++) {
    assert.deepEqual(keptFrom(store(one, two.slice(0, done))), { vocabulary: first, revision: 1, first: 0, requests: 2 });
  }
  assert.deepEqual(keptFrom(store(one, two)), { vocabulary: second, revision: 2, first: 50, requests: 2 });
  for (let done = 0; done < three.length; done++) assert.equal(keptFrom(store(one, two, three.slice(0, done))).revision, 2);
  assert.deepEqual(keptFrom(store(one, two, three)), { vocabulary: third, revision: 3, first: 0, requests: 1 });
});

const [before, now] = [large(1), large(2)];
const good = store(shardsOf(before, EMPTY_KEPT)!, shardsOf(now, { revision: 1, first: 0 })!);
const HEAD = "labelup_vocabulary";
const faults: [sentence: string, changes: [key: string, value: unknown][], answer: Vocabulary, trouble: string | undefined][] = [
  ["a shard is gone", [[`${HEAD}_51`, undefined]], before, "torn"],
  ["a shard was changed", [[`${HEAD}_51`, { ...(good.get(`${HEAD}_51`) as object), labels: [{ label: "x" }] }]], before, "torn"],
  ["a shard is of another revision", [[`${HEAD}_50`, good.get(`${HEAD}_0`)]], before, "torn"],
  ["two shards changed places", [[`${HEAD}_51`, good.get(`${HEAD}_52`)], [`${HEAD}_52`, good.get(`${HEAD}_51`)]], before, "torn"],
  ["the head is something else", [[HEAD, "RAW"]], now, "foreign"],
  ["the head lost its fields", [[HEAD, { revision: 2 }]], now, "foreign"],
  ["the head counts otherwise", [[HEAD, { ...(good.get(HEAD) as object), shards: 3 }]], now, "torn"],
  ["the head and a shard are something else", [[HEAD, null], [`${HEAD}_50`, 7]], before, "foreign"],
  ["nothing is left but a head", [...good.keys()].filter((key) => key !== HEAD).map((key) => [key, undefined] as [string, unknown]), EMPTY, "torn"],
  ["a person wrote a list in place of the head", [[HEAD, { labels: [{ label: "by-hand" }] }]], vocabulary({ labels: [{ label: "by-hand" }] }), undefined],
];
for (const [sentence, changes, answer, trouble] of faults) {
  test(`where ${sentence}, the last good vocabulary is ${answer === EMPTY ? "none" : "read"}${trouble ? `, and it is told: ${trouble}` : ""}`, () => {
    const kept = keptFrom(new Map([...good, ...changes]));
    assert.deepEqual([labels(kept.vocabulary).slice(0, 2), kept.trouble], [labels(answer).slice(0, 2), trouble]);
    // What is written after it is read, and not over what was good.
    const next = shardsOf(any(4, 5), kept)!;
    if (trouble && answer !== EMPTY) assert.ok(!next.some(({ key }) => key === `${HEAD}_${kept.first}`));
    assert.deepEqual(keptFrom(new Map([...good, ...changes, ...store(next)])).vocabulary, any(4, 5));
  });
}
test("a small vocabulary whose head was changed is read from its shard, and it is told", () => {
  const small = vocabulary({ labels: [{ label: "a" }] });
  const properties = store(shardsOf(small, EMPTY_KEPT)!);
  properties.set(HEAD, { ...(properties.get(HEAD) as object), labels: [{ label: "b" }] });
  assert.deepEqual(keptFrom(properties), { vocabulary: small, revision: 1, first: 0, trouble: "foreign", requests: 2 });
});
test("whatever properties hold, something is read", () => {
  const { pick, upTo, chance } = seeded(9);
  const deep = JSON.parse("[".repeat(5_000) + "]".repeat(5_000)) as unknown;
  const VALUES = [null, undefined, 7, "RAW", [], {}, deep, { labels: deep, checksum: "x" }, ...good.values(), ...store(shardsOf(any(1, 4), EMPTY_KEPT)!).values()];
  for (let round = 0; round < 100; round++) {
    const properties = new Map([HEAD, ...[0, 1, 2, 50, 51, 52].map((n) => `${HEAD}_${n}`)].map((key) => [key, chance(0.5) ? good.get(key) : pick(VALUES)]));
    if (upTo(3) === 0) properties.set(HEAD, { revision: 1, first: 0, shards: 1 + upTo(60), checksum: "x" });
    keptFrom(properties);
  }
});

test("of two who keep a list in shards at once, who has lost writes over no shard of the other's, and keeps the own change beside it", async () => {
  const space = new FakeSpace();
  const asked = { read: async (_path: string) => {} };
  /** A tab with the page of the space. */
  const tab = (before: (path: string) => Promise<void> = async () => {}) => {
    const plain = space.confluence();
    const host = { ...plain, read: async (path: string) => (await before(path), plain.read(path)), site: async () => "" };
    return modelOf(host as unknown as Host, asShell({ view: "space", spaceId: "1", spaceKey: "DS" }));
  };
  const [first, late] = [tab(), tab((path) => asked.read(path))];
  const adding = (label: string) => (now: Vocabulary) => ({ ...now, entries: [...now.entries, ...vocabulary({ labels: [{ label }] }).entries] });
  await first.keep(() => large(1));
  const values = () => new Map([...space.properties].map(([key, { value }]) => [key, value]));
  asked.read = async (path) => {
    if (!path.includes(`key=${HEAD}_50`)) return;
    asked.read = async () => {};
    await first.keep(adding("theirs")); // and it is read back as it was written
  };
  await assert.rejects(late.keep(adding("mine")), { status: 409 });
  const kept = keptFrom(values());
  assert.deepEqual([labels(kept.vocabulary).at(-1), kept.trouble], ["theirs", undefined]);
  await late.keep(adding("mine"));
  assert.deepEqual(labels(keptFrom(values()).vocabulary).slice(-2), ["theirs", "mine"]);
  // What nobody has kept is written over: a tab that was closed may have left it.
  const left = shardsOf(large(2), keptFrom(values()))!;
  for (const { key, value } of left.slice(0, 2)) space.properties.set(key, { ...space.properties.get(key)!, value });
  await late.keep(adding("more"));
  assert.deepEqual(labels(keptFrom(values()).vocabulary).slice(-3), ["theirs", "mine", "more"]);
});
