// Drives the pages in Chromium with a small app in their iframes and checks
// what each call of Atlassian's bridge does. Started by TestInChromium, which
// serves both sides; prints a line for each check and fails at the first fault.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const { HOST, APP, MODULES, CHROMIUM, SHOTS } = process.env;
const require = createRequire(MODULES + "/");
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const browser = await chromium.launch({
  executablePath: CHROMIUM,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
const PATIENCE = 60_000; // ms; what is waited for comes at once, but for a machine that is busy
const faults = [];
const audited = new WeakSet(); // axe writes styles of its own, which are no fault of the page

async function open(path, { user, theme = "light", width = 1280 } = {}) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, reducedMotion: "reduce" });
  context.setDefaultTimeout(PATIENCE);
  // Atlassian's content network, played by the host; all else stays outside.
  await context.route(/^https:\/\//, async (route) => {
    const url = new URL(route.request().url());
    if (url.host !== "connect-cdn.atl-paas.net") return route.abort();
    const answer = await fetch(HOST + url.pathname);
    await route.fulfill({ status: answer.status, contentType: answer.headers.get("content-type"), body: await answer.text() });
  });
  if (user !== undefined) {
    await context.addCookies([
      { name: "local-user", value: user, domain: "127.0.0.1", path: "/wiki", sameSite: "Strict" },
      { name: "local-theme", value: theme, domain: "127.0.0.1", path: "/wiki", sameSite: "Strict" },
      { name: "local-locale", value: "de-DE", domain: "127.0.0.1", path: "/wiki", sameSite: "Strict" },
    ]);
  }
  const page = await context.newPage();
  page.on("pageerror", (error) => faults.push(`${path}: ${error.message}`));
  page.on("console", (message) => {
    if (!audited.has(page) && /Content Security Policy/.test(message.text())) faults.push(`${path}: ${message.text()}`);
  });
  await page.goto(HOST + path);
  return page;
}

// framed waits for an iframe of the app at a path, with its bridge up.
async function framed(page, path, selector = "body") {
  const element = await page.waitForSelector(`${selector} iframe[src*="${APP}${path}"]`, { state: "attached" });
  const frame = await element.contentFrame();
  await frame.waitForFunction(() => window.AP?.context?.getToken && window.AP.confluence);
  return frame;
}

async function shot(page, name, fullPage = false) {
  if (SHOTS) await page.screenshot({ path: `${SHOTS}/${name}.png`, fullPage });
}

