import assert from "node:assert/strict";
import test from "node:test";
import type { Page } from "playwright-core";
import { compared, proof, unreferenced, focused, loaded, plain, seen, spoken, status, stopClock, until, untilDrawn, untilLabels, untilStatus } from "./acting.ts";
import { HOST, REFINED, SEARCH, SUGGESTED, useStage, violations } from "./stage.ts";

const stage = useStage();
const names = (page: Page) => page.locator(".suggestion .name").allTextContents();
const ticks = (page: Page) => page.getByRole("checkbox").evaluateAll((boxes) => boxes.map((b) => (b as HTMLInputElement).checked));
const box = (page: Page, label: string) => page.getByRole("checkbox", { name: label });
const untilNames = (page: Page, wanted: string[]) => until(() => names(page), (v) => v.join() === wanted.join(), `suggestions ${wanted}`);
const shortReasons = async (page: Page) => (await page.locator(".suggestion .why").allTextContents()).map(plain);
const explained = async (page: Page) => plain((await page.locator(".reasons p:not(.away)").textContent())!);
const ask = (page: Page) => page.getByRole("button", { name: "Suggest", exact: true }).click();
const dismissed = () => (stage.properties[0]?.value as { dismissed: string[] } | undefined)?.dismissed;
const FIRST = SUGGESTED.map((s) => s.label);
const ALL = [...FIRST, REFINED.label];

/** Holds the second answer back until it is let go. */
function holdRefined(): () => void {
  let go = () => {};
  const held = new Promise<void>((now) => (go = now));
  stage.onAsk = async ({ refined }) => (refined ? (await held, undefined) : undefined);
  return go;
}
/** Answers once with these labels, and looks for no more. */
function answerWith(...labels: string[]): void {
  stage.onAsk = () => ({ body: { suggestions: labels.map((label) => ({ label, ticked: true, reasons: [{ kind: "parent" }] })) } });
}
async function suggestions(page: Page): Promise<void> {
  await loaded(page);
  await ask(page);
  await untilNames(page, ALL);
}

test("nothing is loaded or read for suggestions before they are asked for", async () => {
  const page = await stage.open();
  await loaded(page);
  const files = await page.evaluate(() => performance.getEntriesByType("resource").map((r) => r.name));
  assert.deepEqual(files.filter((file) => /suggest/.test(file)), []);
  assert.equal(stage.reads.length, 1);
});

test("suggestions are shown with their strongest reason, ticked where the service is sure", async () => {
  const page = await stage.open();
  await suggestions(page);
  assert.deepEqual(await ticks(page), [true, true, false, true]);
  assert.deepEqual(await shortReasons(page), ["in the title", "heading: Testing with people", "new: “keyboard trap” 3 times", "words like screen reader and contrast"]);
  assert.deepEqual(await violations(page), []);
});

test("all reasons of the one that is looked at are told, and nothing moves for it", async () => {
  const page = await stage.open();
  await suggestions(page);
  const height = () => page.locator("#labelup").evaluate((e) => e.getBoundingClientRect().height);
  const before = await height();
  assert.equal(await explained(page), "accessibility · “accessibility” is in the title · 12 of the 15 most similar pages have it: “Screen readers” and “שלום Contrast” · “a11y” means the same and is on the page 2 times");
  await page.locator(".suggestion").nth(2).hover();
  assert.equal(await explained(page), "keyboard-trap · No page has it yet; “keyboard trap” stands out here, 3 times");
  await box(page, "testing").focus();
  assert.match(await explained(page), /^testing · “Testing” is in the heading “Testing with people” · 3 of 7 pages next to this one in the tree have it$/);
  assert.equal(await height(), before);
  const describedBy = await box(page, "keyboard-trap").getAttribute("aria-describedby");
  assert.match(plain((await page.locator(`#${describedBy}`).textContent())!), /stands out here, 3 times$/);
});

test("the service is asked with what the viewer may read, each part once", async () => {
  stage.spaceProperties = [
    { id: "1", key: "labelup_vocabulary", value: { labels: [{ label: "accessibility", synonyms: ["a11y", 7], description: "For everybody" }, { label: "wcag", retired: true }, { label: "NOT ONE" }], mode: "listed" }, version: { number: 1 } },
    { id: "3", key: "labelup_vocabularies", value: { labels: [{ label: "other" }] }, version: { number: 1 } },
  ];
  stage.properties = [{ id: "5", key: "labelup_page", value: { dismissed: ["forms", "forms", 7, "not:one"] }, version: { number: 4 } }];
  const page = await stage.open();
  await suggestions(page);
  const [first, second] = stage.asks;
  assert.deepEqual(first!.request, {
    contentId: "123",
    page: { title: stage.text.title, body: { format: "adf", value: stage.text.adf }, labels: ["roadmap", "team-red", "v9"] },
    neighbours: [
      { id: "500", title: "Page 500", labels: ["roadmap", "release-notes"] },
      { id: "501", title: "Page 501", labels: ["release-notes", "team-blue"] },
      { id: "502", title: "Page 502", labels: ["release-notes"] },
    ],
    tree: { parent: ["handbook"], siblings: [{ label: "forms", pages: 1 }], of: 1 },
    vocabulary: [
      { label: "accessibility", synonyms: ["a11y"], description: "For everybody", group: "", retired: false },
      { label: "wcag", synonyms: [], description: "", group: "", retired: true },
    ],
    inUse: [{ label: "roadmap", pages: 1 }, { label: "release-notes", pages: 3 }, { label: "team-blue", pages: 1 }],
    onlyListed: true,
    dismissed: ["forms"],
    refined: false,
    limit: 5,
  });
  assert.equal(second!.request.refined, true);
  assert.deepEqual(second!.request.neighbours.map((n) => n.id), ["900", "500", "501", "502"]);
  assert.deepEqual(second!.request.neighbours[0], {
    id: "900", title: "Screen readers", labels: ["accessibility", "testing"],
    body: { format: "storage", value: "<p>How we test with a screen reader.</p>" },
  });
  assert.deepEqual(stage.asks.map((a) => a.authorization), [1, 2].map(proof));
  const search = stage.reads.map((path) => new URLSearchParams(path.split("?")[1])).find((q) => q.get("cql") === SEARCH)!;
  assert.deepEqual([search.get("expand"), search.get("limit")], ["metadata.labels,body.storage", "25"]);
  await page.getByRole("button", { name: "Add label" }).click();
  await page.getByRole("combobox").fill("a");
  await page.getByRole("option", { name: "accessibility" }).waitFor();
  const listings = stage.reads.filter((path) => path.includes("lastmodified"));
  assert.equal(listings.length, 1, "type-ahead and suggestions share one reading of the space");
});

