import assert from "node:assert/strict";
import test from "node:test";
import type { Page } from "../src/confluence.ts";
import type { Answer, Problem } from "../src/service.ts";
import type { Shell } from "../src/shell.ts";
import { initialState, MOST_PER_CALL, reduce, shownNames, type Action, type Mode, type State } from "../src/state.ts";

const shell: Shell = {
  view: "panel", contentId: "1", contentType: "page", contentVersion: 7, spaceId: "1", spaceKey: "DS",
  preview: false, prefix: "", display: "chips", licensed: true, signedIn: true,
};
const page: Page = { names: ["a", "b"], mayEdit: true, draft: false, version: 7 };
const play = (state: State, ...actions: Action[]) => actions.reduce(reduce, state);
const ready = play(initialState(shell), { type: "read", shell, page, epoch: 0 });
const answer = (names: string[], rest: Partial<Answer> = {}): Action => ({
  type: "written",
  answer: { names, added: [], removed: [], failed: [], ...rest },
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
test("undo is the inverse of what was really done", () => {
  const state = play(ready, { type: "change", add: ["c", "d"], remove: ["a"] }, answer(["b", "c", "d"], { added: ["c"], removed: ["a"] }), { type: "undo" });
  assert.deepEqual(state.queue, [{ add: ["a"], remove: ["c"], joins: false }]);
  assert.equal(state.outcome, undefined, "the toast stays until the next change");
});
test("changes made while one is under way are told and undone together", () => {
  const state = play(
    ready,
    { type: "change", add: ["c"] },
    { type: "change", add: ["d"] },
    { type: "change", remove: ["a"] },
    answer(["a", "b", "c"], { added: ["c"] }),
    answer(["a", "b", "c", "d"], { added: ["d"] }),
    answer(["b", "c", "d"], { removed: ["a"] }),
  );
  assert.deepEqual(state.outcome, { added: ["c", "d"], removed: ["a"], failed: [] });
});
test("what was added and removed again is nothing to undo", () => {
  const state = play(ready, { type: "change", add: ["c"] }, { type: "change", remove: ["c"] }, answer(["a", "b", "c"], { added: ["c"] }), answer(["a", "b"], { removed: ["c"] }));
  assert.deepEqual(state.outcome, { added: [], removed: [], failed: [] });
});
test("more than one call's worth goes out in several", () => {
  const add = Array.from({ length: 45 }, (_, i) => `n${i}`);
  const { queue } = play(ready, { type: "change", add });
  assert.deepEqual(queue.map((c) => c.add.length), [MOST_PER_CALL, MOST_PER_CALL, 5]);
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
  assert.deepEqual(state.outcome, { added: ["e"], removed: [], failed, requestId: "r2" });
});
test("of a partial failure only what failed is tried again", () => {
  const failed = [{ name: "d", operation: "add", kind: "upstream" } as const, { name: "e", operation: "add", kind: "forbidden" } as const];
  const state = play(ready, { type: "change", add: ["c", "d", "e"] }, answer(["a", "b", "c"], { added: ["c"], failed }), { type: "retry" });
  assert.deepEqual(state.queue, [{ add: ["d"], remove: [], joins: true }]);
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
  for (const [status, reading] of [[0, "failed"], [500, "failed"], [403, "gone"], [404, "gone"]] as const) {
    assert.equal(play(initialState(shell), { type: "unreadable", status, epoch: 0 }).reading, reading);
  }
});
test("a licence that ended while the page was open ends the controls", () => {
  assert.equal(play(ready, { type: "change", add: ["c"] }, refused("unlicensed")).mode, "unlicensed");
});
test("labels are shown in reading order, numbers by value", () => {
  assert.deepEqual(shownNames({ ...ready, names: ["v10", "v9", "alpha", "Ärger"] }), ["alpha", "Ärger", "v9", "v10"]);
});
