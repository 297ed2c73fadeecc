// Adding by typing: what is typed is what is saved, checked first, and nothing
// on the page moves for it.

import assert from "node:assert/strict";
import test from "node:test";
import type { Page } from "playwright-core";
import { compared, focused, loaded, plain, seen, spoken, until, untilLabels, untilStatus } from "./acting.ts";
import { useStage } from "./stage.ts";

const stage = useStage();
const field = (page: Page) => page.getByRole("combobox");
const offers = (page: Page) => page.getByRole("option").evaluateAll((all) => all.map((e) => `${e.className} ${e.querySelector("bdi")?.textContent ?? e.firstElementChild!.textContent}`));
const pending = (page: Page) => page.locator(".pending").evaluateAll((all) => all.map((e) => `${e.className.replace("pending ", "")} ${e.querySelector(".name")!.textContent}`));
const untilPending = (page: Page, chips: string[]) => until(() => pending(page), (v) => v.join() === chips.join(), `chips ${chips}`);
const added = () => stage.writes.map(({ change }) => change.add);
const untilAdded = (names: string[]) => until(() => added().flat(), (v) => v.join() === names.join(), `added ${names}`);

async function open(scene: Parameters<typeof stage.open>[0] = {}): Promise<Page> {
  const page = await stage.open(scene);
  await loaded(page);
  await page.keyboard.press("/");
  await field(page).waitFor();
  return page;
}
/** The field, when the labels in use are read. */
async function ready(scene: Parameters<typeof stage.open>[0] = {}): Promise<Page> {
  const page = await open(scene);
  await compared(page);
  await page.getByRole("option").first().waitFor();
  return page;
}
/** Puts text on the clipboard, as far as the page can tell, and pastes it. */
async function paste(page: Page, text: string): Promise<void> {
  await page.locator(".field").evaluate((input, text) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text", text);
    const event = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true });
    if (input.dispatchEvent(event)) document.execCommand("insertText", false, text.replace(/[\r\n]/g, ""));
  }, text);
}
/** Has Confluence answer what is read of the labels in use only when the function returned is called. */
function holdInUse(): () => void {
  let answer = () => {};
  const asked = new Promise<void>((now) => (answer = now));
  stage.onRead = async (path) => (/search|v2\/labels/.test(path) && (await asked), undefined);
  return answer;
}
/** The wait for the labels in use, and nothing else, takes as long as a busy machine may take to type. */
const patient = () => {
  const { setTimeout } = window;
  window.setTimeout = ((run: () => void, ms = 0) => setTimeout(run, ms === 3_000 ? 300_000 : ms)) as typeof window.setTimeout;
};
const inUse = (...names: string[]) => (stage.spacePages = [names, names]);

const entered: [sentence: string, inUse: string[], typed: string, saved: string][] = [
  ["a new label although a longer one begins with it", ["roadmap-2026"], "road", "road"],
  ["a new label although one in use is nearly the same and another begins with it", ["coffee", "coffee-machine"], "coffee-m", "coffee-m"],
  ["a new label beside one that differs in a letter", ["sprint-a"], "sprint-b", "sprint-b"],
  ["what looks like a typo, if it is entered as it is", ["release-notes"], "relese-notes", "relese-notes"],
  ["the label in use that it is exactly", ["release-notes", "release-note"], "Release Notes", "release-notes"],
  ["a new label with what a name needs", ["x"], "  İstanbul\u200b ", "istanbul"],
];
for (const [sentence, names, typed, saved] of entered) {
  test(`Enter saves ${sentence}`, async () => {
    inUse(...names);
    const page = await ready();
    await field(page).pressSequentially(typed);
    const near = page.locator("[role=option]").first(); // to lie under the pointer is not to be chosen
    await near.hover({ position: { x: 8, y: 8 } });
    await page.keyboard.press("Enter");
    await untilAdded([saved]);
    await untilStatus(page, new RegExp(`^Added ${saved} · Undo$`));
    assert.equal(await field(page).inputValue(), "");
  });
}

test("what begins with the text comes first, a near-twin is chosen with an arrow or a click only", async () => {
  inUse("color-chart", "colour-charts-wall");
  const page = await ready();
  await field(page).fill("colour-chart");
  assert.deepEqual(await offers(page), ["known colour-charts-wall", "twin color-chart", "create Create “colour-chart”"]);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await untilAdded(["color-chart"]);
  await field(page).fill("colour-chart");
  await page.getByRole("option", { name: "colour-charts-wall" }).click({ position: { x: 8, y: 8 } });
  await untilAdded(["color-chart", "colour-charts-wall"]);
});

