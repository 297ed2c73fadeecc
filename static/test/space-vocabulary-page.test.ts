// The tab Vocabulary of a space in Chromium on Forge native, against a space in memory.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import type { Page } from "playwright-core";
import { COMPOSING, plain, sends, spoken, until } from "./acting.ts";
import { FakeSpace } from "./fake-space.ts";
import { inLook, LOOKS, openSpace, usable } from "./space-stage.ts";
import { HOST, SCREENS, useStage, violations, type Scene, type Stage } from "./stage.ts";

// No site can get this page on Connect. Without a test a stage would stand for ever.
const native = HOST === "native" ? test : () => undefined;
const stage = (HOST === "native" && useStage()) as Stage;
const HEAD = "labelup_vocabulary";

/** Opens the tab. */
async function open(space: FakeSpace, more: Scene = {}, tab = "vocabulary"): Promise<Page> {
  const page = await openSpace(stage, space, more, `tab=${tab}`);
  await page.locator(tab === "vocabulary" ? ".vocabulary" : ".tabs").waitFor();
  return page;
}
const keep = (space: FakeSpace, value: unknown, key = HEAD) => {
  const now = space.properties.get(key);
  space.handle(now ? "PUT" : "POST", `/api/v2/spaces/1/properties${now ? `/${now.id}` : ""}`, { key, value, ...(now && { version: { number: now.version.number + 1 } }) });
};
const kept = (space: FakeSpace) => space.properties.get(HEAD)!.value as { mode?: string; follows?: string; groups?: object[]; labels: { label: string }[] };
const press = async (page: Page, ...keys: string[]) => {
  for (const key of keys) await page.keyboard.press(key);
};
const entries = (page: Page) => page.locator(".entries .what .chip").allInnerTexts();
const button = (page: Page, name: string | RegExp) => page.getByRole("button", { name, exact: typeof name === "string" });
const change = (page: Page, label: string) => page.locator(`[data-change="${label}"]`);
const said = (page: Page, line: string) => until(() => spoken(page), (now) => now === line, `it is said: ${line}`);
const file = (page: Page, name: string, text: string) => page.getByLabel(/Import|CSV file/).setInputFiles({ name, mimeType: "text/plain", buffer: Buffer.from(text) });

/** A vocabulary in which each kind of thing is. */
const LISTED = {
  mode: "advise",
  groups: [{ name: "Kind", oneOf: true, required: true }, { name: "Team" }],
  labels: [
    { label: "how-to", group: "Kind", description: "Steps that lead to something.", synonyms: ["guide", "Manual"], was: [{ name: "howto", until: "2026-05" }] },
    { label: "decision", group: "Kind" },
    { label: "old-menu", retired: true, replacement: "menu" },
    { label: "menu" },
  ],
  apart: [["http", "https"]],
};
function listed(): FakeSpace {
  const space = new FakeSpace();
  space.page("11", ["how-to", "menu"], { title: "Alpha" });
  keep(space, LISTED);
  return space;
}

