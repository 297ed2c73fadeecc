// The page for administrators in Chromium, against a fake service that keeps a
// record, or with what the tab answers where none does.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import type { Page } from "playwright-core";
import { seen, until } from "./acting.ts";
import { HOST, SITE, useStage, type Scene } from "./stage.ts";

const stage = useStage();
const recorded = HOST === "connect";
// Tests of what there is on one kind of host only.
const withRecord = recorded ? test : () => undefined;
const withoutRecord = recorded ? () => undefined : test;
const open = (more: Scene = {}) =>
  stage.open({ ...more, shell: { ...more.shell, view: "admin" }, bridge: { site: SITE.url, ...more.bridge }, browser: { viewport: { width: 1100, height: 900 }, ...more.browser } });
const shown = async (more: Scene = {}) => {
  const page = await open(more);
  await page.getByRole("heading", { level: 2 }).first().waitFor();
  return page;
};
const text = (page: Page) => page.locator(".admin").innerText();
const told = (page: Page) => page.locator("[role=status]").innerText();
const focusedIn = (page: Page) => page.evaluate(() => document.activeElement?.closest("section")?.getAttribute("aria-labelledby") ?? document.activeElement?.tagName);
const confirm = async (page: Page) => {
  await page.getByRole("textbox").fill("ACME.atlassian.net ");
  await page.getByRole("button", { name: "Erase everything" }).click();
};
/** Has Confluence keep something with these pages and this space. */
function keep(pages: string[], space?: string): void {
  const property = (id: string, key: string) => ({ results: [{ id, key }] });
  stage.onRead = (path) => {
    if (path.startsWith("/rest/api/content/search")) return { body: { results: pages.map((id) => ({ id, type: "page", title: `Page <${id}>` })) } };
    if (path.startsWith("/api/v2/spaces?")) return { body: { results: space ? [{ id: space, key: "DS", name: "Design" }] : [] } };
    if (path.startsWith("/api/v2/spaces/")) return { body: property("6", "labelup_vocabulary_0") };
    return path.includes("/properties?key=labelup_page") ? { body: property("5", "labelup_page") } : undefined;
  };
}

// What is asked of Confluence where the tab answers.
const CHECKED = ["/api/v2/labels?limit=1", "/api/v2/spaces?limit=1", "/rest/api/content/search?cql=labelupPageF+%3D+1&limit=1"]; // at the same time: sorted

withRecord("it says how the app is doing, and what is held", async () => {
  const page = await shown();
  assert.equal(await page.getByRole("heading", { level: 1 }).innerText(), "Label UP on this site");
  assert.deepEqual(await page.getByRole("heading", { level: 2 }).allTextContents(), ["Health", "What we hold about this site", "Support bundle", "Erase"]);
  const all = await text(page);
  for (const line of ["Active", "(3 days ago)", "Read: see pages and labels", "abc1234", "3 times", "last 22 Nov 2026", "(2 minutes ago)", "Reference for support: req-77", "upstream · timeout · /api/labels", "(empty)", "sealed, 148 characters", "kept for 14 days"]) {
    assert.ok(all.includes(line), `${line} in ${all}`);
  }
  assert.equal(await page.getByRole("link", { name: /Privacy/ }).getAttribute("href"), "/privacy");
  assert.deepEqual(stage.siteCalls, ["GET"]);
  assert.deepEqual(stage.reads, [], "nothing is asked of Confluence before somebody erases");
  await until(() => seen(page), ({ heights }) => Number.parseInt((heights as unknown as string[][]).at(-1)![1]!) > 900, "the frame is as high as the page");
});

withRecord("what does not work comes with what to do", async () => {
  Object.assign(stage.site, {
    licensed: false, enabled: false, lastCall: "0001-01-01T00:00:00Z", scopes: ["READ", "NEWER"],
    checks: [{ name: "read_as_app", ok: false, kind: "unauthorized" }, { name: "act_as_user", ok: false, kind: "upstream" }, { name: "newer", ok: false }],
    errors: { since: SITE.startedAt, entries: [] },
  });
  const page = await shown();
  await page.getByRole("heading", { level: 2 }).first().waitFor();
  const all = await text(page);
  for (const line of ["until the license is renewed", "Switch Label UP on", "exports and mails show no labels", "approve the permissions", "labels can’t be changed.", "Wait a few minutes", "Does not work.", "NEWER", "None since then."]) {
    assert.ok(all.includes(line), line);
  }
});