test("arrows leave the list at either end for what was typed", async () => {
  const page = await ready();
  await field(page).fill("re");
  const chosen = () => page.locator("[aria-selected=true]").count();
  await page.keyboard.press("ArrowUp");
  assert.equal(await page.locator("[aria-selected=true]").getAttribute("class"), "create");
  await page.keyboard.press("ArrowDown");
  assert.equal(await chosen(), 0);
  await page.keyboard.press("Enter");
  await untilAdded(["re"]);
});

for (const [sentence, ups, kind, site, saved] of [
  ["stays chosen while others come before it", 1, "create", ["teaching"], ["te"]],
  ["that is offered no more is not added, nor is what was typed, until Enter is pressed once more", 2, "known", [...Array(20).keys()].map((n) => `te-${n}`), ["te"]],
] as const) {
  test(`a choice that was moved to ${sentence}`, async () => {
    inUse("green-tea");
    stage.siteLabels = [...site];
    let answer = () => {};
    const asked = new Promise<void>((now) => (answer = now));
    stage.onRead = async (path) => (/v2\/labels/.test(path) && (await asked), undefined);
    const page = await open();
    await page.getByRole("option", { name: "green-tea" }).waitFor();
    await field(page).fill("te");
    await until(() => offers(page), (v) => v.length === 2, "the space's label and what was typed");
    for (let n = 0; n < ups; n++) await page.keyboard.press("ArrowUp");
    const chosen = page.locator("[role=option][aria-selected=true]");
    assert.equal(await chosen.getAttribute("class"), kind);
    answer();
    await page.getByRole("option", { name: site[0] }).first().waitFor();
    await compared(page);
    if (kind === "create") {
      assert.equal(await chosen.getAttribute("class"), kind);
      assert.equal(await field(page).getAttribute("aria-activedescendant"), await chosen.getAttribute("id"));
    } else {
      assert.equal(await chosen.count(), 0);
      await page.keyboard.press("Enter");
      assert.equal(await field(page).inputValue(), "te");
      assert.deepEqual(added(), []);
    }
    await page.keyboard.press("Enter");
    await untilAdded([...saved]);
  });
}

test("a key that is held answers once: a list is not confirmed by the Enter that ended it", async () => {
  const page = await ready();
  await field(page).fill("one, two, three");
  await page.keyboard.down("Enter");
  await page.keyboard.down("Enter"); // as a key that is held repeats itself
  await page.keyboard.up("Enter");
  await untilPending(page, ["new one", "new two", "new three"]);
  assert.deepEqual(added(), []);
});

const languages: [locale: string, added: RegExp, undone: RegExp][] = [
  ["en", /^Added a, b · Undo$/, /^Undone: Added a, b$/],
  ["de", /^Hinzugefügt: a, b · Rückgängig$/, /^Rückgängig gemacht: Hinzugefügt: a, b$/],
  ["fr", /^Ajout : a, b · Annuler$/, /^Annulé : Ajout : a, b$/],
  ["es", /^Se añadió: a, b · Deshacer$/, /^Deshecho: Se añadió: a, b$/],
  ["ja", /^a, b を追加しました · 元に戻す$/, /^元に戻しました: a, b を追加しました$/],
];
for (const [locale, done, undone] of languages) {
  test(`what was done is told by name in ${locale}`, async () => {
    const page = await ready({ bridge: { locale } });
    await field(page).fill("a,b,");
    await page.keyboard.press("Enter");
    await untilStatus(page, done);
    await page.locator(".status .link").click();
    await untilStatus(page, undone);
  });
}
test("of many labels five are told by name, and how many more there are", async () => {
  const page = await ready();
  await field(page).fill(Array.from({ length: 12 }, (_, i) => `n${i},`).join(""));
  await page.keyboard.press("Enter");
  await untilStatus(page, /^Added n0, n1, n2, n3, n4, \+7 · Undo$/);
  const names = Array.from({ length: 12 }, (_, i) => `n${i}`);
  assert.equal(plain((await page.locator(".said").getAttribute("title"))!), `Added ${names.join(", ")}`, "who points at it reads all");
  stage.onWrite = ({ remove }) => ({ body: { labels: [], added: [], removed: [], failed: remove.map((name) => ({ name, operation: "remove", kind: "forbidden" })) } });
  await page.getByRole("button", { name: "Undo" }).click();
  const line = page.getByRole("alert").locator("p");
  await until(async () => plain((await line.textContent())!), (text) => text.startsWith("Not removed: n0, n1, n2, n3, n4, +7."), "what failed");
  assert.equal(plain((await line.getAttribute("title"))!), names.join(", "));
});

