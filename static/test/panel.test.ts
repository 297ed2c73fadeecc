import assert from "node:assert/strict";
import test from "node:test";
import type { Page } from "playwright-core";
import { compared, COMPOSING, focused, loaded, plain, proof, seen, sends, spoken, status, stopClock, unreferenced, until, untilLabels, untilStatus } from "./acting.ts";
import { HOST, labelsOf, SCREENS, useStage, violations } from "./stage.ts";

const stage = useStage();
const chips = (page: Page) => page.locator(".chip:not(.off)");
async function type(page: Page, text: string): Promise<void> {
  if (!(await page.getByRole("combobox").count())) await page.getByRole("button", { name: "Add label" }).click();
  await compared(page);
  await page.getByRole("combobox").fill(text);
}
test("labels of the page are shown, each a link to its own page; a personal label is not", async () => {
  const page = await stage.open();
  await untilLabels(page, ["roadmap", "team-red", "v9"]);
  const link = page.getByRole("link", { name: "team-red" });
  await until(() => link.getAttribute("href"), (v) => v === "https://site.example/wiki/label/DS/team-red", "link");
  assert.equal(await link.getAttribute("target"), "_top");
  assert.deepEqual(stage.reads, ["/api/v2/pages/123?include-labels=true&include-operations=true&include-version=true"], "one read, and nothing of the labels in use yet");
});

test("the keyboard alone does everything", async () => {
  const page = await stage.open();
  await loaded(page);
  await page.keyboard.press("Tab");
  assert.equal(await focused(page), "roadmap", "Tab reaches the row");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  assert.equal(await focused(page), "v9");
  await page.keyboard.press("ArrowRight");
  assert.equal(await focused(page), "v9", "the row ends");
  await page.keyboard.press("Home");
  assert.equal(await focused(page), "roadmap");
  await page.keyboard.press("End");
  assert.equal(await focused(page), "v9");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("Tab");
  assert.equal(await focused(page), "Add label", "the row is one stop");
  await page.keyboard.press("Shift+Tab");
  assert.equal(await focused(page), "team-red", "and is come back to where it was left");
  await page.keyboard.press("Delete");
  await untilLabels(page, ["roadmap", "v9"]);
  assert.equal(await focused(page), "v9", "the next label has the focus");
  await page.keyboard.press("Backspace");
  await untilLabels(page, ["roadmap"]);
  assert.equal(await focused(page), "roadmap");
  await page.keyboard.press("Delete");
  await untilLabels(page, []);
  assert.equal(await focused(page), "Add label", "after the last one, adding has it");
  await page.keyboard.press("/");
  assert.equal(await focused(page), "combobox", "a slash opens adding");
  await compared(page);
  await page.keyboard.type("Release note");
  await page.getByRole("option", { name: /release-notes/ }).waitFor();
  await page.keyboard.press("Enter");
  await untilLabels(page, ["release-note"]);
  assert.equal(await focused(page), "combobox", "ready for the next one");
  await page.keyboard.press("Escape");
  assert.equal(await focused(page), "Add label", "Escape gives the focus back");
  await untilStatus(page, /^Added release-note · Undo$/);
  await page.keyboard.press("Tab");
  assert.equal(await focused(page), "Suggest");
  await page.keyboard.press("Tab");
  assert.equal(await focused(page), "Undo");
  await page.keyboard.press("Tab");
  assert.equal(await focused(page), "nothing", "and nothing holds it");
});

test("a key that is held removes one label", async () => {
  const page = await stage.open();
  await loaded(page);
  await page.getByRole("link", { name: "roadmap" }).focus();
  for (let n = 0; n < 3; n++) await page.keyboard.down("Delete"); // as a key that is held repeats itself
  await page.keyboard.up("Delete");
  await untilLabels(page, ["team-red", "v9"]);
  await page.keyboard.press("Delete");
  await untilLabels(page, ["v9"]);
});

for (const key of ["Enter", " "]) {
  test(`${key === " " ? "Space" : key} opens the label's page`, async () => {
    const page = await stage.open();
    await page.route("https://site.example/**", (route) => route.fulfill({ body: "the label's page" }));
    await page.locator("a[href]").first().focus();
    await page.keyboard.press(key);
    const to = "https://site.example/wiki/label/DS/roadmap";
    if (HOST === "connect") await page.waitForURL(to);
    else assert.deepEqual<unknown>(await until(async () => (await seen(page))["went"] as unknown as string[][], (went) => went.length > 0, "where the host goes"), [[to, "same-tab"]]);
  });
}

test("typing completes from this space with counts, then the site, then offers a new label", async () => {
  const page = await stage.open();
  await type(page, "r");
  await page.getByRole("option", { name: "road-safety" }).waitFor();
  assert.deepEqual(await page.getByRole("option").allTextContents(), ["release-notes33 pages here", "road-safetyother spaces", "Create “r”↵"]);
  const input = page.getByRole("combobox");
  assert.equal(await input.getAttribute("aria-expanded"), "true");
  assert.equal(await input.getAttribute("aria-activedescendant"), null, "nothing is chosen by itself");
  await page.keyboard.press("ArrowDown");
  const active = await input.getAttribute("aria-activedescendant");
  assert.equal(await page.locator(`#${active}`).getAttribute("aria-selected"), "true");
  await page.getByRole("option", { name: "release-notes" }).click();
  await untilStatus(page, /^Added release-notes · Undo$/);
  assert.deepEqual(stage.writes[0], { change: { contentId: "123", add: ["release-notes"], remove: [] }, authorization: proof(1) });
  assert.equal(await focused(page), "combobox", "a click leaves the focus in the field");
});

