import assert from "node:assert/strict";
import test from "node:test";
import type { Page } from "../src/confluence.ts";
import type { Answer } from "../src/labels.ts";
import { MOST_PER_REQUEST } from "../src/limits.ts";
import type { Problem } from "../src/problem.ts";
import { asShell, type Shell } from "../src/shell.ts";
import { initialState, reduce, shownNames, undoable, type Action, type Mode, type State } from "../src/state.ts";

const shell = asShell({ contentId: "1", contentType: "page", contentVersion: "7", spaceId: "1", spaceKey: "DS", licensed: true, signedIn: true });
const page: Page = { names: ["a", "b"], mayEdit: true, draft: false, version: 7 };
const play = (state: State, ...actions: Action[]) => actions.reduce(reduce, state);
const ready = play(initialState(shell), { type: "read", shell, page, epoch: 0 });
const answer = (names: string[], rest: Partial<Answer> = {}): Action => ({
  type: "written",
  answer: { names, added: [], removed: [], lost: [], failed: [], ...rest },
});
const refused = (kind: Problem["kind"]): Action => ({ type: "refused", problem: { kind } });

const modes: [sentence: string, shell: Partial<Shell>, page: Partial<Page>, mode: Mode][] = [
  ["who may edit on a licensed site may change labels", {}, {}, "change"],
  ["who may not edit reads", {}, { mayEdit: false }, "read"],
  ["who is not signed in reads", { signedIn: false }, {}, "read"],
  ["without a licence nothing changes", { licensed: false }, {}, "unlicensed"],
  ["who may not edit is not bothered with the licence", { licensed: false }, { mayEdit: false }, "read"],
  ["a draft is to be published first", {}, { draft: true }, "draft"],
  ["an old version does not write", { contentVersion: 6 }, {}, "old"],
  ["an unknown version is not an old one", { contentVersion: 0 }, {}, "change"],
  ["the editor's preview is still", { preview: true }, { draft: true }, "preview"],
];
for (const [sentence, s, p, mode] of modes) {
  test(sentence, () => {
    const state = play(initialState(shell), { type: "read", shell: { ...shell, ...s }, page: { ...page, ...p }, epoch: 0 });
    assert.equal(state.mode, mode);
    if (mode !== "change") assert.deepEqual(play(state, { type: "change", add: ["x"] }).queue, []);
  });
}

test("content that cannot have labels is not read", () => {
  const state = initialState({ ...shell, contentType: "whiteboard" });
  assert.deepEqual([state.reading, state.mode], ["done", "unsupported"]);
});
test("a change shows at once and its refusal takes it back", () => {
  const changed = play(ready, { type: "change", add: ["c"], remove: ["a"] });
  assert.deepEqual(shownNames(changed), ["b", "c"]);
  const back = play(changed, refused("forbidden"));
  assert.deepEqual(shownNames(back), ["a", "b"]);
  assert.equal(back.problem?.kind, "forbidden");
  assert.deepEqual(back.problem?.retry, [], "asking again would not help");
});
test("what Confluence holds wins over what was expected", () => {
  const state = play(ready, { type: "change", add: ["c"] }, answer(["b", "c", "from-somebody-else"], { added: ["c"] }));
  assert.deepEqual(shownNames(state), ["b", "c", "from-somebody-else"]);
});
test("labels already there are not added, labels not there not removed", () => {
  assert.equal(play(ready, { type: "change", add: ["a"], remove: ["x"] }), ready);
});
/** Makes a change, or takes one back, and has it written as it was asked. */
function did(state: State, action: Action): State {
  for (state = reduce(state, action); state.queue.length; ) {
    const { add, remove } = state.queue[0]!;
    state = play(state, answer([...new Set([...state.names, ...add])].filter((name) => !remove.includes(name)), { added: add, removed: remove }));
  }
  return state;
}
const told = ({ outcome }: State) => outcome && [outcome.undoes ? "undone" : "done", outcome.added, outcome.removed];

