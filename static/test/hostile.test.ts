// Long hostile text in whatever is read from Confluence or a person. A reader
// whose work grows with the square of a million characters would need an hour;
// each of these needs a second or two of the processor, however busy it is.

import assert from "node:assert/strict";
import test from "node:test";
import { confirm, hold } from "../src/add/pending.ts";
import { browserOf } from "../src/admin/bundle.ts";
import { globalNames, readPage } from "../src/confluence.ts";
import type { Host } from "../src/host.ts";
import { isName, MOST_TYPED, namesIn, normalise, problemOf, textsIn } from "../src/name.ts";
import { SPACE_PROPERTY } from "../src/propertykeys.ts";
import { asShell } from "../src/shell.ts";
import { dismissedIn } from "../src/suggest/dismissals.ts";
import { gather } from "../src/suggest/read.ts";
import { asAnswer } from "../src/suggest/request.ts";
import { compare, formOf } from "../src/twin.ts";
import { loadInUse, offersFor, spaceReader, type Known } from "../src/inuse.ts";

const MANY = 1_000_000; // characters
const WITHIN = 20_000; // ms of the processor

/** Nothing can interrupt an expression that takes too long, so it is looked at afterwards. */
async function inTime(read: () => unknown): Promise<void> {
  const before = process.cpuUsage();
  await read();
  const { user, system } = process.cpuUsage(before);
  const took = (user + system) / 1000;
  assert.ok(took < WITHIN, `${took} ms`);
}
const pieces = [" ", "\t", "\u3000", "-", "a", "A-", "Σ", "Σ\u0301", "\u0301", "i\u0307", "\u200d", "\u200b", "\ufe0f", "\u2800", "#", " #", ",", "{", "1", "s", "es", "👩\u200d", "\ud800", "\u064b\u200c", "Version/1"];
const hostile = pieces.flatMap((piece) => {
  const run = piece.repeat(Math.ceil(MANY / piece.length));
  return [run, `x${run}x`];
});
const short = hostile.map((text) => text.slice(0, MOST_TYPED));

/** A host whose every answer is made of such text. */
function host(text: string): Host {
  const label = { name: text, prefix: "global" };
  const answer = (path: string): unknown => {
    if (path.includes("/properties")) {
      const value = { v: 1, dismissed: [text], labels: [{ label: text, synonyms: [text], description: text }] };
      return { results: [{ id: "1", key: /key=(\w+)/.exec(path)?.[1] ?? "x", value, version: { number: 1 } }] };
    }
    if (path.includes("search")) return { results: [{ id: text, title: text, metadata: { labels: { results: [label] } }, body: { storage: { value: text } } }] };
    if (path.includes("labels?")) return { results: [label], _links: { next: text } };
    return { id: "1", title: text, parentId: text, status: text, labels: { results: [label] }, operations: { results: [{ operation: text }] }, body: { atlas_doc_format: { value: text } } };
  };
  return { read: async (path: string) => answer(path) } as unknown as Host;
}

const shell = asShell({ contentId: "1", contentType: "page", spaceId: "1", spaceKey: "DS" });
const readers: [name: string, read: (text: string) => unknown][] = [
  ["a name", (text) => problemOf(normalise(text))],
  ["a name from a property or an answer", (text) => assert.equal(isName(text), false)],
  ["a list", (text) => (textsIn(text), namesIn(text))],
  ["a macro's parameters", (text) => asShell({ parameters: { prefix: text, display: text }, view: text })],
  ["the key of a property", (text) => SPACE_PROPERTY.test(`labelup_vocabulary_${text}`) || SPACE_PROPERTY.test(`labelup_run_${text}_1`)],
  ["the labels of a listing", (text) => assert.deepEqual(globalNames({ results: [{ name: text }] }), [])],
  ["the page", (text) => readPage(host(text), "page", "1")],
  ["what was dismissed", async (text) => assert.deepEqual((await dismissedIn(host(text), "/api/v2/pages/1")).names, [])],
  ["what suggestions are made of", async (text) => assert.deepEqual((await gather(host(text), shell, { key: "DS", id: "1" })).vocabulary.terms, [])],
  ["the labels in use", async (text) => {
    let known: Known[] = [];
    await loadInUse(host(text), spaceReader(host(text), { key: "DS" }), (all) => (known = all));
    assert.deepEqual(known, []);
  }],
  ["an answer of the service", (text) => asAnswer({ suggestions: [{ label: text, reasons: [{ kind: "text", text, where: text, words: [text] }] }], removals: [], search: text }, "")],
  ["what the browser calls itself", (text) => browserOf(text)],
];
for (const [name, read] of readers) {
  test(`${name} is read in time that grows with its length`, () =>
    inTime(async () => {
      for (const text of hostile) await read(text);
    }));
}

test("the longest text that is looked at takes no longer by its letters", () =>
  inTime(() => {
    for (const text of short) for (let times = 0; times < 20; times++) problemOf(normalise(text));
  }));
test("comparing names takes time that grows with their length", () => inTime(() => {
  const names = hostile.map((text) => text.slice(0, 255));
  const known = names.map((name) => ({ name, uses: 1, form: formOf(name) }));
  for (const name of names) {
    offersFor(name, known, names, "");
    for (const { form } of known) compare(formOf(name), form);
  }
  confirm(hold([], names, "listed"), { known, read: true, rules: undefined, held: names, prefix: "" });
}));
