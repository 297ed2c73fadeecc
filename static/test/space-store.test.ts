import assert from "node:assert/strict";
import test from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { spellingsIn } from "../src/space/spellings.ts";
import { ALL, newStore, type Filter, type Read } from "../src/space/store.ts";
import { dayOf } from "../src/space/day.ts";
import { linkTo, shownIn } from "../src/space/ui/link.ts";
import { readSpace } from "../src/space/ui/reading.ts";
import { HostError } from "../src/host.ts";
import { believable } from "./fake-space.ts";

const DAY = 86_400_000;
const page = (id: string, labels: string[], more: Partial<Read> = {}): Read => ({ id, type: "page", title: `Page ${id}`, parent: "", created: DAY, changed: 10 * DAY, labels, ...more });
const tree = [
  page("1", ["home"]),
  page("2", ["release-note", "red"], { parent: "1", changed: 30 * DAY, title: "Änderungen" }),
  page("3", ["release-notes"], { parent: "2", created: 5 * DAY }),
  page("4", [], { parent: "99" }),
  page("5", ["red"], { type: "blogpost" }),
];
const all = <T>(work: Generator<undefined, T>): T => {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
};

const filters: [sentence: string, filter: Partial<Filter>, ids: string][] = [
  ["no filter finds all", {}, "1 2 3 4 5"],
  ["a part of the title in another case", { text: "äNDER" }, "2"],
  ["a label", { has: ["red"] }, "2 5"],
  ["two labels", { has: ["red", "release-note"] }, "2"],
  ["a label that there is not", { has: ["blue"] }, ""],
  ["without a label", { without: ["red", "blue"] }, "1 3 4"],
  ["no label at all", { unlabelled: true }, "4"],
  ["none of a group", { lacks: ["home", "red"] }, "3 4"],
  ["posts", { type: "blogpost" }, "5"],
  ["a page and those below it, at any depth", { below: "1" }, "1 2 3"],
  ["below a page that was not read", { below: "99" }, "4"],
  ["changed since", { after: 30 * DAY }, "2"],
  ["changed before", { before: 30 * DAY }, "1 3 4 5"],
  ["several at once", { type: "page", below: "1", without: ["red"] }, "1 3"],
];
for (const [sentence, filter, ids] of filters) {
  test(`pages are found by ${sentence}`, () => {
    const store = newStore();
    store.add(tree);
    assert.equal(Array.from(store.rows({ ...ALL, ...filter }), (row) => store.page(row).id).join(" "), ids);
  });
}

test("a circle of parents is no page below", () => {
  const store = newStore();
  store.add([page("1", [], { parent: "2" }), page("2", [], { parent: "1" })]);
  assert.equal(store.rows({ ...ALL, below: "7" }).length, 0);
});

test("a page comes back as it was read, and its labels are counted", () => {
  const store = newStore();
  store.add(tree);
  store.add([page("1", ["home", "red"])]);
  assert.deepEqual(store.page(0), page("1", ["home", "red"]));
  assert.equal(store.size, 5);
  assert.equal(store.labelled(), 4);
  assert.deepEqual(store.labels().find(({ name }) => name === "red"), { name: "red", pages: 3, newest: DAY, changed: 30 * DAY });
});

test("an own change stands, until the search has caught up", () => {
  const store = newStore();
  store.add(tree);
  store.set("1", ["mine"]);
  store.add([page("1", ["home"])]);
  assert.deepEqual(store.page(0).labels, ["mine"]);
  store.add([page("1", ["mine"])]);
  store.add([page("1", ["theirs"])]);
  assert.deepEqual(store.page(0).labels, ["theirs"]);
});

test("an own change does not hide for ever what somebody else changed after it", () => {
  let now = 1;
  const store = newStore(() => now);
  store.add(tree);
  store.set("1", ["mine"]);
  now += 601_000;
  store.add([page("1", ["theirs"])]);
  store.set("2", ["mine"]);
  store.add([page("1", ["theirs"]), page("2", ["theirs"])]);
  assert.deepEqual([store.page(0).labels, store.page(1).labels], [["theirs"], ["mine"]]);
});

test("pages that are not there any more go, and the others stay as they were", () => {
  const store = newStore();
  store.add(tree);
  const { version } = store;
  store.keepOnly(new Set(tree.map(({ id }) => id)));
  assert.equal(store.version, version);
  store.keepOnly(new Set(["2", "4", "5", "77"]));
  assert.ok(store.version > version);
  assert.deepEqual(Array.from({ length: store.size }, (_, row) => store.page(row)), [tree[1], tree[3], tree[4]]);
  assert.deepEqual([store.rowOf("1"), store.rowOf("4"), store.title("5"), store.labelled()], [undefined, 1, "Page 5", 2]);
  assert.deepEqual(store.labels().map(({ name, pages }) => `${name} ${pages}`), ["release-note 1", "red 2"]);
  store.add([page("1", ["home"])]);
  assert.deepEqual(store.page(3), page("1", ["home"]));
});

