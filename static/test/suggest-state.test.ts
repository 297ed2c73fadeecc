import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { inFull, inShort, whyInShort } from "../src/suggest/reasons.ts";
import { KINDS, type Answer, type Reason } from "../src/suggest/request.ts";
import { initialState, reduce, type Action, type State } from "../src/suggest/state.ts";
import { wordsIn } from "../src/suggest/words.ts";

const play = (state: State, ...actions: Action[]) => actions.reduce(reduce, state);
const answer = (labels: string, rest: Partial<Answer> = {}): Answer => ({
  suggestions: labels.split(" ").filter(Boolean).map((label) => ({ label: label.replace(/[+?]/, ""), ticked: label.startsWith("+"), guess: label.startsWith("?"), reasons: [] })),
  removals: [],
  nothing: undefined,
  truncated: false,
  search: "",
  ...rest,
});
const shown = ({ suggestions }: State) => suggestions.map((s) => (s.guess ? "?" : "") + (s.ticked ? "+" : "") + s.label).join(" ");
const asking = play(initialState, { type: "ask" });
const answered = (state: State, labels: string, rest: Partial<Answer> = {}) => play(state, { type: "answered", epoch: state.epoch, answer: answer(labels, rest) });
const refined = (state: State, labels: string, still = false, rest: Partial<Answer> = {}) => play(state, { type: "refined", epoch: state.epoch, still, answer: answer(labels, rest) });
const first = answered(asking, "+a b c", { search: "cql" });

