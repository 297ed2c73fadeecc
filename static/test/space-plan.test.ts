import assert from "node:assert/strict";
import test from "node:test";
import { rowsIn, tableText } from "../src/space/csv.ts";
import { decisionsIn } from "../src/space/decisiontable.ts";
import { resolve, type Decision, type Refusal } from "../src/space/decisions.ts";
import { changedSince, changeOf, halves, inverse, onto, planFor, rest, type Change, type Obstacle, type PageState } from "../src/space/plan.ts";
import { seeded } from "./seeded.ts";

const page = (id: string, labels: string, status = "current"): PageState => ({
  id,
  status,
  labels: labels.split(" ").filter(Boolean).map((label) => ({ name: label.replace(/^(my|team):/, ""), prefix: /^(my|team):/.exec(label)?.[1] ?? "global" })),
});
const told = ({ add, remove }: Change) => [...add.map((name) => `+${name}`), ...remove.map((name) => `-${name}`)].join(" ");
const rename = (from: string, to: string): Decision => ({ from, to });

const changes: [sentence: string, decisions: Decision[], labels: string, change: string][] = [
  ["a rename", [rename("a", "b")], "a x", "+b -a"],
  ["a merge into what is there", [rename("a", "b")], "a b", "-a"],
  ["a page without the label", [rename("a", "b")], "x", ""],
  ["a name as it is typed", [rename("a", "Release Notes")], "a", "+release-notes -a"],
  ["several into one", [rename("a", "c"), rename("b", "c")], "a b", "+c -a -b"],
  ["a chain", [rename("a", "b"), rename("b", "c")], "a", "+c -a"],
  ["a chain told from its end", [rename("b", "c"), rename("a", "b")], "a b", "+c -a -b"],
  ["a chain into nothing", [rename("a", "b"), { from: "b" }], "a b x", "-a -b"],
  ["a removal", [{ from: "a" }], "a b", "-a"],
  ["an addition", [{ to: "a", pages: ["1"] }], "b", "+a"],
  ["an addition on other pages", [{ to: "a", pages: ["2"] }], "b", ""],
  ["an addition of what is renamed", [rename("a", "b"), { to: "a", pages: ["1"] }], "x", "+b"],
  ["a rename on this page alone", [{ from: "a", to: "c", pages: ["1"] }, rename("a", "b")], "a", "+c -a"],
  ["a rename here, and on from there", [{ from: "a", to: "b", pages: ["1"] }, rename("b", "c")], "a b", "+c -a -b"],
  ["all at once", [rename("a", "b"), { from: "c" }, { to: "d", pages: ["1"] }], "a c x", "+b +d -a -c"],
  ["labels of a person and of a space", [rename("a", "b"), { from: "c" }], "my:a team:c a", "+b -a"],
  ["a name that nobody could give any more", [rename("a\u200bb", "ab")], "a\u200bb", "+ab -a\u200bb"],
];
for (const [sentence, decisions, labels, change] of changes) {
  test(`a page is changed by ${sentence}`, () => {
    const { rules, refused } = resolve(decisions);
    assert.deepEqual(refused, []);
    assert.equal(told(changeOf(rules, page("1", labels))), change);
  });
}