test("what is typed is shown as Confluence will hold it", async () => {
  const page = await stage.open();
  await type(page, "  Grüne  Wiese ");
  await page.getByRole("option", { name: "Create “grüne-wiese”" }).click();
  await untilLabels(page, ["grüne-wiese", "roadmap", "team-red", "v9"]);
});

test("a near-twin in use is offered before a new spelling", async () => {
  const page = await stage.open();
  await type(page, "relese-notes");
  await page.getByRole("option", { name: "release-notes did you mean this? 3 pages here" }).waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await untilLabels(page, ["release-notes", "roadmap", "team-red", "v9"]);
});

test("a label on the page, and its near-twin, are said to be there", async () => {
  const page = await stage.open();
  await type(page, "Roadmap");
  assert.equal(await page.locator("#hint").textContent(), "“roadmap” is already on this page.");
  await page.keyboard.press("Enter");
  assert.deepEqual(stage.writes, []);
  await type(page, "roadmaps");
  assert.match((await page.locator("#hint").textContent())!, /^“roadmap” is already on this page and nearly the same/);
});

const wrongNames: [typed: string, sentence: RegExp][] = [
  ["what?", /can’t contain “\?”/],
  ["a\u200bb", /invisible/],
  ["x".repeat(256), /at most 255/],
  ["\u200d", /at least one letter/],
  ["a\ufffd", /broken characters/],
];
for (const [typed, sentence] of wrongNames) {
  test(`a name that is refused is explained while typing: ${sentence.source}`, async () => {
    const page = await stage.open();
    await type(page, typed);
    assert.match((await page.locator("#hint").textContent())!, sentence);
    assert.equal(await page.getByRole("combobox").getAttribute("aria-invalid"), "true");
    await page.keyboard.press("Enter");
    assert.deepEqual(stage.writes, []);
  });
}

test("Undo with a key leaves the focus in the panel", async () => {
  const page = await stage.open();
  await loaded(page);
  await page.getByRole("button", { name: "Remove v9" }).click();
  await untilStatus(page, /^Removed v9 · Undo$/);
  await page.getByRole("button", { name: "Undo" }).press("Enter");
  await untilLabels(page, ["roadmap", "team-red", "v9"]);
  assert.equal(await focused(page), "Add label");
});

for (const [sentence, how] of COMPOSING) {
  test(`${sentence} adds nothing and closes nothing`, async () => {
    const page = await stage.open({ shell: { view: "byline" } });
    await type(page, "かい");
    const field = page.getByRole("combobox");
    for (const key of ["Enter", "Escape", "ArrowDown"]) await field.evaluate(sends, [key, how] as const);
    assert.equal(await field.inputValue(), "かい");
    assert.equal((await seen(page))["hidden"], 0);
    assert.deepEqual(stage.writes, []);
  });
  test(`${sentence} is no command to the filter`, async () => {
    stage.contents.get("123")!.labels = Array.from({ length: 30 }, (_, i) => `v${i}`);
    const page = await stage.open();
    const filter = page.getByRole("textbox", { name: "Filter labels" });
    await filter.fill("v1");
    for (const key of ["ArrowDown", "Escape"]) await filter.evaluate(sends, [key, how] as const);
    assert.equal(await filter.inputValue(), "v1");
    assert.ok(await filter.evaluate((input) => input === document.activeElement));
  });
}

test("a change shows at once and is taken back with the reason when Confluence refuses", async () => {
  const page = await stage.open();
  await loaded(page);
  let refuse = () => {};
  const asked = new Promise<void>((now) => (refuse = now));
  stage.onWrite = async () => {
    await asked;
    return { status: 403, body: { error: { kind: "forbidden", reason: "RAW_WORD", requestId: "req-77" } } };
  };
  await page.getByRole("button", { name: "Remove roadmap" }).click();
  await untilLabels(page, ["team-red", "v9"]);
  refuse();
  await untilLabels(page, ["roadmap", "team-red", "v9"]);
  const alert = await page.getByRole("alert").textContent();
  assert.equal(unreferenced(alert!), "You are not allowed to change labels on this page. Ask someone who can edit it. Reference for support: req-77");
});

test("a second try that is refused says why, and no more", async () => {
  const page = await stage.open();
  await loaded(page);
  const labels = ["roadmap", "team-red", "v9"].map((name) => ({ name, prefix: "global", id: "1" }));
  stage.onWrite = () => ({ body: { labels, added: [], removed: [], failed: [{ name: "v9", operation: "remove", kind: "upstream" }] } });
  await page.getByRole("button", { name: "Remove v9" }).click();
  await page.getByRole("alert").waitFor();
  stage.onWrite = () => ({ status: 401, body: { error: { kind: "unauthorized" } } });
  await page.getByRole("button", { name: "Try again" }).click();
  const alert = page.getByRole("alert");
  await until(() => alert.textContent(), (said) => /session has ended/.test(said ?? ""), "refused");
  assert.doesNotMatch(unreferenced((await alert.textContent()) ?? ""), /0/);
});

test("changes are written one after the other, and each is undone by itself", async () => {
  const page = await stage.open();
  await loaded(page);
  let under = 0;
  let clicked = () => {};
  const allClicked = new Promise<void>((now) => (clicked = now));
  stage.onWrite = async () => {
    assert.equal(++under, 1, "one write at a time");
    await allClicked;
    under--;
    return undefined;
  };
  for (const name of ["roadmap", "team-red", "v9"]) await page.getByRole("button", { name: `Remove ${name}` }).click();
  await untilLabels(page, []);
  clicked();
  await untilStatus(page, /^Removed v9 · Undo$/);
  assert.equal(stage.writes.length, 3);
  assert.deepEqual(stage.writes.map((w) => w.authorization), [1, 2, 3].map(proof), "a token asked for each");
  await page.getByRole("button", { name: "Undo" }).click();
  await untilStatus(page, /^Undone: Removed v9 · Undo “Removed team-red”$/);
  await untilLabels(page, ["v9"]);
  await page.getByRole("button", { name: "Undo" }).click();
  await untilStatus(page, /^Undone: Removed team-red · Undo “Removed roadmap”$/);
  await page.getByRole("button", { name: "Undo" }).click();
  await untilStatus(page, /^Undone: Removed roadmap$/);
  await untilLabels(page, ["roadmap", "team-red", "v9"]);
});

