// What the app writes into Confluence is what docs/data.md says: the declarations
// behind it are in Go (internal/datamap/confluence.go), and what writes is here.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { dismissals } from "../src/suggest/dismissals.ts";
import { planParts, segmentValue } from "../src/space/segments.ts";
import { shardsOf } from "../src/space/shards.ts";
import { runsValue } from "../src/space/runs.ts";
import type { Host } from "../src/host.ts";

const page = readFileSync("../docs/data.md", "utf8");

/** The fields of a store, as the document lists them. */
function declared(store: string): string[] {
  const [, section = ""] = page.split(`\n### ${store}\n`);
  return Array.from(section.split("\n## ")[0]!.split("\n### ")[0]!.matchAll(/^\| `(\w+)` \|/gm), ([, field]) => field!);
}
const fields = (...values: object[]) => [...new Set(values.flatMap(Object.keys))].sort();

const run = {
  id: "a1", began: 1, state: "done" as const, undoes: "b2", renames: [], more: 1, changed: 1, attachments: true,
  results: { forbidden: 1 }, segments: 1, parts: 1, bytes: 1,
};
const list = runsValue([run]);
const segment = segmentValue({ owner: "tab", closed: true, batches: [{ step: "all", pages: [{ id: "1", add: ["a"], remove: ["b"] }] }] });
const plan = planParts({ decisions: [{ from: "a", to: "b" }], without: ["1"] });
const vocabulary = shardsOf({ mode: "advise", follows: "7", groups: [{ name: "g", oneOf: true, required: true }], entries: [{ label: "a", synonyms: [], description: "", group: "g", retired: false, replacement: "", was: [] }], apart: [["a", "b"]] }, { revision: 0, first: 0 })!;

const stores: [store: string, written: string[]][] = [
  ["List of the changes of a space's labels", fields(list, run)],
  ["Changes of a space's labels", fields(segment, ...plan)],
  ["Vocabulary of a space", fields(...vocabulary.map(({ value }) => value))],
];
for (const [store, written] of stores) {
  test(`${store}: each field that is written is declared, and no other`, () => {
    assert.deepEqual(declared(store).sort(), written);
  });
}

test("Dismissed suggestions: each field that is written is declared, and no other", async () => {
  let written: object = {};
  const host = { read: async () => ({ results: [] }), write: async (_: string, __: string, body: { value: object }) => (written = body.value) } as unknown as Host;
  await dismissals(host, "/api/v2/pages/1")("a", true);
  assert.deepEqual(declared("Dismissed suggestions").sort(), fields(written));
});
