// The export's function with Atlassian's own @forge/api; only what that calls, the runtime's fetch, is ours.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { exportLabels } from "../native/src/index.js";
import { wordsIn } from "../native/src/words.js";

/** Answers each call with what `answer` says to its path, and notes as whom and what was asked. */
function confluence(answer) {
  const asked = [];
  globalThis.__forge_fetch__ = async (as, path, init) => {
    asked.push({ as: as.provider, path, method: init?.method ?? "GET", bounded: init?.signal instanceof AbortSignal });
    const { status = 200, body = {} } = await answer(path, asked.length);
    return { ok: status < 300, status, headers: new Headers(), json: async () => (typeof body === "string" ? JSON.parse(body) : body) };
  };
  return asked;
}
const named = (...names) => ({ body: { results: names.map((name, i) => ({ id: String(i), prefix: "global", name })), _links: {} } });
const content = { id: "637370746", type: "page" };
const word = (config = {}, more = {}) => ({ exportType: "word", context: { content, config, space: { id: "98305", key: "DS" }, ...more } });
const pdf = (config = {}, more = {}) => ({ exportType: "pdf", context: { extension: { content, space: { id: "98305", key: "DS" } }, ...more }, extensionPayload: { config } });

/** What is read of a document: its texts as they follow each other, a list's items on lines of their own. */
const read = (node) => node.text ?? node.content.map(read).join(node.type === "bulletList" ? "\n" : "");

const said = [
  ["chips are one line", {}, ["accessibility", "team-red"], "Labels: accessibility, team-red"],
  ["a list is a list", { display: "list" }, ["accessibility", "team-red"], "accessibility\nteam-red"],
  ["compact has no heading", { display: "compact" }, ["accessibility", "team-red"], "accessibility, team-red"],
  ["a display that nobody knows is chips", { display: "<b>" }, ["accessibility"], "Labels: accessibility"],
  ["a prefix leaves the others out", { prefix: " Team- " }, ["accessibility", "team-red", "team-blue"], "Labels: team-red, team-blue"],
  ["a prefix that is no text is none to find", { prefix: 7 }, ["accessibility"], "No labels yet"],
  ["no labels are said to be none", {}, [], "No labels yet"],
  ["what XML cannot hold is left out", { display: "compact" }, ["a\0b\u001fc", "\uffff", "r/d\"<b>&co", "予算"], "abc, r/d\"<b>&co, 予算"],
];
for (const [sentence, config, names, want] of said) {
  for (const [kind, payload] of [["Word", word(config)], ["PDF", pdf(config)]]) {
    test(`${sentence}: ${kind}`, async () => {
      confluence(() => named(...names));
      const got = await exportLabels(payload);
      assert.equal(got.type + got.version, "doc1");
      assert.equal(read(got), want);
    });
  }
}

test("it reads as the app, once, and is bounded in time", async () => {
  const asked = confluence(() => named("a"));
  await exportLabels(word());
  assert.deepEqual(asked, [{ as: "app", path: "/wiki/api/v2/pages/637370746/labels?limit=250", method: "GET", bounded: true }]);
});
test("a blog post is one", async () => {
  const asked = confluence(() => named("a"));
  await exportLabels(word({}, { content: { id: "5", type: "blogpost" } }));
  assert.equal(asked[0].path, "/wiki/api/v2/blogposts/5/labels?limit=250");
});
test("other people's favourites and space categories are left out, and a label without a prefix is global", async () => {
  confluence(() => ({ body: { results: [{ prefix: "my", name: "favourite" }, { prefix: "team", name: "sales" }, { name: "plain" }, { prefix: "", name: "empty" }] } }));
  assert.equal(read(await exportLabels(word({ display: "compact" }))), "plain, empty");
});
test("all labels of a long list are there, and only the cursor is taken of the next address", async () => {
  const pages = { "": ["a", "https://evil.example/x?cursor=p%2B2&limit=1"], "p+2": ["b", "/wiki/api/v2/pages/1/labels?cursor=p3"], p3: ["c", undefined] };
  const asked = confluence((path) => {
    const [name, next] = pages[new URL(path, "https://example.invalid").searchParams.get("cursor") ?? ""];
    return { body: { ...named(name).body, _links: { next } } };
  });
  assert.equal(read(await exportLabels(word({ display: "compact" }))), "a, b, c");
  assert.ok(asked.every(({ path }) => path.startsWith("/wiki/api/v2/pages/637370746/labels?limit=250")), JSON.stringify(asked));
});
test("a list that does not end is no whole one, and is read ten times only", async () => {
  const asked = confluence((_, times) => ({ body: { ...named("a").body, _links: { next: `/x?cursor=${times}` } } }));
  assert.equal(read(await exportLabels(word())), "Labels are not available right now.");
  assert.equal(asked.length, 10);
});

for (const status of [403, 404]) {
  test(`a page that the app may not see says so: ${status}`, async () => {
    confluence(() => ({ status }));
    assert.equal(read(await exportLabels(pdf())), "The labels are missing here: Label UP may not view this page when it is exported.");
  });
}
const unreadable = [
  ["Confluence is down", word(), () => ({ status: 503 })],
  ["Confluence is busy", word(), () => ({ status: 429 })],
  ["an answer is no JSON", word(), () => ({ body: "<html>" })],
  ["an answer has no list", word(), () => ({ body: {} })],
  ["the call fails", word(), () => { throw new Error("socket"); }],
  ["the id leads elsewhere", word({}, { content: { id: "../../x?y", type: "page" } }), () => named("a")],
  ["there is no content", { context: {} }, () => named("a")],
  ["there is no context", {}, () => named("a")],
  ["there is nothing", undefined, () => named("a")],
];
for (const [sentence, payload, answer] of unreadable) {
  test(`an export does not fail because ${sentence}`, async () => {
    confluence(answer);
    assert.equal(read(await exportLabels(payload)), "Labels are not available right now.");
  });
}

test("a name leads to the pages that carry it where the site is known, and nowhere else", async () => {
  confluence(() => named("r/d 50%"));
  const links = (doc) => JSON.stringify(doc).match(/"href":"[^"]*"/g);
  assert.deepEqual(links(await exportLabels(pdf({}, { siteUrl: "https://acme.atlassian.net" }))), ['"href":"https://acme.atlassian.net/wiki/label/DS/r%2Fd%2050%25"']);
  for (const siteUrl of [undefined, 7, "javascript:alert(1)"]) assert.equal(links(await exportLabels(pdf({}, { siteUrl }))), null);
});

test("it speaks the language of the context, and else English", async () => {
  confluence(() => named("a"));
  assert.equal(read(await exportLabels(word({}, { locale: "de-DE" }))), "Stichwörter: a");
  assert.equal(read(await exportLabels(word({}, { locale: "DE_de" }))), "Stichwörter: a");
  assert.equal(read(await exportLabels(word({}, { locale: "pt-BR" }))), "Labels: a");
});
test("its words are those of the panel", () => {
  for (const language of ["de", "en", "es", "fr", "ja"]) {
    const strings = JSON.parse(readFileSync(new URL(`../../static/src/strings/${language}.json`, import.meta.url), "utf8"));
    const { unseen, ...same } = wordsIn(language);
    assert.deepEqual(same, { labels: strings.labels, none: strings.empty, unavailable: strings["export.unavailable"] }, language);
    assert.ok(unseen, language);
  }
});