test("with the keyboard several undos follow each other, and the focus stays where they are", async () => {
  const page = await stage.open();
  await loaded(page);
  await type(page, "a");
  await page.keyboard.press("Enter");
  await untilStatus(page, /^Added a · Undo$/);
  await page.getByRole("combobox").fill("x, y");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter"); // confirms them
  await untilStatus(page, /^Added x, y · Undo$/);
  const answers: (() => void)[] = [];
  stage.onWrite = () => new Promise((now) => answers.push(() => now(undefined)));
  await page.getByRole("button", { name: "Undo" }).focus();
  await page.keyboard.press("Enter");
  assert.equal(plain((await focused(page))!), "Undo “Added a”", "while the first one is written");
  await until(() => answers.length, (n) => n === 1, "the first undo");
  await page.keyboard.press("Enter");
  assert.equal(await focused(page), "Add label", "there is no more to undo");
  answers[0]!();
  await until(() => answers.length, (n) => n === 2, "the second undo");
  answers[1]!();
  await untilStatus(page, /^Undone: Added a$/);
  await untilLabels(page, ["roadmap", "team-red", "v9"]);
});

test("of many labels the first are named, and how many more", async () => {
  const page = await stage.open();
  await loaded(page);
  await type(page, "a, b, c, d, e, f, g");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  await untilStatus(page, /^Added a, b, c, d, e, \+2 · Undo$/);
});

test("a partial failure is shown exactly, and what may succeed is tried again", async () => {
  const page = await stage.open();
  stage.onWrite = () => ({
    body: {
      labels: ["a", "roadmap"].map((name) => ({ name, prefix: "global", id: "1" })),
      added: ["a"],
      removed: [],
      failed: [{ name: "b", operation: "add", kind: "upstream" }, { name: "c", operation: "add", kind: "forbidden" }],
      requestId: "req-1",
    },
  });
  await type(page, "a, b, c");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  await untilLabels(page, ["a", "roadmap"]);
  assert.deepEqual(await status(page), [
    "Added a · Undo",
    "Not added: b. Confluence did not complete the change. Try again. Not added: c. You are not allowed to change labels on this page. Ask someone who can edit it. Try againReference for support: req-1",
  ]);
  assert.equal(await page.getByRole("alert").count(), 1);
  assert.doesNotMatch(await spoken(page), /Not added/, "what failed is told in one place");
  stage.onWrite = () => undefined;
  await page.getByRole("button", { name: "Try again" }).press("Enter");
  await until(() => stage.writes.length, (n) => n === 2, "the second write");
  assert.deepEqual(stage.writes[1]!.change.add, ["b"]);
  assert.notEqual(await focused(page), "nothing", "the button that was pressed is gone");
});

test("names that failed for the same reason are told in one sentence", async () => {
  const page = await stage.open();
  stage.onWrite = ({ add }) => ({ body: { labels: [], added: [], removed: [], failed: add.map((name) => ({ name, operation: "add", kind: "upstream" })) } });
  await type(page, "a, b, c");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").waitFor();
  assert.deepEqual((await page.getByRole("alert").locator("p").allTextContents()).map(plain), ["Not added: a, b, c. Confluence did not complete the change. Try again. "]);
});

for (const whole of [true, false]) {
  test(`a page in the archive is said to be there, when ${whole ? "all" : "a part"} was refused`, async () => {
    const page = await stage.open();
    await loaded(page);
    const fault = { kind: "forbidden", reason: "archived_content", requestId: "req-3" };
    stage.onWrite = () => (whole ? { status: 403, body: { error: fault } } : { body: { labels: [{ name: "v9" }], added: [], removed: [], failed: [{ name: "v9", operation: "remove", ...fault }] } });
    await page.getByRole("button", { name: "Remove v9" }).click();
    await page.getByRole("alert").getByText("This page is in the archive, where labels can be added but not removed. Restore it first.").waitFor();
    assert.equal(await page.getByRole("button", { name: "Try again" }).count(), 0);
  });
}

test("a pause is counted down and then offers to try again; a screen reader is told once", async () => {
  const page = await stage.open();
  await stopClock(page);
  await loaded(page);
  stage.onWrite = () => ({ status: 429, body: { error: { kind: "rate_limited", retryAfter: 3, requestId: "req-4" } } });
  await page.getByRole("button", { name: "Remove v9" }).click();
  const alert = page.getByRole("alert");
  await alert.waitFor();
  const told = await alert.ariaSnapshot();
  assert.match(told, /Confluence is busy\. Try again in 3 seconds\..*req-4/s);
  const seen = alert.locator("[aria-hidden]");
  const again = page.getByRole("button", { name: "Try again" });
  const drawn = 400; // ms: it counts from when it was drawn, four times a second
  await page.clock.runFor(drawn);
  for (const sentence of ["Try again in 3 seconds.", "Try again in 2 seconds.", "Try again in 1 second."]) {
    await until(() => seen.textContent(), (v) => v!.endsWith(sentence), sentence);
    assert.equal(await again.count(), 0, sentence);
    await page.clock.runFor(1_000);
  }
  await again.waitFor();
  assert.equal(await seen.textContent(), "Confluence is busy. Try again in a moment.");
  assert.equal(await alert.ariaSnapshot(), told, "nothing of what is said has changed");
  await again.click();
  await until(() => seen.textContent(), (v) => v!.endsWith("in 3 seconds."), "counted anew");
  await page.clock.runFor(3_000 + drawn);
  stage.onWrite = () => undefined;
  await again.click();
  await untilLabels(page, ["roadmap", "team-red"]);
  assert.equal(await alert.count(), 0);
});