const refusals: [sentence: string, decisions: Decision[], reasons: Refusal[]][] = [
  ["a swap", [rename("a", "b"), rename("b", "a")], ["circle", "circle"]],
  ["a circle of three, and not what leads into it", [rename("x", "a"), rename("a", "b"), rename("b", "c"), rename("c", "a")], ["circle", "circle", "circle"]],
  ["a circle of which one part holds on a page", [rename("b", "a"), { from: "a", to: "b", pages: ["1", "2"] }], ["circle"]],
  ["two targets", [rename("a", "b"), rename("a", "c")], ["ambiguous"]],
  ["a target and a removal", [{ from: "a" }, rename("a", "c")], ["ambiguous"]],
  ["a target and a removal on a page", [{ from: "a", pages: ["1"] }, { from: "a", to: "c", pages: ["2", "1"] }], ["ambiguous"]],
  ["the same name", [rename("a", "A")], ["nothing"]],
  ["no name", [{}, { to: "a" }], ["nothing", "nothing"]],
  ["a name that is none", [rename("a", "b:c"), rename("a", "  ")], ["forbidden_character", "empty"]],
  ["what is added and removed", [{ to: "a", pages: ["1"] }, { from: "a", pages: ["1", "2"] }], ["contradicts"]],
  ["what is removed everywhere and added", [{ from: "a" }, { to: "a", pages: ["1"] }], ["contradicts"]],
  ["the same twice, which is no fault", [rename("a", "b"), rename("a", "B")], []],
];
for (const [sentence, decisions, reasons] of refusals) {
  test(`decisions are refused: ${sentence}`, () => assert.deepEqual(resolve(decisions).refused.map(({ reason }) => reason), reasons));
}
test("what leads into a circle is a rename like another", () => {
  const { rules } = resolve([rename("x", "a"), rename("a", "b"), rename("b", "a")]);
  assert.deepEqual(rules.everywhere, new Map([["x", "a"]]));
});

const names = (prefix: string, count: number) => Array.from({ length: count }, (_, i) => `${prefix}${i}`);
const obstacles: [sentence: string, page: PageState, decisions: Decision[], why: Obstacle | undefined][] = [
  ["an archived page", page("1", "a", "archived"), [rename("a", "b")], "archived"],
  ["a draft", page("1", "a", "draft"), [rename("a", "b")], "draft"],
  ["a page in the trash", page("1", "a", "trashed"), [rename("a", "b")], "not_current"],
  ["a full page, while both labels are there", page("1", names("x", 500).join(" ")), [rename("x0", "b")], "page_full"],
  ["a full page that only loses", page("1", names("x", 500).join(" ")), [rename("x0", "x1")], undefined],
  ["a page with room for one", page("1", names("x", 499).join(" ")), [rename("x0", "b")], undefined],
  ["21 labels at once", page("1", ""), names("x", 21).map((to) => ({ to, pages: ["1"] })), undefined],
];
for (const [sentence, state, decisions, why] of obstacles) {
  test(`${sentence} ${why ? "stays as it is" : "is no obstacle"}`, () => {
    const { cannot, change } = planFor(resolve(decisions).rules, [state]);
    assert.deepEqual([cannot.map((one) => one.why), change.length], why ? [[why], 0] : [[], 1]);
  });
}
test("a plan counts what changes, stays and cannot, and what it costs", () => {
  const pages = [page("1", "a"), page("2", "a b"), page("3", "x"), page("4", "a", "archived"), page("5", "x", "archived")];
  const plan = planFor(resolve([rename("a", "b")]).rules, pages);
  assert.deepEqual(plan, {
    change: [{ id: "1", add: ["b"], remove: ["a"] }, { id: "2", add: [], remove: ["a"] }],
    stay: ["3", "5"],
    cannot: [{ id: "4", why: "archived" }],
    requests: 3,
    events: 3,
  });
  const many = names("x", 21).map((to) => ({ to, pages: ["1"] }));
  assert.equal(planFor(resolve(many).rules, [page("1", "")]).requests, 2, "Confluence adds 20 at once");
});
test("in halves nothing is removed before everything is added", () => {
  assert.deepEqual(halves({ add: ["b"], remove: ["a"] }).map(told), ["+b", "-a"]);
});

