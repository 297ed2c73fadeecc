import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { isName, namesIn } from "../src/name.ts";
import { formOf } from "../src/twin.ts";
import { nextCursor, search } from "../src/confluence.ts";
import { offersFor, loadInUse, spaceReader, twinInUse, twinOnPage, type Known } from "../src/inuse.ts";
import type { Host } from "../src/host.ts";

const known: Known[] = (
  [
    ["roadmap", 12],
    ["product-roadmap", 5],
    ["broad", 3],
    ["release-notes", 2],
    ["road-safety", 0],
    ["abroad", 0],
  ] as const
).map(([name, uses]) => ({ name, uses, form: formOf(name) }));

const brief = (name: string, held: string[] = [], prefix = "") =>
  offersFor(name, known, held, prefix).map((o) => `${o.kind} ${o.name}`);

test("beginnings before middles, this space before the site, words before parts, what was typed last", () => {
  assert.deepEqual(brief("road"), ["known roadmap", "known road-safety", "known product-roadmap", "known broad", "known abroad", "create road"]);
});
test("a spelling in use comes first and is not offered as new", () => {
  assert.deepEqual(brief("roadmap"), ["known roadmap", "known product-roadmap"]);
});
test("a near-twin in use is offered beside what was typed", () => {
  assert.deepEqual(brief("relese-notes"), ["twin release-notes", "create relese-notes"]);
});
test("what begins with what was typed comes before a near-twin, and is one itself if it is", () => {
  const coffee = ["coffee", "coffee-machine", "coffee-mugs"].map((name) => ({ name, uses: 3, form: formOf(name) }));
  const offered = (name: string) => offersFor(name, coffee, [], "").map((o) => `${o.kind} ${o.name}`);
  assert.deepEqual(offered("coffee-m"), ["known coffee-machine", "known coffee-mugs", "create coffee-m"]);
  assert.deepEqual(offered("coffee-mug"), ["twin coffee-mugs", "create coffee-mug"]);
});
test("a near-twin is offered however much begins with what was typed", () => {
  const many = ["sprints-b", ...Array.from({ length: 20 }, (_, i) => `sprint-b${i}`)].map((name) => ({ name, uses: 1, form: formOf(name) }));
  const offered = offersFor("sprint-b", many, [], "");
  assert.equal(offered.filter((o) => o.kind === "known").length, 7);
  assert.deepEqual(offered.slice(7).map((o) => `${o.kind} ${o.name}`), ["twin sprints-b", "create sprint-b"]);
});
test("labels on the page are not offered", () => {
  assert.deepEqual(brief("roadmap", ["roadmap"]), ["known product-roadmap"]);
});
test("with a prefix only its labels are offered", () => {
  assert.deepEqual(brief("ro", [], "road"), ["known roadmap", "known road-safety", "create ro"]);
});
test("an empty field offers the most used", () => {
  assert.deepEqual(brief(""), known.map((k) => `known ${k.name}`));
});
test("at most eight are offered, and the new one", () => {
  const many = Array.from({ length: 40 }, (_, i) => ({ name: `team-${i}x`, uses: 1, form: formOf(`team-${i}x`) }));
  assert.equal(offersFor("team", many, [], "").length, 9);
});
test("a sibling of what was typed is not offered as its twin", () => {
  const sprints = [{ name: "sprint-a", uses: 1, form: formOf("sprint-a") }];
  assert.deepEqual(offersFor("sprint-b", sprints, [], "").map((o) => `${o.kind} ${o.name}`), ["create sprint-b"]);
});
test("the same label in another spelling comes before one that may be a misspelling", () => {
  const two = ["roadmap", "roadmaps"].map((name) => ({ name, uses: 1, form: formOf(name) }));
  assert.equal(twinInUse("roadmapp", two, ""), "roadmap");
  assert.equal(twinInUse("road-maps", two, ""), "roadmap");
  assert.equal(twinOnPage("café-menu", ["cafe-menue", "cafe-menu"]), "cafe-menu");
});
test("the twin on the page is found, the same spelling is not its twin", () => {
  assert.equal(twinOnPage("note", ["notes"]), "notes");
  assert.equal(twinOnPage("notes", ["notes"]), undefined);
});

/** A host that only reads; answer gives each path's JSON. */
function reader(answer: (path: string) => unknown): { host: Host; paths: string[] } {
  const paths: string[] = [];
  const read = async (path: string) => (paths.push(path), answer(path));
  return { host: { read } as unknown as Host, paths };
}