native("a label is added, changed, retired and taken off the list with the keyboard only", async () => {
  const space = listed();
  const page = await open(space);
  await page.getByText(/^Was .howto. until May 2026$/).waitFor();
  await button(page, "Add a label").focus();
  await press(page, "Enter");
  assert.equal(await page.evaluate(() => (document.activeElement as HTMLInputElement).name), "label");
  await page.keyboard.type("Release Notes");
  await page.getByText(/^Confluence makes .release-notes. of it/).waitFor();
  await press(page, "Tab", "Tab");
  await page.keyboard.type("What is new");
  await press(page, "Tab");
  await page.keyboard.type("changelog, Release news");
  await press(page, "Enter");
  assert.deepEqual(await page.locator(".synonyms .name").allInnerTexts(), ["changelog", "Release news"]);
  await press(page, "Enter");
  await said(page, "Kept.");
  await until(() => page.evaluate(() => (document.activeElement as HTMLElement).dataset["change"]), (at) => at === "release-notes", "the focus is on what was added");
  assert.deepEqual(kept(space).labels.at(-1), { label: "release-notes", description: "What is new", synonyms: ["changelog", "Release news"] });

  await press(page, "Enter");
  await page.getByRole("checkbox", { name: /^Retired/ }).focus();
  await press(page, "Space", "Tab");
  await page.keyboard.type("How To");
  await press(page, "Enter");
  await until(() => kept(space).labels.at(-1), (last) => (last as { replacement?: string }).replacement === "how-to", "it is retired");
  await page.getByText(/^Retired: use .how-to.$/).waitFor();

  await change(page, "menu").focus();
  await press(page, "Enter");
  await page.keyboard.press("Control+A");
  await page.keyboard.type("how-to");
  await press(page, "Enter");
  await page.locator(".entry-form").getByText(/^.how-to. is in the list already/).waitFor();
  await page.keyboard.press("Control+A");
  await page.keyboard.type("a:b");
  await press(page, "Enter");
  await page.locator(".entry-form .wrong").getByText("A label cannot have “:”.").waitFor();
  await press(page, "Escape");
  await until(() => page.evaluate(() => (document.activeElement as HTMLElement).dataset["change"]), (at) => at === "menu", "the focus is back");
  await press(page, "Enter");
  await button(page, "Delete from the list").focus();
  await press(page, "Enter");
  await until(() => kept(space).labels.map(({ label }) => label).join(), (all) => all === "how-to,decision,old-menu,release-notes", "it is gone");
});

native("what is being changed stays as it is, whatever is searched meanwhile", async () => {
  const page = await open(listed());
  await change(page, "menu").click();
  await page.getByLabel("Description").fill("What there is to eat");
  const search = page.getByLabel("Search the vocabulary");
  await search.fill("manual");
  await until(() => entries(page), (all) => all.join() === "how-to", "the others are searched");
  assert.equal(await page.getByLabel("Description").inputValue(), "What there is to eat");
  await search.fill("m");
  await until(() => entries(page), (all) => all.length > 1, "more of them");
  assert.ok(await search.evaluate((field) => field === document.activeElement), "nothing takes the focus");
  await search.fill("manual");
  await button(page, "Save").click();
  await said(page, "Kept.");
  assert.equal(await page.getByLabel("Description").count(), 0);
});

native("labels are searched, groups changed, and the mode set", async () => {
  const space = listed();
  const page = await open(space);
  await page.getByLabel("Search the vocabulary").fill("manual");
  await until(() => entries(page), (all) => all.join() === "how-to", "found by a synonym");
  await page.getByLabel("Search the vocabulary").fill("");
  await page.getByRole("combobox", { name: "Group" }).selectOption("retired");
  await until(() => entries(page), (all) => all.join() === "old-menu", "the retired one");
  await button(page, "Change how it is used").click();
  assert.deepEqual(await violations(page), []);
  await page.getByLabel("Other labels").selectOption("listed");
  await page.getByLabel("Name of the group").first().fill("Type");
  await page.getByLabel("New group").fill("State");
  await press(page, "Enter");
  await page.getByRole("checkbox", { name: "State: required" }).check();
  await button(page, "Remove the group \u2068Team\u2069").click();
  await button(page, "Save").click();
  await said(page, "Kept.");
  const { mode, groups, labels } = kept(space);
  assert.deepEqual([mode, groups, labels[0]], ["listed", [{ name: "Type", oneOf: true, required: true }, { name: "State", required: true }], { ...LISTED.labels[0], group: "Type" }]);
  await button(page, /Not the same/).click();
  await button(page, /^Take back/).click();
  await until(() => "apart" in kept(space), (there) => !there, "they may be the same again");
});