test("what is entered before the labels in use are there is compared first: a typo waits to be confirmed", async () => {
  const come = holdInUse();
  const page = await open({ prepare: patient });
  const busy = () => page.locator(".offers").getAttribute("aria-busy");
  await field(page).fill("relese-notes");
  assert.equal(await busy(), "true", "more offers are to come");
  await page.keyboard.press("Enter");
  await page.getByText("Comparing with the labels in use…").first().waitFor();
  await until(() => spoken(page), (said) => /Comparing with the labels in use/.test(said), "told");
  assert.deepEqual(added(), []);
  come();
  await untilPending(page, ["twin relese-notes"]);
  assert.deepEqual(added(), [], "nothing is saved that was not seen");
  assert.equal(await busy(), "false", "all offers are there");
  await page.getByRole("button", { name: "Use release-notes" }).click();
  await untilPending(page, ["known release-notes"]);
  await page.getByRole("button", { name: "Add 1 label" }).click();
  await untilAdded(["release-notes"]);
  assert.equal(await focused(page), "combobox");
});
test("and what is like none of them is saved when they are there, in order, while typing goes on", async () => {
  const come = holdInUse();
  const page = await open({ prepare: patient });
  for (const name of ["one-thing", "another"]) {
    await page.keyboard.type(name);
    await page.keyboard.press("Enter");
  }
  await page.keyboard.type("half");
  assert.deepEqual(added(), []);
  come();
  await untilAdded(["one-thing", "another"]);
  assert.equal(await field(page).inputValue(), "half");
  assert.deepEqual(await pending(page), []);
});
test("labels in use that do not come in time: what was entered says so and waits for one more Enter", async () => {
  holdInUse();
  const page = await open({
    prepare: () => {
      const { setTimeout } = window; // only this wait is shorter
      window.setTimeout = ((run: () => void, ms = 0) => setTimeout(run, ms === 3_000 ? 100 : ms)) as typeof window.setTimeout;
    },
  });
  await field(page).fill("relese-notes");
  await page.keyboard.press("Enter");
  await page.locator(".pending").getByText("not compared with the labels in use").waitFor();
  assert.deepEqual(added(), []);
  await page.keyboard.press("Enter");
  await untilAdded(["relese-notes"]);
});
test("labels in use that cannot be read: what is entered says so and waits for one more Enter, until the field opens again and they can", async () => {
  let fails = true;
  stage.onRead = (path) => (fails && /search|v2\/labels/.test(path) ? { status: 500 } : undefined);
  const page = await open();
  await compared(page);
  assert.equal(await page.getByText("Reading the labels in use…").count(), 0, "nothing more comes");
  await page.keyboard.type("first");
  await page.keyboard.press("Enter");
  const uncompared = page.locator(".pending").getByText("not compared with the labels in use");
  await uncompared.waitFor();
  await page.keyboard.type("second,");
  await until(() => uncompared.count(), (n) => n === 2, "a list says so, too");
  assert.deepEqual(added(), [], "nothing is saved that was compared with nothing");
  await page.keyboard.press("Enter");
  await untilAdded(["first", "second"]);
  await page.keyboard.type("relese-notes");
  await page.keyboard.press("Enter");
  await untilPending(page, ["new relese-notes"]);
  fails = false;
  await page.keyboard.press("Escape");
  await page.keyboard.press("/");
  await untilPending(page, ["twin relese-notes"]);
  assert.deepEqual(added(), [["first", "second"]]);
});