test("a pause that a part of a change must wait for is counted down, too: the longest", async () => {
  const page = await stage.open();
  await stopClock(page);
  await loaded(page);
  stage.onWrite = () => ({
    body: { labels: [{ name: "v9" }, { name: "team-red" }], added: [], removed: [], failed: [
      { name: "v9", operation: "remove", kind: "rate_limited", reason: "endpoint_limit", retryAfter: 3 },
      { name: "team-red", operation: "remove", kind: "rate_limited", reason: "endpoint_limit", retryAfter: 60 },
      { name: "other", operation: "remove", kind: "upstream" },
    ] },
  });
  await page.getByRole("button", { name: "Remove v9" }).click();
  const alert = page.getByRole("alert");
  await alert.waitFor();
  const told = await alert.ariaSnapshot();
  assert.match(plain(told), /Not removed: v9, team-red\. Confluence is busy\. Try again in 60 seconds\..*Not removed: other\. Confluence did not complete the change\./s);
  const seen = alert.locator("[aria-hidden]");
  const again = page.getByRole("button", { name: "Try again" });
  assert.equal(await again.count(), 0);
  await page.clock.runFor(30_400);
  await until(async () => plain((await seen.textContent())!), (v) => v === "Not removed: v9, team-red. Confluence is busy. Try again in 30 seconds.", "counted");
  assert.equal(await again.count(), 0);
  await page.clock.runFor(30_000);
  await again.waitFor();
  assert.equal(await alert.ariaSnapshot(), told, "nothing of what is said has changed");
  stage.onWrite = () => undefined;
  await again.click();
  await untilLabels(page, ["roadmap"]);
  assert.equal(await alert.count(), 0);
});

test("a name the service refuses is explained by name", async () => {
  const page = await stage.open();
  stage.onWrite = () => ({ status: 400, body: { error: { kind: "bad_request", reason: "label_forbidden_character", detail: { name: "odd", character: "%" } } } });
  await type(page, "odd");
  await page.keyboard.press("Enter");
  await untilStatus(page, /odd: A label can’t contain “%”\./);
});
test("a change that is refused for no single name says which rule it breaks", async () => {
  const page = await stage.open();
  await loaded(page);
  stage.onWrite = () => ({ status: 413, body: { error: { kind: "too_large", reason: "label_too_many" } } });
  await page.getByRole("button", { name: "Remove v9" }).click();
  await page.getByRole("alert").getByText(/^At most 50 labels can be changed at a time\./).waitFor();
});

type Reader = [sentence: string, scene: Parameters<typeof stage.open>[0], change: () => void, note: RegExp];
const readers: Reader[] = [
  ["who may only read sees labels and no controls", {}, () => (stage.contents.get("123")!.operations = ["read"]), /^$/],
  ["who is not signed in sees labels and no controls", { shell: { signedIn: false } }, () => {}, /^$/],
  ["without a licence labels are read and a calm note says why no more", { shell: { licensed: false } }, () => {}, /license is not active/],
  // Forge does not say which version is shown.
  ...(HOST === "connect" ? [["an old version says so and shows the labels", { shell: { contentVersion: "7" } }, () => (stage.contents.get("123")!.version = 9), /version 7 of 9/] as Reader] : []),
  ["the editor's preview is still", { shell: { preview: true } }, () => {}, /^$/],
];
for (const [sentence, scene, change, note] of readers) {
  test(sentence, async () => {
    change();
    const page = await stage.open(scene);
    await untilLabels(page, ["roadmap", "team-red", "v9"]);
    assert.equal(await page.getByRole("button").count(), 0);
    assert.match((await page.locator(".note").allTextContents()).join(), note);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Delete");
    await page.keyboard.press("/");
    await untilLabels(page, ["roadmap", "team-red", "v9"]);
    assert.equal((await seen(page))["tokens"] ?? 0, 0, "no token is asked for");
    assert.deepEqual(stage.writes, []);
  });
}

test("a draft asks to be published first", async () => {
  Object.assign(stage.contents.get("123")!, { status: "draft", labels: [] });
  const page = await stage.open();
  await page.getByText("Publish this page first").waitFor();
  assert.equal(await page.getByRole("button").count(), 0);
});
test("an unsaved page in the editor's preview says where its labels will be", async () => {
  stage.contents.clear();
  const page = await stage.open({ shell: { preview: true } });
  await page.getByText("The page’s labels appear here.").waitFor();
});
if (HOST !== "connect") test("in a live doc, which is read and edited in one, labels are changed", async () => {
  const page = await stage.open({ shell: { preview: true }, bridge: { subtype: "live" } });
  await untilLabels(page, ["roadmap", "team-red", "v9"]);
  await page.getByRole("button", { name: "Remove v9" }).click();
  await untilLabels(page, ["roadmap", "team-red"]);
});
test("in a template, which is no page, it is said where the labels will be", async () => {
  const page = await stage.open({ shell: { preview: true, contentType: "space", contentId: "" } });
  await page.getByText("The page’s labels appear here.").waitFor();
  assert.deepEqual(stage.reads, []);
});
test("a whiteboard is not asked about labels", async () => {
  const page = await stage.open({ shell: { contentType: "whiteboard" } });
  await page.getByText("can’t be labeled here").waitFor();
  assert.deepEqual(stage.reads, []);
});
test("a blog post is read as one", async () => {
  stage.onRead = () => undefined;
  const page = await stage.open({ shell: { contentType: "blogpost" } });
  await loaded(page);
  assert.match(stage.reads[0]!, /^\/api\/v2\/blogposts\/123\?/);
});