native("who does not administer the space reads, searches and exports, and is offered nothing else", async () => {
  const space = listed();
  space.admin = false;
  const page = await open(space);
  await page.getByText("The space’s administrators can change this list.").waitFor();
  assert.deepEqual(await entries(page), ["how-to", "decision", "old-menu", "menu"]);
  assert.deepEqual(await page.locator(".vocabulary button").allInnerTexts(), ["CSV", "JSON", "SKOS (Turtle)", "Not the same: one pair"]);
  assert.equal(await page.locator(".vocabulary input[type=file]").count(), 0);
});

native("a first draft is shown with what it leaves out, before it is kept", async () => {
  const space = new FakeSpace();
  for (let i = 0; i < 3; i++) space.page(String(20 + i), ["release-notes", "menu"]);
  space.page("30", ["release-note", "only-here"]);
  const page = await open(space);
  await page.getByText("No labels are agreed on yet.").waitFor();
  await until(() => page.locator(".facts").innerText(), (facts) => facts.endsWith("1 is spelled in several ways"), "all is looked at");
  await button(page, "Start from the labels in use").click();
  await page.getByRole("heading", { name: "A first draft" }).waitFor();
  const shown = await page.locator(".vocabulary .card").innerText();
  assert.match(shown, /Left out: one label that only one page has/);
  assert.match(shown, /One rarer spelling is not a label of its own/);
  assert.match(shown, /2 new · 0 changed · 0 gone/);
  assert.equal(space.counted.properties, 0);
  assert.deepEqual(await violations(page), []);
  await button(page, "Keep this").click();
  await said(page, "Kept.");
  assert.deepEqual(kept(space).labels, [{ label: "release-notes", synonyms: ["release-note"] }, { label: "menu" }]);
});

native("a rarer spelling of a label that is listed becomes its synonym in a draft", async () => {
  const space = new FakeSpace();
  for (let i = 0; i < 3; i++) space.page(String(20 + i), ["release-notes"]);
  for (let i = 0; i < 2; i++) space.page(String(30 + i), ["release-note"]);
  space.handle("POST", "/api/v2/spaces/1/properties", { key: "labelup_vocabulary", value: { labels: [{ label: "release-notes", description: "What is new" }, { label: "x" }] } });
  const page = await open(space);
  await until(() => page.locator(".facts").innerText(), (facts) => facts.endsWith("1 is spelled in several ways"), "all is looked at");
  await button(page, "Start from the labels in use").click();
  await page.getByText("0 new · 1 changed · 0 gone").waitFor();
  await page.getByText("One rarer spelling is not a label of its own").waitFor();
  await button(page, "Keep this").click();
  await said(page, "Kept.");
  assert.deepEqual(kept(space).labels, [{ label: "release-notes", description: "What is new", synonyms: ["release-note"] }, { label: "x" }]);
});

/** Has what is written wait for what it gives to be called. */
function holdSaves(space: FakeSpace): () => void {
  let go = () => {};
  const released = new Promise<void>((now) => (go = now));
  stage.onSave = async ({ method, path, body }) => (await released, space.handle(method, path, body));
  return go;
}
/** Has what is read of that wait for what it gives to be called. */
function holdReads(space: FakeSpace, of: string): () => void {
  let go = () => {};
  const released = new Promise<void>((now) => (go = now));
  stage.onRead = async (path) => (path.startsWith(of) && (await released), space.handle("GET", path));
  return go;
}
const takeBack = async (page: Page) => {
  await button(page, /Not the same/).click();
  await button(page, /^Take back/).click();
};
const beginLabel = async (page: Page) => {
  await button(page, "Add a label").click();
  await page.locator("[name=label]").fill("Release Notes");
};