withRecord("that others opened this page is not said to be about labels", async () => {
  const entry = { ...SITE.errors.entries[0], kind: "forbidden", reason: "not_an_administrator", route: "/api/site" };
  Object.assign(stage.site, { errors: { since: SITE.startedAt, entries: [entry, { ...entry, reason: "not_permitted", route: "/api/labels" }] } });
  const page = await shown();
  assert.deepEqual(await page.locator(".faults li p:first-child").allTextContents(), [
    "Somebody who does not administer the site opened this page.",
    "Confluence did not let somebody change labels on a page they may not edit.",
  ]);
});

withRecord("checking again says when, and shows what is new", async () => {
  const page = await shown();
  stage.site["version"] = "def5678";
  await page.getByRole("button", { name: "Check again" }).click();
  await page.getByText("def5678").waitFor();
  assert.match(await told(page), /^Checked: /);
});

withRecord("a check that fails leaves what was there, and says so", async () => {
  const page = await shown();
  stage.onSite = () => ({ status: 503, body: { error: { kind: "unavailable", requestId: "req-5" } } });
  await page.getByRole("button", { name: "Check again" }).click();
  await until(() => page.getByRole("alert").innerText(), (said) => /can’t be reached.*req-5/s.test(said), "why");
  assert.equal(await page.getByRole("heading", { name: "Health" }).count(), 1);
});

withRecord("who does not administer the site any more is shown nothing of it", async () => {
  const page = await shown();
  await page.getByText("c0ffee00").waitFor();
  stage.onSite = () => ({ status: 403, body: { error: { kind: "forbidden", reason: "not_an_administrator", requestId: "r" } } });
  await page.getByRole("button", { name: "Check again" }).click();
  await page.getByText("for people who administer Confluence").waitFor();
  assert.ok(!(await text(page)).includes("c0ffee00"));
  assert.equal(await focusedIn(page), "H1", "the focus is where reading goes on");
  stage.onSite = () => undefined;
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByText("c0ffee00").waitFor();
});

const problems: [sentence: string, status: number, kind: string, said: RegExp][] = [
  ["nothing is known of the site", 401, "unauthorized", /nothing is held about this site/],
  ["nobody is logged in", 403, "anonymous", /Log in to Confluence/],
  ["Confluence does not let it ask", 404, "not_found", /does not let Label UP ask whether you administer/],
  ["Confluence is busy", 429, "rate_limited", /Confluence is busy/],
  ["Confluence fails", 502, "upstream", /whether you administer/],
  ["the service is down", 503, "unavailable", /can’t be reached/],
  ["the service fails", 500, "internal", /Something went wrong in Label UP/],
  ["the service says something new", 418, "conflict", /That did not work/],
];
for (const [sentence, status, kind, said] of problems) {
  withRecord(`when ${sentence}, it says so and can be tried again`, async () => {
    stage.onSite = () => ({ status, body: { error: { kind, reason: "x", requestId: "req-2" } } });
    const page = await open();
    assert.match(await page.getByRole("alert").innerText(), said);
    stage.onSite = () => undefined;
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByRole("heading", { name: "Health" }).waitFor();
  });
}
withRecord("a site that is switched off is told so, and not to try again", async () => {
  stage.onSite = () => ({ status: 403, body: { error: { kind: "blocked", reason: "blocked", requestId: "req-2" } } });
  const page = await open();
  assert.match(await page.getByRole("alert").innerText(), /switched off for this site\. A site admin can ask its vendor why/);
  assert.equal(await page.getByRole("button", { name: "Try again" }).count(), 0);
});
withRecord("an answer that never comes is waited for, not for ever", async () => {
  stage.onSite = () => new Promise(() => {});
  const page = await open({ clock: true });
  await page.locator(".loading").waitFor();
  await until(() => stage.siteCalls.length, (n) => n === 1, "the question");
  await page.clock.fastForward(25_000);
  assert.match(await page.getByRole("alert").innerText(), /did not answer in time/);
});
withRecord("a connection that breaks is said", async () => {
  stage.onSite = () => "hang up";
  const page = await open();
  assert.match(await page.getByRole("alert").innerText(), /No connection/);
});

withRecord("what is held is downloaded as JSON", async () => {
  const page = await open();
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Download as JSON" }).click()]);
  assert.equal(download.suggestedFilename(), "labelup-acme.atlassian.net.json");
  assert.deepEqual(JSON.parse(readFileSync(await download.path(), "utf8")), { held: SITE.held, retention: SITE.retention });
  await until(() => told(page), (line) => line === "Downloading labelup-acme.atlassian.net.json.", "told");
});