test("two frames of one page stay in step, a copied macro on another page does not join in", async () => {
  stage.contents.set("456", { labels: ["other"], version: 1, status: "current", operations: ["update"] });
  const macro = await stage.open();
  const byline = await stage.open({ beside: macro, shell: { view: "byline" } });
  const copy = await stage.open({ beside: macro, shell: { contentId: "456", contentVersion: "1" } });
  for (const page of [macro, byline, copy]) await loaded(page);
  await macro.getByRole("button", { name: "Remove roadmap" }).click();
  await untilLabels(byline, ["team-red", "v9"]);
  assert.deepEqual(await labelsOf(copy), ["other"]);
  assert.deepEqual(await status(byline), [], "only who changed something can undo it");
});

test("what somebody else did is merged, and seen when the page is looked at again", async () => {
  const page = await stage.open();
  await loaded(page);
  stage.contents.get("123")!.labels = ["roadmap", "theirs"];
  await page.getByRole("button", { name: "Remove roadmap" }).click();
  await untilLabels(page, ["theirs"]);
  stage.contents.get("123")!.labels.push("later");
  await page.clock.setFixedTime(Date.now() + 3_000); // the page is not read more often
  await page.evaluate(() => dispatchEvent(new Event("focus")));
  await untilLabels(page, ["later", "theirs"]);
  const reads = stage.reads.length;
  await page.evaluate(() => dispatchEvent(new Event("focus")));
  await page.evaluate(() => new Promise((later) => setTimeout(later, 100)));
  assert.equal(stage.reads.length, reads, "looking twice reads once");
});

const counts: [count: number, shown: number, requests: number][] = [[0, 0, 1], [1, 1, 1], [20, 20, 1], [50, 20, 1], [300, 20, 3]];
for (const [count, shown, requests] of counts) {
  test(`${count} labels: ${shown} shown at first`, async () => {
    stage.contents.get("123")!.labels = Array.from({ length: count }, (_, i) => `label-${i}`);
    const page = await stage.open();
    await loaded(page);
    assert.equal(await chips(page).count(), shown);
    assert.equal(stage.reads.length, requests);
    if (!count) assert.equal(await page.locator(".empty").textContent(), "No labels yet");
    if (count > 20) {
      await page.getByRole("button", { name: `Show all ${count}` }).click();
      assert.equal(await chips(page).count(), count);
      await page.getByRole("button", { name: "Show fewer" }).click();
      assert.equal(await chips(page).count(), 20);
    }
  });
}

test("over 20 labels there is a field that filters them, and says how many are shown", async () => {
  stage.contents.get("123")!.labels = [...Array.from({ length: 48 }, (_, i) => `topic-${i}`), "release-notes", "release-plan"];
  const page = await stage.open();
  const field = page.getByRole("textbox", { name: "Filter labels" });
  await field.fill("Release ");
  await untilLabels(page, ["release-notes", "release-plan"]);
  const counted = page.locator(".filter [role=status]");
  assert.equal(await counted.textContent(), "2 of 50 shown");
  assert.equal(await page.getByRole("button", { name: /Show/ }).count(), 0);
  await field.press("ArrowDown");
  assert.equal(await focused(page), "release-notes");
  await page.keyboard.press("Delete");
  await untilLabels(page, ["release-plan"]);
  assert.equal(await focused(page), "release-plan");
  await field.fill("nothing-like-it");
  await until(() => counted.textContent(), (v) => v === "0 of 49 shown", "none");
  await field.press("Escape");
  assert.equal(await field.inputValue(), "");
  assert.equal(await chips(page).count(), 20);
  assert.equal(await counted.textContent(), "");
  await field.press("/");
  assert.equal(await field.inputValue(), "/", "a slash is typed like any other");
  assert.deepEqual(await violations(page), []);
});

test("what is added is seen whatever the filter says", async () => {
  stage.contents.get("123")!.labels = Array.from({ length: 30 }, (_, i) => `topic-${i}`);
  const page = await stage.open();
  const field = page.getByRole("textbox", { name: "Filter labels" });
  await field.fill("topic-2");
  await until(() => chips(page).count(), (n) => n === 11, "filtered");
  await type(page, "added");
  await page.keyboard.press("Enter");
  await until(() => field.inputValue(), (v) => v === "", "no filter");
  assert.ok((await labelsOf(page)).includes("added"));
});

test("without the filter's part the labels are there all the same, and its place moves nothing", async () => {
  stage.contents.get("123")!.labels = Array.from({ length: 30 }, (_, i) => `topic-${i}`);
  let go = () => {};
  const held = new Promise<void>((now) => (go = now));
  const page = await stage.open({ hold: [/filter\.js/, held] });
  await until(() => chips(page).count(), (n) => n === 20, "the labels");
  const where = () => page.evaluate(() => [...document.querySelectorAll(".chip, button")].map((e) => JSON.stringify(e.getBoundingClientRect())).join());
  const before = await where();
  go();
  await page.getByRole("textbox").waitFor();
  assert.equal(await where(), before);
});