const merges: [sentence: string, before: Action[], better: string, still: boolean, after: string][] = [
  ["what is suggested again keeps its place and its tick", [], "b +c a", false, "+a b c"],
  ["a new one takes the place of one that fell out", [], "+a d c", false, "+a d c"],
  ["those that fell out go when nothing takes their places", [], "+a", false, "+a"],
  ["one that fell out stays where others would move", [], "+a c", false, "+a b c"],
  ["a ticked one never makes way", [], "d e f", false, "+a d e f"],
  ["new ones come at the end, up to five", [], "+a b c d e f g", false, "+a b c d e"],
  ["what was touched keeps its tick", [{ type: "tick", label: "a", ticked: false }], "+a b c", false, "a b c"],
  ["what was touched does not make way, and the new one comes unticked", [{ type: "tick", label: "b", ticked: true }, { type: "tick", label: "b", ticked: false }], "+a +d c", false, "+a b c d"],
  ["where one was touched, another does not make way either", [{ type: "tick", label: "a", ticked: false }], "d", false, "a b c d"],
  ["with the pointer or the focus there, nothing changes and new ones come unticked", [], "a +c +d +e", true, "+a b c d e"],
  ["with somebody there, five and more stay", [], "d e f g h", true, "+a b c d e"],
  ["what is ticked keeps its tick though the better answer has it unticked, or not at all", [], "b c", false, "+a b c"],
  ["one that has become a guess is one", [], "+a ?b", false, "+a ?b"],
  ["what is ticked does not become a guess", [], "?a b c", false, "+a b c"],
  ["with the pointer or the focus there, none becomes a guess", [], "+a ?b c", true, "+a b c"],
  ["what was dismissed meanwhile does not come back", [{ type: "dismiss", label: "b" }], "+a b c d", false, "+a c d"],
];
for (const [sentence, before, better, still, after] of merges) {
  test(`refined: ${sentence}`, () => assert.equal(shown(refined(play(first, ...before), better, still)), after));
}
test("refined: a guess that has become more is none any more, and gets no tick", () => {
  assert.equal(shown(refined(answered(asking, "?a ?b", { search: "cql" }), "+a ?b")), "a ?b");
});
test("refined: a guess that somebody ticked stays one while it is one", () => {
  const taken = play(answered(asking, "?a ?b", { search: "cql" }), { type: "tick", label: "a", ticked: true });
  assert.equal(shown(refined(taken, "?a ?b")), "?+a ?b");
  assert.equal(shown(refined(taken, "a ?b")), "+a ?b");
});
test("only a changed set is news", () => {
  assert.equal(refined(first, "c b a").news, "found");
  assert.equal(refined(first, "+a b c d").news, "refined");
});
test("removals follow the refined answer, but none is taken away while somebody is there", () => {
  const state = answered(asking, "a", { search: "cql", removals: ["x"] });
  assert.deepEqual(refined(state, "a", false, { removals: ["y"] }).removals, ["y"]);
  assert.deepEqual(refined(state, "a", true, { removals: ["y"] }).removals, ["x", "y"]);
});
test("an empty answer waits for the refined one, and is told if that does not come", () => {
  const waiting = answered(asking, "", { search: "cql", nothing: "none_fits" });
  assert.equal(waiting.phase, "asking");
  assert.deepEqual([refined(waiting, "+a").phase, shown(refined(waiting, "+a"))], ["shown", "+a"]);
  for (const end of [{ type: "late", epoch: waiting.epoch, still: false }, { type: "refined", epoch: waiting.epoch, answer: undefined, still: false }] satisfies Action[]) {
    const ended = play(waiting, end);
    assert.deepEqual([ended.phase, ended.nothing], ["shown", "none_fits"]);
  }
});
test("late without an answer is a failure, with one only the end of waiting", () => {
  const late = play(asking, { type: "late", epoch: asking.epoch, still: false });
  assert.deepEqual([late.phase, late.problem?.kind], ["failed", "timeout"]);
  const kept = play(first, { type: "late", epoch: first.epoch, still: false });
  assert.deepEqual([kept.phase, kept.refining, shown(kept)], ["shown", false, "+a b c"]);
});
test("a refinement that fails is not a failure", () => {
  const state = play(first, { type: "failed", epoch: first.epoch, problem: { kind: "rate_limited" }, still: false });
  assert.deepEqual([state.phase, shown(state)], ["shown", "+a b c"]);
});
const endings: [sentence: string, ending: Action][] = [
  ["asking again", { type: "ask" }],
  ["closing", { type: "close" }],
  ["a change by somebody else", { type: "outdated", still: false }],
];
for (const [sentence, ending] of endings) {
  test(`${sentence} makes every answer under way outdated`, () => {
    const after = play(first, ending);
    for (const old of [
      { type: "answered", epoch: first.epoch, answer: answer("z") },
      { type: "refined", epoch: first.epoch, answer: answer("z"), still: false },
      { type: "failed", epoch: first.epoch, problem: { kind: "internal" }, still: false },
      { type: "late", epoch: first.epoch, still: false },
      { type: "slow", epoch: first.epoch },
    ] satisfies Action[]) {
      assert.equal(play(after, old), after, old.type);
    }
  });
}
test("room for a better answer goes when none is waited for, but not from under somebody", () => {
  assert.equal(first.spare, true);
  assert.equal(answered(asking, "a").spare, false);
  assert.deepEqual([refined(first, "a b c").spare, refined(first, "a b c", true).spare], [false, true]);
  assert.equal(play(refined(first, "a b c", true), { type: "left" }).spare, false);
  assert.equal(play(first, { type: "left" }).spare, true, "one may still come");
  for (const still of [true, false]) {
    assert.equal(play(first, { type: "late", epoch: first.epoch, still }).spare, still);
    assert.equal(play(first, { type: "outdated", still }).spare, still);
  }
});
test("that not all was read stays said when the better answer read all", () => {
  const state = answered(asking, "a", { search: "cql", truncated: true });
  assert.equal(refined(state, "a b").truncated, true);
  assert.equal(refined(first, "a b", false, { truncated: true }).truncated, true);
});
test("what was dismissed stays so for the next time, and comes back in its place", () => {
  const gone = play(first, { type: "dismiss", label: "b" });
  assert.equal(shown(gone), "+a c");
  const again = play(gone, { type: "close" }, { type: "ask" });
  assert.equal(shown(answered(again, "+a b")), "+a");
  assert.equal(shown(play(gone, { type: "restore", label: "b" })), "+a b c");
  assert.deepEqual(play(gone, { type: "restore", label: "b" }).dismissed, []);
});
test("those dismissed come back in any order", () => {
  const gone = play(first, { type: "dismiss", label: "a" }, { type: "dismiss", label: "c" });
  assert.equal(shown(play(gone, { type: "restore", label: "a" })), "+a b");
  assert.equal(shown(play(gone, { type: "restore", label: "a" }, { type: "restore", label: "c" })), "+a b c");
  assert.deepEqual(play(gone, { type: "restore", label: "a" }).last, { label: "c", dismissed: true });
});
test("what the page says was dismissed is not suggested, and what is said here comes after it", () => {
  const state = play(first, { type: "dismiss", label: "b" }, { type: "kept", dismissed: ["x", "b", "c"] });
  assert.deepEqual(state.dismissed, ["x", "b", "c"]);
  assert.equal(shown(refined(state, "+a c d")), "+a c d", "what is on the screen stays");
  assert.equal(shown(answered(play(state, { type: "ask" }), "+a c d")), "+a d");
});
test("one restored that the page had is suggested at the end, unticked, or said not to fit", () => {
  const state = play(first, { type: "kept", dismissed: ["x", "y"] }, { type: "restore", label: "x" });
  assert.deepEqual([shown(state), state.dismissed], ["+a b c", ["y"]]);
  const back = play(state, { type: "found", label: "x", suggestion: { label: "x", ticked: true, guess: false, reasons: [] } });
  assert.equal(shown(back), "+a b c x");
  assert.equal(play(back, { type: "found", label: "x", suggestion: undefined }), back);
  const unfit = play(state, { type: "found", label: "x", suggestion: undefined });
  assert.deepEqual([shown(unfit), unfit.news, unfit.last], ["+a b c", "unfit", { label: "x", dismissed: false }]);
  assert.equal(play(state, { type: "close" }, { type: "found", label: "x", suggestion: undefined }).news, "");
});
test("what is not there is not dismissed, and nothing is not restored", () => {
  assert.equal(play(first, { type: "dismiss", label: "z" }), first);
  assert.equal(shown(play(first, { type: "restore", label: "z" })), shown(first));
});
test("asking again shows at once that it is under way, the first time not", () => {
  assert.equal(asking.slow, false);
  assert.equal(play(first, { type: "ask" }).slow, true);
});

const reason: Reason = { kind: "title", text: "TEXT", where: "WHERE", count: 2, of: 7, words: ["ONE", "TWO"], titles: ["PAGE"] };
for (const language of ["en", "de", "fr", "es", "ja"]) {
  test(`every reason is told in ${language}, short and in full`, () => {
    const words = wordsIn(language, JSON.parse(readFileSync(`src/suggest/strings/${language}.json`, "utf8")));
    assert.notEqual(whyInShort([reason], true, words), whyInShort([reason], false, words));
    for (const kind of KINDS) {
      for (const count of [1, 2]) {
        const told = [inShort({ ...reason, kind, count }, words), inFull({ ...reason, kind, count }, words)];
        for (const sentence of told) assert.doesNotMatch(sentence, /[{}]|short\.|full\./, `${kind} ${count}`);
        assert.match(told[1]!, /PAGE/);
      }
    }
  });
}