test("the parts of the tree are those below its home page, with all that is below them", () => {
  const store = newStore();
  store.add([page("9", [], { parent: "3" }), ...tree, page("6", [], { parent: "7" }), page("7", [], { parent: "6" })]);
  assert.deepEqual(store.parts(1), [{ id: "2", pages: 3 }]);
});

test("rows stand in each order", () => {
  const store = newStore();
  store.add(tree);
  const ranks = all(store.ranks((a, b) => a.localeCompare(b, "de")));
  const sorted = (by: "title" | "changed" | "labels", descending: boolean) => Array.from(store.sorted(store.rows(ALL), by, descending, ranks), (row) => store.page(row).id).join("");
  assert.deepEqual([sorted("title", false), sorted("changed", true), sorted("labels", true)], ["21345", "21345", "21354"]);
});

test("thousands of titles stand as a sort has them", () => {
  const store = newStore();
  const titles = Array.from({ length: 3_777 }, (_, i) => String((i * 7_919) % 3_777));
  store.add(titles.map((title, i) => page(String(i + 1), [], { title })));
  const ranks = all(store.ranks((a, b) => Number(a) - Number(b)));
  assert.deepEqual(Array.from(ranks), titles.map(Number));
});

test("a store of 10,000 pages that changed again and again is small", () => {
  setFlagsFromString("--expose-gc");
  const gc = runInNewContext("gc") as () => void;
  const pages = [...believable(10_000).pages.values()].map((one): Read => ({ ...one, labels: [...one.labels] }));
  gc();
  const before = process.memoryUsage();
  const store = newStore();
  store.add(pages);
  for (let times = 0; times < 10; times++) for (const { id, labels } of pages) store.set(id, labels);
  gc();
  const after = process.memoryUsage();
  const grown = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
  assert.ok(grown < 20e6, `${grown} bytes`);
  assert.equal(store.size, 10_000);
});

test("spellings go to the one that most pages have; what may be an error is none where a page has both or its text says so", () => {
  const use = new Map([["release-notes", 9], ["release-note", 3], ["releasenotes", 1], ["kubernetes", 8], ["kuberntes", 1], ["accessibility", 8], ["accesibility", 1], ["observability", 8], ["obsrvability", 1]]);
  const written = (pagesWith: string) => pagesWith === "obsrvability";
  const found = all(spellingsIn(use, [{ id: "1", labels: ["accesibility", "accessibility"] }], written));
  assert.deepEqual(found.map(({ stays, goes }) => `${goes.name}>${stays.name}`).sort(), ["kuberntes>kubernetes", "release-note>release-notes", "releasenotes>release-note", "releasenotes>release-notes"].sort());
});

const reading = async (read: (path: string) => Promise<unknown>, waits: number[] = []) => {
  const store = newStore();
  const steps: number[] = [];
  await readSpace({ read, sleep: async (ms) => void waits.push(ms), go: async () => undefined }, 'D"S', (pages, { read, of }) => {
    store.add(pages);
    steps.push(read, of);
  });
  return { store, steps };
};

test("a space is read to its end, without labels that are a person's or a space's", async () => {
  const fake = believable(450);
  const { store, steps } = await reading(fake.confluence().read);
  assert.deepEqual(steps, [200, 450, 400, 450, 450, 450]);
  assert.equal(store.labels().some(({ name }) => name === "favourite"), false);
  const some = [...fake.pages.values()][37]!;
  const { labels, created, changed, parent } = store.page(store.rowOf(some.id)!);
  assert.deepEqual({ labels, created, changed, parent }, { labels: [...some.labels], created: some.created, changed: some.changed, parent: some.parent });
});

/** A search over so many pages that answers by 200, and how it was asked. */
function searching(count: number, { tied = false, total = count }: { tied?: boolean; total?: number } = {}) {
  const asked = { newest: 0, oldest: 0 };
  let open = 0;
  let most = 0;
  const read = async (path: string) => {
    const query = new URLSearchParams(path.split("?")[1]);
    const oldest = query.get("cql")!.endsWith(" asc");
    asked[oldest ? "oldest" : "newest"]++;
    most = Math.max(most, ++open);
    await new Promise(setImmediate);
    open--;
    const at = Number(query.get("cursor") ?? 0);
    const ids = Array.from({ length: count }, (_, i) => String(oldest && !tied ? count - i : i + 1)).slice(at, at + 200);
    return { results: ids.map((id) => ({ id, type: "page" })), limit: 200, totalSize: total, _links: at + 200 < count ? { next: `/x?cursor=${at + 200}` } : {} };
  };
  return { read, asked, most: () => most };
}

