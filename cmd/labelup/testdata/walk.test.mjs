// Walks through the whole app as a person does, in Chromium, against
// `labelup dev`. dev_test.go runs it with CONFLUENCE (the address that dev
// prints) and, for screenshots, SHOTS (a folder) in the environment.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { after, before, test } from "node:test";

const modules = path.resolve(import.meta.dirname, "../../../static/node_modules");
const require = createRequire(path.join(modules, "x.js"));
const { chromium } = require("playwright-core");

const wiki = process.env.CONFLUENCE.replace(/\/$/, "");
const control = new URL("/control/", wiki).href;
const shots = process.env.SHOTS;
const quiet = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

let browser;
before(async () => { browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: quiet }); });
after(() => browser.close());

async function tell(command, body = {}, method = "POST") {
  const response = await fetch(control + command, { method, headers: { "Content-Type": "application/json" }, ...(method === "GET" ? {} : { body: JSON.stringify(body) }) });
  const answer = await response.json();
  assert.ok(response.ok, `${command}: ${JSON.stringify(answer)}`);
  return answer;
}

const macro = (parameters = {}) => `<ac:structured-macro ac:name="labelup-labels" ac:schema-version="1" ac:macro-id="${crypto.randomUUID()}">${Object.entries(parameters).map(([name, value]) => `<ac:parameter ac:name="${name}">${value}</ac:parameter>`).join("")}</ac:structured-macro>`;

let made = 0;
async function newPage({ labels = [], parameters, storage = macro(parameters), ...more } = {}) {
  const [{ spaceId }] = await tell("pages", {}, "GET");
  const page = await tell("pages?as=editor", { space: spaceId, title: `Walk ${process.pid} ${++made}`, storage: storage + "<p>Text.</p>", labels, ...more });
  return page.id;
}

const held = async (id) => (await tell(`pages/${id}?as=admin`, {}, "GET")).labels.map((label) => label.name).sort();

/** Opens a page as a user and gives its macro's frame. Console errors of our own frames fail the test. */
async function open(t, id, { user = "editor", query = "", frame = "iframe", settings = {} } = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, ...settings });
  t.after(() => context.close());
  const { cookie } = await tell("switch-user", { user });
  const [name, value] = cookie.split("=");
  await context.addCookies([{ name, value, url: wiki }]);
  const page = await context.newPage();
  page.violations = [];
  page.on("console", (message) => {
    const ours = message.location().url.includes("/static/") || message.text().includes("script-src");
    if (message.type() === "error" && ours) page.violations.push(message.text());
  });
  page.on("pageerror", (error) => page.violations.push(String(error)));
  await page.goto(`${wiki}/pages/${id}${query}`);
  const panel = page.frameLocator(frame).first();
  return { page, panel, context };
}