const interrupted: [sentence: string, change: string, held: string, rest: string][] = [
  ["nothing was done", "+b -a", "a", "+b -a"],
  ["the addition was made", "+b -a", "a b", "-a"],
  ["all was done", "+b -a", "b", ""],
  ["all was done, and somebody took the new label away", "+b -a", "", ""],
  ["some are gone, and one of the new ones was taken away", "+b +d -a -c", "c d", "-c"],
  ["somebody took away one of the old ones before", "+b +d -a -c", "c", "+b +d -c"],
  ["an addition alone", "+b", "x", "+b"],
  ["a removal alone", "-a", "a", "-a"],
];
for (const [sentence, change, held, left] of interrupted) {
  test(`a run goes on where ${sentence}`, () => {
    const parts = change.split(" ");
    const of = (sign: string) => parts.filter((part) => part[0] === sign).map((part) => part.slice(1));
    assert.equal(told(rest({ add: of("+"), remove: of("-") }, new Set(held.split(" ")))), left);
  });
}

test("plan, run, inverse, run is the identity for every start, but for what somebody else changed in between, which stays", () => {
  const { pick, chance, upTo } = seeded(3);
  const NAMES = [..."abcdefgh"];
  for (let round = 0; round < 500; round++) {
    const ids = names("p", 1 + upTo(6));
    const some = <T>(from: readonly T[], often: number) => from.filter(() => chance(often));
    const start = new Map(ids.map((id) => [id, new Set(some(NAMES, 0.4))]));
    const decisions = Array.from({ length: 1 + upTo(5) }, (): Decision => {
      const pages = chance(0.4) ? { pages: some(ids, 0.5) } : {};
      return { ...(chance(0.8) && { from: pick(NAMES) }), ...(chance(0.8) && { to: pick(NAMES) }), ...pages };
    });
    const { rules } = resolve(decisions);

    // The second person changes pages that the run has not reached.
    const state = new Map([...start].map(([id, held]) => [id, new Set(held)]));
    const meddle = (often: number) => {
      for (const held of state.values()) for (const name of NAMES) if (chance(often)) held.delete(name) || held.add(name);
    };
    meddle(0.05);
    const reached = new Map([...state].map(([id, held]) => [id, new Set(held)]));
    const record = new Map<string, Change>();
    const write = (id: string, { add, remove }: Change) => {
      const held = state.get(id)!;
      for (const name of add) held.add(name);
      for (const name of remove) held.delete(name);
    };
    const stateOf = (id: string): PageState => ({ id, status: "current", labels: [...state.get(id)!].map((name) => ({ name, prefix: "global" })) });
    const plan = planFor(rules, ids.map(stateOf));
    for (const { id, ...change } of plan.change) {
      record.set(id, change);
      assert.deepEqual(changeOf(rules, { ...stateOf(id) }), change);
      if (chance(0.2)) write(id, { add: change.add, remove: change.remove.slice(0, upTo(3)) }); // it was interrupted
      write(id, rest(change, state.get(id)!));
    }
    // A second look finds nothing to do: the rules hold.
    assert.deepEqual(planFor(rules, ids.map(stateOf)).change, []);

    const after = new Map([...state].map(([id, held]) => [id, new Set(held)]));
    const meddled = chance(0.5);
    if (meddled) meddle(0.1);
    const between = new Map([...state].map(([id, held]) => [id, new Set(held)]));
    for (const [id, change] of record) {
      const since = changedSince(change, state.get(id)!);
      assert.deepEqual(new Set(since), new Set([...change.add, ...change.remove].filter((name) => after.get(id)!.has(name) !== between.get(id)!.has(name))));
      write(id, onto(inverse(change), state.get(id)!));
    }
    for (const id of ids) {
      const survives = (name: string) => after.get(id)!.has(name) !== between.get(id)!.has(name);
      const wanted = NAMES.filter((name) => (survives(name) ? between : reached).get(id)!.has(name));
      assert.deepEqual(NAMES.filter((name) => state.get(id)!.has(name)), wanted);
      if (!meddled) assert.deepEqual(state.get(id), reached.get(id));
    }
  }
});