test("what is typed before the part that checks it has come is kept for it", async () => {
  inUse("release-notes");
  let come = () => {};
  const asked = new Promise<void>((now) => (come = now));
  const page = await stage.open();
  await page.route("**/add.js", async (route) => (await asked, route.continue()));
  await loaded(page);
  await page.keyboard.press("/");
  await page.keyboard.type("first");
  await page.keyboard.press("Enter");
  await page.keyboard.type("relese-notes");
  await page.keyboard.press("Enter");
  await page.keyboard.type("hal");
  assert.deepEqual(added(), []);
  come();
  await field(page).waitFor();
  await page.keyboard.type("f");
  await untilAdded(["first"]);
  await untilPending(page, ["twin relese-notes"]);
  assert.equal(await field(page).inputValue(), "half");
});
const many = Array.from({ length: 51 }, (_, i) => `n${i}`).join();
const early: [sentence: string, enter: (page: Page) => Promise<void>, chips: string[], text: string, saved: string[]][] = [
  ["one with commas waits to be confirmed", (page) => page.keyboard.type("alpha, relese-notes\n"), ["new alpha", "twin relese-notes"], "", []],
  ["one of pasted lines, too", async (page) => (await paste(page, "alpha\r\nbeta\n"), await page.keyboard.type("\n")), ["new alpha", "new beta"], "", []],
  ["one that is not entered stays a list", (page) => paste(page, "alpha\nbeta\n"), [], "alpha,beta", []],
  ["a pasted name with a line end is one name", async (page) => (await paste(page, "alpha\n"), await page.keyboard.type("\na, b\n")), ["new a", "new b"], "", ["alpha"]],
  ["more names than a change may have are refused at once, and nothing half", (page) => page.keyboard.type(`${many}\n`), [], many, []],
];
for (const [sentence, enter, chips, text, saved] of early) {
  test(`of lists that come before the part that checks them ${sentence}`, async () => {
    let come = () => {};
    const asked = new Promise<void>((now) => (come = now));
    const page = await stage.open({ hold: [/add\.js/, asked] });
    await loaded(page);
    await page.keyboard.press("/");
    await enter(page);
    come();
    await field(page).waitFor();
    await compared(page);
    await untilPending(page, chips);
    await untilAdded(saved);
    assert.equal(await field(page).inputValue(), text);
    assert.equal(await page.getByText("At most 50 labels at a time. Paste fewer.").count(), text === many ? 1 : 0);
  });
}
test("a part that cannot be loaded is said to be missing, and asked for again", async () => {
  const page = await stage.open();
  let times = 0;
  await page.route("**/add.js*", (route) => (times++ < 2 ? route.abort() : route.continue()));
  await loaded(page);
  const failed = page.waitForEvent("requestfailed");
  await page.mouse.move(50, 10);
  await failed; // fetched when the pointer comes
  await page.evaluate(() => new Promise((done) => setTimeout(done, 100))); // the panel knows too
  assert.equal(times, 1);
  await page.keyboard.press("/");
  await until(() => times, (n) => n === 2, "it is fetched again when the field opens");
  await page.getByRole("alert").getByText("Check your network").waitFor();
  await page.keyboard.type("kept");
  await page.getByRole("button", { name: "Try again" }).click();
  await field(page).waitFor();
  assert.equal(await field(page).inputValue(), "kept");
});
test("who only reads is sent nothing of it", async () => {
  const asked: string[] = [];
  stage.contents.get("123")!.operations = ["read"];
  const page = await stage.open();
  page.on("request", (request) => asked.push(request.url()));
  await loaded(page);
  await page.mouse.move(50, 10);
  await page.keyboard.press("Tab");
  await page.waitForTimeout(200);
  assert.deepEqual(asked.filter((url) => /\/add\b/.test(url)), []);
});

