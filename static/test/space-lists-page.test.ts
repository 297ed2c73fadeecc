// What names a label, on the page of a space: found, told, and mended, in
// Chromium on Forge native against a space in memory.

import assert from "node:assert/strict";
import test from "node:test";
import type { Page } from "playwright-core";
import { plain, until } from "./acting.ts";
import { FakeSpace } from "./fake-space.ts";
import { HOST, useStage, violations, type Scene, type Stage } from "./stage.ts";

// No site can get this page on Connect. Without a test a stage would stand for ever.
const native = HOST === "native" ? test : () => undefined;
const stage = (HOST === "native" && useStage()) as Stage;

async function open(space: FakeSpace, more: Scene = {}): Promise<Page> {
  stage.onRead = (path) => space.handle("GET", path);
  stage.onSave = ({ method, path, body }) => space.handle(method, path, body);
  stage.onRemove = (path) => {
    const { status, body } = space.handle("DELETE", path) ?? { status: 404 };
    return { status, raw: body === undefined ? "{}" : "" };
  };
  return stage.open({ ...more, shell: { view: "space", contentId: "" }, bridge: { location: "https://site.example/wiki/spaces/DS/apps/1/2/labels", ...more.bridge }, browser: { viewport: { width: 1100, height: 900 }, ...more.browser } });
}

const macro = (name: string, parameter: string, value: string) => `<ac:structured-macro ac:name="${name}" ac:schema-version="4"><ac:parameter ac:name="${parameter}">${value}</ac:parameter></ac:structured-macro>`;
const LISTS = {
  query: macro("contentbylabel", "cql", "label = &quot;release-note&quot; and space = currentSpace()"),
  excludes: macro("blog-posts", "labels", "news,-release-note"),
  nowhere: macro("detailssummary", "label", "gone-since"),
  other: macro("our-board", "tags", "release-notes"),
};

/** A space with twins that lists name, some of them in another space. */
function listed(): FakeSpace {
  const space = new FakeSpace();
  for (let i = 0; i < 4; i++) space.page(String(11 + i), ["release-notes"], { title: `Release ${i}` });
  for (let i = 0; i < 2; i++) space.page(String(21 + i), ["release-note"], { title: `Beta ${i}` });
  space.page("31", ["news"], { title: "Overview", body: `<p>Our notes &amp; news&nbsp;</p>${LISTS.query}<hr />` });
  space.page("32", [], { title: "Blog of the team", body: LISTS.excludes + LISTS.nowhere });
  space.page("33", [], { title: "A board", body: LISTS.other });
  space.page("41", [], { title: "Elsewhere", space: "OPS", body: LISTS.query });
  return space;
}
const facts = (page: Page) => page.locator(".facts").innerText();
const question = async (page: Page) => plain(await page.locator("#question").innerText());

native("lists are counted after the reading, named where a label is asked about, and asked about where no page has it", async () => {
  const space = listed();
  const page = await open(space);
  await until(() => facts(page), (line) => line.endsWith("4 lists depend on labels"), "lists are counted");
  assert.match(await question(page), /^Are release-note and release-notes one label/);
  const named = page.locator(".card .lists");
  await until(() => named.innerText(), (text) => text.startsWith("Named by lists on 3 pages"), "the lists that name it");
  assert.deepEqual(await named.getByRole("link").allInnerTexts(), ["Overview", "Blog of the team", "Elsewhere"]);
  assert.deepEqual(await violations(page), []);
  await page.locator(".card").focus();
  await page.keyboard.press("s");
  await until(() => question(page), (text) => text.startsWith("A list names gone-since, and no page has it"), "a list of nothing");
  assert.deepEqual(await named.getByRole("link").allInnerTexts(), ["Blog of the team"]);
  assert.ok(stage.reads.filter((path) => path.includes("macro+in")).length <= 2, "one search of the space, and one of the others");
});

native("lists hold up nothing: a busy search is asked again", async () => {
  const space = listed();
  let refused = 0;
  const page = await open(space);
  await page.locator("#question").waitFor();
  await until(() => facts(page), (line) => line.endsWith("depend on labels"), "found");
  stage.onRead = (path) => (path.includes("macro+in") && refused++ < 2 ? { status: 429, body: {} } : space.handle("GET", path));
  space.pages.get("33")!.body = LISTS.query;
  await page.getByRole("button", { name: "Read again" }).click();
  await until(() => facts(page), (line) => line.endsWith("5 lists depend on labels"), "found in spite of it");
  assert.ok(refused > 2, `${refused}`);
});