test("undo is the inverse of what was really done", () => {
  const state = play(ready, { type: "change", add: ["c", "d"], remove: ["a"] }, answer(["b", "c"], { added: ["c"], removed: ["a"] }), { type: "undo" });
  assert.deepEqual(state.queue.map(({ add, remove, undoes }) => [add, remove, undoes]), [[["a"], ["c"], true]]);
  assert.equal(state.outcome, undefined, "the toast stays until the next change");
});
test("undo never asks for a name that Confluence would not take again", () => {
  const removed = (names: string[], lost: string[]) => play(ready, { type: "change", add: ["c"], remove: names }, answer(["c"], { added: ["c"], removed: names, lost }));
  const both = removed(["a", "b"], ["b"]);
  assert.deepEqual([told(both), undoable(both).map((s) => s.removed)], [["done", ["c"], ["a", "b"]], [["a"]]]);
  const alone = play(ready, { type: "change", remove: ["a"] }, answer(["b"], { removed: ["a"], lost: ["a"] }));
  assert.deepEqual([told(alone), undoable(alone)], [["done", [], ["a"]], []]);
});
test("each undo takes back the last change that is not yet taken back", () => {
  let state = [["c"], ["d"], ["e"]].reduce((s, add) => did(s, { type: "change", add }), ready);
  state = did(state, { type: "change", remove: ["a"] });
  const seen: unknown[] = [];
  while (undoable(state).length) {
    state = did(state, { type: "undo" });
    seen.push([...told(state)!, shownNames(state).join("")]);
  }
  assert.deepEqual(seen, [["undone", ["a"], [], "abcde"], ["undone", [], ["e"], "abcd"], ["undone", [], ["d"], "abc"], ["undone", [], ["c"], "ab"]]);
  assert.equal(play(state, { type: "undo" }), state);
});
test("a change after an undo is the next to be taken back, then those before", () => {
  let state = [["c"], ["d"]].reduce((s, add) => did(s, { type: "change", add }), ready);
  state = did(did(state, { type: "undo" }), { type: "change", add: ["e"] });
  assert.deepEqual(undoable(state).map((s) => s.added), [["c"], ["e"]]);
});
test("several undos in a row wait for each other, and each has its own step", () => {
  const state = [["c"], ["d"], ["e"]].reduce((s, add) => did(s, { type: "change", add }), ready);
  const { queue } = play(state, { type: "undo" }, { type: "undo" });
  assert.deepEqual(queue.map((c) => c.remove), [["e"], ["d"]]);
});
test("while a change is on its way nothing can be taken back: it would be the last", () => {
  const state = play(did(ready, { type: "change", add: ["c"] }), { type: "change", add: ["d"] });
  assert.deepEqual(undoable(state), []);
});
test("changes made while one is under way are steps of their own", () => {
  const three: Action[] = [{ type: "change", add: ["c"] }, { type: "change", add: ["d"] }, { type: "change", remove: ["a"] }];
  const state = play(ready, ...three, answer(["a", "b", "c"], { added: ["c"] }), answer(["a", "b", "c", "d"], { added: ["d"] }), answer(["b", "c", "d"], { removed: ["a"] }));
  assert.deepEqual(undoable(state).map(({ added, removed }) => [added, removed]), [[["c"], []], [["d"], []], [[], ["a"]]]);
  assert.deepEqual(told(state), ["done", [], ["a"]]);
});
test("an undo that was refused can be pressed again", () => {
  const state = play(did(ready, { type: "change", add: ["c"] }), { type: "undo" }, refused("network"));
  assert.deepEqual([shownNames(state), undoable(state).length], [["a", "b", "c"], 1]);
  const again = play(state, { type: "retry" });
  assert.deepEqual([shownNames(again), undoable(again)], [["a", "b"], []], "on its way again");
});
test("of an undo that failed in part the rest can be pressed again", () => {
  const failed = [{ name: "d", operation: "remove", kind: "forbidden", reason: "archived_content" } as const];
  const state = play(did(ready, { type: "change", add: ["c", "d"] }), { type: "undo" }, answer(["a", "b", "d"], { removed: ["c"], failed }));
  assert.deepEqual(undoable(state).map((s) => s.added), [["d"]]);
  assert.deepEqual(state.outcome?.again, [], "the archive stays closed");
});
test("what was done at once is one step, however many calls it took", () => {
  const add = Array.from({ length: 45 }, (_, i) => `n${i}`);
  const state = did(ready, { type: "change", add });
  assert.deepEqual(undoable(state).map((s) => s.added.length), [45]);
  assert.deepEqual(did(state, { type: "undo" }).names, ["a", "b"]);
});
test("only so many steps are kept, the latest", () => {
  const state = Array.from({ length: 120 }, (_, i) => `n${i}`).reduce((s, name) => did(s, { type: "change", add: [name] }), ready);
  assert.deepEqual([undoable(state).length, undoable(state).at(-1)!.added], [100, ["n119"]]);
});
test("more than one call's worth goes out in several", () => {
  const add = Array.from({ length: 45 }, (_, i) => `n${i}`);
  const { queue } = play(ready, { type: "change", add });
  assert.deepEqual(queue.map((c) => c.add.length), [MOST_PER_REQUEST, MOST_PER_REQUEST, 5]);
  assert.deepEqual(queue.map((c) => c.joins), [false, true, true]);
});
test("a dead service gives back every waiting change, and one retry sends them all", () => {
  const dead = play(ready, { type: "change", add: ["c"] }, { type: "change", remove: ["a"] }, refused("network"));
  assert.deepEqual([shownNames(dead), dead.queue], [["a", "b"], []]);
  const again = play(dead, { type: "retry" });
  assert.deepEqual([shownNames(again), again.queue.length, again.problem], [["b", "c"], 2, undefined]);
});
test("one refused change does not stop the next", () => {
  const state = play(ready, { type: "change", add: ["c"] }, { type: "change", add: ["d"] }, refused("bad_request"));
  assert.deepEqual([shownNames(state), state.queue.length], [["a", "b", "d"], 1]);
});
test("of changes told together the reference is that of the call that failed last", () => {
  const failed = [{ name: "d", operation: "add", kind: "upstream" } as const];
  const three = [{ type: "change", add: ["c"] }, { type: "change", add: ["d"] }, { type: "change", add: ["e"] }] as const;
  const state = play(ready, ...three.map((change) => ({ ...change, add: [...change.add] })), answer(["a"], { requestId: "r1" }), answer(["a"], { failed, requestId: "r2" }), answer(["a", "e"], { added: ["e"], requestId: "r3" }));
  assert.deepEqual([state.outcome?.added, state.outcome?.failed, state.outcome?.requestId], [["e"], failed, "r2"]);
});
test("of a partial failure only what failed is tried again", () => {
  const failed = [{ name: "d", operation: "add", kind: "upstream" } as const, { name: "e", operation: "add", kind: "forbidden" } as const];
  const state = play(ready, { type: "change", add: ["c", "d", "e"] }, answer(["a", "b", "c"], { added: ["c"], failed }), { type: "retry" });
  assert.deepEqual(state.queue.map(({ add, remove, joins }) => [add, remove, joins]), [[["d"], [], true]]);
  const done = play(state, answer(["a", "b", "c", "d"], { added: ["d"] }));
  assert.deepEqual(undoable(done).map((s) => s.added), [["c", "d"]], "and belongs to the same step");
});
test("of what failed with a wait the longest is kept, until it is tried again", () => {
  const limited = (name: string, retryAfter: number) => ({ name, operation: "add", kind: "rate_limited", retryAfter }) as const;
  const failed = [limited("c", 5), limited("d", 60), { name: "e", operation: "add", kind: "unavailable", retryAfter: 90 } as const];
  const first = play(ready, { type: "change", add: ["c", "d", "e"] }, { type: "change", add: ["f"] }, answer(["a", "b"], { failed }));
  const both = play(first, answer(["a", "b"], { failed: [limited("f", 7)] }));
  assert.deepEqual([first.outcome?.retryAfter, both.outcome?.retryAfter], [60, 60]);
  assert.equal(play(both, { type: "retry" }).outcome?.retryAfter, 0);
});
test("a read that a write has overtaken is ignored", () => {
  const state = play(ready, { type: "change", add: ["c"] }, { type: "read", shell, page, epoch: ready.epoch }, answer(["a", "b", "c"]));
  assert.deepEqual(shownNames(play(state, { type: "read", shell, page, epoch: ready.epoch })), ["a", "b", "c"]);
});
test("a page that gains a version while open stays changeable", () => {
  assert.equal(play(ready, { type: "read", shell, page: { ...page, version: 8 }, epoch: 0 }).mode, "change");
});
test("a refresh that fails leaves what is shown; a first read that fails says so", () => {
  assert.equal(play(ready, { type: "unreadable", status: 500, epoch: 0 }), ready);
  for (const [status, reading] of [[0, "failed"], [500, "failed"], [403, "closed"], [404, "closed"]] as const) {
    assert.equal(play(initialState(shell), { type: "unreadable", status, epoch: 0 }).reading, reading);
  }
});
test("a licence that ended while the page was open ends the controls", () => {
  assert.equal(play(ready, { type: "change", add: ["c"] }, refused("unlicensed")).mode, "unlicensed");
});
test("labels are shown in reading order, numbers by value", () => {
  assert.deepEqual(shownNames({ ...ready, names: ["v10", "v9", "alpha", "Ärger"] }), ["alpha", "Ärger", "v9", "v10"]);
});