for (const [sentence, keeps, json] of [
  ["a pair is taken back", takeBack, { ...LISTED, apart: undefined }],
  [
    "a change is kept that was cancelled too late",
    async (page: Page) => {
      await change(page, "menu").click();
      await page.getByLabel("Description").fill("What there is to eat");
      await button(page, "Save").click();
      await press(page, "Escape");
    },
    { ...LISTED, labels: [...LISTED.labels.slice(0, -1), { label: "menu", description: "What there is to eat" }] },
  ],
] as const) {
  native(`a form that is opened while ${sentence} stays as it is, and what it says comes on top`, async () => {
    const space = listed();
    const page = await open(space);
    const release = holdSaves(space);
    await keeps(page);
    await beginLabel(page);
    release();
    await said(page, "Kept.");
    assert.equal(await page.locator("[name=label]").inputValue(), "Release Notes");
    await button(page, "Save").click();
    await until(() => page.locator(".vocabulary .card").count(), (n) => n === 0, "the form closes");
    const { mode, groups, labels, apart } = kept(space) as typeof LISTED;
    assert.deepEqual(JSON.parse(JSON.stringify({ mode, groups, labels, apart })), JSON.parse(JSON.stringify({ ...json, labels: [...json.labels, { label: "release-notes" }] })));
  });
}

native("who has gone on to the search while a label is kept stays there", async () => {
  const space = listed();
  const page = await open(space);
  const release = holdSaves(space);
  await beginLabel(page);
  await button(page, "Save").click();
  await page.getByRole("searchbox").focus();
  await page.keyboard.type("men");
  release();
  await said(page, "Kept.");
  await page.keyboard.type("u");
  assert.equal(await page.getByRole("searchbox").inputValue(), "menu");
});

native("that somebody else was first is told beside a form that was opened meanwhile", async () => {
  const space = listed();
  const page = await open(space);
  const release = holdSaves(space);
  await takeBack(page);
  await beginLabel(page);
  keep(space, { labels: [{ label: "theirs" }] });
  release();
  await page.getByRole("alert").getByText("Somebody else has just changed the vocabulary").waitFor();
  assert.equal(await page.locator("[name=label]").inputValue(), "Release Notes");
  assert.deepEqual(kept(space).labels, [{ label: "theirs" }]);
});

native("settings that are cancelled while the space to follow is looked for are not kept", async () => {
  const space = listed();
  space.others.set("2", { key: "HQ", name: "Head office", vocabulary: { labels: [] } });
  const page = await open(space);
  const release = holdReads(space, "/api/v2/spaces?keys=HQ");
  await button(page, "Change how it is used").click();
  await page.getByLabel("Follow the list of another space").fill("HQ");
  await press(page, "Enter", "Escape");
  assert.equal(await page.locator(".settings").count(), 0);
  const looked = page.waitForResponse(/\/spaces\/2\/properties/);
  release();
  await (await looked).finished();
  await beginLabel(page);
  await button(page, "Save").click();
  await said(page, "Kept.");
  assert.equal(kept(space).follows, undefined);
  assert.equal(kept(space).labels.at(-1)!.label, "release-notes");
});

native("a file that takes long to read does not take the place of a form", async () => {
  const space = listed();
  space.others.set("2", { key: "HQ", name: "Head office", vocabulary: { labels: [] } });
  const page = await open(space);
  const release = holdReads(space, "/api/v2/spaces/2/properties");
  await file(page, "late.json", JSON.stringify({ follows: "2", labels: [] }));
  await until(() => stage.reads.some((path) => path.startsWith("/api/v2/spaces/2/properties")), Boolean, "it is asked whether that may be followed");
  await beginLabel(page);
  const looked = page.waitForResponse(/\/spaces\/2\/properties/);
  release();
  await (await looked).finished();
  await button(page, "Save").click();
  await said(page, "Kept.");
  assert.equal(kept(space).labels.at(-1)!.label, "release-notes");
});