test("a page that is printed has all its labels and nothing to press", async () => {
  stage.contents.get("123")!.labels = Array.from({ length: 50 }, (_, i) => `topic-${i}`);
  const page = await stage.open({ bridge: { theme: "dark" } });
  await page.getByRole("textbox", { name: "Filter labels" }).fill("topic-4");
  await page.getByRole("button", { name: "Remove topic-49" }).click();
  await untilStatus(page, /Removed topic-49/);
  const height = () => page.locator("#labelup").evaluate((e) => e.getBoundingClientRect().height);
  await page.getByRole("textbox", { name: "Filter labels" }).fill("");
  const before = await height();
  await page.getByRole("textbox", { name: "Filter labels" }).fill("topic-4");
  await type(page, "alpha, relese-notes, what?");
  await page.locator(".pending").nth(1).waitFor();
  await page.locator("#hint").waitFor();
  await page.emulateMedia({ media: "print" });
  const text = await page.locator("#labelup").innerText();
  assert.equal(text.trim(), Array.from({ length: 49 }, (_, i) => `topic-${i}`).join(""));
  for (const control of await page.locator("button, input").all()) assert.equal(await control.isVisible(), false);
  assert.ok((await height()) <= before, "they fit into the frame as it was");
  assert.equal(await page.locator(".chip .name").first().evaluate((e) => getComputedStyle(e).color), "rgb(0, 0, 0)");
  await page.screenshot({ path: `${SCREENS}/print.png` });
});

test("with a prefix only its labels show, and what is added gets it", async () => {
  const page = await stage.open({ shell: { parameters: { prefix: "team-" } } });
  await untilLabels(page, ["team-red"]);
  await type(page, "green");
  await page.getByRole("option", { name: "Create “team-green”" }).click();
  await untilLabels(page, ["team-green", "team-red"]);
});

test("a long label is cut with an ellipsis and told in full", async () => {
  const long = "an-exceedingly-long-label-that-nobody-can-remember-and-nobody-should-have-to";
  stage.contents.get("123")!.labels = [long];
  const page = await stage.open({ browser: { viewport: { width: 200, height: 300 } } });
  await loaded(page);
  const link = page.locator(".chip .name");
  assert.equal(await link.getAttribute("title"), long);
  assert.ok(await link.evaluate((e) => e.scrollWidth > e.clientWidth));
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing sticks out of the frame");
});

test("from right to left the row and its arrows turn round", async () => {
  const page = await stage.open({ rtl: true });
  await loaded(page);
  const [first, second] = await Promise.all([0, 1].map((i) => chips(page).nth(i).boundingBox()));
  assert.ok(first!.x > second!.x);
  await page.keyboard.press("Tab");
  await page.keyboard.press("ArrowLeft");
  assert.equal(await focused(page), "team-red");
});

test("the frame is as high as what is in it", async () => {
  const page = await stage.open();
  await loaded(page);
  await type(page, "r");
  await page.getByRole("listbox").waitFor();
  const height = await page.locator("#labelup").evaluate((e) => Math.ceil(e.getBoundingClientRect().height));
  await until(async () => ((await seen(page))["heights"] as unknown as [string, string][]).at(-1), (v) => v?.join() === `100%,${height}px`, "the frame's height");
});

test("a slow service is said to be at work, but not before 300 milliseconds", async () => {
  const page = await stage.open();
  await loaded(page);
  let answer = () => {};
  stage.onWrite = () => new Promise((now) => (answer = () => now(undefined)));
  const after = await page.evaluate(async () => {
    const start = performance.now();
    document.querySelector<HTMLElement>("[aria-label='Remove v9']")!.click();
    while (!document.body.innerText.includes("Saving…")) await new Promise(requestAnimationFrame);
    return performance.now() - start;
  });
  assert.ok(after >= 299, `${after} ms`);
  assert.equal(await spoken(page), "Saving…");
  answer();
  await untilStatus(page, /^Removed v9 · Undo$/);
});

test("a service that does not answer within 25 seconds is given up on, and can be tried again", async () => {
  const page = await stage.open({ clock: true });
  await loaded(page);
  stage.onWrite = () => new Promise(() => {});
  const now = () => page.evaluate(() => Date.now());
  const before = await now();
  await page.getByRole("button", { name: "Remove v9" }).click();
  while (!(await page.getByRole("alert").count())) await page.clock.fastForward(1_000);
  assert.ok((await now()) - before >= 25_000, "not earlier");
  assert.match((await page.getByRole("alert").textContent())!, /did not answer in time/);
  await untilLabels(page, ["roadmap", "team-red", "v9"]);
  stage.onWrite = () => undefined;
  await page.getByRole("button", { name: "Try again" }).click();
  await untilLabels(page, ["roadmap", "team-red"]);
  assert.equal(await page.getByRole("alert").count(), 0);
});

test("a change that was written although the answer was lost is seen", async () => {
  const page = await stage.open();
  await loaded(page);
  stage.onWrite = ({ remove }) => {
    const content = stage.contents.get("123")!;
    content.labels = content.labels.filter((name) => !remove.includes(name));
    return "hang up";
  };
  await page.getByRole("button", { name: "Remove v9" }).click();
  await page.getByRole("alert").waitFor();
  await untilLabels(page, ["roadmap", "team-red"]);
});

test("a label that Confluence would not take again is removed without an undo", async () => {
  const page = await stage.open();
  await loaded(page);
  stage.onWrite = ({ remove }) => ({ body: { labels: [{ name: "roadmap" }, { name: "team-red" }], added: [], removed: remove, lost: remove, failed: [] } });
  await page.getByRole("button", { name: "Remove v9" }).click();
  await untilStatus(page, /^Removed v9$/);
});