test("a page of 20,000 words is passed on as it came, cut where the service stops reading", async () => {
  const text = "Accessibility \"quoted\" für alle 日本語 ".repeat(20_000);
  stage.text.adf = JSON.stringify({ type: "doc", content: [{ type: "text", text }] });
  assert.ok(stage.text.adf.length > 400_000);
  const page = await stage.open({
    prepare: () => {
      const { parse } = JSON;
      JSON.parse = (text: string, ...rest) => {
        if (text.startsWith('{"type":"doc"')) throw new Error("the text of a page is not looked into");
        return parse(text, ...rest);
      };
    },
  });
  await suggestions(page);
  const { format, value } = stage.asks[0]!.request.page.body!;
  assert.equal(format, "adf");
  assert.ok(value === stage.text.adf.slice(0, 400_000), "character by character");
});

test("ticked labels are applied at once, and undone at once", async () => {
  const page = await stage.open();
  await suggestions(page);
  await box(page, "testing").uncheck();
  await page.getByRole("button", { name: "Apply 2 labels" }).click();
  await untilStatus(page, /^Added accessibility, screen-readers · Undo$/);
  await untilLabels(page, ["accessibility", "roadmap", "screen-readers", "team-red", "v9"]);
  assert.deepEqual(stage.writes.map((w) => w.change), [{ contentId: "123", add: ["accessibility", "screen-readers"], remove: [] }]);
  assert.equal(await page.locator(".suggestion").count(), 0, "the suggestions have closed");
  assert.equal(await focused(page), "Suggest");
  await page.getByRole("button", { name: "Undo" }).click();
  await untilLabels(page, ["roadmap", "team-red", "v9"]);
});

test("what could not be applied is told like any other change", async () => {
  stage.onWrite = () => ({ status: 503, body: { error: { kind: "unavailable", requestId: "req-8" } } });
  const page = await stage.open();
  await suggestions(page);
  await page.getByRole("button", { name: "Apply 3 labels" }).click();
  await page.getByRole("alert").getByText("Your change was taken back").waitFor();
  await untilLabels(page, ["roadmap", "team-red", "v9"]);
});

test("with nothing ticked there is nothing to apply", async () => {
  const page = await stage.open();
  await suggestions(page);
  for (const label of ["accessibility", "testing", "screen-readers"]) await box(page, label).uncheck();
  const apply = page.getByRole("button", { name: "Nothing ticked" });
  assert.equal(await apply.getAttribute("aria-disabled"), "true");
  await apply.press("Enter");
  assert.deepEqual(stage.writes, []);
  assert.equal(await page.locator(".suggestion").count(), 4);
});

test("“not this one” is remembered with the page and can be taken back", async () => {
  const page = await stage.open();
  await suggestions(page);
  await page.getByRole("button", { name: "Not this one: testing" }).click();
  await untilNames(page, ["accessibility", "keyboard-trap", "screen-readers"]);
  await until(dismissed, (v) => v?.join() === "testing", "what is remembered");
  assert.deepEqual<unknown>(stage.saves, [{ method: "POST", path: "/api/v2/pages/123/properties", body: { key: "labelup_page", value: { v: 1, dismissed: ["testing"] } } }]);
  await page.getByRole("button", { name: "Not this one: screen-readers" }).click();
  await until(dismissed, (v) => v?.join() === "testing,screen-readers", "both");
  assert.deepEqual(stage.saves[1]!.body.version, { number: 2 });
  assert.equal(stage.saves[1]!.method, "PUT");
  await page.getByRole("button", { name: "Undo" }).click();
  await untilNames(page, ["accessibility", "keyboard-trap", "screen-readers"]);
  await until(dismissed, (v) => v?.join() === "testing", "only the first");
  assert.equal(await box(page, "screen-readers").evaluate((e) => e === document.activeElement), true);
  await ask(page);
  await until(() => stage.asks.length, (n) => n === 4, "asked again");
  await untilNames(page, ["accessibility", "keyboard-trap", "screen-readers"]);
  assert.deepEqual(stage.asks.at(-1)!.request.dismissed, ["testing"]);
});

for (const conflict of [409, 400]) {
  test(`when somebody else wrote in between (${conflict}), theirs is kept`, async () => {
    let refused = false;
    stage.onSave = () => {
      if (refused) return undefined;
      refused = true;
      stage.properties = [{ id: "5", key: "labelup_page", value: { dismissed: ["theirs"] }, version: { number: 9 } }];
      return { status: conflict, body: {} };
    };
    const page = await stage.open();
    await suggestions(page);
    await page.getByRole("button", { name: "Not this one: testing" }).click();
    await until(dismissed, (v) => v?.join() === "theirs,testing", "both");
    assert.equal(await page.getByText("could not be saved").count(), 0);
  });
}

test("what cannot be remembered is said quietly and stays hidden while the page is open", async () => {
  stage.onSave = () => ({ status: 403, body: {} });
  const page = await stage.open();
  await suggestions(page);
  await page.getByRole("button", { name: "Not this one: testing" }).click();
  await page.locator(".status").getByText("could not be saved with the page").waitFor();
  assert.equal(await page.getByRole("alert").count(), 0);
  await page.getByRole("button", { name: "Close" }).click();
  await ask(page);
  await untilNames(page, ["accessibility", "keyboard-trap", "screen-readers"]);
});