withRecord("the support bundle is shown before it is downloaded or copied, and is what was shown", async () => {
  const page = await shown({ browser: { permissions: ["clipboard-read"] } });
  stage.onSite = () => ({ status: 503, body: { error: { kind: "unavailable", requestId: "req-5" } } });
  await page.getByRole("button", { name: "Check again" }).click();
  await page.getByRole("alert").waitFor();
  await page.getByRole("button", { name: "Make a support bundle" }).click();
  const box = page.getByRole("textbox", { name: "The bundle, to the last character" });
  const bundle = await box.inputValue();
  assert.deepEqual(await box.evaluate((e) => [e === document.activeElement, e.scrollTop]), [true, 0]);
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Download", exact: true }).click()]);
  assert.equal(readFileSync(await download.path(), "utf8"), bundle);
  assert.equal(download.suggestedFilename(), "labelup-support-0a1b2c3d4e5f.json");
  for (const secret of ["acme", "c0ffee00", "sealed"]) assert.ok(!bundle.includes(secret), secret);
  const { page: about, errors } = JSON.parse(bundle);
  assert.match(about.browser, /^Chrome \d+$/);
  assert.deepEqual([about.errors.map(({ call, kind, requestId }: Record<string, string>) => [call, kind, requestId]), errors], [[["read", "unavailable", "req-5"]], SITE.errors]);
  await page.getByRole("button", { name: "Copy" }).click();
  await until(() => told(page), (line) => line === "Copied.", "told");
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), bundle);
  await page.evaluate(() => (document.execCommand = () => false));
  await page.getByRole("button", { name: "Copy" }).click();
  await until(() => told(page), (line) => /Ctrl\+C/.test(line), "how to copy by hand");
});

test("nothing is erased before the name of the site is typed", async () => {
  const page = await shown();
  const button = page.getByRole("button", { name: "Erase everything" });
  assert.equal(await button.getAttribute("aria-disabled"), "true");
  await page.getByRole("textbox").fill("acme");
  await page.keyboard.press("Enter");
  assert.match(await page.getByRole("alert").innerText(), /not the name/);
  assert.equal(await page.getByRole("textbox").evaluate((e) => e === document.activeElement), true);
  assert.deepEqual([stage.reads.sort(), stage.siteCalls], recorded ? [[], ["GET"]] : [CHECKED, []]);
  await page.getByRole("textbox").fill("acme.atlassian.net");
  assert.equal(await button.getAttribute("aria-disabled"), "false");
  assert.equal(await page.getByRole("alert").count(), 0);
  await page.getByRole("textbox").fill("ａｃｍｅ．ａｔｌａｓｓｉａｎ．ｎｅ");
  assert.equal(await button.getAttribute("aria-disabled"), "true");
  await page.getByRole("textbox").fill("ａｃｍｅ．ａｔｌａｓｓｉａｎ．ｎｅｔ"); // as a Japanese keyboard may write it
  assert.equal(await button.getAttribute("aria-disabled"), "false");
});

withRecord("erasing removes what is kept in Confluence, then the record, with the keyboard alone", async () => {
  keep(["101", "102"], "1");
  const page = await open();
  await page.getByRole("textbox").focus();
  await page.keyboard.type("acme.atlassian.net");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "The record is erased", level: 1 }).waitFor();
  assert.deepEqual(stage.removals.sort(), ["/api/v2/pages/101/properties/5", "/api/v2/pages/102/properties/5", "/api/v2/spaces/1/properties/6"]);
  assert.deepEqual(stage.siteCalls, ["GET", "POST acme.atlassian.net"]);
  assert.deepEqual(stage.saves, []);
  const all = await text(page);
  assert.ok(!all.includes("c0ffee00") && /Labels are still on their pages/.test(all) && /within 30 days/.test(all) && /log.* for 14 days/.test(all) && /hash for 31 days/.test(all), all);
  assert.equal(await focusedIn(page), "H1");
  assert.equal(await told(page), "The record is erased");
});

test("progress is shown, and can be stopped and gone on with", async () => {
  keep(["101", "102", "103", "104", "105", "106"]);
  const answers: (() => void)[] = [];
  stage.onRemove = () => new Promise((now) => answers.push(() => now(undefined)));
  const page = await open();
  await confirm(page);
  await page.getByText("0 of 6 pages and spaces done").waitFor();
  assert.equal(await focusedIn(page), "erase");
  assert.equal(await page.getByRole("button", { name: "Check again" }).getAttribute("aria-disabled"), "true");
  await until(() => answers.length, (n) => n === 4, "four at once");
  answers[0]!();
  await page.getByText("1 of 6 pages and spaces done. Entries removed: 1.").waitFor();
  assert.equal(await page.getByRole("progressbar").evaluate((e: HTMLProgressElement) => `${e.value} of ${e.max}`), "1 of 6");
  await page.getByRole("button", { name: "Stop" }).click();
  await page.getByRole("button", { name: "Stopping…" }).waitFor();
  stage.onRemove = () => undefined;
  answers.forEach((answer) => answer());
  await page.getByText(/^Stopped. Entries removed so far: [45]/).last().waitFor();
  assert.equal((await text(page)).includes("The record is still held."), recorded);
  assert.deepEqual(stage.siteCalls, recorded ? ["GET"] : []);
  keep(["106"]);
  await page.getByRole("button", { name: "Erase everything" }).click(); // the name is still there
  await page.getByText(recorded ? "The record is erased" : "Erased. Entries removed: ").last().waitFor();
});