const until = async (what, check, ms = 5000) => {
  const end = Date.now() + ms;
  for (;;) {
    try { return await check(); } catch (error) { if (Date.now() > end) { error.message = `${what}: ${error.message}`; throw error; } }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};
const chips = (panel) => panel.locator(".chip .name").allTextContents();
const hasChips = (panel, names) => until(`chips ${names}`, async () => assert.deepEqual((await chips(panel)).sort(), [...names].sort()));
const hasLabels = (id, names) => until(`labels ${names}`, async () => assert.deepEqual(await held(id), [...names].sort()));
const shoot = (page, name) => shots && page.screenshot({ path: path.join(shots, `${name}.png`) });

async function add(panel, text) {
  await panel.getByRole("button", { name: "Add label" }).click();
  const field = panel.getByRole("combobox");
  await field.fill(text);
  await field.press("Enter");
  await field.press("Escape");
}

test("a label is added and removed with a click, and undone", async (t) => {
  const id = await newPage({ labels: ["first"] });
  const { page, panel } = await open(t, id);
  await hasChips(panel, ["first"]);

  await add(panel, "Quarterly Plan");
  await hasChips(panel, ["first", "quarterly-plan"]);
  await hasLabels(id, ["first", "quarterly-plan"]);
  await until("the page's own labels follow", async () => assert.match(await page.locator("[data-labels]").innerText(), /quarterly-plan/), 2000);
  await shoot(page, "added");

  await panel.getByRole("button", { name: "Undo" }).click();
  await hasLabels(id, ["first"]);
  await hasChips(panel, ["first"]);

  await panel.getByRole("button", { name: "Remove first" }).click();
  await hasLabels(id, []);
  await panel.getByRole("button", { name: "Undo" }).click();
  await hasLabels(id, ["first"]);
  assert.deepEqual(page.violations, []);
});

test("Confluence records the person who changed it, and the app read nothing of the page itself", async (t) => {
  const id = await newPage();
  await tell("requests", {}, "DELETE");
  const { panel } = await open(t, id);
  await add(panel, "by-a-person");
  await hasLabels(id, ["by-a-person"]);
  const requests = await tell("requests", {}, "GET");
  const writes = requests.filter((r) => r.method === "POST" && r.path.endsWith("/label"));
  assert.equal(writes.length, 1);
  assert.match(JSON.stringify(writes[0]), /editor|5f0000000000000000000a02/i);
});

test("several labels at once are one write", async (t) => {
  const id = await newPage();
  const { panel } = await open(t, id);
  await tell("requests", {}, "DELETE");
  await add(panel, "one, two, three");
  await hasLabels(id, ["one", "three", "two"]);
  const requests = await tell("requests", {}, "GET");
  assert.equal(requests.filter((r) => r.method === "POST" && r.path.endsWith("/label")).length, 1);
  await until("status", async () => assert.match(await panel.locator(".status").innerText(), /3 added · Undo/));
});

test("typing completes from the space and offers the spelling in use", async (t) => {
  const id = await newPage();
  const { page, panel } = await open(t, id);
  await panel.getByRole("button", { name: "Add label" }).click();
  const field = panel.getByRole("combobox");
  await field.fill("team");
  await panel.getByRole("option", { name: /team-bar/ }).waitFor();
  await field.fill("team_bar");
  await until("twin", async () => assert.match(await panel.getByRole("option").first().innerText(), /team-bar/));
  await shoot(page, "typing");
});

test("everything works from the keyboard", async (t) => {
  const id = await newPage({ labels: ["alpha", "beta"] });
  const { page, panel } = await open(t, id);
  await hasChips(panel, ["alpha", "beta"]);
  await panel.locator(".chip .name").first().focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Delete");
  await until("one left", async () => assert.equal((await held(id)).length, 1));
  await page.keyboard.press("/");
  await page.keyboard.type("gamma");
  await page.keyboard.press("Enter");
  await until("added", async () => assert.ok((await held(id)).includes("gamma")));
});

for (const user of ["viewer", "anonymous"]) {
  test(`${user}: labels are shown, nothing can be changed, nothing is asked of the service`, async (t) => {
    const id = await newPage({ labels: ["seen"] });
    const { page, panel } = await open(t, id, { user });
    await hasChips(panel, ["seen"]);
    assert.equal(await panel.getByRole("button", { name: /Add|Remove/ }).count(), 0);
    assert.deepEqual(page.violations, []);
  });
}

test("without a licence labels are read and not changed", async (t) => {
  const id = await newPage({ labels: ["kept"] });
  await tell("licence", { licence: "none" });
  t.after(() => tell("licence", { licence: "active" }));
  const { panel } = await open(t, id);
  await hasChips(panel, ["kept"]);
  assert.match(await panel.locator(".note").innerText(), /license is not active/);
  assert.equal(await panel.getByRole("button", { name: "Add label" }).count(), 0);
});

test("an old version shows the labels and says why they stay", async (t) => {
  const id = await newPage({ labels: ["now"] });
  await tell(`pages/${id}?as=editor`, { do: "edit", storage: macro() + "<p>Second.</p>" });
  const { panel } = await open(t, id, { query: "?version=1" });
  await hasChips(panel, ["now"]);
  assert.match(await panel.locator(".note").innerText(), /version 1 of 2/);
  assert.equal(await panel.getByRole("button", { name: "Add label" }).count(), 0);
});

test("a draft says to publish first", async (t) => {
  const id = await newPage({ status: "draft" });
  const { panel } = await open(t, id);
  assert.match(await panel.locator(".note").innerText(), /Publish this page first/);
});

test("a copied page has its own labels", async (t) => {
  const id = await newPage({ labels: ["original"] });
  const copy = (await tell(`pages/${id}?as=editor`, { do: "copy", title: `Copy ${process.pid}` })).id;
  const { panel } = await open(t, copy);
  await hasChips(panel, ["original"]);
  await add(panel, "only-here");
  await hasLabels(copy, ["only-here", "original"]);
  await hasLabels(id, ["original"]);
});

test("two people at once: nobody's label is lost", async (t) => {
  const id = await newPage({ labels: ["shared"] });
  const one = await open(t, id);
  const two = await open(t, id, { user: "admin" });
  await hasChips(one.panel, ["shared"]);
  await hasChips(two.panel, ["shared"]);
  await add(one.panel, "from-one");
  await hasLabels(id, ["from-one", "shared"]);
  await add(two.panel, "from-two");
  await hasLabels(id, ["from-one", "from-two", "shared"]);
  await hasChips(two.panel, ["from-one", "from-two", "shared"]);
});

test("a macro with a prefix shows and adds only that kind", async (t) => {
  const id = await newPage({ labels: ["team-red", "other"], parameters: { prefix: "team-", display: "list" } });
  const { panel } = await open(t, id);
  await hasChips(panel, ["team-red"]);
  await add(panel, "blue");
  await hasLabels(id, ["other", "team-blue", "team-red"]);
});

test("the byline opens the same panel without a macro", async (t) => {
  const id = await newPage({ labels: ["here"], storage: "<p>No macro.</p>" });
  const { page } = await open(t, id);
  await page.locator("[data-byline]").click();
  const panel = page.frameLocator(".inline-dialog iframe");
  await hasChips(panel, ["here"]);
  await shoot(page, "byline");
  await add(panel, "from-the-byline");
  await hasLabels(id, ["from-the-byline", "here"]);
});

test("macro and byline on one page keep in step", async (t) => {
  const id = await newPage({ labels: ["both"] });
  const { page, panel } = await open(t, id);
  await hasChips(panel, ["both"]);
  await page.locator("[data-byline]").click();
  const byline = page.frameLocator(".inline-dialog iframe");
  await hasChips(byline, ["both"]);
  await add(byline, "news");
  await hasChips(panel, ["both", "news"]);
});

test("Confluence refusing is said and rolled back", async (t) => {
  const id = await newPage({ labels: ["stays"] });
  const { page, panel } = await open(t, id);
  await hasChips(panel, ["stays"]);
  await tell(`pages/${id}?as=editor`, { do: "restrict", updateBy: ["admin"] });
  await add(panel, "refused");
  await until("reason", async () => assert.match(await panel.getByRole("alert").innerText({ timeout: 500 }), /not allowed to change labels/));
  await hasChips(panel, ["stays"]);
  await hasLabels(id, ["stays"]);
  await shoot(page, "refused");
});

test("a storm of 429 is waited out or said, and nothing is lost", async (t) => {
  const id = await newPage();
  const { panel } = await open(t, id);
  await hasChips(panel, []);
  await tell("misbehave", { kind: "429-burst", path: "/wiki/rest/api/content/*/label", count: 1, retryAfter: 1 });
  t.after(() => tell("misbehave", {}, "DELETE"));
  await add(panel, "patient");
  await hasLabels(id, ["patient"]);
  await tell("misbehave", { kind: "500", path: "/wiki/rest/api/content/*/label" });
  await add(panel, "unlucky");
  await until("reason", async () => assert.match(await panel.locator(".status.wrong").innerText({ timeout: 500 }), /“unlucky” was not added.*Try again/s), 20000);
  await hasChips(panel, ["patient"]);
});

test("an answer that gets lost after the change took effect is not an error", async (t) => {
  const id = await newPage();
  const { panel } = await open(t, id);
  await tell("misbehave", { kind: "drop-after", path: "/wiki/rest/api/content/*/label", count: 1 });
  t.after(() => tell("misbehave", {}, "DELETE"));
  await add(panel, "arrived");
  await hasLabels(id, ["arrived"]);
  await hasChips(panel, ["arrived"]);
});

for (const [name, count, first] of [["50", 50, 20], ["300", 300, 20]]) {
  test(`${name} labels collapse to ${first} and open`, async (t) => {
    const labels = Array.from({ length: count }, (_, i) => `label-${String(i).padStart(3, "0")}`);
    const id = await newPage({ labels: labels.slice(0, 20) });
    for (let at = 20; at < count; at += 20) await tell(`pages/${id}?as=editor`, { do: "label", labels: labels.slice(at, at + 20) });
    const { panel } = await open(t, id);
    await until("collapsed", async () => assert.equal((await chips(panel)).length, first));
    await panel.getByRole("button", { name: `Show all ${count}` }).click();
    await until("open", async () => assert.equal((await chips(panel)).length, count));
  });
}

test("dark mode follows the site while the page is open", async (t) => {
  const id = await newPage({ labels: ["night"] });
  const { page, panel } = await open(t, id, { settings: { colorScheme: "dark" } });
  await hasChips(panel, ["night"]);
  const background = () => panel.locator(".chip").first().evaluate((chip) => getComputedStyle(chip).backgroundColor);
  await until("dark", async () => assert.equal(await panel.locator("html").getAttribute("data-color-mode"), "dark"));
  const dark = await background();
  await shoot(page, "dark");
  await page.emulateMedia({ colorScheme: "light" });
  const { panel: lit } = await open(t, id);
  await hasChips(lit, ["night"]);
  assert.notEqual(dark, await lit.locator(".chip").first().evaluate((chip) => getComputedStyle(chip).backgroundColor));
});

test("the panel speaks the language of the host", async (t) => {
  const id = await newPage();
  const { context, page } = await open(t, id);
  await context.addCookies([{ name: "local-locale", value: "de-DE", url: wiki }]);
  await page.goto(`${wiki}/pages/${id}`);
  await page.frameLocator("iframe").first().getByRole("button", { name: "Stichwort hinzufügen" }).waitFor({ timeout: 5000 });
});

test("the page works with Atlassian's own script tag, unmodified", { skip: !process.env.PRODUCTION_BRIDGE && "run for the production tag only" }, async (t) => {
  const id = await newPage({ labels: ["real"] });
  const context = await browser.newContext();
  t.after(() => context.close());
  const { cookie } = await tell("switch-user", { user: "editor" });
  const [name, value] = cookie.split("=");
  await context.addCookies([{ name, value, url: wiki }]);
  await context.route("https://connect-cdn.atl-paas.net/**", async (route) => {
    const file = { "/all.js": "iframe.js", "/surfaces.css": "surfaces.css", "/legacy-text-colors.css": "legacy-text-colors.css" }[new URL(route.request().url()).pathname];
    if (!file) return route.fulfill({ status: 404 });
    await route.fulfill({ contentType: file.endsWith(".js") ? "text/javascript; charset=utf-8" : "text/css", body: await readFile(path.join(modules, "atlassian-connect-js/dist", file)) });
  });
  const page = await context.newPage();
  const violations = [];
  page.on("console", (message) => message.text().includes("Content Security Policy") && violations.push(message.text()));
  await page.goto(`${wiki}/pages/${id}`);
  const panel = page.frameLocator("iframe").first();
  await hasChips(panel, ["real"]);
  await add(panel, "through-the-real-tag");
  await hasLabels(id, ["real", "through-the-real-tag"]);
  assert.deepEqual(violations, []);
});