async function accessible(page, name) {
  audited.add(page);
  await page.evaluate(axe); // not as a script tag, which the page's policy forbids
  const { violations } = await page.evaluate(() => window.axe.run({ exclude: ["iframe"] }, { iframes: false, runOnly: ["wcag2a", "wcag2aa", "best-practice"] }));
  const serious = violations.filter((v) => v.impact === "serious" || v.impact === "critical");
  assert.deepEqual(serious.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(" | ").slice(0, 400)}`), [], `axe on ${name}`);
}

async function check(name, run) {
  const late = new Promise((_, reject) => setTimeout(reject, 2 * PATIENCE, new Error("took longer than two minutes")).unref());
  try {
    await Promise.race([run(), late]);
  } catch (error) {
    console.log(`FAIL ${name}\n${error.stack}`);
    for (const fault of faults) console.log("page said:", fault);
    await browser.close();
    process.exit(1);
  }
  console.log("ok", name);
}

const admin = "5b10ac8d82e05b22cc7d4ef5";
const editor = "712020%3A6a1f9d0e-editor";
const viewPath = "/wiki/spaces/FIELD/pages/100/Field+notes";

let page, panel;
await check("the macro's iframe gets its bridge, name and sandbox", async () => {
  page = await open(viewPath, { user: editor });
  panel = await framed(page, "/panel");
  const iframe = page.locator(".app-module iframe").first();
  assert.equal(await iframe.getAttribute("title"), "Label UP: page labels");
  assert.equal(await iframe.getAttribute("referrerpolicy"), "no-referrer");
  assert.match(await iframe.getAttribute("sandbox"), /allow-scripts/);
});

await check("AP.context.getToken, by promise and by callback", async () => {
  assert.equal(await panel.evaluate(() => AP.context.getToken()), "token.labelup-labels.100");
  assert.equal(await panel.evaluate(() => new Promise((done) => AP.context.getToken(done))), "token.labelup-labels.100");
});

await check("AP.context.getContext names content, space and macro", async () => {
  assert.deepEqual(await panel.evaluate(() => AP.context.getContext()), {
    confluence: {
      content: { id: "100", type: "page", version: "3" },
      space: { id: "9", key: "FIELD" },
      macro: { id: "7f3c1c1e-1111-4b6e-9f0a-000000000001", hash: "7f3c1c1e-1111-4b6e-9f0a-000000000001", outputType: "display" },
    },
    license: { active: true },
    url: { displayUrl: HOST + "/wiki" },
  });
});

await check("AP.user tells the person, the language and the time zone", async () => {
  assert.deepEqual(await panel.evaluate(() => AP.user.getCurrentUser()), { atlassianAccountId: "712020:6a1f9d0e-editor" });
  assert.deepEqual(await panel.evaluate(() => new Promise((done) => AP.user.getCurrentUser(done))), { atlassianAccountId: "712020:6a1f9d0e-editor" });
  assert.equal(await panel.evaluate(() => new Promise((done) => AP.user.getLocale(done))), "de-DE");
  assert.equal(await panel.evaluate(() => new Promise((done) => AP.user.getTimeZone(done))), "Australia/Sydney");
});

await check("AP.request reads and writes as the person, for the app", async () => {
  const read = await panel.evaluate(() => AP.request("/rest/api/echo?a=b"));
  const seen = JSON.parse(read.body);
  assert.equal(read.xhr.status, 200);
  assert.deepEqual([seen.method, seen.query, seen.user, seen.client], ["GET", "a=b", "712020:6a1f9d0e-editor", "labelup"]);
  const written = JSON.parse((await panel.evaluate(() => AP.request({ url: "/rest/api/echo", type: "POST", contentType: "application/json", data: '{"x":1}', headers: { Cookie: "no", "If-Match": "1" } }))).body);
  assert.deepEqual([written.method, written.body, written.contentType, written.ifMatch], ["POST", '{"x":1}', "application/json", "1"]);
});

await check("AP.request fails with status and text", async () => {
  const failed = await panel.evaluate(() => AP.request("/rest/api/missing").then(() => null, (error) => error));
  assert.equal(failed.xhr.status, 404);
  assert.equal(failed.xhr.responseText, '{"message":"no"}');
  assert.ok(failed.err);
});

await check("AP.request cannot reach the pages of the host or other sites", async () => {
  for (const url of ["/host/session", "/rest/../host/session", "/../all.js", "@evil.example/rest/", "/home"]) {
    const failed = await panel.evaluate((url) => AP.request({ url, type: "POST" }).then(() => null, (error) => error), url);
    assert.equal(failed?.xhr.status, 404, url);
  }
});

await check("AP.resize and growing content change the iframe's height", async () => {
  const height = () => page.locator(".app-module iframe").first().evaluate((f) => f.getBoundingClientRect().height);
  await panel.evaluate(() => (document.querySelector(".ac-content").style.height = "221px"));
  await page.waitForFunction(() => Math.abs(document.querySelector(".app-module iframe").getBoundingClientRect().height - 221) < 4);
  await panel.evaluate(() => AP.resize("100%", "344px"));
  await page.waitForFunction(() => Math.round(document.querySelector(".app-module iframe").getBoundingClientRect().height) === 344);
  assert.equal(Math.round(await height()), 344);
  await panel.evaluate(() => (document.querySelector(".ac-content").style.height = "64px"));
});

await check("AP.flag shows a flag whose action comes back as an event", async () => {
  await panel.evaluate(() => {
    window.acted = new Promise((done) => AP.events.on("flag.action", done));
    AP.flag.create({ title: "3 labels added", body: "field-notes", type: "success", actions: { undo: "Undo" } });
  });
  const flag = page.locator(".aui-flag");
  await flag.getByText("3 labels added").waitFor();
  if (SHOTS) await page.waitForTimeout(500); // it fades in
  await shot(page, "flag");
  await flag.getByText("Undo").click();
  assert.equal((await panel.evaluate(() => window.acted)).actionIdentifier, "undo");
});

await check("AP.events reach the app's other iframes", async () => {
  await panel.evaluate(() => {
    window.heard = new Promise((done) => AP.events.on("labels.changed", done));
  });
  await page.locator("[data-byline]").click();
  const byline = await framed(page, "/byline", ".inline-dialog");
  await byline.evaluate(() => AP.events.emit("labels.changed", { n: 2 }));
  assert.deepEqual(await panel.evaluate(() => window.heard), { n: 2 });
});

await check("the byline's dialog closes with Esc inside and outside, with a click elsewhere and by AP.inlineDialog.hide", async () => {
  const button = page.locator("[data-byline]");
  const gone = () => page.locator(".inline-dialog").waitFor({ state: "detached" });
  let byline = await framed(page, "/byline", ".inline-dialog");
  await shot(page, "byline");
  assert.equal(await button.getAttribute("aria-expanded"), "true");
  await byline.locator("input").press("Escape");
  await gone();
  assert.equal(await button.getAttribute("aria-expanded"), "false");
  assert.equal(await button.evaluate((b) => b === document.activeElement), true);

  await button.click();
  await framed(page, "/byline", ".inline-dialog");
  await page.locator("h1").click();
  await gone();

  await button.click();
  await framed(page, "/byline", ".inline-dialog");
  await panel.locator("button").click();
  await gone();

  await button.click();
  byline = await framed(page, "/byline", ".inline-dialog");
  await byline.evaluate(() => AP.inlineDialog.hide());
  await gone();

  await button.click();
  await framed(page, "/byline", ".inline-dialog");
  await button.focus();
  await page.keyboard.press("Escape");
  await gone();
});

await check("AP.theming follows the switch of the page's theme", async () => {
  await panel.evaluate(() => AP.theming.initializeTheming());
  await panel.waitForFunction(() => document.documentElement.dataset.colorMode === "light");
  await page.locator("[data-toggle-theme]").click();
  await panel.waitForFunction(() => document.documentElement.dataset.colorMode === "dark");
  const kept = async () => (await page.context().cookies(HOST + "/wiki")).find(({ name }) => name === "local-theme")?.value;
  for (let tries = 0; (await kept()) !== "dark"; tries++) {
    assert.ok(tries < 600, "the theme is kept");
    await page.waitForTimeout(50);
  }
  await page.reload();
  assert.equal(await page.evaluate(() => document.documentElement.dataset.colorMode), "dark");
  panel = await framed(page, "/panel");
});

await check("AP.navigator tells where we are and goes elsewhere", async () => {
  assert.deepEqual(await panel.evaluate(() => new Promise((done) => AP.navigator.getLocation(done))), {
    target: "contentview",
    context: { contentId: "100", contentType: "page", spaceKey: "FIELD", spaceId: "9" },
  });
  await panel.evaluate(() => AP.navigator.go("contentview", { contentId: "101" }));
  await page.waitForURL(/\/pages\/101\//);
  await page.goBack();
  panel = await framed(page, "/panel");
  await panel.evaluate(() => AP.navigator.go("site", { absoluteUrl: "javascript:alert(1)" }));
  await Promise.all([page.waitForEvent("load"), panel.evaluate(() => AP.navigator.reload())]);
  panel = await framed(page, "/panel");
});

await check("AP.confluence content properties are written and read", async () => {
  const read = () => panel.evaluate(() => new Promise((done) => AP.confluence.getContentProperty("labels.page", done)));
  const write = (property) => panel.evaluate((property) => new Promise((done) => AP.confluence.setContentProperty(property, done)), property);
  assert.equal(await read(), undefined);
  assert.equal((await write({ key: "labels.page", value: { a: 1 } })).property.version.number, 1);
  assert.deepEqual((await read()).value, { a: 1 });
  assert.equal((await write({ key: "labels.page", value: { a: 2 }, version: { number: 2 } })).property.version.number, 2);
  assert.equal((await write({ key: "labels.page", value: { a: 3 }, version: { number: 2 } })).error, "Conflict");
});

await check("AP.host.focus takes the focus out of the iframe", async () => {
  await panel.locator("button").click();
  await panel.evaluate(() => AP.host.focus());
  await page.waitForFunction(() => document.activeElement?.tagName !== "IFRAME");
});

await check("the page's own labels follow by themselves", async () => {
  const labels = page.locator(".labels .label");
  assert.deepEqual(await labels.allTextContents(), ["field-notes", "onboarding", "team:north"]);
  const start = Date.now();
  await fetch(HOST + "/test/labels?add=new-label", { method: "POST" });
  await page.waitForFunction(() => document.querySelector(".labels").textContent.includes("new-label"));
  console.log(`   seen after ${Date.now() - start} ms`);
});

await check("a page of the light theme is accessible and fits", async () => {
  await page.context().close();
  page = await open(viewPath, { user: editor });
  await framed(page, "/panel");
  await shot(page, "view-light", true);
  await accessible(page, "view, light");
  await page.locator("details[data-menu] > summary").last().click();
  await shot(page, "menu");
  await page.keyboard.press("Escape");
  assert.equal(await page.locator("details[data-menu][open]").count(), 0);
  await page.locator("summary.person").click();
  await shot(page, "switcher");
  await accessible(page, "view, switcher open");
  await page.context().close();
});

await check("a page of the dark theme is accessible, also on 800 pixels", async () => {
  page = await open(viewPath, { user: editor, theme: "dark" });
  await framed(page, "/panel");
  await shot(page, "view-dark", true);
  await accessible(page, "view, dark");
  await page.setViewportSize({ width: 800, height: 900 });
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true);
  await shot(page, "view-dark-800");
  await page.context().close();
});

await check("the anonymous get no account id and no controls", async () => {
  page = await open(viewPath, { user: "anonymous" });
  panel = await framed(page, "/panel");
  assert.deepEqual(await panel.evaluate(() => AP.user.getCurrentUser()), {});
  assert.equal(await page.getByText("Edit", { exact: true }).count(), 0);
  await page.context().close();
});

await check("an old version tells the app so", async () => {
  page = await open(viewPath + "?version=2", { user: editor });
  panel = await framed(page, "/panel");
  assert.equal((await panel.evaluate(() => AP.context.getContext())).confluence.content.version, "2");
  await shot(page, "old-version");
  await page.context().close();
});

await check("an app that does not answer is named, the rest of the page stays", async () => {
  page = await open("/wiki/home", { user: editor });
  await page.context().route(APP + "/**", (route) => route.abort());
  await page.clock.install();
  await page.goto(HOST + viewPath);
  await page.locator(".app-module iframe").first().waitFor({ state: "attached" });
  await page.clock.fastForward(10_000); // so long Atlassian's host waits for the bridge
  await page.getByText("Label UP is not answering.").waitFor();
  await page.getByText("Charge the radio").waitFor();
  await shot(page, "app-down");
  await page.context().close();
});

await check("switching the person through the menu", async () => {
  page = await open(viewPath, { user: editor });
  // The menu closes when an iframe that comes takes the focus: then it is opened once more.
  const viewer = page.getByRole("button", { name: /Vik Viewer/ });
  for (let tries = 0; !(await viewer.click({ timeout: 2_000 }).then(() => true, () => false)); tries++) {
    assert.ok(tries < 30, "the menu stays closed");
    if (!(await viewer.isVisible())) await page.locator("summary.person").click();
  }
  await page.locator("summary.person").getByText("Vik Viewer").waitFor();
  assert.equal(new URL(page.url()).pathname, viewPath);
  await page.context().close();
});

await check("inserting a macro: its editor starts empty, saves and closes", async () => {
  page = await open("/wiki/pages/101/edit", { user: editor });
  await page.locator("[data-result] p").getByText("Plan").waitFor();
  await page.locator(".toolbar summary").click();
  await page.locator("[data-insert=labelup-labels]").click();
  const dialog = await framed(page, "/editor", ".aui-dialog2");
  assert.equal(await dialog.evaluate(() => new Promise((done) => AP.confluence.getMacroData((d) => done(d === undefined)))), true);
  await page.locator(".aui-dialog2").getByText("Insert the page's labels").waitFor();
  await shot(page, "macro-editor");
  await dialog.evaluate(() => {
    AP.confluence.saveMacro({ prefix: 'te"am-', display: "list" });
    AP.confluence.closeMacroEditor();
  });
  await page.locator(".macro-card").getByText("display = list").waitFor();
  assert.match(await page.locator("[name=storage]").inputValue(), /<p>Plan<\/p><ac:structured-macro ac:name="labelup-labels" ac:schema-version="1" ac:macro-id="[0-9a-f-]{36}"><ac:parameter ac:name="display">list<\/ac:parameter>/);
  assert.equal(await page.locator(".aui-dialog2:visible").count(), 0);
});

await check("editing a macro: its editor has the parameters, and the dialog's button saves", async () => {
  await page.locator(".macro-card").getByText("Edit").click();
  const dialog = await framed(page, "/editor", ".aui-dialog2");
  assert.deepEqual(await dialog.evaluate(() => new Promise((done) => AP.confluence.getMacroData(done))), { prefix: 'te"am-', display: "list" });
  await dialog.evaluate(() =>
    AP.dialog.getButton("submit").bind(() => {
      AP.confluence.saveMacro({ display: "compact" });
      AP.confluence.closeMacroEditor();
      return true;
    }),
  );
  await dialog.evaluate(() => AP.context.getToken()); // what crosses the bridge later arrives later
  await page.locator(".aui-dialog2 button").getByText("Save").click();
  await page.locator(".macro-card").getByText("display = compact").waitFor();
  assert.doesNotMatch(await page.locator("[name=storage]").inputValue(), /te&#34;am/);
});

await check("cancelling changes nothing", async () => {
  const before = await page.locator("[name=storage]").inputValue();
  await page.locator(".macro-card").getByText("Edit").click();
  const dialog = await framed(page, "/editor", ".aui-dialog2");
  await dialog.evaluate(() => AP.confluence.closeMacroEditor());
  await page.waitForFunction(() => !document.querySelector(".aui-dialog2 iframe"));
  assert.equal(await page.locator("[name=storage]").inputValue(), before);
});

await check("a macro without an editor has a form", async () => {
  await page.locator(".toolbar summary").click();
  await page.locator("[data-insert=plain-macro]").click();
  await page.getByLabel("Size").selectOption("s");
  await page.locator("dialog").getByText("Insert").click();
  await page.locator(".macro-card").getByText("size = s").waitFor();
  await page.locator(".macro-card").last().getByText("Remove").click();
  await page.waitForFunction(() => document.querySelectorAll(".macro-card").length === 1);
});

await check("preview shows macros, publishing saves them", async () => {
  await shot(page, "editor");
  await accessible(page, "editor");
  await page.locator("[data-do=preview]").click();
  await framed(page, "/panel?output=preview", "[data-result]");
  await page.locator("[name=title]").fill("A better plan");
  await page.locator("[data-do=publish]").click();
  await page.waitForURL(/\/pages\/101\/A\+better\+plan/);
  panel = await framed(page, "/panel?output=display");
  assert.equal((await panel.evaluate(() => AP.context.getContext())).confluence.content.version, "4");
  await page.context().close();
});

await check("two people at once: the second is told", async () => {
  page = await open("/wiki/pages/102/edit", { user: editor });
  await fetch(HOST + "/test/publish?id=102", { method: "POST" });
  await page.locator("[data-do=publish]").click();
  await page.getByRole("alert").getByText("Somebody else changed this page").waitFor();
  await page.context().close();
});

await check("an administrator opens the app's page from the menu", async () => {
  page = await open("/wiki/home", { user: admin });
  await page.locator("summary.person").click();
  await page.getByRole("link", { name: "Label UP settings" }).click();
  const frame = await framed(page, "/admin");
  assert.equal(await page.locator("iframe").getAttribute("title"), "Label UP");
  assert.deepEqual((await frame.evaluate(() => AP.context.getContext())).confluence, {}, "it is about no page");
  assert.equal(await frame.evaluate(() => AP.context.getToken()), "token.labelup-admin.");
  const answer = await frame.evaluate(() => AP.request({ url: "/rest/api/echo", type: "DELETE" }));
  assert.equal(JSON.parse(answer.body).method, "DELETE");
  await accessible(page, "the administrators' page");
  await page.context().close();
});

await check("lists, errors and exports are accessible", async () => {
  for (const path of ["/wiki/home", "/wiki/spaces/FIELD/pages", "/wiki/label/onboarding", "/wiki/pages/100/history", "/wiki/nowhere", "/wiki/pages/100/export"]) {
    page = await open(path, { user: editor });
    await accessible(page, path);
    await shot(page, path.split("/").pop());
    await page.context().close();
  }
});

assert.deepEqual(faults, [], "errors in pages and violations of their policy");
console.log("ok no script error and no violation of a policy");
await browser.close();