test("what cannot be removed is named, and the person decides", async () => {
  keep(["101", "102"], "1");
  stage.onRemove = (path) => (path.includes("/pages/102/") ? { status: 403 } : undefined);
  const page = await open();
  await confirm(page);
  await page.getByText("Entries removed: 2.").waitFor();
  const link = page.getByRole("link", { name: "Page <102>" });
  assert.equal(await link.getAttribute("href"), "https://acme.atlassian.net/wiki/pages/viewpage.action?pageId=102");
  assert.ok((await text(page)).includes("You may not edit it."));

  await page.getByRole("button", { name: "Stop" }).click();
  assert.equal(await focusedIn(page), "erase");
  if (!recorded) return;
  assert.deepEqual(stage.siteCalls, ["GET"]);
  keep(["102"]);
  await page.getByRole("button", { name: "Erase everything" }).click();
  await page.getByRole("button", { name: "Leave these, erase the record" }).click();
  await page.getByRole("heading", { name: "The record is erased" }).waitFor();
  assert.deepEqual(stage.siteCalls, ["GET", "POST acme.atlassian.net"]);
});

test("more than twenty left over are counted", async () => {
  keep(Array.from({ length: 25 }, (_, i) => String(100 + i)));
  stage.onRemove = () => ({ status: 403 });
  const page = await open();
  await confirm(page);
  await page.getByText("and 5 more").waitFor();
});

withRecord("an erasure whose answer is lost is finished by trying again", async () => {
  keep([]);
  const page = await shown();
  stage.onSite = () => "hang up";
  await confirm(page);
  await page.getByText("No connection").waitFor();
  stage.onSite = () => ({ status: 401, body: { error: { kind: "unauthorized" } } });
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByRole("heading", { name: "The record is erased" }).waitFor();
});

test("without a part that is loaded later it says that there is no connection", async () => {
  const page = await open({ prepare: () => { /* nothing yet */ } });
  await page.context().route("**/static/admin.js", (route) => route.abort());
  await page.reload();
  await page.getByText("No connection to Label UP").waitFor();
});

withRecord("it speaks the reader's language, with English where it is not translated", async () => {
  const page = await open({ bridge: { locale: "de-DE" } });
  await page.getByRole("heading", { name: "Zustand" }).waitFor();
  const all = await text(page);
  assert.ok(all.includes("vor 3 Tagen") && all.includes("19.11.2026") && all.includes("Die Beschreibungen sind auf Englisch"), all);
  assert.equal(await page.getByText("Tells the site from others").getAttribute("lang"), "en");
  assert.equal(await page.evaluate(() => document.documentElement.lang), "de");
});

test("nothing of it is loaded where labels are shown", async () => {
  const page = await stage.open();
  await page.locator(".chip").first().waitFor();
  assert.ok(!(await page.evaluate(() => performance.getEntriesByType("resource").some(({ name }) => /admin/.test(name)))));
});

test("it fits a narrow frame", async () => {
  const page = await shown({ browser: { viewport: { width: 320, height: 900 } } });
  await page.getByRole("heading", { name: "Health" }).waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 320);
});

withoutRecord("it says how the app is doing, what it asks for, and that nothing is held", async () => {
  const page = await shown();
  assert.deepEqual(await page.getByRole("heading", { level: 2 }).allTextContents(), ["Health", "What we hold about this site", "Support bundle", "Erase"]);
  const all = await text(page);
  for (const line of ["acme.atlassian.net", "Active", "Reading spaces", "Reading labels", "Finding its own entries", "2.1.0", "Add and remove labels, as the person who clicks", "write:label:confluence", "no server and no record", "labelup_page", "labelup_vocabulary"]) {
    assert.ok(all.includes(line), `${line} in ${all}`);
  }
  for (const line of ["Installed", "Last call", "Last errors", "Switched on", "read:app-user-token", "The record", "backups", "installed again", "Does not work."]) assert.ok(!all.includes(line), line);
  for (const name of ["Download as JSON", /Privacy/]) assert.equal(await page.getByRole("button", { name }).or(page.getByRole("link", { name })).count(), 0);
  assert.deepEqual([stage.siteCalls, stage.reads.sort()], [[], CHECKED]);
  await until(() => seen(page), ({ heights }) => Number.parseInt((heights as unknown as string[][]).at(-1)![1]!) > 900, "the frame is as high as the page");
});

