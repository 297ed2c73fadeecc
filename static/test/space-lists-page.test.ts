// What names a label, on the page of a space: found, told, and mended, in
// Chromium on Forge native against a space in memory.

import assert from "node:assert/strict";
import test from "node:test";
import type { Page } from "playwright-core";
import { plain, until } from "./acting.ts";
import { FakeSpace } from "./fake-space.ts";
import { inLook, LOOKS, openSpace, usable } from "./space-stage.ts";
import { HOST, SCREENS, useStage, violations, type Scene, type Stage } from "./stage.ts";

// No site can get this page on Connect. Without a test a stage would stand for ever.
const native = HOST === "native" ? test : () => undefined;
const stage = (HOST === "native" && useStage()) as Stage;

function open(space: FakeSpace, more: Scene = {}): Promise<Page> {
  const page = openSpace(stage, space, more);
  stage.onRead = (path) => counted(space, path) ?? space.handle("GET", path);
  return page;
}

/** What Confluence counts for a query that asks for one page. */
function counted(space: FakeSpace, path: string): { status: number; body: unknown } | undefined {
  const cql = new URLSearchParams(path.split("?")[1]).get("cql") ?? "";
  if (!path.startsWith("/rest/api/content/search") || !/^\(*label (?:in|=)/.test(cql) || / and type /.test(cql)) return undefined;
  const names = new Set([...cql.matchAll(/"([^"]+)"/g)].map((found) => found[1]!));
  const having = [...space.pages.values()].filter(({ labels, space }) => space === "DS" && [...labels].some((name) => names.has(name)));
  return { status: 200, body: { results: [], totalSize: having.length, limit: 1 } };
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
  space.page("32", [], { type: "blogpost", title: "Blog of the team", body: LISTS.excludes + LISTS.nowhere });
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
  const named = page.locator(".side.goes .lists, .side:only-child .lists");
  await until(() => named.innerText(), (text) => text.startsWith("Named by lists on 3 pages"), "the lists that name it");
  assert.deepEqual(await named.getByRole("link").allInnerTexts(), ["Overview", "Blog of the team", "Elsewhere"]);
  assert.equal(await page.locator(".side.stays .lists").count(), 0);
  assert.deepEqual(await violations(page), []);
  await page.locator(".card").focus();
  await page.keyboard.press("s");
  await until(() => question(page), (text) => text.startsWith("A list names gone-since, and no page has it"), "a list of nothing");
  assert.deepEqual(await named.getByRole("link").allInnerTexts(), ["Blog of the team"]);
  await page.getByText("open the page and change its list").waitFor();
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

const labelsOn = (space: FakeSpace) => Object.fromEntries([...space.pages].map(([id, { labels }]) => [id, [...labels].sort().join(" ")]));
const bodiesOf = (space: FakeSpace) => Object.fromEntries([...space.pages].map(([id, { body }]) => [id, body]));
/** To the plan of the first finding: release-note becomes release-notes. */
async function planned(page: Page): Promise<void> {
  await until(() => facts(page), (line) => line.endsWith("depend on labels"), "lists are counted");
  await page.locator(".card").focus();
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Preview the plan" }).click();
  await until(() => page.locator(".depending").getAttribute("aria-busy"), (busy) => busy === "false", "lists are read");
}

/** To the plan of a change that is told as a line of a CSV, where some reads are refused. */
async function fromCSV(space: FakeSpace, line: string, refused: (path: string) => boolean = () => false): Promise<Page> {
  const page = await openSpace(stage, space, {}, "tab=pages");
  stage.onRead = (path) => (refused(path) ? { status: 403, body: {} } : space.handle("GET", path));
  await page.getByRole("button", { name: "Read again" }).waitFor();
  await page.getByRole("button", { name: "From a CSV" }).click();
  await page.getByLabel("CSV file").setInputFiles({ name: "a.csv", mimeType: "text/csv", buffer: Buffer.from(`from,to\n${line}`) });
  await page.getByRole("button", { name: "Preview the plan" }).click();
  return page;
}

native("a plan says what names a label that goes, mends what is ticked, and is taken back", async () => {
  const space = listed();
  space.attachments.set("71", { page: "11", labels: new Set(["release-note"]) });
  space.attachments.set("72", { page: "41", labels: new Set(["release-note"]) });
  space.templates = [{ templateId: "1", name: "Release", labels: ["release-note", "draft"] }, { templateId: "2", name: "Bare", labels: [] }];
  space.pages.get("41")!.mayEdit = false;
  const [labels, bodies] = [labelsOn(space), bodiesOf(space)];
  const page = await open(space);
  await planned(page);
  const depending = page.locator(".depending");
  const items = (await depending.locator(".dependents > li").allInnerTexts()).map((text) => plain(text).replace(/\s+/g, " "));
  assert.deepEqual(items.length, 3);
  assert.match(items[0]!, /Overview contentbylabel · shows 2 pages → 6 when mended was: label = "release-note" and space = currentSpace\(\) becomes: label = "release-notes" and space = currentSpace\(\)/);
  assert.match(items[1]!, /Blog of the team blog-posts · excludes the label · shows one page → one when mended \(counted by labels in this space only\)/);
  assert.match(items[2]!, /^Elsewhere you may not edit it/);
  assert.equal(await depending.getByRole("checkbox", { name: /^Mend the lists on/ }).count(), 2);
  const said = plain(await depending.innerText());
  assert.match(said, /new version with a message, and whoever watches it a mail/);
  assert.match(said, /One template with labels · release-note stays there/);
  assert.deepEqual(await violations(page), []);
  await depending.getByRole("checkbox", { name: "Overview" }).check();
  await depending.getByRole("checkbox", { name: "Blog of the team" }).check(); // which is a blog post
  await depending.getByRole("checkbox", { name: "Change one attachment" }).check();
  await page.screenshot({ path: `${SCREENS}/space-plan-lists.png`, fullPage: true });
  stage.saves.length = 0;
  await page.getByRole("button", { name: "Change 2 pages · Change one attachment · Mend lists on 2 pages" }).click();
  await page.getByRole("heading", { name: "Done" }).waitFor();
  await page.getByText("Lists on 2 pages were mended.").waitFor();
  assert.deepEqual(await violations(page), []);
  const [mended, last] = [stage.saves.findIndex(({ method, path }) => method === "PUT" && ["/api/v2/pages/31", "/api/v2/blogposts/32"].includes(path)), stage.saves.findLastIndex(({ path }) => path.endsWith("/label"))];
  assert.ok(mended > last && last >= 0, "labels are added before a list is mended");
  assert.equal(stage.removals.length, 3, "and go after it");
  assert.equal(space.pages.get("31")!.body, bodies["31"]!.replace("release-note&", "release-notes&"));
  assert.equal(space.pages.get("32")!.body, bodies["32"]!.replace("-release-note<", "-release-notes<"));
  assert.equal(labelsOn(space)["21"], "release-notes");
  assert.deepEqual([...space.attachments.values()].map((one) => [...one.labels].join()), ["release-notes", "release-note"]);
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByText("Lists on 2 pages are as they were.").waitFor();
  assert.deepEqual(labelsOn(space), labels);
  assert.deepEqual(bodiesOf(space), bodies);
  await page.getByRole("button", { name: "Close" }).click();
  await page.getByRole("tab", { name: "Runs" }).click();
  await page.getByText("Lists on 2 pages were mended.").waitFor();
  await page.getByText("Lists on 2 pages are as they were.").waitFor();
  assert.deepEqual(space.pages.get("31")!.versions.map(({ message }) => message), ["Label UP: release-note → release-notes", "Label UP: release-notes → release-note"]);
});

native("a label that only attachments have is put right by a plan, and taken back", async () => {
  const space = listed();
  for (const id of ["71", "72"]) space.attachments.set(id, { page: "11", labels: new Set(["only-here"]) });
  const page = await fromCSV(space, "only-here,elsewhere");
  await page.getByText("0 pages change").waitFor();
  assert.equal(await page.getByRole("button", { name: "Change 0 pages" }).getAttribute("aria-disabled"), "true");
  await page.getByRole("checkbox", { name: "Change 2 attachments" }).check();
  await page.getByText("0 pages change · 2 attachments change").waitFor();
  assert.match(await page.locator(".warnings").first().innerText(), /up to 4 times/);
  await page.getByRole("button", { name: "Change 2 attachments" }).click();
  await page.getByText("2 pages and attachments changed.").waitFor();
  const labels = () => [...space.attachments.values()].map((one) => [...one.labels].join());
  assert.deepEqual(labels(), ["elsewhere", "elsewhere"]);
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByText("2 pages and attachments are as they were.").waitFor();
  assert.deepEqual(labels(), ["only-here", "only-here"]);
  await page.getByRole("button", { name: "Close" }).click();
  await page.getByRole("tab", { name: "Runs" }).click();
  await page.getByText("2 pages and attachments are as they were.").waitFor();
  await page.getByText("2 pages and attachments changed.").waitFor();
});

native("who does not administer the space changes 200 pages and attachments at once at most", async () => {
  const space = listed();
  space.admin = false;
  for (let i = 0; i < 199; i++) space.page(String(1_000 + i), ["wide"]);
  for (const id of ["71", "72"]) space.attachments.set(id, { page: "11", labels: new Set(["wide"]) });
  const page = await fromCSV(space, "wide,narrow");
  await until(() => page.getByRole("button", { name: "Change 199 pages" }).getAttribute("aria-disabled"), (off) => off === "false", "they may");
  await page.getByRole("checkbox", { name: "Change 2 attachments" }).check();
  await page.getByText("may change 200 pages and attachments at once").waitFor();
  assert.equal(await page.getByRole("button", { name: "Change 199 pages · Change 2 attachments" }).getAttribute("aria-disabled"), "true");
});

native("where attachments cannot be looked at, it says so", async () => {
  const space = listed();
  const page = await fromCSV(space, "release-note,release-notes", (path) => path.includes("/attachments"));
  await page.getByText("Attachments were not looked at").waitFor();
  await page.getByText("2 pages change").waitFor();
});

native("a page that is edited after its lists were read is left, with a link", async () => {
  const space = listed();
  const page = await open(space);
  await planned(page);
  await page.getByRole("button", { name: "Tick all" }).click();
  space.edit("32", `${space.pages.get("32")!.body}<p>Since then</p>`);
  const edited = space.pages.get("32")!.body;
  await page.getByRole("button", { name: "Change 2 pages · Mend lists on 3 pages" }).click();
  await page.getByRole("heading", { name: "Done" }).waitFor();
  await page.getByText("Lists on 2 pages were mended.").waitFor();
  const left = page.locator(".whys", { hasText: "Edited since its lists were read" });
  assert.deepEqual(await left.getByRole("link").allInnerTexts(), ["Blog of the team"]);
  assert.equal(space.pages.get("32")!.body, edited);
});

native("each page and blog post of the space is read where that is wanted, and finds lists of other apps", async () => {
  const space = listed();
  space.pages.get("33")!.body = macro("our-board", "tags", "release-note");
  space.page("35", [], { type: "blogpost", title: "A board in a post", body: macro("our-board", "tags", "release-note") });
  const page = await open(space);
  await planned(page);
  assert.equal(await page.getByText("A board").count(), 0);
  const before = stage.reads.length;
  await page.getByRole("button", { name: "Read each page of this space" }).click();
  await page.getByText("Each page and blog post of this space was read").waitFor();
  assert.equal(await page.evaluate(() => document.activeElement?.id), "depending");
  for (const name of ["A board", "A board in a post", "Blog of the team"]) await page.locator(".dependents").getByRole("link", { name, exact: true }).waitFor();
  assert.equal(stage.reads.slice(before).filter((path) => path.startsWith("/api/v2/spaces/1/pages")).length, 1);
});

native("where lists cannot be looked for, it says so and what to do", async () => {
  const space = listed();
  const page = await open(space);
  await page.locator("#question").waitFor();
  await until(() => facts(page), (line) => line.endsWith("depend on labels"), "found");
  stage.onRead = (path) => (/^.api.v2.pages.31.body-format|template/.test(path) ? { status: 403, body: {} } : path.includes("/api/v2/blogposts/32?body-format") ? { status: 400, body: {} } : space.handle("GET", path));
  await page.locator(".card").focus();
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Preview the plan" }).click();
  await page.getByRole("alert").getByText("Lists could not be looked for").waitFor();
  await page.getByText("Templates were not looked at").waitFor();
  stage.onRead = (path) => space.handle("GET", path);
  await page.getByRole("button", { name: "Try again" }).click();
  await page.locator(".dependents").getByRole("link", { name: "Overview" }).waitFor();
  assert.equal(await page.getByRole("button", { name: /^Change 2 pages/ }).getAttribute("aria-disabled"), "false", "the plan does not wait for them");
});

for (const [name, scene] of LOOKS.slice(1)) {
  native(`nothing is wrong with how lists can be used: ${name}`, async () => {
    const space = listed();
    space.page("34", [], { title: "A page with a title that is longer than there is room for in most places", body: macro("contentbylabel", "cql", "label in (&quot;release-note&quot;,&quot;a-label-with-a-name-that-does-not-break-anywhere-at-all&quot;)") });
    const page = await open(space, scene);
    await inLook(page, name);
    await page.locator(".card .lists").waitFor();
    await page.locator(".card").focus();
    await page.keyboard.press("Enter");
    await page.locator(".basket .primary").click();
    await until(() => page.locator(".depending").getAttribute("aria-busy"), (busy) => busy === "false", "lists are read");
    await usable(page, `space-plan-lists-${name}`);
  });
}
