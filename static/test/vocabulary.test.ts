// What the panel does with the space's vocabulary when somebody adds a label.

import assert from "node:assert/strict";
import test from "node:test";
import type { Page } from "playwright-core";
import { compared, loaded, plain, seen, spoken, until, untilLabels, untilStatus } from "./acting.ts";
import { SCREENS, useStage, violations } from "./stage.ts";

const stage = useStage();
const field = (page: Page) => page.getByRole("combobox");
const offers = (page: Page) => page.getByRole("option").evaluateAll((all) => all.map((e) => `${e.className} ${e.querySelector("bdi")?.textContent ?? e.firstElementChild!.textContent}`));
const untilOffers = (page: Page, wanted: string[]) => until(() => offers(page), (v) => v.join() === wanted.join(), `offers ${wanted}`);
const hint = async (page: Page) => plain((await page.locator("#hint").allTextContents()).join());
const added = () => stage.writes.map(({ change }) => change.add.join());
const properties = () => stage.reads.filter((path) => path.includes("/properties"));

const VOCABULARY = {
  groups: [{ name: "Kind", oneOf: true, required: true }],
  labels: [
    { label: "how-to", group: "Kind", description: "Steps to follow, one after the other, until the job is done and cleaned up." },
    { label: "decision", group: "Kind", description: "What we agreed on, and why." },
    { label: "food-safety", synonyms: ["haccp", "hygiene"], description: "What inspectors look at." },
    { label: "menu" },
    { label: "old-menu", retired: true, replacement: "menu" },
  ],
};
function keep(vocabulary: object = VOCABULARY): void {
  stage.spaceProperties = [{ id: "9", key: "labelup_vocabulary", value: vocabulary, version: { number: 1 } }];
  stage.siteLabels = [];
  stage.spacePages = [["old-menu", "other"], ["other"]];
}
/** The field, when the labels in use and the vocabulary are read. */
async function open(scene: Parameters<typeof stage.open>[0] = {}): Promise<Page> {
  const page = await stage.open(scene);
  await loaded(page);
  await page.keyboard.press("/");
  await page.locator(".group").waitFor();
  await compared(page);
  return page;
}

test("an open panel asks for no property, and the field for one, by its key", async () => {
  keep();
  const page = await stage.open();
  await loaded(page);
  await page.mouse.move(50, 10);
  await page.keyboard.press("Tab");
  await page.waitForTimeout(200);
  assert.deepEqual(stage.reads.map((path) => path.split("?")[0]), ["/api/v2/pages/123"], "one request, as without a vocabulary");
  await page.keyboard.press("/");
  await page.locator(".group").waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("/");
  await page.locator(".group").waitFor();
  assert.deepEqual(properties(), ["/api/v2/spaces/1/properties?key=labelup_vocabulary"]);
});

test("a required group is asked for in one line, its labels first, and a choice answers it", async () => {
  keep();
  const page = await open();
  assert.equal(await hint(page), "Still missing: Kind");
  await untilOffers(page, ["known how-to", "known decision", "known other", "known food-safety", "known menu"]);
  assert.equal(await page.getByRole("group", { name: "Kind" }).getByRole("option").count(), 2);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await until(added, (v) => v.join() === "decision", "added");
  await until(() => hint(page), (v) => v === "", "nothing is missing");
});

test("a label of a group that is one of takes its sibling's place in one change, with one undo", async () => {
  keep();
  stage.contents.get("123")!.labels = ["how-to", "v9"];
  const page = await stage.open();
  await loaded(page);
  await page.keyboard.press("/");
  await compared(page);
  await field(page).fill("deci");
  await until(async () => plain((await page.getByRole("option").first().getAttribute("title"))!), (title) => title === "decision · replaces how-to · What we agreed on, and why.", "what is offered");
  await field(page).fill("decision");
  await until(() => hint(page), (text) => text === "replaces how-to", "what is said");
  await page.keyboard.press("Enter");
  await untilLabels(page, ["decision", "v9"]);
  await untilStatus(page, /^Added decision; Removed how-to · Undo$/i);
  assert.deepEqual(stage.writes.map(({ change }) => [change.add, change.remove]), [[["decision"], ["how-to"]]]);
  await page.getByRole("button", { name: "Undo" }).click();
  await untilLabels(page, ["how-to", "v9"]);
  assert.equal(stage.writes.length, 2);
});