withoutRecord("what does not work comes with what to do, and is looked at again", async () => {
  stage.onRead = (path) => (path.startsWith("/api/v2/spaces") ? { status: 403 } : path.includes("labelupPageF") ? { status: 400 } : undefined);
  const page = await shown({ shell: { licensed: false } });
  const all = await text(page);
  for (const line of ["until the license is renewed", "their vocabularies are not used", "approve the permissions", "so erasing leaves it", "Wait a few minutes"]) assert.ok(all.includes(line), line);
  assert.ok(!all.includes("installed again"));
  stage.onRead = () => undefined;
  await page.getByRole("button", { name: "Check again" }).click();
  await page.getByText("approve the permissions").waitFor({ state: "detached" });
  assert.match(await told(page), /^Checked: /);
});

withoutRecord("without a part that the answer comes from it says that there is no connection, what to give support, and tries again", async () => {
  const page = await open({ browser: { permissions: ["clipboard-read"] } });
  await page.context().route("**/static/site.js", (route) => route.abort());
  await page.reload();
  assert.match(await page.getByRole("alert").innerText(), /No connection/);
  const reference = /support: (\w+)/.exec(await page.getByRole("alert").innerText())![1];
  await page.getByRole("button", { name: "Copy for support" }).click();
  await page.getByRole("button", { name: "Copied." }).waitFor();
  const { events } = JSON.parse(await page.evaluate(() => navigator.clipboard.readText()));
  assert.deepEqual(events.map(({ call, result, reference }: Record<string, string>) => [call, result, reference]), [["/api/site", "network", reference]]);
  await page.context().unroute("**/static/site.js");
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByRole("heading", { name: "Health" }).waitFor();
});

withoutRecord("the bundle has what the tab called, and nothing of the site", async () => {
  const page = await shown();
  await page.getByRole("button", { name: "Make a support bundle" }).click();
  const bundle = await page.getByRole("textbox", { name: "The bundle, to the last character" }).inputValue();
  for (const secret of ["acme", "Design", "labelup_page"]) assert.ok(!bundle.includes(secret), secret);
  const { version, checks, tab, page: about } = JSON.parse(bundle);
  assert.deepEqual([version, checks.length, tab.version, about.errors], ["2.1.0", 3, "2.1.0", []]);
  assert.deepEqual(tab.events.map(({ call, result }: Record<string, string>) => [call, result]).sort(), [["/api/site", "ok"], ["GET /api/v2/labels", "ok"], ["GET /api/v2/spaces", "ok"], ["GET /rest/api/content/search", "ok"]]);
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Download", exact: true }).click()]);
  assert.equal(download.suggestedFilename(), "labelup-support.json");
});

withoutRecord("erasing removes what is kept in Confluence, asks nobody else, and the app goes on", async () => {
  keep(["101", "102"], "1");
  const page = await open();
  await confirm(page);
  await page.getByText("Erased. Entries removed: 3. Label UP goes on working").last().waitFor();
  assert.deepEqual(stage.removals.sort(), ["/api/v2/pages/101/properties/5", "/api/v2/pages/102/properties/5", "/api/v2/spaces/1/properties/6"]);
  assert.deepEqual([stage.siteCalls, stage.saves, stage.writes], [[], [], []]);
  assert.equal(await focusedIn(page), "erase");
  assert.match(await told(page), /^Erased\. .*“Manage apps”\.$/);
  assert.equal(await page.getByRole("textbox").inputValue(), "", "to erase again is confirmed again");
  assert.equal(await page.getByRole("heading", { level: 1 }).innerText(), "Label UP on this site");
});

withoutRecord("it speaks the reader's language, of what it asks for, too", async () => {
  const page = await open({ bridge: { locale: "de-DE" } });
  await page.getByRole("heading", { name: "Zustand" }).waitFor();
  const all = await text(page);
  for (const line of ["Stichwörter hinzufügen und entfernen, im Namen der Person, die klickt", "keinen Server und keinen Datensatz", "Alles löschen"]) assert.ok(all.includes(line), `${line} in ${all}`);
});