const lists: [sentence: string, text: string, chips: string[]][] = [
  ["commas", "alpha, Beta,gamma ray", ["new alpha", "new beta", "new gamma-ray"]],
  ["semicolons", "alpha; beta ;gamma", ["new alpha", "new beta", "new gamma"]],
  ["new lines", "alpha\r\nbeta\n\ngamma\n", ["new alpha", "new beta", "new gamma"]],
  ["tabs", "alpha\tbeta\tgamma", ["new alpha", "new beta", "new gamma"]],
  ["tags", "#alpha #beta #gamma-ray", ["new alpha", "new beta", "new gamma-ray"]],
  ["a twin, one in use, one that is there, one twice and bad ones", "relese-notes, handbook, roadmap, alpha, what?, Alpha, a\u200bb, " + "x".repeat(300), [
    "twin relese-notes", "known handbook", "held roadmap", "new alpha", "bad what?", "bad a\u200bb", `bad ${"x".repeat(300)}`,
  ]],
];
for (const [sentence, text, chips] of lists) {
  test(`a pasted list with ${sentence} becomes chips to confirm, which pass the checks of one name`, async () => {
    const page = await ready();
    await paste(page, text);
    await untilPending(page, chips);
    assert.deepEqual(added(), []);
    assert.equal(await field(page).inputValue(), "");
    await page.keyboard.press("Enter");
    await untilAdded(chips.filter((c) => !/^(bad|held)/.test(c)).map((c) => c.split(" ")[1]!));
    await untilPending(page, chips.filter((c) => c.startsWith("bad")));
  });
}
test("a list that is typed becomes chips at its commas, and its last name with Enter", async () => {
  const page = await ready();
  await field(page).pressSequentially("alpha, #beta; gam");
  await untilPending(page, ["new alpha", "new beta"]);
  assert.equal((await field(page).inputValue()).trim(), "gam", "what is half typed stays");
  await page.keyboard.type("ma");
  await page.keyboard.press("Enter");
  await untilPending(page, ["new alpha", "new beta", "new gamma"]);
  await until(() => spoken(page), (said) => /3 labels to confirm\. Enter adds them\./.test(said), "told");
  await page.keyboard.press("Enter");
  await untilAdded(["alpha", "beta", "gamma"]);
  assert.equal(added().length, 1, "in one change");
  await untilStatus(page, /^Added alpha, beta, gamma · Undo$/);
  await page.getByRole("button", { name: "Undo" }).click();
  await untilLabels(page, ["roadmap", "team-red", "v9"]);
});
test("one pasted name with a line end is one name, one tag loses its sign", async () => {
  const page = await ready();
  await paste(page, "#Solo\n");
  assert.deepEqual(await pending(page), []);
  await page.keyboard.press("Enter");
  await untilAdded(["solo"]);
});
test("more names than a change may have are refused at once, and nothing half", async () => {
  const page = await ready();
  await paste(page, Array.from({ length: 51 }, (_, i) => `n${i}`).join(","));
  await page.getByText("At most 50 labels at a time. Paste fewer.").waitFor();
  assert.deepEqual(await pending(page), []);
  await paste(page, "x,".repeat(500_000));
  await page.getByText("At most 50 labels at a time. Paste fewer.").waitFor();
});
test("with a prefix each name of a list gets it", async () => {
  const page = await ready({ shell: { parameters: { prefix: "team-" } } });
  await paste(page, "green, team-red, team-gold");
  await untilPending(page, ["new team-green", "held team-red", "new team-gold"]);
});

test("chips are handled with the keyboard: arrows, Delete, Enter changes one, a twin is taken", async () => {
  const page = await ready();
  await paste(page, "alpha, what?, relese-notes, gamma");
  await untilPending(page, ["new alpha", "bad what?", "twin relese-notes", "new gamma"]);
  const current = () => page.evaluate(() => document.activeElement!.textContent);
  await page.keyboard.press("Tab");
  assert.equal(await current(), "alpha", "they are one stop for Tab");
  await page.keyboard.press("Delete");
  await untilPending(page, ["bad what?", "twin relese-notes", "new gamma"]);
  assert.equal(await current(), "what?");
  const reason = await page.evaluate(() => document.getElementById(document.activeElement!.getAttribute("aria-describedby")!)!.textContent);
  assert.match(reason!, /can’t contain “\?”/);
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  assert.equal(await current(), "release-notes");
  await page.keyboard.press("Enter");
  await untilPending(page, ["bad what?", "known release-notes", "new gamma"]);
  await page.keyboard.press("Home");
  await page.keyboard.press("Enter");
  assert.equal(await focused(page), "combobox");
  assert.equal(await field(page).inputValue(), "what?", "it is back in the field to be changed");
  await page.keyboard.press("Backspace");
  await page.keyboard.press("Enter");
  await untilPending(page, ["known release-notes", "new gamma", "new what"]);
  await page.keyboard.press("Enter");
  await untilAdded(["release-notes", "gamma", "what"]);
});
test("chips are not compared again for each key: fifty of them would hold up who types", async () => {
  const page = await ready();
  await paste(page, "alpha, beta");
  await untilPending(page, ["new alpha", "new beta"]);
  const comparisons = await page.evaluateHandle(() => {
    const { split } = String.prototype; // each comparison splits the name
    const seen: string[] = [];
    String.prototype.split = function (this: string, ...how: Parameters<typeof split>) {
      seen.push(String(this));
      return split.apply(this, how);
    } as typeof split;
    return seen;
  });
  // What is read of the labels in use may come in between, and is compared.
  await until(async () => {
    await comparisons.evaluate((seen) => void seen.splice(0));
    await page.keyboard.type("gam");
    const compared = await comparisons.evaluate((seen) => seen.includes("alpha"));
    if (compared) for (const _ of "gam") await page.keyboard.press("Backspace");
    return compared;
  }, (compared) => !compared, "keys without a comparison");
  await page.keyboard.type("ma,");
  await untilPending(page, ["new alpha", "new beta", "new gamma"]);
  assert.ok((await comparisons.evaluate((seen) => seen)).includes("alpha"), "the test sees comparisons");
});
test("a chip that is changed while something is half typed does not lose it", async () => {
  const page = await ready();
  await field(page).pressSequentially("alpha,half");
  await page.locator(".pending .name").click();
  assert.equal(await field(page).inputValue(), "alpha");
  await untilPending(page, ["new half"]);
});
test("chips can be discarded, one by one and together, and the focus is never lost", async () => {
  const page = await ready();
  await paste(page, "alpha, beta, gamma");
  await page.getByRole("button", { name: "Remove beta" }).click();
  await untilPending(page, ["new alpha", "new gamma"]);
  await page.getByRole("button", { name: "Discard" }).click();
  await untilPending(page, []);
  assert.equal(await focused(page), "combobox");
  assert.deepEqual(added(), []);
});