const dead: [sentence: string, reply: Awaited<ReturnType<typeof stage.onWrite>>, said: RegExp][] = [
  ["a connection that breaks", "hang up", /^No connection to Label UP.*Try again$/],
  ["a service that is down", { status: 503, body: { error: { kind: "unavailable", reason: "redis_down", requestId: "req-5" } } }, /can’t be reached.*Try againReference for support: req-5$/],
  ["a proxy that answers in the service's place", { status: 502, raw: "<h1>RAW Bad Gateway</h1>" }, /can’t be reached.*Try again$/],
  ["an answer that is no answer", { status: 200, raw: "RAW" }, /can’t be reached.*Try again$/],
  ["an error with markup for a request id", { status: 500, body: { error: { kind: "internal", requestId: "<b>RAW</b>" } } }, /^Something went wrong.*Try again$/],
  ["a kind nobody knows", { status: 418, body: { error: { kind: "RAW" } } }, /can’t be reached.*Try again$/],
  ["a Confluence that is slow", { status: 502, body: { error: { kind: "upstream", reason: "timeout" } } }, /^Confluence did not complete the change/],
  ["a pause that is asked for", { status: 429, body: { error: { kind: "rate_limited", reason: "x", retryAfter: 12 } } }, /in 12 seconds\. $/],
];
for (const [sentence, reply, said] of dead) {
  test(`${sentence} takes the change back, says what to do, and shows nothing raw`, async () => {
    const page = await stage.open();
    await loaded(page);
    stage.onWrite = () => reply;
    await page.getByRole("button", { name: "Remove v9" }).click();
    await page.getByRole("alert").waitFor();
    assert.match(unreferenced((await page.getByRole("alert").textContent())!), said);
    assert.doesNotMatch(await page.locator("body").innerText(), /RAW/);
    await untilLabels(page, ["roadmap", "team-red", "v9"]);
  });
}

if (HOST === "connect") test("a token that never comes is a time-out, not a hang", async () => {
  const page = await stage.open({ clock: true, bridge: { noToken: true } });
  await loaded(page);
  await page.getByRole("button", { name: "Remove v9" }).click();
  await page.clock.fastForward(25_000);
  await page.getByRole("alert").waitFor();
  assert.deepEqual(stage.writes, []);
});

const deadHosts: [sentence: string, bridge: Record<string, unknown>][] = [
  ["without a bridge", { missing: true }],
  ["when the bridge never answers", { noRequest: true, noContext: true, locale: "" }],
];
for (const [sentence, bridge] of deadHosts) {
  test(`${sentence} the panel says what to do`, async () => {
    const page = await stage.open({ clock: true, bridge });
    await page.clock.fastForward(10_000);
    await page.getByRole("alert").getByText("could not be loaded").waitFor();
    assert.equal(await page.getByRole("button", { name: "Try again" }).count(), 1);
  });
}
if (HOST !== "connect") test("a host that says late who reads it is answered in the reader's language", async () => {
  const page = await stage.open({ clock: true, bridge: { locale: "de-DE", contextAfter: 3_000 } });
  await page.clock.fastForward(3_000);
  await page.getByRole("button", { name: "Stichwort hinzufügen" }).waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.lang), "de");
});
if (HOST !== "connect") test("what support needs can be copied by hand where it cannot be otherwise: once, with a name, and from where the focus is", async () => {
  stage.onRead = () => ({ status: 500, raw: "{}" });
  const page = await stage.open();
  await page.evaluate(() => (document.execCommand = () => false));
  const button = page.getByRole("button", { name: "Copy for support" });
  for (let times = 0; times < 2; times++) {
    await button.click();
    const box = page.getByRole("textbox", { name: "Copy for support" });
    await box.waitFor();
    assert.equal(await page.getByRole("textbox").count(), 1);
    assert.ok(await box.evaluate((it) => it === document.activeElement));
    assert.deepEqual(await violations(page), []);
  }
});
test("a read that fails can be tried again", async () => {
  stage.onRead = () => ({ status: 500, raw: "RAW" });
  const page = await stage.open();
  await page.getByRole("alert").waitFor();
  await page.getByRole("button", { name: "Try again" }).press("Enter");
  await until(() => focused(page), (v) => v === "Try again", "the focus on the button that came again");
  stage.onRead = () => undefined;
  await page.keyboard.press("Enter");
  await untilLabels(page, ["roadmap", "team-red", "v9"]);
  assert.equal(await focused(page), "Add label");
});
test("where the app cannot read the page for who sees it, as for a guest, that is said, without alarm or a button that would not help", async () => {
  stage.contents.clear();
  const page = await stage.open();
  await page.getByText("cannot read this page with your rights").waitFor();
  assert.equal(await page.getByRole("alert").count(), 0);
  assert.equal(await page.getByRole("button").count(), 0);
  assert.deepEqual(await violations(page), []);
});
for (const status of [401, 403, 404, 500]) {
  test(`who is not signed in is told nothing where Confluence tells nothing: ${status}`, async () => {
    stage.onRead = () => ({ status, raw: "{}" });
    const page = await stage.open({ shell: { signedIn: false } });
    await until(() => page.locator("#labelup").innerHTML(), (html) => html === "", "nothing is shown");
  });
}
test("a slow first read shows bones and says so", async () => {
  let answer = () => {};
  stage.onRead = () => new Promise((now) => (answer = () => now(undefined)));
  const page = await stage.open();
  await page.locator(".bone").first().waitFor();
  assert.equal(await spoken(page), "Loading labels…");
  answer();
  await untilLabels(page, ["roadmap", "team-red", "v9"]);
});
if (HOST === "connect") test("without the site's address labels are shown and can be reached, only not followed", async () => {
  const page = await stage.open({ bridge: { noContext: true } });
  await untilLabels(page, ["roadmap", "team-red", "v9"]);
  await page.keyboard.press("Tab");
  assert.equal(await focused(page), "roadmap");
});
test("an address that is a script is no link", async () => {
  const page = await stage.open({ bridge: { site: "javascript:alert(1)" } });
  await loaded(page);
  assert.equal(await page.locator("a[href]").count(), 0);
});