test("only so many are remembered, the latest", async () => {
  const many = Array.from({ length: 200 }, (_, i) => `label-number-${i}`);
  stage.properties = [{ id: "5", key: "labelup_page", value: { dismissed: many }, version: { number: 1 } }];
  const page = await stage.open();
  await suggestions(page);
  await page.getByRole("button", { name: "Not this one: testing" }).click();
  await until(dismissed, (v) => v?.at(-1) === "testing", "the latest");
  const kept = stage.properties[0]!.value;
  assert.ok(Buffer.byteLength(JSON.stringify(kept)) <= 4_096);
  assert.ok(dismissed()!.length > 150);
});

test("a refined answer moves nothing that is on the screen", async () => {
  const refine = holdRefined();
  const page = await stage.open();
  await loaded(page);
  await ask(page);
  await untilNames(page, FIRST);
  const where = () => page.evaluate(() => [...document.querySelectorAll(".suggestion, .actions, #labelup")].map((e) => [e.textContent!.split(" ")[0], JSON.stringify(e.getBoundingClientRect())] as const));
  const before = await where();
  refine();
  await untilNames(page, ALL);
  const after = new Map((await where()).map(([, rect], i) => [i, rect]));
  const [root, ...rest] = before;
  assert.equal(after.get(0), root![1], "the frame has its height");
  rest.slice(0, FIRST.length).forEach(([name, rect], i) => assert.equal(after.get(i + 1), rect, name));
  assert.equal(after.get(after.size - 1), before.at(-1)![1], "the buttons are where they were");
});

const better = [{ label: "newcomer", ticked: true, reasons: [{ kind: "parent" }] }, { label: "testing", ticked: false, reasons: [{ kind: "title", text: "Testing" }] }];
const merges: [sentence: string, act: (page: Page) => Promise<unknown>, labels: string[], ticked: boolean[]][] = [
  ["gives the place of what fell out unticked to a new one, and unticks nothing", async () => {}, ["accessibility", "testing", "newcomer"], [true, true, true]],
  ["leaves what a person has ticked or unticked", (page) => box(page, "keyboard-trap").check().then(() => box(page, "testing").uncheck()).then(() => page.mouse.move(5, 350)).then(() => page.getByRole("button", { name: "Suggest" }).focus()), ["accessibility", "testing", "keyboard-trap", "newcomer"], [true, false, true, false]],
  ["only adds, unticked, while the pointer is there", (page) => page.locator(".suggestion").nth(2).hover(), ["accessibility", "testing", "keyboard-trap", "newcomer"], [true, true, false, false]],
  ["only adds, unticked, while the focus is there", (page) => box(page, "accessibility").focus(), ["accessibility", "testing", "keyboard-trap", "newcomer"], [true, true, false, false]],
];
for (const [sentence, act, labels, ticked] of merges) {
  test(`a refined answer ${sentence}`, async () => {
    let go = () => {};
    const held = new Promise<void>((now) => (go = now));
    stage.onAsk = async ({ refined }) => (refined ? (await held, { body: { suggestions: better } }) : undefined);
    const page = await stage.open();
    await loaded(page);
    await ask(page);
    await untilNames(page, FIRST);
    await act(page);
    go();
    await untilNames(page, labels);
    assert.deepEqual(await ticks(page), ticked);
  });
}

test("a tick that the refined answer has no more stays in sight, and is applied only if it is left", async () => {
  stage.onAsk = ({ refined }) => (refined ? { body: { suggestions: better } } : undefined);
  const page = await stage.open();
  await loaded(page);
  await ask(page);
  await untilNames(page, ["accessibility", "testing", "newcomer"]);
  await box(page, "accessibility").uncheck();
  await page.getByRole("button", { name: "Apply 2 labels" }).click();
  await untilLabels(page, ["newcomer", "roadmap", "team-red", "testing", "v9"]);
});

test("a guess is told to be one, in sight and by a screen reader, is not ticked, and is applied like any other", async () => {
  stage.onAsk = () => ({ body: { suggestions: [{ ...SUGGESTED[0]!, guess: false }, { label: "handbook", ticked: true, guess: true, reasons: [{ kind: "parent" }] }] } });
  const page = await stage.open();
  await loaded(page);
  await ask(page);
  await untilNames(page, ["accessibility", "handbook"]);
  assert.deepEqual(await ticks(page), [true, false]);
  assert.deepEqual(await shortReasons(page), ["in the title", "a guess: the parent page has it"]);
  await box(page, "handbook").focus();
  const described = await box(page, "handbook").getAttribute("aria-describedby");
  assert.equal(plain((await page.locator(`#${described}`).textContent())!), "handbook · A guess: more often wrong than right · The parent page has it");
  await box(page, "handbook").check();
  await page.getByRole("button", { name: "Apply 2 labels" }).click();
  await untilLabels(page, ["accessibility", "handbook", "roadmap", "team-red", "v9"]);
});

test("what the space's pages told is sent with the next request of the same panel, and kept nowhere else", async () => {
  const told = [1, 22_904, 0, 0, 0, 0, 0, 0, -48_644];
  stage.onAsk = ({ refined }) => (refined ? { body: { suggestions: better, certainty: told } } : undefined);
  const page = await stage.open();
  for (const asks of [2, 4]) {
    await loaded(page);
    await ask(page);
    await until(() => stage.asks.length, (n) => n === asks, "both questions");
    await page.getByRole("checkbox", { name: "newcomer" }).waitFor();
  }
  assert.deepEqual(stage.asks.map((a) => a.request.certainty), [undefined, undefined, told, told]);
  assert.equal(await page.evaluate(() => localStorage.length + sessionStorage.length + document.cookie.length), 0);
});

