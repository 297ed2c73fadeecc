// Finding lists by search and by reading a space through, against made-up answers.

import assert from "node:assert/strict";
import test from "node:test";
import { FakeSpace } from "./fake-space.ts";
import { HostError } from "../src/host.ts";
import { resolve } from "../src/space/decisions.ts";
import { newStore } from "../src/space/store.ts";
import { dependingOn, findLists, nowhere } from "../src/space/ui/lists/finding.ts";
import { previewOf } from "../src/space/ui/preview.ts";
import type { Means } from "../src/space/ui/reading.ts";

const SPACE = { spaceId: "1", spaceKey: "DS" };
const list = (labels: string, macro = "blog-posts") => `<ac:structured-macro ac:name="${macro}"><ac:parameter ac:name="labels">${labels}</ac:parameter></ac:structured-macro>`;
const page = (id: string, body: string, space = "DS") => ({ id, type: "page", title: `Page ${id}`, space: { key: space }, version: { number: 3 }, body: { storage: { value: body } } });

/** Means that answer as told, and what was asked for. */
function answering(answer: (query: URLSearchParams, path: string, n: number) => unknown): { means: Means; asked: string[]; waits: number[] } {
  const asked: string[] = [];
  const waits: number[] = [];
  const read = async (path: string) => {
    asked.push(path);
    return answer(new URLSearchParams(path.split("?")[1]), path.split("?")[0]!, asked.length);
  };
  return { asked, waits, means: { read, sleep: async (ms) => void waits.push(ms), go: async () => undefined } };
}