test("in the byline's dialog Escape closes the dialog, but first what is open in it", async () => {
  const page = await stage.open({ shell: { view: "byline" } });
  await page.getByRole("heading", { name: "Labels" }).waitFor();
  await page.keyboard.press("/");
  await page.keyboard.press("Escape");
  assert.equal((await seen(page))["hidden"], 0);
  await page.keyboard.press("Escape");
  assert.equal((await seen(page))["hidden"], 1);
});

test("the macro editor loads, previews and saves the parameters", async () => {
  const page = await stage.open({ shell: { view: "editor", contentId: "" }, bridge: { macro: { prefix: "team-", display: "list" } } });
  const prefix = page.getByLabel("Only labels that begin with");
  assert.equal(await prefix.inputValue(), "team-");
  assert.ok(await page.getByLabel("List").isChecked());
  assert.deepEqual(await labelsOf(page), ["team-blue", "team-green", "team-red"]);
  await page.getByLabel("Compact").check();
  assert.equal(await page.locator(".row").getAttribute("data-display"), "compact");
  await prefix.fill("Team: ");
  await prefix.press("Enter");
  assert.equal((await seen(page))["saved"], null, "a prefix no label can have is not saved");
  assert.match((await page.locator("#prefix-help").textContent())!, /can’t contain “:”/);
  await prefix.fill("Area 51");
  await prefix.press("Enter");
  const { saved, closed } = await seen(page);
  assert.deepEqual([saved, closed], [{ prefix: "area-51", display: "compact" }, 1]);
});
if (HOST === "native") test("where the dialog has no button the macro editor has its own, and says when that fails", async () => {
  const page = await stage.open({ shell: { view: "editor" } });
  await page.getByLabel("Compact").check();
  await page.getByRole("button", { name: "Save" }).click();
  assert.deepEqual((await seen(page))["saved"], { prefix: "", display: "compact" });
  const refused = await stage.open({ shell: { view: "editor" }, bridge: { refuses: true } });
  await refused.getByRole("button", { name: "Save" }).click();
  await refused.getByRole("alert").getByText("This was not saved. Try again.").waitFor();
});
if (HOST === "connect") test("the macro editor is saved by the dialog's own button, and has none of its own", async () => {
  const page = await stage.open({ shell: { view: "editor" } });
  await page.getByLabel("Compact").check();
  assert.equal(await page.evaluate(() => (window as unknown as { seen: { submit(): boolean } }).seen.submit()), false);
  assert.deepEqual((await seen(page))["saved"], { prefix: "", display: "compact" });
  assert.equal((await seen(page))["closed"], 1);
  assert.equal(await page.getByRole("button").count(), 0);
});

test("the host's language is spoken", async () => {
  stage.contents.get("123")!.labels = [];
  const page = await stage.open({ bridge: { locale: "de-DE" } });
  await page.getByText("Noch keine Stichwörter").waitFor();
  assert.equal(await page.locator("html").getAttribute("lang"), "de");
});
test("in a pseudo-language no word stays English", async () => {
  stage.strings = (_, text) => JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(text)).map(([key, value]) => [key, `⟦${value}⟧`])));
  stage.contents.get("123")!.labels = Array.from({ length: 25 }, (_, i) => `x${i}`);
  const words = async (page: Page) => {
    await page.waitForTimeout(100);
    return page.evaluate(() => {
      const texts = [...document.querySelectorAll("#labelup *")].flatMap((e) => [
        ...["aria-label", "placeholder"].map((a) => e.getAttribute(a) ?? ""),
        ...(e.closest("bdi, .chip") ? [] : [...e.childNodes].filter((n) => n.nodeType === 3).map((n) => n.textContent ?? "")),
      ]);
      return texts.filter((t) => /\p{L}/u.test(t) && !/^[\s“]*⟦.*⟧[.:”\s]*$/su.test(t));
    });
  };
  const page = await stage.open({ bridge: { locale: "de" } });
  await loaded(page);
  await page.keyboard.press("/");
  await compared(page);
  await page.keyboard.type("what");
  assert.deepEqual(await words(page), []);
  await page.keyboard.press("Enter");
  await page.getByText("⟦Rückgängig⟧").waitFor();
  assert.deepEqual(await words(page), []);
  stage.onWrite = () => "hang up";
  await page.keyboard.type("b");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").waitFor();
  assert.deepEqual(await words(page), []);
  const editor = await stage.open({ bridge: { locale: "de" }, shell: { view: "editor" } });
  await editor.locator("form").waitFor();
  assert.deepEqual(await words(editor), []);
});

test("how long type-ahead takes with 5,000 labels (measured)", async (t) => {
  stage.spacePages = Array.from({ length: 200 }, (_, page) => Array.from({ length: 25 }, (_, i) => `topic-${page}-${i}-label`));
  const page = await stage.open();
  await type(page, "x");
  await page.waitForTimeout(300);
  const times: number[] = [];
  for (const text of ["t", "to", "top", "topic-1", "topic-19", "labels", "topc-17-3-label", "nothing-like-it"]) {
    times.push(
      await page.getByRole("combobox").evaluate(async (element, text) => {
        const input = element as HTMLInputElement;
        const start = performance.now();
        input.value = text;
        input.dispatchEvent(new Event("input", { bubbles: true }));
        await new Promise((painted) => requestAnimationFrame(() => setTimeout(painted)));
        return performance.now() - start;
      }, text),
    );
  }
  assert.ok((await page.getByRole("option").count()) > 0);
  t.diagnostic(`type-ahead over 5,000 labels, key to painted list: ${times.map((ms) => ms.toFixed(0)).join(", ")} ms`);
});