test("a search that fails, or finds nothing that has labels, leaves the first answer", async () => {
  stage.similar = [{ id: "901", title: "Bare", labels: [], text: "" }];
  const page = await stage.open();
  await loaded(page);
  await ask(page);
  await untilNames(page, FIRST);
  await until(() => stage.reads.filter((p) => new URLSearchParams(p.split("?")[1]).get("cql") === SEARCH).length, (n) => n === 1, "the search");
  stage.onRead = (path) => (path.includes("body.storage") ? { status: 500 } : undefined);
  await ask(page);
  await until(() => stage.reads.filter((p) => p.includes("body.storage")).length, (n) => n === 2, "the next search");
  await untilNames(page, FIRST);
  assert.equal(stage.asks.length, 2);
  assert.equal(await page.getByRole("alert").count(), 0);
});

test("parts that cannot be read only make suggestions less good", async () => {
  stage.onRead = (path) => (/properties|search/.test(path) ? { status: 500 } : undefined);
  const page = await stage.open();
  await loaded(page);
  await ask(page);
  await untilNames(page, FIRST);
  const { neighbours, vocabulary, tree, dismissed } = stage.asks[0]!.request;
  assert.deepEqual([neighbours, vocabulary, tree, dismissed], [[], [], undefined, []]);
});

test("a part that hangs is not waited for", async () => {
  stage.onRead = (path) => (/properties|search/.test(path) ? new Promise(() => {}) : undefined);
  const page = await stage.open({ clock: true });
  await loaded(page);
  await ask(page);
  await until(() => stage.reads.filter((path) => /properties|search/.test(path)).length, (n) => n === 4, "all parts to be asked for");
  await page.clock.fastForward(3_000);
  await untilNames(page, FIRST);
});

const nothings: [kind: string, type: string, tip: RegExp][] = [
  ["too_short", "page", /Write at least 40 words/],
  ["too_short", "attachment", /^A file has only its name.*Add a label by hand/],
  ["no_language", "page", /language of this page was not recognized\. Label a few pages/],
  ["all_applied", "page", /already on this page/],
  ["none_fits", "page", /^None of the labels in use fits.*Add one by hand/],
  ["RAW", "page", /^None of the labels in use fits/],
];
for (const [nothing, type, tip] of nothings) {
  test(`no suggestions because of ${nothing}, on a ${type}: says why and what helps`, async () => {
    stage.contents.get("123")!.operations = ["update"];
    stage.onAsk = () => ({ body: { suggestions: [], nothing } });
    stage.onRead = (path) => (type === "attachment" && path.includes("include-operations") ? { body: { id: "123", status: "current", version: { number: 7 }, labels: { results: [] }, operations: { results: [{ operation: "update" }] } } } : undefined);
    const page = await stage.open({ shell: { contentType: type } });
    await loaded(page);
    await ask(page);
    await until(async () => plain((await status(page))[0] ?? ""), (v) => tip.test(v), "the tip");
    assert.match(await spoken(page), tip, "it is spoken, too");
    assert.equal(await page.getByRole("button", { name: /Apply|Nothing ticked/ }).count(), 0);
  });
}

test("an empty first answer that may be bettered is not shown before it was", async () => {
  const go = holdRefined();
  const held = stage.onAsk;
  stage.onAsk = async (request) => (request.refined ? held(request) : { body: { suggestions: [], nothing: "none_fits", search: SEARCH } });
  const page = await stage.open();
  await loaded(page);
  await ask(page);
  await page.locator(".offered .bone").first().waitFor();
  go();
  await untilNames(page, ALL);
});

test("a file is read without a body, with the labels of the page it is on", async () => {
  const file = { id: "123", title: "wcag.pdf", status: "current", version: { number: 7 }, pageId: "7", labels: { results: [] }, operations: { results: [{ operation: "update", targetType: "attachment" }] } };
  stage.onRead = (path) => (/^\/api\/v2\/attachments\/123(\?|$)/.test(path) ? { body: file } : undefined);
  const page = await stage.open({ shell: { contentType: "attachment" } });
  await loaded(page);
  await ask(page);
  await untilNames(page, ALL);
  const { page: asked, tree } = stage.asks[0]!.request;
  assert.deepEqual(asked, { title: "wcag.pdf", labels: [] });
  assert.deepEqual(tree, { parent: ["handbook"], siblings: [], of: 0 });
  assert.ok(stage.reads.some((path) => new URLSearchParams(path.split("?")[1]).get("cql") === "id = 7"));
});

