import assert from "node:assert/strict";
import test from "node:test";
import { HostError, type Host } from "../src/host.ts";
import { asShell } from "../src/shell.ts";
import { dismissedIn, dismissals } from "../src/suggest/dismissals.ts";
import { shardsOf } from "../src/space/shards.ts";
import { vocabularyIn } from "../src/space/vocabulary.ts";
import { gather, readSimilar, requestFor, type Material } from "../src/suggest/read.ts";
import { asAnswer, type Neighbour } from "../src/suggest/request.ts";

const shell = asShell({ contentId: "123", contentType: "page", contentVersion: "7", spaceId: "1", spaceKey: "DS", licensed: true, signedIn: true });
const material: Material = { page: { title: "Title", labels: [] }, space: [], tree: undefined, vocabulary: { terms: [], only: false }, dismissed: [] };
const labelled = (...names: string[]) => ({ metadata: { labels: { results: names.map((name) => ({ name })) } } });
const bytes = (value: unknown) => Buffer.byteLength(JSON.stringify(value));

/** A host that answers each path's JSON and counts what is written. */
function host(answer: (path: string) => unknown): Host {
  return { read: async (path: string) => answer(path) } as unknown as Host;
}

test("similar pages without labels, and the page itself, teach nothing", async () => {
  const results = [{ id: "1", title: "One", ...labelled("a"), body: { storage: { value: "x".repeat(40_000) } } }, { id: "2", ...labelled() }, { id: "123", ...labelled("a") }, { ...labelled("a") }, null, 7];
  const found = await readSimilar(host(() => ({ results })), "cql", "123");
  assert.deepEqual(found.map((n) => [n.id, n.title, n.labels, n.body?.value.length]), [["1", "One", ["a"], 30_000]]);
});
test("a search is read in two requests, and three more at most for its empty pages", async () => {
  for (const [results, most] of [[[{ id: "1" }], 2], [[], 5]] as const) {
    let requests = 0;
    await readSimilar(host(() => (requests++, { results, _links: { next: `/x?cursor=${requests}` } })), "cql", "123");
    assert.equal(requests, most);
  }
});

const similar = (count: number, body: string): Neighbour[] => Array.from({ length: count }, (_, i) => ({ id: `s${i}`, title: "Similar", labels: ["a"], body: { format: "storage", value: body } }));
test("a request stays below what the service takes: the last similar pages lose their text first", () => {
  const page = { title: "Title", labels: [], body: { format: "adf" as const, value: "語".repeat(400_000) } };
  const request = requestFor(shell, { ...material, page }, [], [], similar(50, "語".repeat(30_000)));
  assert.ok(bytes(request) <= 3_500_000 && bytes(request) > 3_000_000);
  assert.equal(request.neighbours.length, 50);
  const withText = request.neighbours.map((n) => Boolean(n.body));
  assert.equal(withText[0], true);
  assert.equal(withText.at(-1), false);
  assert.deepEqual(withText, [...withText].sort().reverse(), "the first ones keep it");
});
test("what was read for this page comes before the rest of the space, each page once, 500 at most", () => {
  const space = Array.from({ length: 600 }, (_, i) => ({ id: `s${i}`, title: "Of the space", ...labelled("b") }));
  const { neighbours, inUse } = requestFor(shell, { ...material, space }, [], [], similar(3, "text"));
  assert.equal(neighbours.length, 500);
  assert.equal(new Set(neighbours.map((n) => n.id)).size, 500);
  assert.deepEqual(neighbours.slice(0, 4).map((n) => n.title), ["Similar", "Similar", "Similar", "Of the space"]);
  assert.deepEqual(inUse, [{ label: "b", pages: 600 }]);
});
test("a vocabulary that would be too much is cut", async () => {
  const labels = Array.from({ length: 6_000 }, (_, i) => ({ label: `label-${i}`, synonyms: Array.from({ length: 50 }, (_, n) => `${n}`.padEnd(90, "x")), description: "y".repeat(900) }));
  const read = (path: string) => (path.includes("/spaces/") ? { results: [{ id: "3", key: "labelup_vocabulary", value: { labels } }] } : { title: "Title" });
  const { vocabulary } = await gather(host(read), shell, { key: "", id: "1" });
  assert.ok(vocabulary.terms.length > 100 && bytes(vocabulary.terms) <= 500_100);
  assert.deepEqual([vocabulary.terms[0]!.synonyms.length, vocabulary.terms[0]!.description.length], [20, 300]);
});
const mischief: [sentence: string, value: unknown][] = [
  ["null", null],
  ["a word", "RAW"],
  ["a list", [1]],
  ["labels that are none", { labels: { a: 1 }, only: "yes" }],
  ["entries that are none", { labels: [null, 7, "a", { label: 7 }, { label: "A" }, { label: "a:b" }] }],
];
for (const [sentence, value] of mischief) {
  test(`a vocabulary that is ${sentence} is none`, async () => {
    const read = (path: string) => (path.includes("/spaces/") ? { results: [null, { key: 7 }, { id: "3", key: "labelup_vocabulary", value }].filter(Boolean) } : { title: null, body: "RAW", parentId: {} });
    const { vocabulary, page, tree } = await gather(host(read), shell, { key: "", id: "1" });
    assert.deepEqual([vocabulary, page, tree], [{ terms: [], only: false }, { title: "", labels: [] }, undefined]);
  });
}
test("a vocabulary is read by its key, with its shards and the one that it follows", async () => {
  const listed = (value: object, before = { revision: 0, first: 0 }) => shardsOf(vocabularyIn(value), before)!;
  const large = Array.from({ length: 400 }, (_, i) => ({ label: `label-${i}`, description: "y".repeat(200) }));
  const spaces = { "1": listed({ mode: "listed", follows: "2", labels: [{ label: "own", synonyms: ["ours"] }] }), "2": listed({ labels: large }) };
  const asked: string[] = [];
  const read = (path: string) => {
    const [, id, key] = /^\/api\/v2\/spaces\/(\d)\/properties\?key=(\w+)$/.exec(path) ?? [];
    if (!id) return { title: "Title" };
    asked.push(`${id} ${key}`);
    return { results: spaces[id as "1" | "2"].flatMap((property) => (property.key === key ? [{ id: "3", ...property }] : [])) };
  };
  const { vocabulary } = await gather(host(read), shell, { key: "", id: "1" });
  assert.deepEqual([vocabulary.only, vocabulary.terms.length, vocabulary.terms[0]], [true, 401, { label: "own", synonyms: ["ours"], description: "", group: "", retired: false }]);
  assert.deepEqual(asked.slice(0, 3), ["1 labelup_vocabulary", "2 labelup_vocabulary", "2 labelup_vocabulary_0"]);
  spaces["2"] = [];
  assert.deepEqual((await gather(host(read), shell, { key: "", id: "1" })).vocabulary.terms.length, 1);
  const hidden = host((path) => (path.includes("/spaces/2/") ? Promise.reject(new HostError(404)) : read(path)));
  assert.deepEqual((await gather(hidden, shell, { key: "", id: "1" })).vocabulary.only, false, "most of the list may be missing");
});
test("without a space there is no vocabulary to read", async () => {
  const paths: string[] = [];
  await gather(host((path) => (paths.push(path), { title: "Title" })), shell, { key: "", id: "" });
  assert.deepEqual(paths.filter((path) => path.includes("spaces")), []);
});

