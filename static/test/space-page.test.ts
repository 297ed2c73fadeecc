// The page of a space in Chromium on Forge native, against a space in memory.

import assert from "node:assert/strict";
import test from "node:test";
import type { Page } from "playwright-core";
import { focused, plain, seen, spoken, until } from "./acting.ts";
import { believable, FakeSpace } from "./fake-space.ts";
import { inLook, LOOKS, openSpace, usable } from "./space-stage.ts";
import { runsValue, type Run } from "../src/space/runs.ts";
import { segmentKey, segmentValue } from "../src/space/segments.ts";
import { HOST, SCREENS, useStage, violations, type Scene, type Stage } from "./stage.ts";

// No site can get this page on Connect. Without a test a stage would stand for ever.
const native = HOST === "native" ? test : () => undefined;
const stage = (HOST === "native" && useStage()) as Stage;
const open = (space: FakeSpace, more: Scene = {}, says = "") => openSpace(stage, space, more, says);
const facts = (page: Page) => page.locator(".facts").innerText();
const done = (page: Page) => page.getByRole("button", { name: /Read again|Erneut lesen/ }).waitFor();
const rows = (page: Page) => page.locator(".line").count();
const tab = (page: Page, name: string) => page.getByRole("tab", { name }).click();
const small = () => {
  const space = new FakeSpace();
  space.page("11", ["release-notes", "red"], { title: "Alpha" });
  space.page("12", ["release-note"], { title: "Beta", parent: "11" });
  space.page("13", ["release-notes"], { title: "Gamma", changed: Date.UTC(2026, 5, 1) });
  space.page("14", [], { title: "Delta", type: "blogpost" });
  return space;
};

native("10,000 pages are read and shown without keeping the page busy", async () => {
  const page = await open(believable(10_000), {
    prepare: () => {
      const seen = window as unknown as { busy: number[] };
      seen.busy = [];
      new PerformanceObserver((list) => seen.busy.push(...list.getEntries().map((entry) => entry.duration))).observe({ type: "longtask", buffered: true });
    },
  });
  await tab(page, "Labels");
  await done(page);
  assert.match(await facts(page), /^10,000 pages · 6\d% labelled · [\d,]+ labels/);
  const labels = page.getByRole("grid");
  assert.ok(Number(await labels.getAttribute("aria-rowcount")) > 500);
  assert.ok((await rows(page)) < 40, "only rows in sight are there");
  await page.locator(".line").first().focus();
  await page.keyboard.press("End");
  await until(() => page.evaluate(() => document.activeElement?.getAttribute("aria-rowindex")), (at) => Number(at) > 500, "the last row has the focus");
  await page.keyboard.press("Home");
  await page.keyboard.press("Enter");
  await until(() => page.getByRole("grid").getAttribute("aria-label"), (name) => name === "Pages", "a label opens its pages");
  const used = await page.evaluate(() => (performance as unknown as { memory: { usedJSHeapSize: number } }).memory.usedJSHeapSize);
  assert.ok(used < 150e6, `${used} bytes`);
  const busy = await page.evaluate(() => (window as unknown as { busy: number[] }).busy);
  console.log(`# tasks over 50 ms: ${busy.map(Math.round)}; heap ${Math.round(used / 1e6)} MB`);
});

native("labels are searched and sorted, and lead to their pages, which filters narrow down", async () => {
  const page = await open(small());
  await tab(page, "Labels");
  await done(page);
  const first = () => page.locator(".line").first().innerText();
  assert.match(await first(), /^release-notes\s+2/);
  await page.getByRole("button", { name: "Label", exact: true }).click();
  await until(first, (text) => text.startsWith("red"), "sorted by name");
  await page.getByLabel("Search labels").fill("NOTE");
  await until(() => rows(page), (n) => n === 2, "two labels");
  await page.locator(".line", { hasText: "release-notes" }).click();
  await until(() => page.locator(".count").innerText(), (text) => text === "2 pages", "its pages");
  await page.getByLabel("Title contains").fill("alp");
  await until(() => page.locator(".line").allInnerTexts(), (texts) => texts.length === 1 && texts[0]!.startsWith("Alpha"), "one of them");
  await page.getByRole("button", { name: "Clear filters" }).click();
  await page.getByLabel("No labels at all").check();
  await until(() => page.locator(".line").allInnerTexts(), (texts) => texts.length === 1 && texts[0]!.startsWith("Delta"), "the page without labels");
  await page.locator(".line").press("Enter");
  await until(() => seen(page), ({ went }) => JSON.stringify(went).includes("pageId=14"), "the host is asked to go there");
});

native("a link opens the filter that it says", async () => {
  const page = await open(small(), {}, "tab=pages&has=release-note");
  await until(() => page.locator(".line").allInnerTexts(), (texts) => texts.length === 1 && texts[0]!.startsWith("Beta"), "one page");
  await page.getByRole("button", { name: "Link to this" }).click();
  const link = await page.getByRole("textbox", { name: "Link to this" }).inputValue();
  assert.equal(new URLSearchParams(new URL(link).searchParams.get("labelup")!).get("has"), "release-note");
});