const failures: [sentence: string, reply: Awaited<ReturnType<typeof stage.onAsk>>, said: RegExp, again: boolean | "later"][] = [
  ["bad_request", { status: 400, body: { error: { kind: "bad_request", requestId: "req-5" } } }, /^Label UP did not understand.*Reference for support: req-5$/, false],
  ["unauthorized", { status: 401, body: { error: { kind: "unauthorized" } } }, /^Your session has ended\. Reload the page, then ask again/, false],
  ["anonymous", { status: 403, body: { error: { kind: "anonymous" } } }, /^Log in to get suggestions/, false],
  ["not_found", { status: 404, body: { error: { kind: "not_found" } } }, /^This page was deleted or moved/, false],
  ["too_large", { status: 413, body: { error: { kind: "too_large" } } }, /^This page is too large/, false],
  ["rate_limited", { status: 429, body: { error: { kind: "rate_limited" } } }, /busy\. Try again in a moment/, true],
  ["rate_limited for one second", { status: 429, body: { error: { kind: "rate_limited", retryAfter: 1 } } }, /busy\. Try again in 1 second\./, "later"],
  ["rate_limited for some seconds", { status: 429, body: { error: { kind: "rate_limited", retryAfter: 11.2 } } }, /busy\. Try again in 12 seconds\./, "later"],
  ["upstream", { status: 502, body: { error: { kind: "upstream" } } }, /^Confluence did not answer as expected/, true],
  ["unavailable", { status: 503, body: { error: { kind: "unavailable" } } }, /^Label UP can’t be reached right now\. Try again in a moment/, true],
  ["internal", { status: 500, body: { error: { kind: "internal", requestId: "req-5" } } }, /^Something went wrong.*req-5$/, true],
  ["a connection that breaks", "hang up", /^No connection to Label UP/, true],
  ["a proxy that answers in the service's place", { status: 200, raw: "<h1>RAW</h1>" }, /can’t be reached right now/, true],
  ["suggestions that are none", { body: { suggestions: { RAW: 1 } } }, /can’t be reached right now/, true],
];
for (const [sentence, reply, said, again] of failures) {
  test(`${sentence}: says what to do, and tries again where that may help`, async () => {
    stage.onAsk = () => reply;
    const page = await stage.open();
    await stopClock(page);
    await loaded(page);
    await ask(page);
    const alert = page.getByRole("alert");
    await untilDrawn(page, () => alert.isVisible(), "an alert");
    assert.match(unreferenced((await alert.textContent())!), said);
    assert.doesNotMatch(await page.locator("body").innerText(), /RAW|taken back|Nothing was changed/);
    const button = page.getByRole("button", { name: "Try again" });
    assert.equal(await button.count(), Number(again === true));
    if (!again) return;
    if (again === "later") await page.clock.runFor(12_000);
    stage.onAsk = () => undefined;
    await page.clock.resume();
    await button.press("Enter");
    assert.equal(await focused(page), "Suggest", "the button has gone, the focus has not");
    await untilNames(page, ALL);
  });
}

for (const [status, said] of [[404, /deleted or moved/], [500, /could not be read\. Try again/]] as const) {
  test(`a page that cannot be read (${status}) is said to be so`, async () => {
    const page = await stage.open();
    await loaded(page);
    stage.onRead = (path) => (path.includes("body-format") ? { status, raw: "RAW" } : undefined);
    await ask(page);
    await page.getByRole("alert").waitFor();
    assert.match(unreferenced((await page.getByRole("alert").textContent())!), said);
    assert.deepEqual(stage.asks, []);
  });
}

test("after ten seconds without an answer there is a message, and what comes later is ignored", async () => {
  let answer = () => {};
  stage.onAsk = () => new Promise((now) => (answer = () => now(undefined)));
  const page = await stage.open({ clock: true });
  await loaded(page);
  await ask(page);
  await until(() => stage.asks.length, (n) => n === 1, "the question");
  await page.clock.fastForward(10_000);
  await page.getByRole("alert").getByText("did not answer in time").waitFor();
  answer();
  await page.getByRole("button", { name: "Try again" }).waitFor();
  assert.deepEqual(await names(page), []);
});

test("a page that is slow to be read counts as no answer", async () => {
  const page = await stage.open({ clock: true });
  await loaded(page);
  stage.onRead = (path) => (path.includes("body-format") ? new Promise(() => {}) : undefined);
  await ask(page);
  await until(() => stage.reads.filter((path) => path.includes("body-format")).length, (n) => n === 1, "the page to be asked for");
  await page.clock.fastForward(10_000);
  await page.getByRole("alert").getByText(/did not answer/).waitFor();
});

test("a refinement that never comes leaves the first answer", async () => {
  holdRefined();
  const page = await stage.open({ clock: true });
  await loaded(page);
  await ask(page);
  await untilNames(page, FIRST);
  await until(() => stage.asks.length, (n) => n === 2, "the second question");
  await page.clock.fastForward(60_000); // all its waits are over
  await untilNames(page, FIRST);
  assert.equal(await page.getByRole("alert").count(), 0);
});

test("places as high as suggestions are shown while they are waited for", async () => {
  let answer = () => {};
  stage.onAsk = ({ refined }) => (refined ? undefined : new Promise((now) => (answer = () => now(undefined))));
  const page = await stage.open();
  await loaded(page);
  await ask(page);
  await page.locator(".offered .bone").first().waitFor();
  await until(() => spoken(page), (v) => v === "Looking for labels that fit…", "what is spoken");
  const [bone, height] = await page.evaluate(() => [JSON.stringify(document.querySelector(".bone")!.getBoundingClientRect()), document.querySelector("#labelup")!.getBoundingClientRect().height]);
  answer();
  await untilNames(page, ALL);
  assert.equal(await page.locator(".suggestion").first().evaluate((e) => JSON.stringify(e.getBoundingClientRect())), bone);
  const removal = await page.locator(".suggestions > .status").evaluate((e) => e.getBoundingClientRect().height);
  assert.equal(await page.locator("#labelup").evaluate((e) => e.getBoundingClientRect().height), height + removal, "only the line about a label to remove came below");
});

test("a part that cannot be loaded is told, and loaded when asked for again", async () => {
  const page = await stage.open();
  await loaded(page);
  await page.route(/suggest\.js$/, (route) => route.abort());
  await ask(page);
  await page.getByRole("alert").getByText("No connection to Label UP").waitFor();
  await page.getByRole("button", { name: "Try again" }).click();
  await untilNames(page, ALL);
});

test("asked twice, only the last answer counts", async () => {
  const answers: (() => void)[] = [];
  stage.onAsk = ({ refined }) => {
    if (refined) return undefined;
    const label = `answer-${answers.length + 1}`;
    return new Promise((now) => answers.push(() => now({ body: { suggestions: [{ label, ticked: true, reasons: [] }] } })));
  };
  const page = await stage.open();
  await loaded(page);
  await ask(page);
  await until(() => answers.length, (n) => n === 1, "the first question");
  await ask(page);
  await until(() => answers.length, (n) => n === 2, "the second question");
  answers[1]!();
  await untilNames(page, ["answer-2"]);
  answers[0]!();
  await page.waitForTimeout(100);
  assert.deepEqual(await names(page), ["answer-2"]);
});

