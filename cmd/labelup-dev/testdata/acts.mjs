// What a person does in Chromium against labelup-dev, and what is looked at. The
// walks are made of it. dev_test.go runs them with CONFLUENCE (the address that
// it prints) and, for screenshots, SHOTS (a folder) in the environment.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { after, before } from "node:test";

export const modules = path.resolve(import.meta.dirname, "../../../static/node_modules");
const require = createRequire(path.join(modules, "x.js"));
const { chromium } = require("playwright-core");

export const wiki = process.env.CONFLUENCE.replace(/\/$/, "");
const control = new URL("/control/", wiki).href;
const shots = process.env.SHOTS;
export const axe = await readFile(require.resolve("axe-core/axe.min.js"), "utf8");
const quiet = ["--no-sandbox", "--enable-precise-memory-info", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

export let browser;
before(async () => { browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium-headless-shell", args: quiet }); });
after(() => browser.close());

export async function tell(command, body = {}, method = "POST") {
  const response = await fetch(control + command, { method, headers: { "Content-Type": "application/json" }, ...(method === "GET" ? {} : { body: JSON.stringify(body) }) });
  const answer = await response.json();
  assert.ok(response.ok, `${command}: ${JSON.stringify(answer)}`);
  return answer;
}

export const macro = (parameters = {}) => `<ac:structured-macro ac:name="labelup-labels" ac:schema-version="1" ac:macro-id="${crypto.randomUUID()}">${Object.entries(parameters).map(([name, value]) => `<ac:parameter ac:name="${name}">${value}</ac:parameter>`).join("")}</ac:structured-macro>`;

let made = 0;
export async function newPage({ labels = [], parameters, storage = macro(parameters), ...more } = {}) {
  const [{ spaceId }] = await tell("pages", {}, "GET");
  const page = await tell("pages?as=editor", { space: spaceId, title: `Walk ${process.pid} ${++made}`, storage: storage + "<p>Text.</p>", labels, ...more });
  return page.id;
}

export const held = async (id) => (await tell(`pages/${id}?as=admin`, {}, "GET")).labels.map((label) => label.name).sort();

/** Opens a page as a user, on a host that is not Connect if it is named, and gives its macro's frame. prepare runs in each frame before all else. page.violations and page.failures are what must not happen. */
export async function open(t, id, { user = "editor", query = "", path = `/pages/${id}${query}`, frame = "iframe", settings = {}, locale, host, watch, prepare } = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, ...settings });
  context.setDefaultTimeout(PATIENCE);
  t.after(() => context.close());
  const { cookie } = await tell("switch-user", { user });
  const [name, value] = cookie.split("=");
  await context.addCookies([{ name, value, url: wiki }]);
  if (locale) await context.addCookies([{ name: "local-locale", value: locale, url: wiki }]);
  if (host) await context.addCookies([{ name: "local-host", value: host, url: wiki }]);
  if (prepare) await context.addInitScript(...prepare);
  const page = await context.newPage();
  page.violations = [];
  page.failures = [];
  if (watch) page.on("request", watch);
  page.on("response", (response) => response.status() >= 400 && page.failures.push(`${response.status()} ${response.url()}`));
  page.on("requestfailed", (request) => page.failures.push(`${request.failure().errorText} ${request.url()}`));
  page.on("console", (message) => {
    const ours = message.location().url.includes("/static/") || message.text().includes("script-src");
    if (message.type() === "error" && ours) page.violations.push(message.text());
  });
  page.on("pageerror", (error) => page.violations.push(String(error)));
  await page.goto(wiki + path);
  const panel = page.frameLocator(frame).first();
  return { page, panel, context };
}

// What is waited for comes at once, but for a machine that is busy.
export const PATIENCE = 60_000; // ms
export const until = async (what, check) => {
  const end = Date.now() + PATIENCE;
  for (;;) {
    try { return await check(); } catch (error) { if (Date.now() > end) { error.message = `${what}: ${error.message}`; throw error; } }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};
export const chips = (panel) => panel.locator(".chip:not(.off) .name").allTextContents();

// A text without the marks that keep names in other scripts apart.
export const plain = (text) => text.replace(/[\u2066-\u2069]/g, "");
export const hasChips = (panel, names) => until(`chips ${names}`, async () => assert.deepEqual((await chips(panel)).sort(), [...names].sort()));
export const hasLabels = (id, names) => until(`labels ${names}`, async () => assert.deepEqual(await held(id), [...names].sort()));
export const shoot = (page, name) => shots && page.screenshot({ path: path.join(shots, `${name}.png`) });

export async function add(panel, text) {
  await panel.getByRole("button", { name: "Add label" }).click();
  const field = panel.getByRole("combobox");
  await field.fill(text);
  await field.press("Enter");
  await field.press("Enter"); // confirms a list
  // On a busy machine the labels in use come too late to be compared with: then it takes one more.
  await until("compared", async () => {
    if (await panel.getByText("not compared with the labels in use").count()) await field.press("Enter");
    assert.equal(await panel.getByText(/^Comparing with|not compared with/).count(), 0);
  });
  await field.press("Escape");
}


export const pageNamed = async (title) => (await tell("pages?as=admin", {}, "GET")).find((page) => page.title === title).id;
export const offered = (panel) => panel.locator(".offered .name").allTextContents();

export const said = async (panel) => plain(await panel.locator(".suggestions").innerText());

/**
 * Presses Suggest and waits for the second answer, the one made with what Confluence's search found. What the panel leaves
 * out because it came late is no matter of this: on a busy machine it has to wait as long as the test does.
 */
export async function suggest(page, panel) {
  let answers = 0;
  await panel.locator("body").evaluate((_, patience) => {
    const { setTimeout } = window;
    window.setTimeout = (act, ms, ...rest) => setTimeout(act, ms >= 3_000 ? Math.max(ms, patience) : ms, ...rest);
  }, PATIENCE);
  page.on("response", (response) => { if (response.url().endsWith("/api/suggest")) answers++; });
  await panel.getByRole("button", { name: "Suggest" }).click();
  await until("two answers", async () => assert.equal(answers, 2));
}