for (const width of [320, 640, 1200]) {
  test(`the field opens, lists the most used, completes and adds without moving what is below, ${width} pixels wide`, async () => {
    inUse("release-notes", "team-blue");
    stage.spacePages.push(["team-blue"]);
    const page = await stage.open({ browser: { viewport: { width, height: 400 } } });
    await loaded(page);
    const heights = async () => ((await seen(page))["heights"] as unknown as [string, string][]).map(([, height]) => height);
    const before = (await until(heights, (all) => all.length > 0, "the frame has a height")).at(-1);
    const place = () => page.locator("#labelup").evaluate((e) => `${Math.ceil(e.getBoundingClientRect().height)}px`);
    await page.getByRole("button", { name: "Add label" }).click();
    await page.getByRole("option").nth(3).waitFor();
    assert.deepEqual((await offers(page)).slice(0, 2), ["known team-blue", "known release-notes"], "the most used first");
    assert.equal(await place(), before);
    const below = await page.locator(".field").evaluate((e) => e.getBoundingClientRect().bottom <= document.documentElement.clientHeight);
    assert.ok(below);
    for (const text of ["r", "relese-notes", "what?", "roadmap", "", "n".repeat(100)]) {
      await field(page).fill(text);
      assert.equal(await place(), before, JSON.stringify(text.slice(0, 20)));
      const wide = await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);
      assert.ok(wide, "nothing sticks out of the frame");
    }
    await page.keyboard.press("Escape");
    assert.equal(await place(), before);
    assert.deepEqual([...new Set((await heights()).slice((await heights()).indexOf(before!)))], [before], "the frame was never given another height");
  });
}
test("the choice that is moved to is scrolled into view", async () => {
  inUse(...Array.from({ length: 8 }, (_, i) => `release-number-${i}`));
  const page = await ready({ browser: { viewport: { width: 320, height: 200 } } });
  await field(page).fill("release");
  for (let i = 0; i < 8; i++) {
    await page.keyboard.press("ArrowDown");
    const seen = await page.locator("[aria-selected=true]").evaluate((e) => {
      const [own, list] = [e.getBoundingClientRect(), e.parentElement!.getBoundingClientRect()];
      return own.left >= list.left - 1 && own.left < list.right;
    });
    assert.ok(seen, `choice ${i}`);
  }
});

test("half-typed text is kept when the focus leaves, on Escape, when a change is written and when the page is read again", async () => {
  const page = await ready();
  await field(page).fill("half-ty");
  await page.getByRole("link", { name: "roadmap" }).focus();
  assert.equal(await page.getByRole("option").count(), 0, "the list has closed");
  assert.equal(await field(page).inputValue(), "half-ty");
  await page.getByRole("button", { name: "Remove v9" }).click();
  await untilLabels(page, ["roadmap", "team-red"]);
  assert.equal(await field(page).inputValue(), "half-ty");
  stage.contents.get("123")!.labels = ["roadmap", "theirs"];
  await new Promise((later) => setTimeout(later, 3_100)); // the page is not read more often
  await page.evaluate(() => dispatchEvent(new Event("focus")));
  await untilLabels(page, ["roadmap", "theirs"]);
  assert.equal(await field(page).inputValue(), "half-ty");
  await field(page).press("Escape");
  assert.equal(await focused(page), "Add label");
  await page.keyboard.press("/");
  assert.equal(await field(page).inputValue(), "half-ty");
  await page.keyboard.type("ped");
  await page.keyboard.press("Enter");
  await untilAdded(["half-typed"]);
});