test("when somebody else changes the page's labels, what is under way is asked anew", async () => {
  const answers: (() => void)[] = [];
  stage.onAsk = ({ refined }) => (refined ? undefined : new Promise((now) => answers.push(() => now(undefined))));
  const macro = await stage.open();
  const byline = await stage.open({ beside: macro, shell: { view: "byline" } });
  for (const page of [macro, byline]) await loaded(page);
  await ask(macro);
  await until(() => answers.length, (n) => n === 1, "the question");
  await byline.getByRole("button", { name: "Remove v9" }).click();
  await until(() => answers.length, (n) => n === 2, "the next question");
  assert.deepEqual(stage.asks[1]!.request.page.labels, ["roadmap", "team-red"]);
  answers.forEach((answer) => answer());
  await untilNames(macro, ALL);
});

test("when somebody else changes the labels, suggestions on the screen stay and a refinement is dropped", async () => {
  const refine = holdRefined();
  const macro = await stage.open();
  const byline = await stage.open({ beside: macro, shell: { view: "byline" } });
  for (const page of [macro, byline]) await loaded(page);
  await ask(macro);
  await untilNames(macro, FIRST);
  await until(() => stage.asks.length, (n) => n === 2, "the second question");
  await byline.getByRole("button", { name: "Add label" }).click();
  await compared(byline);
  await byline.getByRole("combobox").fill("testing");
  await byline.keyboard.press("Enter");
  await untilNames(macro, ["accessibility", "keyboard-trap"]);
  await until(() => macro.locator(".offered > li").count(), (n) => n === 2, "no room is kept for what does not come");
  refine();
  await macro.waitForTimeout(100);
  await untilNames(macro, ["accessibility", "keyboard-trap"]);
});

test("a label added by hand leaves the suggestions", async () => {
  const page = await stage.open();
  await suggestions(page);
  await page.keyboard.press("/");
  await compared(page);
  await page.getByRole("combobox").fill("testing");
  await page.keyboard.press("Enter");
  await untilNames(page, ["accessibility", "keyboard-trap", "screen-readers"]);
  assert.equal(await page.getByRole("button", { name: "Apply 2 labels" }).count(), 1);
});

test("a label nothing speaks for is removed with one press, and brought back with another", async () => {
  const page = await stage.open();
  await suggestions(page);
  await untilStatus(page, /Nothing on this page speaks for “v9”/);
  await page.locator(".suggestions").getByRole("button", { name: "Remove v9" }).press("Enter");
  await untilLabels(page, ["roadmap", "team-red"]);
  assert.equal(await focused(page), "Close");
  assert.equal(await page.getByText("Nothing on this page speaks").count(), 0);
  await page.getByRole("button", { name: "Undo" }).click();
  await untilLabels(page, ["roadmap", "team-red", "v9"]);
  await page.getByText("Nothing on this page speaks").waitFor();
});

test("with a prefix only labels with it are suggested, out of more", async () => {
  stage.onAsk = () => ({ body: { suggestions: ["accessibility", "team-blue"].map((label) => ({ label, ticked: true, reasons: [] })), removals: [{ label: "v9" }, { label: "team-red" }] } });
  const page = await stage.open({ shell: { parameters: { prefix: "team-" } } });
  await loaded(page);
  await ask(page);
  await untilNames(page, ["team-blue"]);
  assert.equal(stage.asks[0]!.request.limit, 20);
  assert.equal(await page.getByText("Nothing on this page speaks").count(), 1);
});

test("what is no label, or no reason, is not shown", async () => {
  const reasons = [{ kind: "RAW" }, null, { kind: "similar", count: "RAW", pages: [{ title: 7 }, null] }, { kind: "title", text: "x".repeat(9_000) }];
  stage.onAsk = () => ({ body: { suggestions: [null, { label: "RAW" }, { label: "raw:raw" }, { label: 7 }, { label: "fine", reasons }, { label: "fine", reasons }, { label: "bare" }], removals: "RAW", nothing: "RAW" } });
  const page = await stage.open();
  await loaded(page);
  await ask(page);
  await untilNames(page, ["fine", "bare"]);
  assert.deepEqual(await ticks(page), [false, false]);
  const text = await page.locator("body").innerText();
  assert.doesNotMatch(text, /RAW|NaN|undefined/);
  assert.ok(text.length < 1_000);
});

test("the keyboard alone suggests, looks, ticks, dismisses and applies", async () => {
  const page = await stage.open();
  await loaded(page);
  await page.getByRole("button", { name: "Suggest" }).focus();
  await page.keyboard.press("Enter");
  await untilNames(page, ALL);
  assert.equal(await focused(page), "Suggest", "the focus is not taken away");
  const current = () => page.evaluate(() => document.activeElement?.closest(".suggestion")?.querySelector(".name")?.textContent ?? document.activeElement?.textContent);
  await page.keyboard.press("Tab");
  assert.equal(await current(), "accessibility", "Tab reaches the suggestions");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowDown");
  assert.equal(await current(), "keyboard-trap");
  await page.keyboard.press(" ");
  assert.deepEqual(await ticks(page), [true, true, true, true]);
  assert.match(await spoken(page), /4 ticked/);
  await page.keyboard.press("End");
  await page.keyboard.press("ArrowRight");
  assert.equal(await current(), "screen-readers", "they end");
  await page.keyboard.press("Delete");
  await untilNames(page, ["accessibility", "testing", "keyboard-trap"]);
  assert.equal(await current(), "keyboard-trap", "the one before it has the focus");
  assert.match(await spoken(page), /Not this one: screen-readers\. 3 suggestions/);
  await page.keyboard.press("Home");
  await page.keyboard.press("Backspace");
  assert.equal(await current(), "testing");
  await page.keyboard.press("Tab");
  assert.equal(await current(), "Apply 2 labels", "they are one stop");
  await page.keyboard.press("Shift+Tab");
  assert.equal(await current(), "testing");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await untilLabels(page, ["keyboard-trap", "roadmap", "team-red", "testing", "v9"]);
  assert.equal(await focused(page), "Suggest");
  await until(() => spoken(page), (v) => /^Added testing, keyboard-trap\s+5 labels on this page$/.test(v), "what is spoken");
});