for (const [sentence, how] of COMPOSING) {
  native(`${sentence} adds no group and no synonym, and closes nothing`, async () => {
    const page = await open(listed());
    for (const [form, name] of [["Change how it is used", "added"], ["Add a label", "synonyms"]] as const) {
      await button(page, form).click();
      const field = page.locator(`[name=${name}]`);
      await field.fill("かい");
      for (const key of ["Enter", "Escape"]) await field.evaluate(sends, [key, how] as const);
      assert.equal(await field.inputValue(), "かい");
      await press(page, "Escape");
    }
  });
}

native("synonyms that an input method is still at are not taken apart before it is done", async () => {
  const page = await open(listed());
  await button(page, "Add a label").click();
  const field = page.locator("[name=synonyms]");
  const synonyms = page.locator(".synonyms .name");
  await field.focus();
  const method = await page.context().newCDPSession(page);
  for (const text of ["と", "とうきょう", "とうきょう、"]) {
    await method.send("Input.imeSetComposition", { text, selectionStart: text.length, selectionEnd: text.length });
    assert.deepEqual([await field.inputValue(), await synonyms.count()], [text, 0]);
  }
  await method.send("Input.insertText", { text: "東京、" });
  await until(() => synonyms.allInnerTexts(), (all) => all.join() === "東京", "it is taken when it is done");
  assert.equal(await field.inputValue(), "");
});

native("of two administrators the second is told, sees both changes, and puts theirs on top or leaves it", async () => {
  const space = listed();
  const page = await open(space);
  const begin = async (description: string) => {
    await change(page, "menu").click();
    await page.getByLabel("Description").fill(description);
  };
  const meanwhile = (change: (value: typeof LISTED) => void) => {
    const value = structuredClone(kept(space)) as unknown as typeof LISTED & { checksum?: string };
    delete value.checksum;
    change(value);
    keep(space, value);
  };
  await begin("What there is to eat");
  meanwhile(({ labels }) => (labels[0]!.description = "Theirs"));
  await button(page, "Save").click();
  await page.getByRole("heading", { name: "The vocabulary has changed since you began" }).waitFor();
  const [theirs, yours] = await page.locator(".side").allInnerTexts();
  assert.match(theirs!, /how-to[^]*Theirs/);
  assert.match(yours!, /menu[^]*What there is to eat/);
  assert.equal(await page.evaluate(() => document.activeElement?.id), "conflict");
  assert.deepEqual(await violations(page), []);
  await page.screenshot({ path: `${SCREENS}/vocabulary-conflict.png`, fullPage: true });
  await button(page, "Put mine on top").click();
  await said(page, "Kept.");
  const both = kept(space).labels as { description?: string }[];
  assert.deepEqual([both[0]!.description, both[3]!.description], ["Theirs", "What there is to eat"]);

  await begin("Mine");
  meanwhile(({ labels }) => labels.pop());
  await button(page, "Save").click();
  await button(page, "Keep theirs").click();
  await until(() => entries(page), (all) => all.join() === "how-to,decision,old-menu", "theirs is shown");
  assert.equal(kept(space).labels.length, 3);
});

native("who is first is only seen when the write is refused, and is told all the same", async () => {
  const space = listed();
  const page = await open(space);
  await change(page, "menu").click();
  await page.getByLabel("Description").fill("Mine");
  let first = true;
  stage.onSave = ({ method, path, body }) => {
    if (first) keep(space, { labels: [{ label: "theirs" }] }); // between the look and the write
    first = false;
    return space.handle(method, path, body);
  };
  await button(page, "Save").click();
  await page.getByRole("heading", { name: "The vocabulary has changed since you began" }).waitFor();
  assert.deepEqual(kept(space).labels, [{ label: "theirs" }]);
});

