// The numbers of a space: how they are counted, and the view in Chromium on Forge
// native, against a space in memory.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import type { Page } from "playwright-core";
import { bandsOf, labelsTable } from "../src/space/coverage.ts";
import { dayOf } from "../src/space/day.ts";
import { EMPTY, vocabularyIn } from "../src/space/vocabulary.ts";
import { plain, until } from "./acting.ts";
import { believable, FakeSpace } from "./fake-space.ts";
import { inLook, LOOKS, openSpace, usable } from "./space-stage.ts";
import { HOST, useStage, type Scene, type Stage } from "./stage.ts";

const label = (name: string, pages: number) => ({ name, pages, newest: new Date(2026, 4, 31).getTime(), changed: 0 });

test("each label is in one band by the pages that it is on, and the bands have no gap", () => {
  const labels = Array.from({ length: 300 }, (_, i) => label(`l${i}`, i + 1));
  const bands = bandsOf(labels);
  assert.deepEqual(bands.map(({ from, to, labels }) => [from, to, labels.length]), [[1, 1, 1], [2, 5, 4], [6, 20, 15], [21, 100, 80], [101, Infinity, 200]]);
  for (const { from, to, labels } of bands) assert.ok(labels.every(({ pages }) => pages >= from && pages <= to));
  assert.deepEqual(bandsOf([label("b", 3), label("a", 3), label("c", 4)])[1]!.labels.map(({ name }) => name), ["c", "a", "b"]);
  assert.deepEqual(bandsOf([]).map(({ labels }) => labels.length), [0, 0, 0, 0, 0]);
});

test("labels are saved with their pages, their group and days, and no cell is a formula", () => {
  const vocabulary = vocabularyIn({ groups: [{ name: "Kind" }], labels: [{ label: "a", group: "Kind" }] });
  assert.equal(labelsTable([label("=b", 2), label("a", 10)], vocabulary, ["L", "P", "G", "N", "C"]), "\ufeffL,P,G,N,C\r\na,10,Kind,2026-05-31,\r\n'=b,2,,2026-05-31,\r\n");
  assert.equal(labelsTable([], EMPTY, ["L"]), "\ufeffL\r\n");
});

test("a day is the one where the person is, in any year", (t) => {
  const before = process.env["TZ"];
  t.after(() => (before === undefined ? delete process.env["TZ"] : (process.env["TZ"] = before)));
  for (const [zone, at, day] of [["Asia/Tokyo", "2026-11-30T23:00:00Z", "2026-12-01"], ["America/Los_Angeles", "2026-12-01T07:59:00Z", "2026-11-30"], ["Europe/Berlin", "0002-03-04T23:06:32Z", "0002-03-05"]]) {
    process.env["TZ"] = zone;
    assert.equal(dayOf(Date.parse(at!)), day, zone);
  }
});

const native = HOST === "native" ? test : () => undefined;
const stage = (HOST === "native" && useStage()) as Stage;

async function open(space: FakeSpace, more: Scene = {}): Promise<Page> {
  const page = await openSpace(stage, space, { ...more, browser: { viewport: { width: 1100, height: 900 }, acceptDownloads: true, ...more.browser } });
  await page.getByRole("button", { name: /Read again|Erneut lesen/ }).waitFor();
  await page.locator("#numbers").click();
  await page.locator(".numbers .all").waitFor();
  return page;
}

/** A home page with a tree of two parts, of which one has two, a blog post, and a group that each page should have. */
function tree(): FakeSpace {
  const space = new FakeSpace();
  space.page("9", ["home"], { title: "Home" });
  space.page("1", ["how-to"], { title: "Alpha", parent: "9" });
  space.page("2", [], { title: "Beta", parent: "9" });
  space.page("3", ["news"], { title: "News", type: "blogpost" });
  space.page("11", ["draft", "how-to"], { title: "Gamma", parent: "1" });
  space.page("12", [], { title: "Delta", parent: "1" });
  space.page("121", ["reds"], { title: "Epsilon", parent: "12" });
  space.page("122", ["red", "draft"], { title: "Zeta", parent: "12" });
  space.page("123", ["red"], { title: "Eta", parent: "12" });
  space.handle("POST", "/api/v2/spaces/1/properties", { key: "labelup_vocabulary", value: { groups: [{ name: "State", required: true }], labels: [{ label: "draft", group: "State" }, { label: "final", group: "State" }] } });
  return space;
}
const rows = (page: Page) => page.locator(".numbers tbody tr").evaluateAll((all) => all.map((row) => [...row.children].map((cell) => (cell as HTMLElement).innerText.trim()).join(" | ")));
const shown = (page: Page) => page.locator(".line").evaluateAll((all) => all.map((row) => row.querySelector("a")!.innerText).sort().join(" "));