test("what was dismissed is seen and brought back, also after a reload", async () => {
  const page = await stage.open();
  await suggestions(page);
  await box(page, "testing").press("Delete");
  await box(page, "accessibility").press("Delete");
  await until(dismissed, (v) => v?.join() === "testing,accessibility", "both kept");
  const list = page.getByRole("list", { name: "2 dismissed" });
  await page.getByRole("button", { name: "2 dismissed" }).press("Enter");
  assert.deepEqual(await list.getByRole("listitem").locator("bdi").allTextContents(), ["accessibility", "testing"], "the latest first");
  assert.deepEqual(await violations(page), []);

  await page.reload();
  await loaded(page);
  await ask(page);
  await untilNames(page, ["keyboard-trap", "screen-readers"]);
  await page.getByRole("button", { name: "2 dismissed" }).press("Enter");
  await page.getByRole("button", { name: "Bring back testing" }).press("Enter");
  await untilNames(page, ["keyboard-trap", "screen-readers", "testing"]);
  assert.deepEqual(await ticks(page), [false, true, false], "it is for the person to tick");
  assert.match((await shortReasons(page))[2]!, /heading/);
  await until(dismissed, (v) => v?.join() === "accessibility", "only the other one is kept");
  assert.equal(await focused(page), "1 dismissed");
  await page.getByRole("button", { name: "Bring back accessibility" }).press("Enter");
  await untilNames(page, ["keyboard-trap", "screen-readers", "testing", "accessibility"]);
  assert.equal(await page.getByText(/dismissed$/).count(), 0);
  await ask(page);
  await untilNames(page, ALL);
});

test("one that is brought back and does not fit is said so", async () => {
  stage.properties = [{ id: "5", key: "labelup_page", value: { v: 1, dismissed: ["forms"] }, version: { number: 4 } }];
  const page = await stage.open();
  await suggestions(page);
  await page.getByRole("button", { name: "1 dismissed" }).click();
  await page.getByRole("button", { name: "Bring back forms" }).click();
  await untilStatus(page, /“forms” may be suggested again, but does not fit this page now\./);
  await until(() => spoken(page), (v) => /“forms” may be suggested again/.test(v), "what is spoken");
  assert.equal(stage.asks.at(-1)!.request.limit, 20);
  assert.deepEqual(dismissed(), []);
});

test("a label on the page is not listed as dismissed", async () => {
  stage.properties = [{ id: "5", key: "labelup_page", value: { v: 1, dismissed: ["v9"] }, version: { number: 4 } }];
  const page = await stage.open();
  await suggestions(page);
  assert.equal(await page.getByText("dismissed").count(), 0);
});

for (const [sentence, removals, kept, tip] of [
  ["nothing more to do is said where there is nothing more", [], [], /There is nothing more to do\.$/],
  ["and not above a label to remove", [{ label: "v9" }], [], /^Every label that fits is already on this page\.$/],
  ["nor above what could be brought back", [], ["forms"], /^Every label that fits is already on this page\.$/],
] as const) {
  test(sentence, async () => {
    stage.properties = [{ id: "5", key: "labelup_page", value: { v: 1, dismissed: kept }, version: { number: 4 } }];
    stage.onAsk = () => ({ body: { suggestions: [], nothing: "all_applied", removals } });
    const page = await stage.open();
    await loaded(page);
    await ask(page);
    await until(async () => (await status(page))[0] ?? "", (v) => tip.test(v), "the tip");
    assert.match(await spoken(page), tip);
  });
}

for (const count of [1, 3]) {
  test(`${count} suggestions that nothing is added to leave no empty place`, async () => {
    const refine = holdRefined();
    stage.onAsk = ((held) => async (request) => (request.refined ? (await held(request), { body: { suggestions: [] } }) : { body: { suggestions: SUGGESTED.slice(0, count), search: SEARCH } }))(stage.onAsk);
    const page = await stage.open({ browser: { viewport: { width: 320, height: 520 } } });
    await loaded(page);
    await ask(page);
    await untilNames(page, FIRST.slice(0, count));
    const room = () => page.locator(".offered").evaluate((list) => list.getBoundingClientRect().bottom - list.querySelector(".suggestion:last-of-type, li:nth-last-child(1)")!.getBoundingClientRect().bottom);
    const places = () => page.locator(".offered > li").count();
    assert.equal(await places(), 5, "while some may come");
    await box(page, FIRST[0]!).focus();
    refine();
    await until(() => stage.asks.length, (n) => n === 2, "the refined answer");
    await page.waitForTimeout(200);
    assert.equal(await places(), 5, "nothing moves under somebody's hands");
    await page.getByRole("button", { name: "Suggest" }).focus();
    await until(places, (n) => n === count, "the room is gone");
    assert.equal(await room(), 0);
  });
}

test("that not all of a long page was read is said in a line", async () => {
  stage.onAsk = () => ({ body: { suggestions: SUGGESTED, truncated: true } });
  const page = await stage.open();
  await loaded(page);
  await ask(page);
  await untilStatus(page, /The page or its neighbours are very long: the most useful part was read\./);
  assert.match(await spoken(page), /^3 suggestions, 2 ticked The page or its neighbours are very long/);
});

test("when the last suggestion is dismissed, undoing it has the focus", async () => {
  answerWith("only");
  const page = await stage.open();
  await loaded(page);
  await ask(page);
  await box(page, "only").press("Delete");
  await untilStatus(page, /No suggestions are left/);
  assert.equal(await focused(page), "Undo");
  await page.keyboard.press("Enter");
  await untilNames(page, ["only"]);
  assert.equal(await box(page, "only").evaluate((e) => e === document.activeElement), true);
});