native("what was kept without an answer is not taken for somebody else's when it is kept again", async () => {
  const space = listed();
  const page = await open(space);
  await change(page, "menu").click();
  await page.getByLabel("Description").fill("Mine");
  let answers = false;
  stage.onSave = ({ method, path, body }) => {
    const answer = space.handle(method, path, body);
    return answers || (body as { key?: string }).key !== HEAD ? answer : { status: 503, body: {} };
  };
  await button(page, "Save").click();
  await page.getByRole("alert").getByText("did not answer as expected").waitFor();
  answers = true;
  await button(page, "Save").click();
  await said(page, "Kept.");
  assert.match(JSON.stringify(kept(space).labels[3]), /Mine/);
});

native("a space that is followed and answers late is neither unseen nor asked for again", async () => {
  const space = listed();
  space.others.set("2", { key: "HQ", name: "Head office", vocabulary: { labels: [{ label: "policy" }] } });
  keep(space, { ...LISTED, follows: "2" });
  const late: (() => void)[] = [];
  const page = await openSpace(stage, space, {}, "tab=runs");
  await page.getByRole("button", { name: "Read again" }).waitFor();
  let fails = 1;
  stage.onRead = async (path) => {
    if (/^\/api\/v2\/spaces\/2(\?|$)/.test(path)) await new Promise<void>((answer) => late.push(answer));
    if (path.startsWith("/api/v2/spaces/2/properties") && fails-- > 0) return { status: 503, body: {} };
    return space.handle("GET", path);
  };
  await page.getByRole("tab", { name: "Vocabulary" }).click();
  await until(() => entries(page), (all) => all.includes("policy"), "it is read again");
  assert.equal(await page.getByText("that you cannot see").count(), 0);
  await button(page, "Change how it is used").click();
  late.forEach((answer) => answer());
  await page.getByText(/What .Head office. lists is part of this\./).waitFor();
  await page.getByRole("combobox", { name: "Other labels" }).selectOption("free");
  await button(page, "Save").click();
  await said(page, "Kept.");
  assert.equal(kept(space).follows, "2");
});

native("another space's list is followed by its key or address, in no chain and no circle, and is part of this one", async () => {
  const space = listed();
  space.others.set("2", { key: "HQ", name: "Head office", vocabulary: { groups: [{ name: "Region" }], labels: [{ label: "policy", description: "Of all" }, { label: "menu", description: "theirs" }] } });
  space.others.set("3", { key: "CHAIN", name: "Chain", vocabulary: { follows: "2", labels: [] } });
  space.others.set("4", { key: "RING", name: "Ring", vocabulary: { follows: "1", labels: [] } });
  const page = await open(space);
  await button(page, "Change how it is used").click();
  const field = page.getByLabel("Follow the list of another space");
  for (const [typed, why] of [
    ["NOWHERE", "There is no such space"],
    ["https://elsewhere.example/wiki/spaces/HQ", "There is no such space"],
    ["CHAIN", "follows another one itself"],
    ["RING", "follows this one"],
  ] as const) {
    await field.fill(typed);
    await press(page, "Enter");
    await page.locator("#follow-why.wrong").getByText(why).waitFor();
  }
  await field.fill("https://site.example/wiki/spaces/HQ/overview");
  await press(page, "Enter");
  await said(page, "Kept.");
  assert.equal(kept(space).follows, "2");
  await page.getByText(/What .Head office. lists is part of this\./).waitFor();
  assert.deepEqual(await entries(page), ["how-to", "decision", "old-menu", "menu", "policy"]);
  await change(page, "policy").click();
  await page.getByText("What you keep here counts in this space instead").waitFor();
  await page.getByLabel("Description").fill("Of this space");
  await button(page, "Save").click();
  await until(() => JSON.stringify(kept(space).labels.at(-1)), (last) => last === JSON.stringify({ label: "policy", description: "Of this space" }), "it is kept here");
});

native("who cannot see the space that is followed is told", async () => {
  const space = listed();
  keep(space, { ...LISTED, mode: "listed", follows: "77" });
  const page = await open(space);
  await page.getByText("follows the one of a space that you cannot see").waitFor();
  await page.getByText("Other labels are advised against.").waitFor();
  assert.deepEqual(await violations(page), []);
});