native("reading waits, goes on, stops, and tells what failed", async () => {
  const space = believable(1_000);
  const page = await open(space);
  await done(page);
  let asked = 0;
  const answers: (() => void)[] = []; // an answer comes when the test says so
  stage.onRead = async (path) => {
    if (!path.includes("ancestors")) return space.handle("GET", path); // lists are looked for meanwhile
    asked++;
    await new Promise<void>((answer) => answers.push(answer));
    return space.handle("GET", path);
  };
  await page.getByRole("button", { name: "Read again" }).click();
  await until(() => answers.length, (n) => n === 1, "it reads");
  await page.getByRole("button", { name: "Pause" }).click();
  answers.pop()!();
  await page.getByText("Paused. 200 of 1,000 pages").waitFor();
  assert.equal(asked, 1);
  await page.getByRole("button", { name: "Go on" }).click();
  await until(() => answers.length, (n) => n === 2, "it goes on, from both ends");
  await page.getByRole("button", { name: "Pause" }).waitFor(); // else Stop moves away while it is pressed
  await page.getByRole("button", { name: "Stop" }).click();
  await page.getByText("You stopped reading after").waitFor(); // though the answers are not there yet
  for (const answer of answers) answer();
  assert.equal(asked, 3);
  assert.match(await facts(page), /^1,000 pages/);
  const read = space.handle.bind(space);
  space.pages.delete([...space.pages.keys()][500]!);
  stage.onRead = (path) => read("GET", path);
  await page.getByRole("button", { name: "Read again" }).click();
  await until(() => facts(page), (line) => line.startsWith("999 pages"), "a deleted page is gone");
  stage.onRead = (path) => (path.includes("ancestors") ? { status: 403, body: {} } : read("GET", path));
  await page.getByRole("button", { name: "Read again" }).click();
  await page.getByRole("alert").getByText("Reading stopped").waitFor();
});

const labelsOn = (space: FakeSpace) => Object.fromEntries([...space.pages].map(([id, { labels }]) => [id, [...labels].sort().join(" ")]));
const question = (page: Page) => page.locator("#question").innerText();
const press = async (page: Page, ...keys: string[]) => {
  for (const key of keys) await page.keyboard.press(key);
};