test("a large space is read from both ends at once, until they meet", async () => {
  const { read, asked, most } = searching(3_000);
  const { store } = await reading(read);
  assert.equal(store.size, 3_000);
  assert.equal(most(), 2);
  assert.ok(asked.newest <= 9 && asked.oldest <= 9, JSON.stringify(asked));
});

test("a space that one answer holds is asked for once", async () => {
  const { read, asked } = searching(200);
  await reading(read);
  assert.deepEqual(asked, { newest: 1, oldest: 0 });
});

const doubtful: [sentence: string, how: { tied?: boolean; total?: number }][] = [
  ["all its pages were created at once", { tied: true }],
  ["the search counts no further than 1,000", { total: 1_000 }],
  ["the search counts pages that one may not see", { total: 4_000 }],
];
for (const [sentence, how] of doubtful) {
  test(`a space is read to its end where ${sentence}`, async () => {
    const { read, asked } = searching(3_000, how);
    const { store } = await reading(read);
    assert.equal(store.size, 3_000);
    assert.ok(asked.newest + asked.oldest <= 24, "half as much again at most");
  });
}

test("a space is read where only the newest pages can be had first", async () => {
  const { read } = searching(1_000);
  const { store } = await reading(async (path) => {
    if (path.includes("asc")) throw new HostError(400);
    return read(path);
  });
  assert.equal(store.size, 1_000);
});

test("what Confluence gives at once is read back, and a limit is waited for as long as it says", async () => {
  const asked: string[] = [];
  const waits: number[] = [];
  let busy = 2;
  await reading(async (path) => {
    const query = new URLSearchParams(path.split("?")[1]);
    if (asked.length === 1 && busy-- > 0) throw new HostError(429, busy ? 7 : 0);
    asked.push(`${query.get("limit")} ${query.get("cursor")}`);
    return { results: [{ id: String(asked.length), type: "page" }], limit: 50, _links: asked.length < 3 ? { next: `/x?cursor=a+b${asked.length}` } : {} };
  }, waits);
  assert.deepEqual(asked, ["200 null", "50 a+b1", "50 a+b2"]);
  assert.deepEqual(waits, [7_000, 2_000]);
});

const ends: [sentence: string, read: (n: number) => unknown, requests: number][] = [
  ["a cursor that comes twice", () => ({ results: [{ id: "1", type: "page" }], _links: { next: "/x?cursor=a" } }), 2],
  ["pages that stay empty", (n) => ({ results: [], _links: { next: `/x?cursor=${n}` } }), 11],
  ["what is no answer", () => null, 1],
];
for (const [sentence, answer, requests] of ends) {
  test(`reading ends at ${sentence}`, async () => {
    let n = 0;
    await reading(async () => answer(++n));
    assert.equal(n, requests);
  });
}

test("what cannot be read rejects", async () => {
  await assert.rejects(reading(() => Promise.reject(new HostError(403))), { status: 403 });
});

test("a link says what is shown, whatever else is in the address", () => {
  const filter: Filter = { text: "a&b", has: ["x", "ü"], without: [], unlabelled: true, lacks: [], type: "page", below: "12", after: 5, before: 0 };
  const link = linkTo("https://a.example/wiki/spaces/DS/apps/1?x=1#y", { tab: "pages", finding: "", filter });
  assert.deepEqual(shownIn(link), { tab: "pages", finding: "", filter });
  assert.ok(link.startsWith("https://a.example/wiki/spaces/DS/apps/1?x=1&"));
  assert.equal(linkTo("", { tab: "pages", finding: "", filter }), "");
  const most = Array.from({ length: 90 }, (_, i) => `a-label-of-a-group-${i}`);
  assert.equal(linkTo("https://a.example/", { tab: "pages", finding: "", filter: { ...filter, lacks: most } }), "", "and nothing else than that");
  assert.deepEqual(shownIn("https://a.example/?labelup=tab%3Devil%26below%3D<script>%26after%3D-1").filter, ALL);
  const { after } = shownIn("https://a.example/?labelup=tab%3Dpages%26after%3D1e17").filter;
  assert.match(dayOf(after), /^275760-09-1/, "no later moment can be shown");
});