native("a vocabulary that could not be read is not taken for an empty one", async () => {
  const space = listed();
  let fail = true;
  const page = await open(space);
  await page.getByRole("tab", { name: "Runs" }).click();
  stage.onRead = (path) => (fail && path.includes(HEAD) ? { status: 503, body: {} } : space.handle("GET", path));
  await page.getByRole("tab", { name: "Vocabulary" }).click();
  await page.getByRole("alert").getByText("could not be read").waitFor();
  assert.equal(await button(page, "Add a label").count(), 0);
  fail = false;
  await button(page, "Try again").click();
  await button(page, "Add a label").waitFor();
});

native("what is exported and imported again changes nothing; a change is shown, and what is wrong is told with its line", async () => {
  const space = listed();
  const page = await open(space);
  const save = async (name: string) => {
    const [download] = await Promise.all([page.waitForEvent("download"), button(page, name).click()]);
    return [download.suggestedFilename(), readFileSync(await download.path(), "utf8")] as const;
  };
  for (const [name, as] of [["JSON", "labelup-vocabulary-DS.json"], ["CSV", "labelup-vocabulary-DS.csv"]] as const) {
    const [filename, text] = await save(name);
    assert.equal(filename, as);
    await file(page, filename, text);
    await page.getByText("Nothing changes.").waitFor();
    await button(page, "Cancel").click();
    await file(page, filename, text.replace("how-to", "how-else"));
    await page.getByText("1 new · 0 changed · 1 gone").waitFor();
    await button(page, "Keep this").click();
    await said(page, "Kept.");
    await until(() => entries(page), (all) => all[0] === "how-else", "it is kept");
    await file(page, filename, text);
    await button(page, "Keep this").click();
    await until(() => entries(page), (all) => all[0] === "how-to", "it is as it was");
    assert.equal((await save(name))[1], text);
  }
  const [, turtle] = await save("SKOS (Turtle)");
  assert.match(turtle, /<https:\/\/site\.example\/wiki\/spaces\/DS> a skos:ConceptScheme/);
  const writes = space.counted.properties;
  await file(page, "wrong.csv", "label,retired\nok,\na:b,\nok,\nc,perhaps\n");
  await page.getByRole("alert").getByText("Nothing was taken from this file").waitFor();
  assert.deepEqual((await page.locator("[role=alert] li").allInnerTexts()).map(plain), ["Line 3: A label cannot have “:”.", "Line 4: ok is in an earlier line.", "Line 5: Whether c is retired must be “yes” (in JSON true), or be left out."]);
  await file(page, "wrong.json", '{\n"labels": [}');
  await page.getByRole("alert").getByText("Line 2: From here on this is not JSON.").waitFor();
  assert.equal(space.counted.properties, writes);
});

native("a torn write and a foreign one leave the last good vocabulary, which is told and can be kept again", async () => {
  const space = listed();
  const page = await open(space);
  await change(page, "menu").click();
  await page.getByLabel("Description").fill("The last good one");
  await button(page, "Save").click();
  await said(page, "Kept.");
  keep(space, "RAW");
  const again = await open(space, { beside: page });
  await again.getByText("Something else has written over the vocabulary").waitFor();
  assert.deepEqual(await entries(again), ["how-to", "decision", "old-menu", "menu"]);
  await change(again, "menu").click();
  assert.equal(await button(again, "Keep this one again").count(), 0, "a form keeps all of it, and nothing closes it but itself");
  await press(again, "Escape");
  await button(again, "Keep this one again").click();
  await said(again, "Kept.");
  assert.equal((kept(space).labels[3] as { description?: string }).description, "The last good one");
  await until(() => again.locator(".notice.wrong").count(), (n) => n === 0, "nothing is wrong any more");
});