test("so does one that is suggested, and the vocabulary is read once for both", async () => {
  keep({ ...VOCABULARY, labels: [...VOCABULARY.labels, { label: "testing", group: "Kind" }, { label: "roadmap", group: "Kind" }] });
  const page = await stage.open();
  await loaded(page);
  await page.locator(".quiet").nth(1).click();
  await page.locator(".suggestion").nth(3).waitFor();
  await page.getByRole("button", { name: /^Apply/ }).click();
  await until(() => stage.writes.map(({ change }) => change.remove.join()), (v) => v.join() === "roadmap", "its sibling goes");
  await page.keyboard.press("/");
  await page.getByRole("option").first().waitFor();
  assert.deepEqual(properties().filter((path) => path.includes("/spaces/")), ["/api/v2/spaces/1/properties?key=labelup_vocabulary"]);
});

test("a synonym and a retired label lead to the label, which is chosen; Enter saves what is typed", async () => {
  keep();
  const page = await open();
  await field(page).fill("haccp");
  await untilOffers(page, ["by food-safety", "create Create “haccp”"]);
  assert.match(plain((await page.getByRole("option").first().getAttribute("title"))!), /food-safety · for “haccp” · What inspectors look at\./);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await until(added, (v) => v.join() === "food-safety", "added");
  await field(page).fill("old-menu");
  await untilOffers(page, ["by menu", "known old-menu"]);
  assert.equal(await hint(page), "Retired here.");
  await page.keyboard.press("Enter");
  await until(added, (v) => v.join() === "food-safety,old-menu", "added");
});

const refused: [typed: string, reason: string, offers: string[]][] = [
  ["haccp", "Called food-safety here.", ["by food-safety"]],
  ["old-menu", "Retired here.", ["by menu"]],
  ["other", "Not in the list.", []],
  ["menus", "Not in the list.", ["twin menu"]],
];
test("listed only: nothing else is created, with the reason and what to use, in the field and in a list", async () => {
  keep({ ...VOCABULARY, mode: "listed" });
  const page = await open();
  for (const [typed, reason, wanted] of refused) {
    await field(page).fill(typed);
    await untilOffers(page, wanted);
    assert.equal(await hint(page), reason);
    assert.equal(await field(page).getAttribute("aria-invalid"), "true");
    await page.keyboard.press("Enter");
    assert.equal(await field(page).inputValue(), typed, "it stays to be changed");
  }
  await field(page).fill("haccp, other, menu, ");
  await page.locator(".pending.bad").nth(1).waitFor();
  await page.keyboard.press("Enter");
  await until(added, (v) => v.join() === "menu", "the good one is added");
  await page.getByRole("button", { name: "Use food-safety" }).click();
  await page.getByRole("button", { name: "Add 1 label" }).click();
  await until(added, (v) => v.join() === "menu,food-safety", "what replaces it is added");
});
test("what is entered before the vocabulary is there is held against it, too", async () => {
  keep({ ...VOCABULARY, mode: "listed" });
  let answer = () => {};
  const asked = new Promise<void>((now) => (answer = now));
  stage.onRead = async (path) => (path.includes("/properties") && (await asked), undefined);
  const page = await stage.open();
  await loaded(page);
  await page.keyboard.press("/");
  await field(page).waitFor();
  await page.keyboard.type("other");
  await page.keyboard.press("Enter");
  await until(() => spoken(page), (line) => line.includes("Comparing"), "said");
  answer();
  await page.locator(".pending.bad").getByText("Not in the list").waitFor();
  assert.deepEqual(added(), []);
});
test("a vocabulary that cannot be read stands in nobody's way", async () => {
  stage.onRead = (path) => (path.includes("/properties") ? { status: 500 } : undefined);
  const page = await stage.open();
  await loaded(page);
  await page.keyboard.press("/");
  await compared(page);
  await field(page).fill("anything");
  await page.keyboard.press("Enter");
  await until(added, (v) => v.join() === "anything", "added");
});