const properties: [sentence: string, results: unknown, names: string[]][] = [
  ["none", [], []],
  ["one of another key", [{ id: "1", key: "other", value: { dismissed: ["a"] } }], []],
  ["names and what is none, each once", [{ id: "1", key: "labelup_page", value: { dismissed: ["a", "a", "B", 7, null, "c:d"] }, version: { number: 1 } }], ["a"]],
  ["a value of another form", [{ id: "1", key: "labelup_page", value: "RAW", version: { number: 1 } }], []],
  ["no list", { a: 1 }, []],
];
for (const [sentence, results, names] of properties) {
  test(`the property holds ${sentence}`, async () => {
    assert.deepEqual((await dismissedIn(host(() => ({ results })), "/x")).names, names);
  });
}
test("two dismissals at once are kept one after the other", async () => {
  let value: unknown;
  let version = 0;
  const calls: string[] = [];
  const world = {
    read: async () => ({ results: version ? [{ id: "9", key: "labelup_page", value, version: { number: version } }] : [] }),
    write: async (method: string, _: string, body: { value: unknown; version?: { number: number } }) => {
      calls.push(method);
      await new Promise((later) => setTimeout(later, 1));
      if ((body.version?.number ?? 1) !== version + 1) throw new HostError(409);
      version++;
      value = body.value;
    },
  } as unknown as Host;
  const remember = dismissals(world, "/x");
  await Promise.all([remember("a", true), remember("b", true), remember("a", false)]);
  assert.deepEqual([value, calls], [{ v: 1, dismissed: ["b"] }, ["POST", "PUT", "PUT"]]);
});
for (const [status, tries] of [[409, 2], [400, 2], [403, 1], [500, 1], [0, 1]] as const) {
  test(`a write refused with ${status} is tried ${tries === 1 ? "once" : "twice"}`, async () => {
    let tried = 0;
    const world = { read: async () => ({ results: [] }), write: async () => (tried++, Promise.reject(new HostError(status))) } as unknown as Host;
    await assert.rejects(dismissals(world, "/x")("a", true), { status });
    assert.equal(tried, tries);
  });
}

test("an answer without a list of suggestions is none", () => {
  for (const body of [null, 7, "RAW", {}, { suggestions: {} }]) {
    assert.throws(() => asAnswer(body, ""), { kind: "unavailable" });
  }
});
test("a guess is never ticked", () => {
  const { suggestions } = asAnswer({ suggestions: [{ label: "a", ticked: true, guess: true }, { label: "b", ticked: true }, { label: "c", guess: "RAW" }] }, "");
  assert.deepEqual(suggestions.map((s) => [s.label, s.ticked, s.guess]), [["a", false, true], ["b", true, false], ["c", false, false]]);
});
test("what is no certainty is not sent again", () => {
  const numbers = [1, 0, -1, 22_904, 1_000_000, 0, 0, 0, -48_644];
  assert.deepEqual(asAnswer({ suggestions: [], certainty: numbers }, "").certainty, numbers);
  for (const certainty of [undefined, null, "RAW", {}, [], numbers.slice(1), [...numbers, 0], numbers.with(3, 0.5), numbers.with(3, Infinity), [..."123456789"]]) {
    assert.equal("certainty" in asAnswer({ suggestions: [], certainty }, ""), false, JSON.stringify(certainty));
  }
});
test("why there is nothing is known, or that none fits", () => {
  assert.equal(asAnswer({ suggestions: [], nothing: "too_short" }, "").nothing, "too_short");
  assert.equal(asAnswer({ suggestions: [], nothing: "RAW" }, "").nothing, "none_fits");
  assert.equal(asAnswer({ suggestions: [{ label: "a" }], nothing: "too_short" }, "").nothing, undefined);
});