native("2,000 labels are kept in shards below 24 KB, the head last, and come back; a torn one leaves the one before", async () => {
  const space = listed();
  const page = await open(space);
  const labels = Array.from({ length: 2_000 }, (_, i) => ({ label: `label-${i}`, description: `What it is for, in some words: ${i}` }));
  await file(page, "large.json", JSON.stringify({ labels }));
  await page.getByText("2,000 new · 0 changed · 4 gone").waitFor();
  const keys: string[] = [];
  stage.onSave = ({ method, path, body }) => {
    keys.push(body.key);
    assert.ok(Buffer.byteLength(JSON.stringify(body.value)) < 24 * 1024);
    return space.handle(method, path, body);
  };
  await button(page, "Keep this").click();
  await said(page, "Kept.");
  assert.ok(keys.length > 5 && keys.at(-1) === HEAD);
  const again = await open(space, { beside: page });
  await again.getByText("2,000 labels").waitFor();
  assert.equal((await entries(again)).length, 100);
  await again.getByLabel("Search the vocabulary").fill("label-1999");
  await until(() => entries(again), (all) => all.join() === "label-1999", "the last one");
  // Half of the next write: a shard is lost, and then the head is written all the same.
  stage.onSave = ({ method, path, body }) => (body.key === `${HEAD}_52` ? { body: { id: "999", key: body.key, value: body.value, version: { number: 1 } } } : space.handle(method, path, body));
  await again.getByLabel("Search the vocabulary").fill("label-7");
  await change(again, "label-7").click();
  await again.getByLabel("Description").fill("Never whole");
  await button(again, "Save").click();
  await again.getByText("The vocabulary was not written to its end").waitFor();
  await again.getByRole("alert").getByText("Try again").waitFor();
  const third = await open(space, { beside: page });
  await third.getByText("This is the last one that is whole").waitFor();
  await third.getByText("2,000 labels").waitFor();
  assert.equal(await third.getByText("Never whole").count(), 0);
});

native("changes from a CSV go into the basket, and lines that are none are told", async () => {
  const space = new FakeSpace();
  for (const [id, label] of [["11", "how-to"], ["12", "howto"], ["13", "menue"], ["14", "old"]] as const) space.page(id, [label]);
  const page = await open(space, {}, "pages");
  await button(page, "From a CSV").click();
  await file(page, "changes.csv", '\ufefffrom;to\r\nhowto;How To\r\n"menue";"menu"\r\nold;\r\nbad;a:b\r\nalone\r\n');
  await page.getByText("3 decisions from the file are in the basket.").last().waitFor();
  assert.deepEqual(await page.locator(".fromcsv li").allInnerTexts(), ["Line 5: A label cannot have “:”.", "Line 6: There is no second column. Separate from and to with a comma."]);
  assert.deepEqual(await violations(page), []);
  await page.getByRole("tab", { name: "Tidy" }).click();
  await page.getByText("All findings are decided").waitFor(); // it does not ask about howto
  await button(page, /^Basket/).click();
  assert.deepEqual((await page.locator(".decisions li span").allInnerTexts()).map(plain), ["howto becomes how-to", "menue becomes menu", "Remove old"]);
  await button(page, "Preview the plan").click();
  await button(page, "Change 3 pages").click();
  await page.getByRole("heading", { name: "Done" }).waitFor();
  assert.deepEqual([...space.pages.values()].map(({ labels }) => [...labels].join()), ["how-to", "how-to", "menu", ""]);
});

for (const [name, scene] of LOOKS) {
  native(`nothing is wrong with how the vocabulary can be used: ${name}`, async () => {
    const page = await open(listed(), scene);
    await inLook(page, name);
    const look = (what: string) => usable(page, `vocabulary-${name}-${what}`);
    await change(page, "how-to").waitFor();
    await look("list");
    await change(page, "how-to").click();
    await look("entry");
    await press(page, "Escape");
    await page.locator(".vocabulary .tools .button").nth(1).click();
    await look("settings");
  });
}