test("a search reads the space first, then all others, and keeps names and no text", async () => {
  const { means, asked } = answering((query) => {
    const own = query.get("cql")!.includes('space = "DS"');
    if (!own) return { results: [page("9", list("x"), "OPS")] };
    if (!query.has("cursor")) return { results: [page("1", list("a,-b") + list("topic", "our-board")), page("2", "<p>none</p>"), null, page("not an id", list("a"))], _links: { next: "/x?cursor=two" } };
    return { results: [page("3", list("c"))], _links: { next: "/x?cursor=two" } };
  });
  const found = await findLists(means, "search", SPACE, new Set());
  assert.deepEqual(found.pages.map(({ id, space, version, lists }) => [id, space, version, lists.map(({ macro, named }) => `${macro} ${named.map(({ name, excludes }) => (excludes ? "-" : "") + name).join()}`)]), [
    ["1", "DS", 3, ["blog-posts a,-b", "our-board topic"]],
    ["3", "DS", 3, ["blog-posts c"]],
    ["9", "OPS", 3, ["blog-posts x"]],
  ]);
  assert.equal(found.whole, true);
  assert.equal(asked.length, 3, "a cursor that comes again ends it");
  assert.match(new URLSearchParams(asked[0]!.split("?")[1]).get("cql")!, /^macro in \("contentbylabel","detailssummary"/);
  assert.doesNotMatch(JSON.stringify(found), /structured-macro/);
});

test("a space is read through in bodies of 250 pages, and in fewer where they do not come through", async () => {
  const { means, asked } = answering((query, path) => {
    if (Number(query.get("limit")) > 50) throw new HostError(0);
    const id = path === "/api/v2/spaces/1/pages" ? "1" : path === "/api/v2/spaces/1/blogposts" ? "2" : "";
    return { results: [{ id, title: "A", version: { number: 1 }, body: { storage: { value: list("a", "of-an-app") } } }] };
  });
  const { pages } = await findLists(means, "thorough", SPACE, new Set());
  assert.deepEqual(pages.map(({ id, type, space, lists }) => [id, type, space, lists.length]), [["1", "page", "DS", 1], ["2", "blogpost", "DS", 1]]);
  assert.deepEqual(asked.slice(0, 4).map((path) => new URLSearchParams(path.split("?")[1]).get("limit")), ["250", "250", "250", "50"]);
});

test("reading lists is bounded, and says so", async () => {
  const { means, asked } = answering((_, __, n) => ({ results: [page(String(n), list("a"))], _links: { next: `/x?cursor=${n}` } }));
  const { pages, whole } = await findLists(means, "search", SPACE, new Set());
  assert.deepEqual([whole, asked.length, pages.length], [false, 80, 80]);
});

test("a body that breaks off says that there may be more", async () => {
  const { means } = answering(() => ({ results: [page("1", list("a") + '<ac:structured-macro ac:name="x">')] }));
  assert.equal((await findLists(means, "search", SPACE, new Set())).whole, false);
});

test("it waits as long as Confluence asks for, and gives up on what is forbidden", async () => {
  const { means, waits } = answering((_, __, n) => {
    if (n === 1) throw new HostError(429, 7);
    return { results: [] };
  });
  await findLists(means, "search", SPACE, new Set());
  assert.deepEqual(waits, [7_000]);
  await assert.rejects(findLists(answering(() => { throw new HostError(403); }).means, "search", SPACE, new Set()), { status: 403 });
});

test("lists depend on labels that are in use, or are in the space", async () => {
  const { means } = answering((query) => ({ results: query.get("cql")!.includes("!=") ? [page("9", list("a")), page("8", list("of-others"), "OPS")].map((one) => ({ ...one, space: { key: "OPS" } })) : [page("1", list("a,gone")), page("2", list("lost"))] }));
  const { pages } = await findLists(means, "search", SPACE, new Set());
  assert.deepEqual(dependingOn(pages, "DS", new Set(["a"])), { depending: [{ id: "1", title: "Page 1", lists: 1 }, { id: "2", title: "Page 2", lists: 1 }, { id: "9", title: "Page 9", lists: 1 }], unused: ["gone", "lost"] });
});

test("a name is nowhere if no page of the site has it, and not where nobody knows", async () => {
  const { means, asked } = answering((query) => {
    const name = query.get("name")!;
    if (name === "none") throw new HostError(404);
    if (name === "unknown") throw new HostError(403);
    return { associatedContents: { results: name === "empty" ? [] : [{ contentId: 1 }] } };
  });
  assert.deepEqual([...(await nowhere(means, ["none", "empty", "unknown", "there"]))], ["none", "empty"]);
  await nowhere(means, Array.from({ length: 100 }, () => "there"));
  assert.equal(asked.length, 44);
});

test("a plan asks other spaces for all its labels, as many as an address holds", async () => {
  for (const [count, length, wanted] of [[60, 12, 60], [90, 100, 36]] as const) {
    const decisions = Array.from({ length: count }, (_, i) => ({ from: `${i}`.padEnd(length, "x"), to: "y" }));
    const asked: string[] = [];
    const read = async (path: string) => {
      const cql = new URLSearchParams(path.split("?")[1]).get("cql");
      if (cql) asked.push(cql);
      return cql ? { totalSize: 7 } : {};
    };
    const preview = await previewOf({ read }, SPACE, newStore(), resolve(decisions), decisions, () => undefined);
    assert.equal(preview.elsewhere, 7);
    assert.deepEqual(asked.map((cql) => cql.split('",').length), [wanted]);
  }
});

test("a plan looks four labels up at once, tells how many it has, and is the same whichever answer comes first", async () => {
  const space = new FakeSpace();
  for (let i = 0; i < 12; i++) space.page(String(10 + i), [`old-${i}`, `old-${(i * 5) % 12}`, "other"], { status: i === 7 ? "archived" : "current" });
  const decisions = [{ to: "seen", pages: ["17", "12"] }, ...Array.from({ length: 12 }, (_, i) => ({ from: `old-${i}`, to: `new-${i % 3}` }))];
  const confluence = space.confluence();
  const plans = await Promise.all(
    [() => 0, (waiting: number) => waiting - 1].map(async (choose) => {
      const waiting: (() => void)[] = [];
      const told: number[] = [];
      let most = 0;
      const store = newStore();
      store.add([{ id: "15", type: "page", title: "Read", parent: "", created: 0, changed: 0, labels: ["old-0", "old-5"] }]); // old-0 went since
      const read = async (path: string) => {
        await new Promise<void>((go) => waiting.push(go));
        return confluence.read(path);
      };
      let found = false;
      const preview = previewOf({ read }, SPACE, store, resolve(decisions), decisions, (done, of) => told.push(done, of)).finally(() => (found = true));
      while (!found) {
        await new Promise(setImmediate);
        most = Math.max(most, waiting.length);
        waiting.splice(choose(waiting.length), 1)[0]?.();
      }
      assert.equal(most, 4);
      assert.deepEqual(told, Array.from({ length: 13 }, (_, i) => [i, 12]).flat());
      const { plan, titles } = await preview;
      return { plan, titles: [...titles] };
    }),
  );
  assert.deepEqual(plans[0], plans[1]);
  const { change, cannot } = plans[0]!.plan;
  assert.deepEqual(change.find(({ id }) => id === "15"), { id: "15", add: ["new-2", "new-1"], remove: ["old-5", "old-1"] });
  assert.deepEqual(cannot, [{ id: "17", why: "archived" }]);
});

test("a plan fails as the label does that Confluence does not give", async () => {
  const decisions = ["a", "b", "c"].map((from) => ({ from, to: "y" }));
  const { means } = answering((query) => {
    if (query.get("name") === "b") throw new HostError(403);
    return {};
  });
  await assert.rejects(previewOf(means, SPACE, newStore(), resolve(decisions), decisions, () => undefined), { status: 403 });
});

test("a plan knows what changes of attachments of the space's pages, each once, or that it could not look", async () => {
  const space = new FakeSpace();
  const store = newStore();
  store.add([{ id: "11", type: "page", title: "Here", parent: "", created: 0, changed: 0, labels: [] }]);
  space.attachments.set("71", { page: "11", labels: new Set(["a", "b"]) });
  space.attachments.set("72", { page: "99", labels: new Set(["a"]) }); // of a page elsewhere
  const decisions = ["a", "b"].map((from) => ({ from, to: "c" }));
  const confluence = space.confluence();
  const preview = (read: (path: string) => Promise<unknown>) => previewOf({ read }, SPACE, store, resolve(decisions), decisions, () => undefined);
  assert.deepEqual((await preview(confluence.read)).attachments, [{ id: "71", add: ["c"], remove: ["a", "b"] }]);
  const { attachments, plan } = await preview((path) => (path.includes("/attachments") ? Promise.reject(new HostError(403)) : confluence.read(path)));
  assert.deepEqual([attachments, plan.change], [undefined, []]);
});