const said: [locale: string, lacking: RegExp, retired: RegExp, refused: RegExp][] = [
  ["de", /^Fehlt noch: Kind$/, /Nicht mehr verwendet/, /Nicht in der Liste/],
  ["fr", /^Il manque encore : Kind$/, /N’est plus utilisée/, /Pas dans la liste/],
  ["es", /^Todavía falta: Kind$/, /Ya no se usa/, /No está en la lista/],
  ["ja", /^未設定: Kind$/, /廃止/, /一覧にありません/],
];
for (const [locale, lacking, retired, refused] of said) {
  test(`the vocabulary is told of in ${locale}`, async () => {
    keep({ ...VOCABULARY, mode: "listed" });
    const page = await open({ bridge: { locale } });
    assert.match(await hint(page), lacking);
    await field(page).fill("old-menu");
    assert.match(await hint(page), retired);
    await field(page).fill("x");
    assert.match(await hint(page), refused);
  });
}

for (const [name, width] of [["", 640], [" wide", 1000], [" narrow", 320]] as const) {
  test(`what the vocabulary says moves nothing below, axe has nothing to say, in light and dark${name}`, async () => {
    keep({ ...VOCABULARY, mode: "listed" });
    const page = await stage.open({ browser: { viewport: { width, height: 120 } } });
    await loaded(page);
    const heights = async () => ((await seen(page))["heights"] as unknown as [string, string][]).map(([, height]) => height);
    const before = (await until(heights, (all) => all.length > 0, "the frame has a height")).at(-1);
    await page.keyboard.press("/");
    await page.locator(".group").waitFor();
    for (const text of ["", "haccp", "old", "x"]) {
      await field(page).fill(text);
      await page.keyboard.press("ArrowDown");
      for (const theme of ["light", "dark"] as const) {
        await page.evaluate((theme) => (window as unknown as { setTheme(theme: string, tokens: boolean): void }).setTheme(theme, true), theme);
        await page.evaluate((surface) => (document.documentElement.style.background = surface), { light: "#ffffff", dark: "#1d2125" }[theme]);
        await page.screenshot({ path: `${SCREENS}/vocabulary${name.replace(" ", "-")}-${text || "open"}-${theme}.png` });
        assert.deepEqual(await violations(page), [], `${JSON.stringify(text)}, ${theme}`);
      }
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing sticks out of the frame");
    }
    assert.deepEqual([...new Set((await heights()).slice((await heights()).indexOf(before!)))], [before], "the frame was never given another height");
  });
}

test("in a popup the choices are a list in their groups, with what each is for under it", async () => {
  keep();
  const page = await open({ shell: { view: "byline" }, browser: { viewport: { width: 420, height: 420 } } });
  assert.equal(await page.getByRole("listbox").getAttribute("aria-orientation"), "vertical");
  const places = await page.locator("[role=option].known").first().evaluate((option) => [".name", ".about"].map((part) => option.querySelector(part)!.getBoundingClientRect()).map(({ top, bottom }) => [top, bottom]));
  assert.ok(places[1]![0]! >= places[0]![1]!, "under it");
  await page.keyboard.press("ArrowDown");
  for (const theme of ["light", "dark"] as const) {
    await page.evaluate((theme) => (window as unknown as { setTheme(theme: string, tokens: boolean): void }).setTheme(theme, true), theme);
    await page.evaluate((surface) => (document.documentElement.style.background = surface), { light: "#ffffff", dark: "#1d2125" }[theme]);
    await page.screenshot({ path: `${SCREENS}/vocabulary-byline-${theme}.png` });
    assert.deepEqual(await violations(page), [], theme);
  }
});