test("uses are counted over the space's pages, the site adds the rest, and requests are bounded", async () => {
  const { host, paths } = reader((path) => {
    const next = `/x?cursor=${paths.length}`;
    if (path.startsWith("/rest/api/content/search")) {
      const labels = { results: [{ name: "a", prefix: "global" }, { name: "mine", prefix: "my" }] };
      return { results: [{ metadata: { labels } }], _links: { next } };
    }
    return { results: [{ name: `s${paths.length}` }, { name: "a" }], _links: { next } };
  });
  let got: Known[] = [];
  await loadInUse(host, spaceReader(host, { key: 'D"S\\' }), (k) => (got = k));
  assert.equal(paths.length, 8);
  assert.match(new URLSearchParams(paths[0]!.split("?")[1]).get("cql")!, /^space="D\\"S\\\\" and /);
  assert.deepEqual(got[0], { name: "a", uses: 2, form: formOf("a") });
  assert.equal(got.some((k) => k.name === "mine"), false);
  assert.equal(got.filter((k) => k.uses === 0).length, 6);
});
test("no name that would be refused is offered, whatever is in use or typed", async () => {
  const texts: string[] = readFileSync("../internal/label/testdata/names.jsonl", "utf8").trim().split("\n").map((line) => JSON.parse(line).text);
  const { host } = reader((path) => (path.includes("search") ? { results: [] } : { results: texts.map((name) => ({ name })) }));
  let inUse: Known[] = [];
  await loadInUse(host, spaceReader(host, { key: "DS" }), (k) => (inUse = k));
  assert.ok(inUse.length > 10);
  let offered = 0;
  for (const typed of ["", ...texts]) {
    for (const prefix of ["", "team-", "te:am", "to do"]) {
      const names = typed ? namesIn(typed).map((name) => prefix + name) : [""];
      const offers = names.flatMap((name) => offersFor(name, inUse, [], prefix));
      offered += offers.length;
      assert.deepEqual(offers.filter(({ name }) => !isName(name)), [], JSON.stringify(typed));
    }
  }
  assert.ok(offered > 100);
});
test("a repeated cursor ends the listing", async () => {
  const { host, paths } = reader(() => ({ results: [], _links: { next: "/x?cursor=same" } }));
  await loadInUse(host, spaceReader(host, { key: "" }), () => undefined);
  assert.equal(paths.length, 2);
});
test("a space that cannot be searched leaves the site's labels", async () => {
  const { host } = reader((path) => {
    if (path.includes("search")) throw new Error("no");
    return { results: [{ name: "a" }] };
  });
  let got: Known[] = [];
  assert.equal(await loadInUse(host, spaceReader(host, { key: "DS" }), (k) => (got = k)), false);
  assert.deepEqual(got.map((k) => k.name), ["a"]);
});
test("it is told whether all the labels in use could be read", async () => {
  for (const [part, whole] of [["none", true], ["search", false], ["v2/labels", false]] as const) {
    const { host } = reader((path) => {
      if (path.includes(part)) throw new Error("no");
      return { results: [] };
    });
    assert.equal(await loadInUse(host, spaceReader(host, { key: "DS" }), () => undefined), whole, part);
  }
});
test("what a mischievous answer holds is ignored", async () => {
  const { host } = reader(() => ({ results: [null, {}, { name: 7 }, { name: "ok" }] }));
  let got: Known[] = [];
  await loadInUse(host, spaceReader(host, { key: "" }), (k) => (got = k));
  assert.deepEqual(got.map((k) => k.name), ["ok"]);
});
test("the space is read once for all who ask, and once more after a failure", async () => {
  let fails = true;
  const { host, paths } = reader(() => {
    if (fails) throw new Error("no");
    return { results: [{ id: "1", title: "One" }, null] };
  });
  const readSpace = spaceReader(host, { key: "DS" });
  await assert.rejects(readSpace);
  fails = false;
  const both = await Promise.all([readSpace(), readSpace()]);
  assert.deepEqual(both, [[{ id: "1", title: "One" }], [{ id: "1", title: "One" }]]);
  assert.equal(paths.length, 2);
});
for (const [what, pages, want, requests] of [
  ["a page is empty and has a next one", [[[], "2"], [["1"], ""]], ["1"], 2],
  ["some pages are empty, which do not count", [[[], "2"], [[], "3"], [["1"], "4"], [["2"], "5"], [["3"], "6"], [["4"], "7"]], ["1", "2", "3", "4"], 6],
  ["all pages are empty and have a next one", Array.from({ length: 9 }, (_, at) => [[], `${at + 1}`]), [], 7],
  ["a page is short and has a next one", [[["1"], "2"], [["2", "3"], ""]], ["1", "2", "3"], 2],
  ["a page begins with the last of the one before", [[["1", "2"], "2"], [["2", "3"], ""]], ["1", "2", "3"], 2],
  ["a page names itself as the next", [[["1"], "2"], [["2"], "2"], [["never read"], ""]], ["1", "2"], 2],
  ["pages without end", Array.from({ length: 9 }, (_, at) => [[`${at}`], `${at + 1}`]), ["0", "1", "2", "3"], 4],
] as [string, [string[], string][], string[], number][]) {
  test(`a search is read once though ${what}`, async () => {
    const { host, paths } = reader(() => {
      const [ids, next] = pages[paths.length - 1]!;
      return { results: ids.map((id) => ({ id })), _links: next ? { next: `/rest/api/content/search?cursor=${next}` } : {} };
    });
    const found = await search(host, "space = DS", { expand: "", limit: 2, requests: 4 });
    assert.deepEqual(found.map(({ id }) => id), want);
    assert.equal(paths.length, requests);
  });
}
test("what was read of the space before a request failed counts", async () => {
  const { host, paths } = reader(() => {
    if (paths.length > 1) throw new Error("no");
    return { results: [{ id: "1" }], _links: { next: "/x?cursor=2" } };
  });
  assert.deepEqual(await spaceReader(host, { key: "DS" })(), [{ id: "1" }]);
});

test("a plus in a cursor is one, whether or not the link has encoded it", () => {
  for (const next of ["/x?limit=2&cursor=a+b/c=", "/x?cursor=a%2Bb%2Fc%3D&limit=2"]) assert.equal(nextCursor({ _links: { next } }), "a+b/c=");
});