const tables: [sentence: string, text: string, decisions: [string, string?][], left: [line: number, why: string][]][] = [
  ["with its head", "from,to\r\na,b\r\nc,d\r\n", [["a", "b"], ["c", "d"]], []],
  ["without a head", "a,b\nc,d", [["a", "b"], ["c", "d"]], []],
  ["with semicolons and a byte order mark", "\ufeffFrom;To\nÉlan ; Big B", [["élan", "big-b"]], []],
  ["with tabs and quotes", '"a"\t"b ""c"""', [["a", 'b-"c"']], []],
  ["that removes where nothing is to be instead", "from,to\na,\nc, \n", [["a"], ["c"]], []],
  ["with lines that are no decision", "from,to\n\na\n,b\nc,d,e\nx,y: z\nq,q\n", [["c", "d"]], [[3, "columns"], [4, "empty"], [6, "forbidden_character"], [7, "nothing"]]],
  ["that takes a label to two places, and two labels in a circle", "a,b\na,c\na,b\nx,y\ny,x", [["a", "b"]], [[2, "ambiguous"], [4, "circle"], [5, "circle"]]],
  ["of one column: it removes nothing", "a\nb", [], [[1, "columns"], [2, "columns"]]],
  ["with an apostrophe before what is no formula", "from,to\n'-a,'+b", [["-a", "+b"]], []],
  ["in another encoding: a name that cannot be read is none", "from,to\ncaf\ufffd,coffee\na,\ufffdb\nc,d", [["c", "d"]], [[2, "not_unicode"], [3, "not_unicode"]]],
  ["with nothing", "", [], []],
];
for (const [sentence, text, decisions, left] of tables) {
  test(`decisions are read from a table ${sentence}`, () => {
    assert.deepEqual(decisionsIn(text), { decisions: decisions.map(([from, to]) => ({ from, ...(to && { to }) })), left: left.map(([line, why]) => ({ line, why, text: why === "forbidden_character" ? ":" : "" })) });
  });
}
test("of a table that is too long the rest is left out, and that is told", () => {
  const { decisions, left } = decisionsIn(Array.from({ length: 10_002 }, (_, i) => `a${i},b\n`).join(""));
  assert.deepEqual([decisions.length, left], [10_000, [{ line: 10_001, why: "large", text: "" }]]);
  assert.deepEqual(decisionsIn(`a,b\n${",".repeat(2_000_000)}\nc,d`), { decisions: [{ from: "a", to: "b" }], left: [{ line: 1, why: "large", text: "" }] });
});

test("what is written as a table is read as it was, and no cell is a formula", () => {
  const { pick, upTo } = seeded(5);
  const PIECES = ["a", "'", '"', ",", ";", "\t", "\n", "\r\n", "=", "+1", "-", "@", " ", "＝", "é"];
  for (let round = 0; round < 500; round++) {
    const rows = Array.from({ length: 1 + upTo(3) }, () => ["x", ...Array.from({ length: 3 }, () => Array.from({ length: upTo(4) }, () => pick(PIECES)).join(""))]);
    const text = tableText(rows);
    assert.deepEqual(rowsIn(text).map(({ cells }) => cells), rows);
    for (const { cells } of rowsIn(text.replace(/(^|[,\n"])'/g, "$1’"))) for (const cell of cells) assert.doesNotMatch(cell, /^[=+@-]/);
  }
});
test("a chain as long as a table is followed once", () => {
  const { rules } = resolve(Array.from({ length: 10_000 }, (_, i) => rename(`n${i}`, `n${i + 1}`)));
  assert.equal(new Set(rules.everywhere.values()).size, 1);
});
test("a row tells the line it starts at", () => {
  assert.deepEqual(rowsIn('a,"b\nc"\n\nd,e').map(({ line }) => line), [1, 4]);
});
test("work grows with a table and no faster", () => {
  for (const piece of ['"', '""', '"a"', ",", "\n", '"a', "a"]) rowsIn(piece.repeat(100_000));
});