test("Escape closes the suggestions and gives the focus back, in the byline before the dialog", async () => {
  const page = await stage.open({ shell: { view: "byline" } });
  await suggestions(page);
  await box(page, "testing").focus();
  await page.keyboard.press("Escape");
  assert.equal(await page.locator(".suggestions").count(), 0);
  assert.equal(await focused(page), "Suggest");
  assert.equal((await seen(page))["hidden"], 0);
  await page.keyboard.press("Escape");
  assert.equal((await seen(page))["hidden"], 1);
});

test("from right to left the arrows turn round", async () => {
  const page = await stage.open({ rtl: true });
  await suggestions(page);
  await box(page, "accessibility").focus();
  await page.keyboard.press("ArrowLeft");
  assert.equal(await box(page, "testing").evaluate((e) => e === document.activeElement), true);
});

test("a screen reader is told how many there are, and of a refinement only if it changed them", async () => {
  const refine = holdRefined();
  const page = await stage.open();
  await loaded(page);
  await ask(page);
  await until(() => spoken(page), (v) => v === "3 suggestions, 2 ticked", "the first count");
  refine();
  await until(() => spoken(page), (v) => v === "The suggestions were refined. 4 suggestions, 3 ticked", "the refined count");
  stage.onAsk = ({ refined }) => ({ body: { suggestions: SUGGESTED, ...(!refined && { search: SEARCH }) } });
  await ask(page);
  await until(() => stage.asks.length, (n) => n === 4, "another refinement");
  await page.waitForTimeout(100);
  assert.equal(await spoken(page), "3 suggestions, 2 ticked");
});

test("at twice the size, in a frame as narrow as a telephone, nothing sticks out", async () => {
  const page = await stage.open({ browser: { viewport: { width: 160, height: 600 }, deviceScaleFactor: 2 } });
  answerWith("an-exceedingly-long-label-that-nobody-can-remember-at-all", "b");
  await loaded(page);
  await ask(page);
  await page.locator(".suggestion").first().waitFor();
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
});

type Without = [sentence: string, scene: Parameters<typeof stage.open>[0], given: () => void];
const withoutButton: Without[] = [
  ["who may only read", {}, () => (stage.contents.get("123")!.operations = ["read"])],
  ["an unlicensed site", { shell: { licensed: false } }, () => {}],
  ["a draft", {}, () => Object.assign(stage.contents.get("123")!, { status: "draft" })],
  ...(HOST === "connect" ? [["an old version", {}, () => (stage.contents.get("123")!.version = 9)] as Without] : []), // Forge does not say which version is shown
  ["the editor's preview", { shell: { preview: true } }, () => {}],
  ["a whiteboard", { shell: { contentType: "whiteboard" } }, () => {}],
];
for (const [sentence, scene, given] of withoutButton) {
  test(`${sentence} gets no suggestions`, async () => {
    given();
    const page = await stage.open(scene);
    await page.locator(".row:not([aria-busy]), .note").first().waitFor({ state: "attached" });
    await page.waitForTimeout(100);
    assert.equal(await page.getByRole("button", { name: "Suggest" }).count(), 0);
  });
}

test("in a pseudo-language no word of the suggestions stays English", async () => {
  stage.strings = (_, text) => JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(text)).map(([key, value]) => [key, `⟦${value}⟧`])));
  const page = await stage.open({ bridge: { locale: "de" } });
  await loaded(page);
  await page.getByRole("button", { name: "⟦Vorschlagen⟧" }).click();
  await untilNames(page, ALL);
  const words = await page.evaluate(() => {
    const texts = [...document.querySelectorAll(".suggestions *")].flatMap((e) => [
      e.getAttribute("aria-label") ?? "",
      ...(e.closest("bdi") ? [] : [...e.childNodes].filter((n) => n.nodeType === 3).map((n) => n.textContent ?? "")),
    ]);
    return texts.filter((t) => /\p{L}/u.test(t) && !/^[\s\u2068·]*⟦.*⟧[\u2069\s]*$/su.test(t));
  });
  assert.deepEqual(words, []);
});

test("a language whose words cannot be had is said in English", async () => {
  const page = await stage.open({ bridge: { locale: "de" } });
  await loaded(page);
  await page.route(/suggest\/strings\/de\.json/, (route) => route.fulfill({ status: 404 }));
  await page.getByRole("button", { name: "Vorschlagen" }).click();
  await page.getByRole("button", { name: "Apply 3 labels" }).waitFor();
});
test("a slash on a suggestion opens adding, a failure to remember does not silence the ticks", async () => {
  stage.onSave = () => ({ status: 500, body: {} });
  const page = await stage.open();
  await suggestions(page);
  await box(page, "testing").press("Delete");
  await until(() => spoken(page), (v) => /could not be saved/.test(v), "what is spoken");
  await box(page, "keyboard-trap").press(" ");
  await until(() => spoken(page), (v) => v === "3 ticked", "the ticks");
  await page.keyboard.press("/");
  assert.equal(await focused(page), "combobox");
});

test("suggestions that are loaded slowly keep their places from the first bone on", async () => {
  const page = await stage.open();
  await loaded(page);
  let go = () => {};
  const held = new Promise<void>((now) => (go = now));
  await page.route(/suggest\.js$/, async (route) => (await held, route.continue()));
  stage.onAsk = () => new Promise(() => {});
  await ask(page);
  await page.locator(".offered .bone").first().waitFor();
  const gone = page.evaluate(async () => {
    let missing = 0;
    for (let frame = 0; frame < 40; frame++) {
      await new Promise(requestAnimationFrame);
      if (!document.querySelector(".offered .bone")) missing++;
    }
    return missing;
  });
  go();
  assert.equal(await gone, 0);
});