native("each number of a part of the tree is that of the pages it leads to", async () => {
  const page = await open(tree());
  assert.equal(await page.evaluate(() => document.activeElement?.textContent), "Numbers");
  assert.deepEqual((await rows(page)).map(plain), ["Whole space | 9 | 78% | 2 | 7", "Alpha | 6 | 83% | 1 | 4", "Beta | 1 | 0% | 1 | 1"]);
  await page.getByRole("button", { name: "Parts of Alpha" }).click();
  await until(async () => (await rows(page)).map(plain).join("\n"), (text) => text === "Alpha with all below it | 6 | 83% | 1 | 4\nDelta | 4 | 75% | 1 | 3\nGamma | 1 | 100% | 0 | 0", "the parts of it");
  const numbers = page.locator(".numbers tbody td button");
  const all = await numbers.evaluateAll((buttons) => buttons.map((button) => Number((button as HTMLElement).innerText)));
  assert.deepEqual(all, [6, 1, 4, 4, 1, 3, 1]);
  for (const [i, count] of all.entries()) {
    if (i) {
      await page.locator("#numbers").click();
      await page.getByRole("button", { name: "Parts of Alpha" }).click();
      await page.getByRole("button", { name: "Whole space", exact: true }).waitFor();
    }
    await numbers.nth(i).press("Enter");
    await until(() => page.locator(".count").innerText(), (text) => text === (count === 1 ? "1 page" : `${count} pages`), `the pages of number ${i}`);
    if (i === 5) assert.equal(await shown(page), "Delta Epsilon Eta");
    assert.equal(await page.getByRole("combobox", { name: "Part of the tree" }).evaluate((select: HTMLSelectElement) => select.selectedOptions[0]?.text), i < 3 ? "Alpha" : i < 6 ? "Delta" : "Gamma");
  }
});

native("the groups of a vocabulary that the space follows are counted like its own", async () => {
  const space = tree();
  const kept = space.properties.get("labelup_vocabulary")!;
  space.others.set("2", { key: "HQ", name: "Head office", vocabulary: kept.value });
  kept.value = { follows: "2", labels: [] };
  assert.deepEqual((await rows(await open(space))).map(plain), ["Whole space | 9 | 78% | 2 | 7", "Alpha | 6 | 83% | 1 | 4", "Beta | 1 | 0% | 1 | 1"]);
});

native("lists that depend on labels lead to their pages", async () => {
  const space = tree();
  space.pages.get("12")!.body = `<ac:structured-macro ac:name="contentbylabel"><ac:parameter ac:name="labels">red</ac:parameter></ac:structured-macro>`.repeat(2);
  const page = await open(space);
  await page.getByRole("button", { name: "2 lists" }).click();
  const link = page.getByRole("region", { name: "Lists that depend on labels" }).getByRole("link");
  assert.deepEqual(await link.allInnerTexts(), ["Delta"]);
  assert.match((await link.getAttribute("href"))!, /pageId=12$/);
});

native("labels by use and twins lead to their pages, and what is saved has all", async () => {
  const page = await open(tree());
  await page.getByRole("button", { name: "3 labels on 2 to 5 pages" }).click();
  await page.getByRole("button", { name: /^draft/ }).click();
  await until(() => shown(page), (titles) => titles === "Gamma Zeta", "the pages of a label");
  await page.locator("#numbers").click();
  await page.getByRole("button", { name: "1 pair" }).click();
  await page.locator(".pairs").getByRole("button", { name: "reds" }).click();
  await until(() => shown(page), (titles) => titles === "Epsilon", "the pages of a spelling");
  await page.locator("#numbers").click();
  for (const [button, name, wanted] of [["Save these as CSV", "labelup-coverage.csv", "\ufeffPart of the tree,Pages,With labels,State\r\nAlpha,6,5,2\r\nBeta,1,0,0\r\nWhole space,9,7,2\r\n"], ["Save all labels as CSV", "labelup-labels.csv", /^\ufeffLabel,Pages,Group,Newest page,Last changed\r\n(\S+,2,.*\r\n){3}/]] as const) {
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: button }).click()]);
    assert.equal(download.suggestedFilename(), name);
    const text = readFileSync(await download.path(), "utf8");
    if (typeof wanted === "string") assert.equal(text, wanted);
    else assert.match(text, wanted);
  }
  await until(() => page.locator(".unseen[role=status]").innerText(), (said) => said === "Saved as labelup-labels.csv", "it is said");
  await page.getByRole("button", { name: "Close" }).press("Enter");
  await until(() => page.evaluate(() => document.activeElement?.id), (id) => id === "numbers", "the focus is where it came from");
});

native("10,000 pages are counted without keeping the page busy", async (t) => {
  const page = await open(believable(10_000), {
    prepare: () => {
      const seen = window as unknown as { busy: number[] };
      seen.busy = [];
      new PerformanceObserver((list) => seen.busy.push(...list.getEntries().map((entry) => Math.round(entry.duration)))).observe({ type: "longtask", buffered: true });
    },
  });
  assert.match((await rows(page))[0]!, /^Whole space \| 10,000 \| 6\d% \| 3,\d{3}$/);
  t.diagnostic(`tasks over 50 ms: ${await page.evaluate(() => (window as unknown as { busy: number[] }).busy)}`);
});

for (const [name, scene] of LOOKS) {
  native(`nothing is wrong with how the numbers can be used: ${name}`, async () => {
    const page = await open(tree(), scene);
    await inLook(page, name);
    await page.locator(".bands button").first().click();
    await usable(page, `space-numbers-${name}`);
  });
}