native("the queue is worked off from the keyboard, planned, run and taken back", async () => {
  const space = small();
  for (let i = 0; i < 3; i++) space.page(String(20 + i), ["reds", "only"], { title: `Red ${i}` });
  space.page("30", ["red", "red-x"]);
  const before = labelsOn(space);
  const page = await open(space);
  await done(page);
  await page.locator("#question").waitFor();
  await until(() => facts(page), (line) => line.endsWith("2 are spelled in several ways"), "all is looked at");
  assert.match(plain(await question(page)), /^Are red and reds one label/);
  await page.locator(".card").focus();
  await press(page, "s");
  await until(() => question(page), (text) => text.includes("release-note"), "the next finding");
  assert.equal(await page.evaluate(() => document.activeElement?.className), "card");
  await press(page, "x");
  await until(() => page.locator(".side.stays .chip").innerText(), (name) => name === "release-note", "the other name stays");
  await press(page, "x", "Enter");
  await page.getByText("All findings that are left are put off.", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Show the one put off" }).waitFor();
  await press(page, "z", "z");
  await until(() => question(page), (text) => text.includes("reds"), "both are back");
  await press(page, "n");
  await until(() => question(page), (text) => text.includes("release-note"), "they are not the same");
  assert.deepEqual((space.properties.get("labelup_vocabulary")!.value as { apart: string[][] }).apart, [["red", "reds"]]);
  await press(page, "Enter");
  await page.getByRole("button", { name: "Preview the plan" }).click();
  await page.getByText("1 page changes").waitFor();
  const warnings = await page.locator(".warnings").innerText();
  assert.match(warnings, /no new page version[^]*up to 2 times/);
  assert.doesNotMatch(warnings, /other spaces|attachment|template/);
  assert.deepEqual(await violations(page), []);
  await page.screenshot({ path: `${SCREENS}/space-plan.png`, fullPage: true });
  await page.getByRole("button", { name: "Change 1 page" }).click();
  await page.getByRole("heading", { name: "Done" }).waitFor();
  assert.equal(labelsOn(space)["12"], "release-notes");
  await page.getByText("is now a synonym").waitFor();
  assert.deepEqual(await violations(page), []);
  await page.screenshot({ path: `${SCREENS}/space-result.png`, fullPage: true });
  await page.getByRole("button", { name: "Close" }).click();
  await until(() => page.evaluate(() => document.activeElement?.id), (id) => id === "tab-tidy", "the tab from before has the focus");
  await tab(page, "Runs");
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByText("1 page is as it was.").waitFor();
  assert.deepEqual(labelsOn(space), before);
  await until(() => JSON.stringify(space.properties.get("labelup_vocabulary")!.value), (kept) => !kept.includes("synonyms"), "it is no synonym any more");
});

/** What waits until it is let go. */
function held(): { promise: Promise<void>; go: () => void } {
  let go = () => {};
  const promise = new Promise<void>((answer) => (go = answer));
  return { promise, go: () => go() };
}

/** Two labels of which the texts say that they are one, and more pages have them than have any others: the questions of them can be held. */
function misspelt(): { space: FakeSpace; scene: Scene; answer: () => void } {
  const space = small();
  for (let i = 0; i < 3; i++) space.page(String(20 + i), ["accesibility"]);
  for (let i = 0; i < 4; i++) space.page(String(30 + i), ["accessibility"]);
  const { promise, go: answer } = held();
  return { space, scene: { hold: [/text\+%7E/, promise] }, answer };
}
const left = (page: Page, count: number) => page.getByText(new RegExp(`^${count} findings? left`)).waitFor();
const decided = async (page: Page) => {
  await page.getByRole("button", { name: /^Basket/ }).click();
  return (await page.locator(".basket .decisions li > span").allInnerTexts()).map(plain);
};

native("a question stays when one with more pages is found, and what is answered is the one that is shown", async () => {
  const { space, scene, answer } = misspelt();
  const page = await open(space, scene);
  await page.locator("#question").waitFor();
  const before = await question(page);
  assert.match(before, /release-note/);
  answer();
  await left(page, 2);
  assert.equal(await question(page), before);
  await page.locator(".card").focus();
  await press(page, "Enter");
  await until(() => question(page), (text) => text.includes("accessibility"), "then comes the other one");
  assert.deepEqual(await decided(page), ["release-note becomes release-notes"]);
});

for (const begun of [false, true]) {
  native(`the finding of a link that is found late ${begun ? "takes no question from who has begun" : "is shown"}`, async () => {
    const { space, scene, answer } = misspelt();
    const page = await open(space, scene, "tab=tidy&finding=spellings+accesibility+accessibility");
    await page.locator("#question").waitFor();
    assert.match(await question(page), /release-note/);
    if (begun) await page.locator(".card").focus();
    answer();
    await left(page, 2);
    assert.match(await question(page), begun ? /release-note/ : /accessibility/);
  });
}

/** Has the next write of a property wait until it is let go. */
function holdSave(): () => void {
  const save = stage.onSave;
  const { promise, go } = held();
  stage.onSave = async (one) => (await promise, save(one));
  return go;
}
const red = () => {
  const space = small();
  for (let i = 0; i < 3; i++) space.page(String(20 + i), ["reds"]);
  for (let i = 0; i < 4; i++) space.page(String(30 + i), ["red"]);
  return space;
};

for (const [what, key] of [["two labels are not the same", "n"], ["they may be the same again", "z"]] as const) {
  native(`once it is kept that ${what}, whoever works elsewhere by then stays there, with what they typed`, async () => {
    const page = await open(red());
    await left(page, 2);
    await page.locator(".card").focus();
    if (key === "z") {
      await press(page, "n");
      await left(page, 1);
    }
    const saved = stage.saves.length;
    const go = holdSave();
    await press(page, key);
    await until(() => stage.saves.length, (n) => n > saved, "it is being kept");
    await tab(page, "Vocabulary");
    await page.getByRole("button", { name: "Add a label", exact: true }).click();
    await page.getByLabel("Label", { exact: true }).fill("blue");
    go();
    await until(() => page.locator("#tab-tidy .badge").innerText(), (count) => count === (key === "n" ? "1" : "2"), "it is kept");
    assert.equal(await page.locator("[role=tab][aria-selected=true]").getAttribute("data-tab"), "vocabulary");
    assert.equal(await page.getByLabel("Label", { exact: true }).inputValue(), "blue");
    await tab(page, "Tidy");
    assert.equal(await page.getByRole("button", { name: "Take back" }).count(), key === "n" ? 1 : 0);
  });
}

native("while it is kept that two labels are not the same, nothing else is decided of them", async () => {
  const page = await open(red());
  await left(page, 2);
  await page.locator(".card").focus();
  const saved = stage.saves.length;
  const go = holdSave();
  await press(page, "n");
  await until(() => stage.saves.length, (n) => n > saved, "it is being kept");
  await press(page, "Enter", "s", "z", "n");
  assert.equal(await page.getByRole("button", { name: "Put into the basket" }).getAttribute("aria-disabled"), "true");
  go();
  await left(page, 1);
  assert.match(await question(page), /release-note/);
  assert.equal(await page.getByRole("button", { name: /^Basket/ }).count(), 0);
});

native("after each answer the next question is told, and has the focus as another one", async () => {
  const page = await open(red());
  await left(page, 2);
  const card = await page.locator(".card").elementHandle();
  await card!.focus();
  await press(page, "Enter");
  await until(() => spoken(page), (line) => line === "In the basket. Are release-note and release-notes one label?", "the next one is told");
  assert.equal(await card!.evaluate((card) => card.isConnected), false);
  assert.match((await focused(page)) ?? "", /release-note/);
  await press(page, "Enter");
  await until(() => spoken(page), (line) => line.startsWith("In the basket. All findings are decided."), "that none is left is told");
  await press(page, "z");
  await until(() => spoken(page), (line) => line === "Taken back. Are release-note and release-notes one label?", "the one that is back is told");
});

native("what is done twice is told twice", async () => {
  const page = await open(small(), {}, "tab=pages");
  await done(page);
  await page.getByRole("button", { name: "Select all" }).click();
  const line = () => page.evaluateHandle(() => document.querySelector(".unseen[role=status]")!.firstChild);
  let before: Awaited<ReturnType<typeof line>> | undefined;
  for (const name of ["one", "two"]) {
    await page.getByRole("combobox", { name: "Label", exact: true }).fill(name);
    await page.getByRole("button", { name: "Put into the basket" }).click();
    await until(() => page.getByRole("button", { name: /^Basket/ }).innerText(), (text) => text.includes(name === "one" ? "1" : "2"), "it is in it");
    assert.equal(await spoken(page), "In the basket.");
    assert.notEqual(await before?.evaluate((line) => line!.isConnected), true, "it is another line");
    before = await line();
  }
});

native("a key that is held answers one question, and takes one thing out of the basket", async () => {
  const page = await open(red());
  await left(page, 2);
  const hold = async () => {
    for (let i = 0; i < 4; i++) await page.keyboard.down("Enter"); // all but the first say that it is held
    await page.keyboard.up("Enter");
  };
  await page.locator(".card").focus();
  await hold();
  await left(page, 1);
  await press(page, "Enter");
  assert.equal((await decided(page)).length, 2);
  await page.getByRole("button", { name: "Take out" }).first().focus();
  await hold();
  assert.equal(await page.getByRole("button", { name: "Take out" }).count(), 1);
});

native("where what is pressed goes, something else has the focus", async () => {
  const page = await open(red());
  await left(page, 2);
  const id = () => page.evaluate(() => document.activeElement?.id);
  const pages = async () => {
    await press(page, "Enter");
    await page.getByRole("grid", { name: "Pages" }).waitFor();
    assert.equal(await id(), "tab-pages");
  };
  await page.getByRole("button", { name: "on 3 pages" }).first().focus();
  await pages();
  await page.getByRole("button", { name: "Clear filters" }).focus();
  await press(page, "Enter");
  await until(() => rows(page), (n) => n > 5, "all pages");
  assert.notEqual(await focused(page), "nothing");
  await tab(page, "Labels");
  await page.locator(".line").first().focus();
  await pages();
  await page.getByRole("button", { name: "Numbers" }).click();
  await page.locator(".numbers table .link").first().focus(); // once it is counted: before, the first one opens a list
  await pages();

  await tab(page, "Tidy");
  await page.locator(".card").focus();
  await press(page, "Enter");
  await left(page, 1);
  await press(page, "Enter");
  assert.equal((await decided(page)).length, 2);
  await page.getByRole("button", { name: "Take out" }).first().focus();
  await press(page, "Enter");
  await until(() => focused(page), (name) => name === "Take out", "the next line");
  await press(page, "Enter");
  await until(id, (id) => id === "tab-tidy", "nothing is left of the basket");

  const read = stage.onRead;
  const { promise, go } = held();
  stage.onRead = async (path) => (path.includes("ancestors") && (await promise), read(path));
  await page.getByRole("button", { name: "Read again" }).focus();
  await press(page, "Enter");
  await page.getByRole("button", { name: "Stop" }).waitFor();
  assert.notEqual(await focused(page), "nothing");
  await page.getByRole("button", { name: "Stop" }).focus();
  await press(page, "Enter");
  await page.getByText("You stopped reading after").waitFor();
  assert.notEqual(await focused(page), "nothing");
  go();
});

native("each page that could not be changed is told", async () => {
  const space = new FakeSpace();
  for (let i = 0; i < 49; i++) space.page(String(100 + i), ["old"], { title: `Page ${i}` });
  for (const [i, page] of [...space.pages.values()].entries()) page.mayEdit = i >= 25;
  const page = await open(space, {}, "tab=pages&has=old");
  await done(page);
  await page.getByRole("button", { name: "Select all" }).click();
  await page.getByRole("combobox", { name: "Label", exact: true }).fill("new");
  await page.getByRole("button", { name: "Put into the basket" }).click();
  await page.getByRole("button", { name: "Preview the plan" }).click();
  await page.getByRole("button", { name: "Change 49 pages" }).click();
  await page.getByRole("heading", { name: "Done" }).waitFor();
  assert.match(await page.locator(".whys h3").innerText(), /25$/);
  assert.equal(await page.locator(".whys li").count(), 20);
  await page.getByRole("button", { name: "5 more" }).click();
  assert.equal(await page.locator(".whys li").count(), 25);
  assert.equal(await page.getByRole("button", { name: "more" }).count(), 0);
});

native("runs are read anew when they are looked at, and once more if that failed", async () => {
  const space = small();
  const page = await open(space);
  await done(page);
  const read = stage.onRead;
  stage.onRead = (path) => (path.includes("labelup_runs") ? { status: 403 } : read(path));
  await tab(page, "Runs");
  await page.getByRole("alert").getByText("could not be loaded").waitFor();
  stage.onRead = read;
  const run: Run = { id: "abc", began: Date.UTC(2026, 10, 1), state: "done", undoes: "", renames: [["old", "new"]], more: 0, changed: 7, attachments: false, results: {}, segments: 0, parts: 0, bytes: 0 };
  space.handle("POST", "/api/v2/spaces/1/properties", { key: "labelup_runs", value: runsValue([run]) });
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByText("7 pages").waitFor();
  assert.match(await page.locator(".run .hint").first().innerText(), /2026, \d+:00 .M · done$/);
  assert.equal(await page.getByRole("alert").count(), 0);
});

native("what the vocabulary said of an old name before a run, it says after it was taken back", async () => {
  const space = small();
  space.handle("POST", "/api/v2/spaces/1/properties", { key: "labelup_vocabulary", value: { labels: [{ label: "release-notes", synonyms: ["red"] }, { label: "release-note", retired: true, replacement: "release-notes" }] } });
  const before = structuredClone(space.properties.get("labelup_vocabulary")!.value);
  const page = await open(space);
  await done(page);
  const place = async () => (await page.getByRole("tablist").boundingBox())!.y;
  const inTidy = await place();
  await tab(page, "Labels");
  assert.deepEqual(await page.locator(".line", { hasText: "another instead" }).locator(".chip").allInnerTexts(), ["red", "release-note"]);
  assert.equal(await place(), inTidy);
  await tab(page, "Tidy");
  await page.locator(".card").focus();
  await press(page, "Enter", "Enter");
  await page.getByRole("button", { name: "Preview the plan" }).click();
  await page.getByRole("button", { name: "Change 2 pages" }).waitFor();
  assert.equal(await page.getByText("in the vocabulary").count(), 0);
  await page.getByRole("button", { name: "Change 2 pages" }).click();
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByText("2 pages are as they were.").waitFor();
  assert.deepEqual(space.properties.get("labelup_vocabulary")!.value, before);
});

native("what a run before said of an old name stays when a later one that renamed it, too, is taken back", async () => {
  const space = small();
  const said = { label: "release-notes", synonyms: ["release-note"], was: [{ name: "release-note", until: "2026-01" }] };
  space.handle("POST", "/api/v2/spaces/1/properties", { key: "labelup_vocabulary", value: { labels: [said] } });
  const page = await open(space, {}, "tab=pages");
  await done(page);
  for (const csv of ["from,to\nrelease-note,release-notes", "from,to\nrelease-note,release-notes\nred,blue"]) {
    await page.getByRole("button", { name: "From a CSV" }).click();
    await page.getByLabel("CSV file").setInputFiles({ name: "a.csv", mimeType: "text/csv", buffer: Buffer.from(csv) });
    await page.getByRole("button", { name: "Preview the plan" }).click();
    await page.getByRole("button", { name: /^Change \d pages?$/ }).click();
    await page.getByRole("heading", { name: "Done" }).waitFor();
    const labels = () => (space.properties.get("labelup_vocabulary")!.value as { labels: unknown[] }).labels;
    if (csv.includes("red")) await until(() => JSON.stringify(labels()), (kept) => kept.includes('"red"'), "what nobody had said is kept");
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText(/^\d pages? (is as it was|are as they were)/).waitFor();
    await until(() => JSON.stringify(labels()), (kept) => !kept.includes('"red"'), "and goes with the run");
    assert.deepEqual(labels()[0], said);
    await page.getByRole("button", { name: "Close" }).click();
  }
});

native("a tab that was open before a run takes it back from the vocabulary, too: what was listed is listed again", async () => {
  const space = small();
  const before = { groups: [{ name: "Kind", required: true }], labels: [{ label: "x" }, { label: "release-note", description: "What is new", group: "Kind" }, { label: "y" }] };
  space.handle("POST", "/api/v2/spaces/1/properties", { key: "labelup_vocabulary", value: before });
  const early = await open(space, {}, "tab=runs");
  await done(early);
  const page = await open(space, {}, "tab=pages");
  await done(page);
  await page.getByRole("button", { name: "From a CSV" }).click();
  await page.getByLabel("CSV file").setInputFiles({ name: "a.csv", mimeType: "text/csv", buffer: Buffer.from("from,to\nrelease-note,release-news\nred,blue") });
  await page.getByRole("button", { name: "Preview the plan" }).click();
  await page.getByRole("button", { name: "Change 2 pages" }).click();
  await page.getByText("The 2 old names are now synonyms").waitFor();
  const labels = () => (space.properties.get("labelup_vocabulary")!.value as typeof before).labels;
  assert.deepEqual(labels().map(({ label }) => label), ["x", "release-news", "y", "blue"]);
  await tab(early, "Pages");
  await tab(early, "Runs"); // which reads them anew
  await early.getByRole("button", { name: "Undo" }).click();
  await early.getByText("2 pages are as they were.").waitFor();
  await until(labels, (all) => JSON.stringify(all) === JSON.stringify(before.labels), "the list is as it was");
});

for (const end of ["stopped", "gone on with after that one"]) {
  native(`what a run has said in the vocabulary stays until it is taken back itself, though another with the same names is: ${end}`, async () => {
    const space = new FakeSpace();
    for (let i = 0; i < 60; i++) space.page(String(100 + i), ["howto"]);
    const before = [{ label: "howto", description: "Steps", synonyms: ["guide"] }, { label: "x" }];
    space.handle("POST", "/api/v2/spaces/1/properties", { key: "labelup_vocabulary", value: { labels: before } });
    const listed = () => (space.properties.get("labelup_vocabulary")!.value as { labels: { label: string }[] }).labels;
    const page = await open(space, {}, "tab=pages");
    await done(page);
    await page.getByRole("button", { name: "From a CSV" }).click();
    await page.getByLabel("CSV file").setInputFiles({ name: "a.csv", mimeType: "text/csv", buffer: Buffer.from("from,to\nhowto,how-to") });
    const plan = async (name: string, heading: RegExp) => {
      await page.getByRole("button", { name: "Preview the plan" }).click();
      await page.getByRole("button", { name }).click();
      await page.getByRole("heading", { name: heading }).waitFor();
    };
    await plan("Try on 3 pages", /^Tried/);
    await page.getByRole("button", { name: "Close" }).click();
    await plan("Change 57 pages", /^Done/);
    await page.getByText("is now a synonym").waitFor();
    await page.getByRole("button", { name: "Close" }).click();
    const said = structuredClone(listed());
    assert.deepEqual(said.map(({ label }) => label), ["how-to", "x"]);

    const act = async (nth: number, name: string, text: string) => {
      await tab(page, "Runs");
      await page.locator(".run").nth(nth).getByRole("button", { name }).click();
      await page.getByText(text).waitFor();
      await page.getByRole("button", { name: "Close" }).click();
    };
    if (end !== "stopped") await act(1, "Go on", "3 pages changed.");
    await act(1, "Undo", "3 pages are as they were.");
    await tab(page, "Vocabulary"); // which is read anew, after what the undo did with it
    await page.locator(".entries .entry").first().waitFor();
    await page.getByText(/^Was .howto. until/).waitFor();
    assert.deepEqual(listed(), said);
    await act(1, "Undo", "57 pages are as they were.");
    await until(() => JSON.stringify(listed()), (now) => now === JSON.stringify(before), "it says what it said before");
    assert.ok([...space.pages.values()].every(({ labels }) => [...labels].join() === "howto"));
  });
}

native("where the vocabulary follows one that the person cannot see, a run and its undo leave it as it is, and that is told", async () => {
  const space = small();
  const value = { follows: "2", labels: [{ label: "release-note", description: "What is new" }] };
  space.handle("POST", "/api/v2/spaces/1/properties", { key: "labelup_vocabulary", value });
  const other = { key: "HQ", name: "Head office", vocabulary: { labels: [{ label: "release-news", description: "Of all", synonyms: ["news"] }] } };
  const kept = () => space.properties.get("labelup_vocabulary")!.value;
  const told = (page: Page) => page.getByText("it follows the one of a space that you cannot see").waitFor();
  const run = async (seen: boolean) => {
    const page = await open(space, {}, "tab=pages");
    await done(page);
    await page.getByRole("button", { name: "From a CSV" }).click();
    await page.getByLabel("CSV file").setInputFiles({ name: "a.csv", mimeType: "text/csv", buffer: Buffer.from("from,to\nrelease-note,release-news") });
    await page.getByRole("button", { name: "Preview the plan" }).click();
    await page.getByRole("button", { name: "Change 1 page" }).waitFor();
    if (!seen) await told(page);
    assert.equal(await page.getByRole("checkbox", { name: /in the vocabulary/ }).count(), seen ? 1 : 0);
    assert.deepEqual(await violations(page), []);
    await page.getByRole("button", { name: "Change 1 page" }).click();
    await page.getByRole("heading", { name: "Done" }).waitFor();
    return page;
  };
  const blind = await run(false);
  await blind.getByRole("button", { name: "Undo" }).click();
  await blind.getByText("1 page is as it was.").waitFor();
  assert.deepEqual(kept(), value);

  space.others.set("2", other);
  const page = await run(true);
  await page.getByText("is now a synonym").waitFor();
  const said = structuredClone(kept());
  assert.match(JSON.stringify(said), /"label":"release-news","description":"Of all","synonyms":\["news","release-note"\]/);
  space.others.delete("2"); // the right to see it is gone
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByText("1 page is as it was.").waitFor();
  await told(page);
  assert.deepEqual(kept(), said);
  assert.deepEqual(await violations(page), []);
});

native("a plan asks about old names as the vocabulary is by now", async () => {
  const space = small();
  const page = await open(space, {}, "tab=pages");
  await done(page);
  await page.getByRole("button", { name: "From a CSV" }).click();
  await page.getByLabel("CSV file").setInputFiles({ name: "a.csv", mimeType: "text/csv", buffer: Buffer.from("from,to\nrelease-note,release-notes") });
  space.handle("POST", "/api/v2/spaces/1/properties", { key: "labelup_vocabulary", value: { labels: [{ label: "release-notes", synonyms: ["release-note"] }] } });
  await page.getByRole("button", { name: "Preview the plan" }).click();
  await page.getByRole("button", { name: "Change 1 page" }).waitFor();
  assert.equal(await page.getByText("in the vocabulary").count(), 0);
});

native("which label of a group stays is decided of the pages that are shown, and a page with a third one keeps one, too", async () => {
  const space = new FakeSpace();
  for (const [id, labels] of [["11", "a b"], ["12", "a b"], ["13", "a b c"]] as const) space.page(id, labels.split(" "));
  space.handle("POST", "/api/v2/spaces/1/properties", { key: "labelup_vocabulary", value: { groups: [{ name: "K", oneOf: true }], labels: ["a", "b", "c", "d"].map((label) => ({ label, group: "K" })) } });
  const page = await open(space);
  await done(page);
  await page.locator("#question").waitFor();
  await page.getByRole("button", { name: "on 2 pages" }).first().click();
  await until(() => page.locator(".count").innerText(), (text) => text === "2 pages", "those that it counts, and no other");
  await tab(page, "Tidy");
  await page.locator(".card").focus();
  await press(page, "1", "2");
  await page.getByRole("button", { name: "Preview the plan" }).click();
  await page.getByText("3 pages change").waitFor();
  assert.deepEqual((await page.locator(".plan .decisions li").allInnerTexts()).map(plain), ["b becomes a · on 2 pages", "a becomes b · on one page", "c becomes b · on one page"]);
  assert.equal(await page.getByText("in the vocabulary").count(), 0);
  const kept = structuredClone(space.properties.get("labelup_vocabulary")!.value);
  space.pages.get("12")!.labels.delete("a"); // by somebody else
  await page.getByRole("button", { name: "Change 3 pages" }).click();
  await page.getByRole("heading", { name: "Done" }).waitFor();
  assert.deepEqual(labelsOn(space), { 11: "a", 12: "a", 13: "b" });
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByText("3 pages are as they were.").waitFor();
  assert.deepEqual(labelsOn(space), { 11: "a b", 12: "b", 13: "a b c" });
  assert.deepEqual(space.properties.get("labelup_vocabulary")!.value, kept);
});

native("pages are selected and given a label; a try comes before many, and a number before very many", async () => {
  const space = believable(700);
  const before = labelsOn(space);
  const page = await open(space, {}, "tab=pages");
  await done(page);
  await page.getByRole("button", { name: "Select all" }).click();
  await page.locator(".line").first().press(" ");
  await page.getByText("699 selected").waitFor();
  await page.screenshot({ path: `${SCREENS}/space-selected.png`, fullPage: true });
  await page.getByRole("combobox", { name: "Label", exact: true }).fill("Checked In");
  await page.getByRole("button", { name: "Put into the basket" }).click();
  await page.getByRole("button", { name: "Preview the plan" }).click();
  await page.getByText("699 pages change").waitFor();
  assert.doesNotMatch(await page.locator(".warnings").innerText(), /watch/);
  await page.locator(".line").nth(1).press(" ");
  await page.getByText("698 pages change").waitFor();
  // With a Japanese keyboard digits come in full width.
  for (const [typed, off] of [["", "true"], ["69", "true"], ["698", "false"], ["６９", "true"], ["６９８", "false"]] as const) {
    await page.getByLabel(/^Type the number/).fill(typed);
    await until(() => page.getByRole("button", { name: "Change 698 pages" }).getAttribute("aria-disabled"), (v) => v === off, `the button for "${typed}"`);
  }
  await page.getByRole("button", { name: "Try on 3 pages" }).click();
  await page.getByRole("heading", { name: /^Tried/ }).waitFor();
  const tried = [...space.pages.values()].filter(({ labels }) => labels.has("checked-in")).length;
  assert.equal(tried, 3);
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByText("3 pages are as they were.").waitFor();
  assert.deepEqual(labelsOn(space), before);
  await page.getByRole("button", { name: "Close" }).click();
  await tab(page, "Runs");
  await page.locator(".run").nth(1).getByText("taken back").waitFor();
  assert.equal(await page.getByRole("button", { name: /Go on|Undo/ }).count(), 0, "what was taken back is not gone on with");
});

native("a run that another tab goes on with keeps the old names as synonyms, all of them go with it, and the basket stays", async () => {
  const space = new FakeSpace();
  for (let i = 0; i < 60; i++) space.page(String(100 + i), [`old-${i % 12}`, "other"]);
  const begun = await open(space, {}, "tab=pages");
  await done(begun);
  await begun.getByRole("button", { name: "From a CSV" }).click();
  const csv = ["from,to", ...Array.from({ length: 12 }, (_, i) => `old-${i},new-${i}`)].join("\n");
  await begun.getByLabel("CSV file").setInputFiles({ name: "a.csv", mimeType: "text/csv", buffer: Buffer.from(csv) });
  await begun.getByRole("button", { name: "Preview the plan" }).click();
  await begun.getByRole("button", { name: "Try on 3 pages" }).click();
  await begun.getByRole("heading", { name: /^Tried/ }).waitFor();

  const page = await open(space, {}, "tab=pages");
  await done(page);
  await page.getByRole("button", { name: "Select all" }).click();
  await page.getByRole("combobox", { name: "Label", exact: true }).fill("seen");
  await page.getByRole("button", { name: "Put into the basket" }).click();
  await tab(page, "Runs");
  await page.getByRole("button", { name: "Go on" }).click();
  await page.getByText("The 12 old names are now synonyms").waitFor();
  const words = () => JSON.stringify(space.properties.get("labelup_vocabulary")!.value);
  assert.match(words(), /old-11/);
  await page.getByRole("button", { name: "Close" }).click();
  assert.equal(plain(await page.getByRole("button", { name: /^Basket/ }).innerText()), "Basket 1");
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByText("60 pages are as they were.").waitFor();
  await until(words, (kept) => !kept.includes("old-"), "none of them is a synonym any more");
});

native("who does not administer the space changes some pages, and keeps in the tab how to take it back", async () => {
  const space = small();
  space.admin = false;
  const page = await open(space);
  await tab(page, "Tidy");
  await done(page);
  await page.locator(".card").focus();
  await press(page, "Enter");
  await page.getByRole("button", { name: "Preview the plan" }).click();
  await page.getByText("You do not administer this space").waitFor();
  await page.getByRole("button", { name: "Change 1 page" }).click();
  await page.getByRole("heading", { name: "Done" }).waitFor();
  assert.equal(space.counted.properties, 0);
  assert.equal(await page.getByRole("button", { name: "Numbers" }).count(), 0, "there is no place for them now");
  await page.getByRole("button", { name: "Close" }).click();
  await page.getByText("Nothing is wrong").waitFor();
  assert.equal(await page.getByRole("button", { name: "Take back" }).count(), 0, "what is done is not in the basket");
  await tab(page, "Runs");
  await page.getByRole("button", { name: "Save as a file" }).waitFor();
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByText("1 page is as it was.").waitFor();
});

native("a run that its tab has left is gone on with or taken back, and it is not said that it changed nothing", async () => {
  const space = messy();
  space.properties.get("labelup_runs")!.value = { v: 1, runs: [{ id: "dead", began: 7, state: "running", renames: [["a", "b"]], changed: 0, segments: 1, parts: 1 }] };
  const page = await open(space, {}, "tab=runs");
  await until(() => page.locator(".run button").allInnerTexts(), (all) => all.join() === "Go on,Undo", "both are offered");
  assert.match(plain(await page.locator(".run .hint").innerText()), /not finished$/);
});

native("an undo that was stopped is offered to go on with as long as the pages of its run are kept", async () => {
  const space = small();
  const line = (id: string, more: Partial<Run>): Run => ({ id, began: 7, state: "done", undoes: "", renames: [["a", "b"]], more: 0, changed: 3, attachments: false, results: {}, segments: 1, parts: 1, bytes: 9, ...more });
  const undo = { state: "stopped", parts: 0 } as const;
  const runs = [line("kept", {}), line("one", { ...undo, undoes: "kept" }), line("gone", { segments: 0, parts: 0 }), line("two", { ...undo, undoes: "gone" })];
  space.handle("POST", "/api/v2/spaces/1/properties", { key: "labelup_runs", value: runsValue(runs) });
  const page = await open(space, {}, "tab=runs");
  await page.locator(".run").nth(3).waitFor();
  await until(() => page.locator(".run").evaluateAll((all) => all.map((run) => run.querySelectorAll("button").length).join()), (buttons) => buttons === "0,1,0,0", "one is");
});

native("what an undo left is counted, and is tried once more; until then its run is taken back in part", async () => {
  const space = small();
  space.page("101", ["new"], { mayEdit: false });
  space.page("102", ["new"]);
  const run: Run = { id: "abc", began: 7, state: "done", undoes: "", renames: [["old", "new"]], more: 0, changed: 2, attachments: false, results: {}, segments: 1, parts: 1, bytes: 9 };
  const pages = ["101", "102"].map((id) => ({ id, add: ["new"], remove: ["old"] }));
  space.handle("POST", "/api/v2/spaces/1/properties", { key: "labelup_runs", value: runsValue([run]) });
  space.handle("POST", "/api/v2/spaces/1/properties", { key: segmentKey("abc", 0), value: segmentValue({ owner: "", closed: false, batches: [{ step: "all", pages }] }) });
  const page = await open(space, {}, "tab=runs");
  const told = async () => plain((await page.locator(".run").allInnerTexts()).join(" "));
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByRole("heading", { name: "Not all of it could be taken back" }).waitFor();
  await page.getByText("1 page is as it was.").waitFor();
  await page.getByText("Another administrator").waitFor();
  assert.deepEqual(await violations(page), []);
  await page.getByRole("button", { name: "Close" }).click();
  await page.getByText("One page could not be taken back.").waitFor();
  assert.match(await told(), /taken back in part/);
  space.pages.get("101")!.mayEdit = true;
  await page.getByRole("button", { name: "Go on" }).click();
  await page.getByRole("heading", { name: "Done" }).waitFor();
  assert.deepEqual(["101", "102"].map((id) => [...space.pages.get(id)!.labels].join()), ["old", "old"]);
  await page.getByRole("button", { name: "Close" }).click();
  await until(told, (all) => all.includes("taken back") && !/in part|could not|Go on/.test(all), "all of it is taken back");
});

native("of a space that was read in part it is not said that nothing is wrong, and no draft is made", async () => {
  const space = new FakeSpace();
  for (let i = 0; i < 300; i++) space.page(String(100 + i), ["one"]);
  let go = () => {};
  const held = new Promise<void>((answer) => (go = answer));
  const page = await open(space, {}, "tab=tidy");
  await done(page);
  stage.onRead = async (path) => {
    if (path.includes("ancestors") && (path.includes("cursor=") || path.includes("asc"))) await held;
    return space.handle("GET", path);
  };
  await page.getByRole("button", { name: "Read again" }).click();
  await page.getByText("200 of 300 pages").waitFor();
  await page.getByRole("button", { name: "Stop" }).click();
  await page.getByText("Nothing is wrong with the labels of the pages that were read.").waitFor();
  await tab(page, "Vocabulary");
  await until(() => page.getByRole("button", { name: "Start from the labels in use" }).getAttribute("aria-disabled"), (off) => off === "true", "a draft waits");
  go();
});

native("a day begins where the person is", async () => {
  const space = new FakeSpace();
  space.page("11", [], { title: "Before", changed: Date.UTC(2026, 4, 31, 9, 30) });
  space.page("12", [], { title: "After", changed: Date.UTC(2026, 4, 31, 10, 30) }); // the first of June there
  const page = await open(space, { browser: { timezoneId: "Pacific/Kiritimati" } }, "tab=pages");
  await done(page);
  const since = page.getByLabel("Changed since");
  await since.fill("2026-06-01");
  await until(() => page.locator(".line").allInnerTexts(), (texts) => texts.length === 1 && /^After\s+Jun 1, 2026/.test(texts[0]!), "what was changed on that day");
  assert.equal(await since.inputValue(), "2026-06-01");
});

native("a link that is shown takes neither the focus nor what is typed when what it shows changes", async () => {
  const page = await open(small(), {}, "tab=pages");
  await done(page);
  await page.getByRole("button", { name: "Link to this" }).click();
  const link = page.getByRole("textbox", { name: "Link to this" });
  const before = await link.inputValue();
  await page.getByLabel("Title contains").focus();
  await page.keyboard.type("alpha");
  await until(() => rows(page), (n) => n === 1, "it is narrowed down");
  assert.equal(await page.getByLabel("Title contains").inputValue(), "alpha");
  assert.notEqual(await link.inputValue(), before);
  assert.equal(await page.getByText("Copied").count(), 0, "of this link nothing is");
});

native("looking for the pages of a plan tells how far it is, and can be stopped", async () => {
  const space = small();
  const page = await open(space, {}, "tab=pages");
  await done(page);
  await page.getByRole("button", { name: "From a CSV" }).click();
  const csv = ["from,to", ...Array.from({ length: 30 }, (_, i) => `old-${i},new`)].join("\n");
  await page.getByLabel("CSV file").setInputFiles({ name: "a.csv", mimeType: "text/csv", buffer: Buffer.from(csv) });
  let go = () => {};
  const held = new Promise<void>((answer) => (go = answer));
  let asked = 0;
  stage.onRead = async (path) => {
    if (path.startsWith("/rest/api/label?") && ++asked > 12) await held;
    return space.handle("GET", path);
  };
  await page.getByRole("button", { name: "Preview the plan" }).click();
  await page.getByText("Looking for the pages … 12 of 30 labels").waitFor();
  assert.equal(await spoken(page), "10 of 30 labels");
  assert.deepEqual(await violations(page), []);
  await page.getByRole("button", { name: "Stop" }).click();
  await page.getByRole("button", { name: /^Basket/ }).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement?.id), "tab-pages");
  go();
  await page.getByRole("button", { name: "Read again" }).click();
  await done(page);
  assert.equal(asked, 16, "no label is looked up any more");
  await page.getByRole("button", { name: "Preview the plan" }).click();
  await until(() => spoken(page), (text) => text === "30 of 30 labels", "all are looked up");
});

native("a group without a label is no filter that is chosen", async () => {
  const space = small();
  space.handle("POST", "/api/v2/spaces/1/properties", { key: "labelup_vocabulary", value: { groups: [{ name: "Empty" }, { name: "State" }], labels: [{ label: "red", group: "State" }] } });
  const page = await open(space, {}, "tab=pages");
  const group = page.getByRole("combobox", { name: "Lacks a group" });
  await until(() => group.locator("option").allInnerTexts(), (all) => all.join() === "does not matter,State", "the other one");
  assert.equal(await group.inputValue(), "");
});

/** A space in which each kind of thing is wrong, and something was done before. */
function messy(): FakeSpace {
  const space = believable(300);
  const labels = [["meeting-notes", "draft"], ["meeting-note", "final", "draft"], ["meetingnotes"], ["how-to"], ["howto"]];
  labels.forEach((names, i) => space.page(String(10 + i), names, { title: `A page with a title that is longer than there is room for in most places ${i}` }));
  const vocabulary = { groups: [{ name: "State", oneOf: true, required: true }], labels: [{ label: "draft", group: "State" }, { label: "final", group: "State" }, { label: "note", retired: true }] };
  const run = { id: "abc", began: Date.UTC(2026, 4, 1), state: "done", undoes: "", renames: [["minutes", "meeting-notes"]], changed: 12, segments: 1, parts: 1, bytes: 900 };
  space.handle("POST", "/api/v2/spaces/1/properties", { key: "labelup_vocabulary", value: vocabulary });
  space.handle("POST", "/api/v2/spaces/1/properties", { key: "labelup_runs", value: { v: 1, runs: [run] } });
  return space;
}

for (const [name, scene] of LOOKS) {
  native(`nothing is wrong with how it can be used: ${name}`, async () => {
    const page = await open(messy(), scene);
    await inLook(page, name);
    await done(page);
    for (const one of await page.getByRole("tab").all()) {
      await one.click();
      await usable(page, `space-${name}-${await one.getAttribute("data-tab")}`);
    }
  });
}
