// Goes through every operation of Forge's bridge in Chromium: the app's page holds
// npm @forge/bridge as it is. Started by TestInChromium, which serves both sides;
// prints a line for each check and fails at the first fault.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const { SITE, APP, SERVICE, MODULES, CHROMIUM, SHOTS } = process.env;
const require = createRequire(MODULES + "/");
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const browser = await chromium.launch({
  executablePath: CHROMIUM,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
const PATIENCE = 60_000; // ms; what is waited for comes at once, but for a machine that is busy
const faults = [];
const wanted = /'unsafe-eval' is not an allowed source/; // of the app's own try
let audited = false; // axe writes styles of its own, which are no fault of the page

async function open(path, { user = "editor", theme = "light", locale = "de-DE", host = "native" } = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: "reduce" });
  context.setDefaultTimeout(PATIENCE);
  await context.route((url) => ![SITE, APP, SERVICE].map((place) => new URL(place).host).includes(url.host), (route) => {
    const asked = route.request().url(); // a violation is reported besides, and told by the console
    if (!asked.startsWith("https://web-security-reports.services.atlassian.com/")) faults.push(`asked for ${asked}`);
    return route.abort();
  });
  const cookie = (name, value) => ({ name, value, domain: "127.0.0.1", path: "/wiki", sameSite: "Strict" });
  await context.addCookies([cookie("local-user", accounts[user]), cookie("local-theme", theme), cookie("local-locale", locale), cookie("local-host", host)]);
  const page = await context.newPage();
  page.on("pageerror", (error) => faults.push(`${path}: ${error.message}`));
  page.on("console", (message) => {
    if (!audited && /Content Security Policy/.test(message.text()) && !wanted.test(message.text())) faults.push(`${path}: ${message.text()}`);
  });
  await page.goto(SITE + path);
  return page;
}

// framed waits for an iframe of the app with its bridge in use.
async function framed(page, selector = "article") {
  const element = await page.waitForSelector(`${selector} iframe[src^="${APP}/"]`, { state: "attached" });
  const frame = await element.contentFrame();
  await frame.waitForFunction(() => globalThis.bridge);
  return frame;
}

// leaving waits for what may take its own frame away before it has answered.
async function leaving(call) {
  await call.catch((error) => {
    if (!/detached|destroyed|closed/.test(error.message)) throw error;
  });
}

async function shot(page, name) {
  if (SHOTS) await page.screenshot({ path: `${SHOTS}/${name}.png` });
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

async function control(path, body) {
  const answer = await fetch(`${SITE}/control/${path}`, body && { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  const result = await answer.json();
  assert.equal(answer.status, 200, `${path}: ${JSON.stringify(result)}`);
  return result;
}

const failure = (promise) => promise.then(() => null, (error) => error.message.replace(/^[^:]*: (Error: )?/, "").split("\n")[0]);

const state = await control("state");
const accounts = Object.fromEntries([...state.sites[0].users.map((user) => [user.name, user.accountId]), ["anonymous", "anonymous"]]);
const pages = await control("pages");
const idOf = (title) => pages.find((page) => page.title === title).id;
const grinder = idOf("Grinder settings"); // with a macro that Connect put in
const path = (id) => `/wiki/pages/${id}`;

let page, panel;
await check("the macro's iframe has Forge's sandbox, the policy with the page alone, and a person is told of the emulator", async () => {
  page = await open(path(grinder));
  panel = await framed(page);
  const iframe = page.locator("article iframe").first();
  assert.equal(await iframe.getAttribute("sandbox"), "allow-downloads allow-forms allow-modals allow-pointer-lock allow-same-origin allow-scripts allow-popups allow-popups-to-escape-sandbox");
  assert.equal(await iframe.getAttribute("title"), "Labels of this page");
  await page.getByRole("note").getByText("An emulator plays Forge").waitFor();
  const html = await fetch(panel.url());
  assert.match(html.headers.get("content-security-policy"), new RegExp(`^default-src 'self' .*frame-ancestors 'self' .* ${SITE} .*; script-src 'self' https://forge.cdn.prod.atlassian-dev.net `));
  assert.match(await html.text(), /<head><script src="\/forge\/global-bridge.js"><\/script><script src="\/forge\/iframe-resizer.js"><\/script><meta/);
  assert.equal((await fetch(new URL("app.js", panel.url()))).headers.get("content-security-policy"), null);
  assert.equal(await panel.evaluate(() => new Promise((done) => setTimeout(() => done(evaluate())))), "EvalError");
});

await check("view.getContext says where the app is and as whom", async () => {
  const context = await panel.evaluate(() => bridge.view.getContext());
  const { extension, cloudId, localId, environmentId, ...rest } = context;
  assert.deepEqual(rest, {
    accountId: accounts.editor, moduleKey: "labelup-labels", siteUrl: SITE, locale: "de-DE", timezone: "Europe/Madrid", environmentType: "DEVELOPMENT", appVersion: "2.0.0",
  });
  assert.match(cloudId + environmentId, /^[0-9a-f-]{72}$/);
  const { location, connectMetadata, space, ...place } = extension;
  assert.deepEqual(place, {
    type: "macro", content: { id: grinder, type: "page", subtype: null }, isEditing: false, references: [], config: { display: "list", prefix: "team-" },
    macro: { isConfiguring: false, isInserting: false },
  });
  assert.equal(space.key, "CAFE");
  assert.ok(location.startsWith(`${SITE}/wiki/`) && location.includes(grinder), location);
  assert.equal(connectMetadata.macroId, localId, "a macro that Connect put in");
});

await check("requestConfluence reads and writes as the person", async () => {
  const call = (path, init) =>
    panel.evaluate(async ([path, init]) => {
      const answer = await bridge.requestConfluence(path, init);
      return { status: answer.status, body: await answer.text(), headers: Object.fromEntries(answer.headers) };
    }, [path, init]);
  const labels = `/wiki/rest/api/content/${grinder}/label`;
  const added = await call(labels, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify([{ prefix: "global", name: "by-forge" }]) });
  assert.equal(added.status, 200, added.body);
  const held = await call(`/wiki/api/v2/pages/${grinder}/labels?limit=250`);
  assert.ok(JSON.parse(held.body).results.some((label) => label.name === "by-forge"));
  assert.deepEqual(Object.keys(held.headers).filter((name) => /limit|retry/.test(name)), []);
  await page.locator(".labels").getByText("by-forge").waitFor();
  assert.equal((await call(`${labels}?name=by-forge`, { method: "DELETE" })).status, 204);
  assert.equal((await call("/wiki/api/v2/pages/1")).status, 404);
  const log = await control("requests");
  assert.equal(log.at(-1).who, "editor in a browser for the app");
});

await check("a call beyond the manifest's scopes is refused by the gateway", async () => {
  const answer = await panel.evaluate(async () => {
    const answer = await bridge.requestConfluence("/wiki/api/v2/spaces");
    return [answer.status, await answer.json()];
  });
  assert.deepEqual(answer, [401, { code: 401, message: "Unauthorized; scope does not match" }]);
});

await check("a page sees of a limit the status alone", async () => {
  await control("misbehave", { kind: "429-burst", path: "/wiki/api/v2/**", count: 1 });
  const [status, headers] = await panel.evaluate(async () => {
    const answer = await bridge.requestConfluence("/wiki/api/v2/labels");
    return [answer.status, [...answer.headers.keys()]];
  });
  assert.equal(status, 429);
  assert.deepEqual(headers.filter((name) => /limit|retry/.test(name)), []);
});

await check("the app's service is called through Forge, or by the site's page itself", async () => {
  const invoke = (call) => panel.evaluate((call) => bridge.invokeRemote(call), { method: "POST", body: { a: 1 }, ...call });
  for (const status of [200, 403]) {
    const { status: got, body, headers } = await invoke({ path: `/${status}` });
    assert.deepEqual([got, body, headers["content-type"]], [status, { sent: 7, origin: "", proved: true }, "application/json"]);
  }
  assert.equal(await failure(invoke({ path: "/401" })), "Remote could not verify the Forge Invocation Token");
  assert.equal(await failure(invoke({ path: "/200", body: { a: "x".repeat(500 * 1024) } })), "Front-end invocation request payload size exceeded");
  for (const status of [200, 401]) {
    const got = await panel.evaluate(async (path) => {
      const answer = await bridge.requestRemote("service", { path, method: "POST", headers: { "content-type": "text/plain" }, body: "x".repeat(600 * 1024) });
      return [answer.status, await answer.json()];
    }, `/${status}`);
    assert.deepEqual(got, [status, { sent: 600 * 1024, origin: SITE, proved: true }]);
  }
});

await check("view.theme.enable sets the theme and its sheets, and follows the switch", async () => {
  await panel.evaluate(() => bridge.view.theme.enable());
  assert.equal(await panel.evaluate(() => document.documentElement.dataset.colorMode), "light");
  await panel.waitForFunction(() => getComputedStyle(document.documentElement).getPropertyValue("--ds-surface"));
  const light = await panel.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue("--ds-surface"));
  await page.locator("[data-toggle-theme]").click();
  await panel.waitForFunction((light) => getComputedStyle(document.documentElement).getPropertyValue("--ds-surface") !== light, light);
  assert.deepEqual(await panel.evaluate(() => ({ ...document.documentElement.dataset })), { theme: "light:light dark:dark spacing:spacing", colorMode: "dark" });
});

await check("the iframe is as high as its page", async () => {
  await page.waitForFunction(() => document.querySelector("article iframe").getBoundingClientRect().height === 120);
  await panel.evaluate(() => (document.querySelector("main").style.height = "231px"));
  await page.waitForFunction(() => document.querySelector("article iframe").getBoundingClientRect().height === 231);
});

await check("i18n finds the texts beside the page", async () => {
  assert.equal(await panel.evaluate(async () => (await bridge.i18n.createTranslationFunction())("hello")), "Hallo");
  assert.equal(await panel.evaluate(async () => (await bridge.i18n.createTranslationFunction("ja-JP"))("hello")), "Hello", "falls back");
});

await check("events reach the app's iframes on the page until they are no longer wanted", async () => {
  await panel.evaluate(async () => {
    globalThis.heard = [];
    globalThis.subscription = await bridge.events.on("changed", (payload) => heard.push(["private", payload]));
    await bridge.events.onPublic("changed", (payload) => heard.push(["public", payload]));
  });
  await page.locator('[data-byline="byline"]').click();
  const byline = await framed(page, ".inline-dialog");
  await byline.evaluate(() => bridge.events.emit("changed", { names: ["a"] }));
  await byline.evaluate(() => bridge.events.emitPublic("changed", 2));
  await panel.waitForFunction(() => heard.length === 2);
  assert.deepEqual(await panel.evaluate(() => heard), [["private", { names: ["a"] }], ["public", 2]]);
  await panel.evaluate(() => subscription.unsubscribe());
  await byline.evaluate(() => bridge.events.emit("changed", 3));
  await byline.evaluate(() => bridge.events.emitPublic("changed", 4));
  await panel.waitForFunction(() => heard.at(-1)[1] === 4);
  assert.equal((await panel.evaluate(() => heard)).length, 3);
});

await check("the byline's popup closes by view.close, by Esc and by a click in the page, and tells of it", async () => {
  const gone = () => page.locator(".inline-dialog").waitFor({ state: "detached" });
  const byline = await framed(page, ".inline-dialog");
  assert.equal((await byline.evaluate(() => bridge.view.getContext())).extension.type, "confluence:contentBylineItem");
  assert.equal(await page.locator(".inline-dialog iframe").evaluate((frame) => frame.getBoundingClientRect().height), 320, "the size of its viewport");
  await byline.evaluate(() => bridge.view.onClose(() => bridge.events.emitPublic("changed", "closed")));
  await leaving(byline.evaluate(() => bridge.view.close()));
  await gone();
  await panel.waitForFunction(() => heard.at(-1)[1] === "closed");

  await page.locator('[data-byline="byline"]').click();
  await framed(page, ".inline-dialog");
  await page.locator('[data-byline="byline"]').focus();
  await page.keyboard.press("Escape");
  await gone();

  await page.locator('[data-byline="byline"]').click();
  await framed(page, ".inline-dialog");
  await page.locator("h1").click();
  await gone();

  await page.locator('[data-byline="byline-modal"]').click();
  const modal = await framed(page, "dialog");
  await shot(page, "modal");
  await leaving(modal.evaluate(() => bridge.view.close()));
  await page.locator("dialog").waitFor({ state: "detached" });
});

await check("a macro on a page cannot be closed, submitted, opened or refreshed", async () => {
  assert.match(await failure(panel.evaluate(() => bridge.view.close())), /not closable/);
  assert.match(await failure(panel.evaluate(() => bridge.view.onClose(() => {}))), /not closable/);
  assert.match(await failure(panel.evaluate(() => bridge.view.submit({ config: {} }))), /not submittable/);
  assert.match(await failure(panel.evaluate(() => bridge.view.open())), /not openable/);
  assert.match(await failure(panel.evaluate(() => bridge.view.refresh())), /not refreshable/);
});

await check("showFlag shows a flag whose action comes back, and closes it", async () => {
  await panel.evaluate(() => {
    globalThis.flag = bridge.showFlag({ id: "saved", title: "Labels saved", description: "Two of them", type: "success", actions: [{ text: "Undo", onClick: () => (globalThis.undone = true) }] });
  });
  const flag = page.locator(".flag");
  await flag.getByText("Labels saved").waitFor();
  await shot(page, "flag");
  await flag.getByText("Undo").click();
  await panel.waitForFunction(() => globalThis.undone);
  await panel.evaluate(() => flag.close());
  await flag.waitFor({ state: "detached" });
});

await check("router tells addresses and goes to them", async () => {
  assert.equal(await panel.evaluate(async () => (await bridge.router.getUrl({ target: "spaceView", spaceKey: "CAFE" })).href), `${SITE}/wiki/spaces/CAFE`);
  const [tab] = await Promise.all([page.context().waitForEvent("page"), panel.evaluate(() => bridge.router.open("/wiki/label/opening"))]);
  assert.equal(new URL(tab.url()).pathname, "/wiki/label/opening");
  await tab.close();
  assert.match(await failure(panel.evaluate(() => bridge.router.navigate("javascript:alert(1)"))), /cannot be navigated/);
  await Promise.all([page.waitForEvent("load"), leaving(panel.evaluate(() => bridge.router.reload()))]);
  panel = await framed(page);
  await Promise.all([page.waitForURL(/\/home$/), leaving(panel.evaluate(() => bridge.router.navigate("/wiki/home")))]);
  await page.context().close();
});

await check("a Worker compiles WebAssembly where the policy comes with the page alone, and not where it comes with every file", async () => {
  const compiled = async (cspEverywhere) => {
    await control("forge", { app: "native", cspEverywhere });
    page = await open(path(grinder));
    panel = await framed(page);
    const said = await panel.evaluate(async () => {
      const worker = new Worker("./worker.js");
      const next = () => new Promise((resolve) => (worker.onmessage = ({ data }) => resolve(data)));
      await next();
      worker.postMessage(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]));
      return next();
    });
    await page.context().close();
    return said;
  };
  assert.equal(await compiled(false), "compiled");
  const quiet = faults.length;
  assert.equal(await compiled(true), "CompileError");
  faults.length = quiet; // it is what was asked for
  await control("forge", { app: "native" });
});

await check("the macro is put into a page without its config, which changes it later", async () => {
  const draft = await control("pages?as=editor", { space: "CAFE", title: "By Forge", storage: "<p>Start</p>" });
  page = await open(`/wiki/pages/${draft.id}/edit`);
  const storage = page.locator("[name=storage]");
  await page.locator("[data-result] p").getByText("Start").waitFor();
  await page.locator(".toolbar summary").click();
  await page.locator("[data-insert=labelup-labels]").click();
  await page.locator(".macro-card").waitFor();
  const { environmentId } = (await control("state")).forge[0];
  assert.match(await storage.inputValue(), new RegExp(
    `^<p>Start</p><ac:adf-extension><ac:adf-node type="extension"><ac:adf-attribute key="extension-key">7e57a000-0000-4000-8000-000000000001/${environmentId}/static/labelup-labels</ac:adf-attribute>` +
      `<ac:adf-attribute key="extension-type">com.atlassian.ecosystem</ac:adf-attribute><ac:adf-attribute key="parameters"><ac:adf-parameter key="layout">extension</ac:adf-parameter><ac:adf-parameter key="guest-params"></ac:adf-parameter>`));

  await page.locator(".macro-card").getByText("Edit").click();
  const config = await framed(page, "dialog");
  const { extension } = await config.evaluate(() => bridge.view.getContext());
  assert.deepEqual([extension.macro, extension.isEditing, extension.config], [{ isConfiguring: true, isInserting: false }, true, {}]);
  await shot(page, "config");
  for (const [payload, reason] of [
    ["text", "INVALID_PAYLOAD"], [{ config: null }, "INVALID_CONFIG"], [{ config: { display: null } }, "INVALID_CONFIG"],
    [{ config: { lists: [["a"]] } }, "INVALID_CONFIG"], [{ config: { mixed: ["a", 1] } }, "INVALID_CONFIG"],
  ]) {
    assert.equal(await failure(config.evaluate((payload) => bridge.view.submit(payload), payload)), reason);
  }
  await config.evaluate(() => bridge.view.submit({ config: { prefix: "x" }, keepEditing: true }));
  assert.equal((await config.evaluate(() => bridge.view.getContext())).extension.config.prefix, "x");
  await leaving(config.evaluate(() => bridge.view.submit({ config: { prefix: "a&b", mostLabels: 3, open: true, parts: ["a", "b"] } })));
  await page.locator("dialog").waitFor({ state: "detached" });
  assert.match(await storage.inputValue(), /<ac:adf-parameter key="guest-params"><ac:adf-parameter key="most-labels" type="number">3<\/ac:adf-parameter><ac:adf-parameter key="open" type="boolean">true<\/ac:adf-parameter>/);

  await page.locator("[data-do=preview]").click();
  const preview = await framed(page, "[data-result]");
  assert.equal((await preview.evaluate(() => bridge.view.getContext())).extension.isEditing, true);
  await page.locator("[data-do=publish]").click();
  await page.waitForURL(/By\+Forge$/);
  panel = await framed(page);
  const shown = await panel.evaluate(() => bridge.view.getContext());
  assert.deepEqual(shown.extension.config, { prefix: "a&b", mostLabels: 3, open: true, parts: ["a", "b"] });
  assert.equal(shown.extension.connectMetadata, undefined);
  assert.equal(shown.localId, await page.locator("article .app-module").getAttribute("data-macro-id"));
  await page.context().close();
});

await check("a macro whose config opens first is put in before it is configured", async () => {
  const draft = await control("pages?as=editor", { space: "CAFE", title: "Asks first", storage: "<p>Start</p>" });
  page = await open(`/wiki/pages/${draft.id}/edit`);
  await page.locator("[data-result] p").getByText("Start").waitFor(); // now the editor listens
  await page.locator(".toolbar summary").click();
  await page.locator("[data-insert=asks-first]").click();
  const config = await framed(page, "dialog");
  assert.deepEqual((await config.evaluate(() => bridge.view.getContext())).extension.macro, { isConfiguring: true, isInserting: true });
  await leaving(config.evaluate(() => bridge.view.submit({ config: { a: 1 } })));
  await page.locator(".macro-card").getByText("a = 1").waitFor();
  await page.context().close();
});

await check("a macro of Connect becomes one of Forge when it is edited", async () => {
  page = await open(path(grinder) + "/edit");
  await page.locator(".macro-card").getByText("prefix = team-").waitFor();
  await page.locator(".macro-card").getByText("Edit").click();
  const config = await framed(page, "dialog");
  assert.deepEqual((await config.evaluate(() => bridge.view.getContext())).extension.config, { display: "list", prefix: "team-" });
  await leaving(config.evaluate(() => bridge.view.submit({ config: { display: "chips" } })));
  await page.locator(".macro-card").getByText("display = chips").waitFor();
  const storage = await page.locator("[name=storage]").inputValue();
  assert.ok(storage.includes("com.atlassian.ecosystem") && !storage.includes('ac:name="labelup-labels"') && !storage.includes("team-"));
  await page.context().close();
});

await check("a macro of another environment is dead, and one of Connect is unknown where Forge does not succeed it", async () => {
  const dead = `<ac:adf-extension><ac:adf-node type="extension"><ac:adf-attribute key="extension-key">7e57a000-0000-4000-8000-000000000001/00000000-0000-4000-8000-000000000000/static/labelup-labels</ac:adf-attribute><ac:adf-attribute key="extension-type">com.atlassian.ecosystem</ac:adf-attribute><ac:adf-attribute key="parameters"><ac:adf-parameter key="local-id">d</ac:adf-parameter></ac:adf-attribute></ac:adf-node></ac:adf-extension>`;
  const { id } = await control("pages?as=editor", { space: "CAFE", title: "Dead", storage: `${dead}<p>Text</p>` });
  page = await open(path(id));
  await page.getByText("Error loading the extension!").waitFor();
  await page.context().close();
  await control("forge", { app: "native", connectMacrosUnknown: true });
  page = await open(path(grinder));
  await page.getByText("Unknown macro: ‘labelup-labels’").waitFor();
  await page.context().close();
  await control("forge", { app: "native" });
});

await check("an administrator opens the app's page, and nobody else does", async () => {
  page = await open("/wiki/home", { user: "admin" });
  await page.locator("summary.person").click();
  await page.getByRole("link", { name: "Test settings" }).click();
  const settings = await framed(page, "main");
  const { extension, accountId } = await settings.evaluate(() => bridge.view.getContext());
  assert.deepEqual([extension, accountId], [{ type: "confluence:globalSettings" }, accounts.admin]);
  const at = new URL(page.url()).pathname;
  await page.context().close();
  page = await open(at, { user: "editor" });
  await page.getByText("Page not found").waitFor();
  await page.context().close();
});

await check("the app's page of a space is in its sidebar, says where it is, and has a history that is a link", async () => {
  page = await open(path(grinder));
  await page.getByRole("navigation", { name: /^Space/ }).getByRole("link", { name: "Labels here" }).click();
  let here = await framed(page, "main");
  const { moduleKey, extension } = await here.evaluate(() => bridge.view.getContext());
  const { spaceId: id } = pages.find((one) => one.id === grinder);
  assert.deepEqual([moduleKey, extension], ["space-labels", { type: "confluence:spacePage", space: { id, key: "CAFE" }, location: page.url() }]);
  assert.equal(await page.locator("main iframe").getAttribute("title"), "Labels here");
  assert.equal(await here.evaluate(async (id) => (await bridge.requestConfluence(`/wiki/api/v2/pages/${id}/labels`)).status, grinder), 200);
  const base = page.url();
  assert.equal(await here.evaluate(async () => (await bridge.router.getUrl({ target: "module", moduleKey: "space-labels", spaceKey: "CAFE" })).href), base);

  await here.evaluate(async () => {
    globalThis.past = await bridge.view.createHistory();
    await past.push("/tidy?label=a#b");
    await past.push({ pathname: "/pages", state: { n: 1 } });
  });
  assert.equal(page.url(), `${base}/pages`);
  await here.evaluate(() => past.goBack());
  await here.waitForFunction(() => past.location.search === "?label=a");
  assert.deepEqual(await here.evaluate(() => [past.location.pathname, past.location.hash]), ["/tidy", "#b"]);
  const link = page.url();
  assert.equal(link, `${base}/tidy?label=a#b`);
  await page.context().close();

  page = await open(new URL(link).pathname + new URL(link).search, { user: "viewer" });
  here = await framed(page, "main");
  assert.equal(await here.evaluate(async () => (await bridge.view.createHistory()).location.pathname), "/tidy");
  await page.context().close();

  page = await open(path(grinder));
  panel = await framed(page);
  assert.match(await failure(panel.evaluate(() => bridge.view.createHistory())), /no history/);
  await page.context().close();
  page = await open(path(grinder), { user: "anonymous" });
  assert.equal(await page.getByText("Labels here").count(), 0, "it does not allow who is not signed in");
  await page.goto(link);
  await page.getByText("Page not found").waitFor();
  await page.context().close();
});

await check("who is not signed in sees the modules that allow it, without an account, and reads by the way that is set", async () => {
  page = await open(path(grinder), { user: "anonymous" });
  panel = await framed(page);
  assert.equal((await panel.evaluate(() => bridge.view.getContext())).accountId, "unidentified");
  assert.equal(await panel.evaluate(async (id) => (await bridge.requestConfluence(`/wiki/api/v2/pages/${id}/labels`)).status, grinder), 200);
  await page.locator('[data-byline="byline"]').click();
  await page.waitForFunction(() => document.querySelector(".inline-dialog")?.childElementCount === 0);
  await page.context().close();
  await control("forge", { app: "native", anonymousFails: true });
  page = await open(path(grinder), { user: "anonymous" });
  panel = await framed(page);
  assert.match(await failure(panel.evaluate(() => bridge.requestConfluence("/wiki/api/v2/labels"))), /not signed in/);
  await page.context().close();
  await control("forge", { app: "native" });
});

await check("the switch beside the person's name changes the platform, and says of one that is not there why", async () => {
  page = await open(path(grinder), { host: "connect" });
  assert.equal(await page.locator(".notice-bar").count(), 0);
  await page.locator("summary.host").click();
  await page.getByText("Forge Remote: It is not built.").waitFor();
  await shot(page, "switch");
  await Promise.all([page.waitForEvent("load"), page.getByRole("button", { name: "Forge native" }).click()]);
  await framed(page);
  audited = true;
  await page.evaluate(axe); // not as a script tag, which the page's policy forbids
  const { violations } = await page.evaluate(() => window.axe.run({ exclude: ["iframe"] }, { iframes: false, runOnly: ["wcag2a", "wcag2aa", "best-practice"] }));
  assert.deepEqual(violations.filter(({ impact }) => ["serious", "critical"].includes(impact)).map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ").slice(0, 300)}`), []);
  await page.context().close();
});

assert.deepEqual(faults, [], "errors in pages, violations of their policy, and calls elsewhere");
assert.deepEqual((await control("state")).unplayed, {}, "all of this is played");

await check("what is not played fails, and is counted", async () => {
  page = await open(path(grinder));
  panel = await framed(page);
  for (const [op, payload] of [["somethingElse"], ["changeWindowTitle", "x"], ["invoke", { functionKey: "f" }], ["toString"]]) {
    assert.match(await failure(panel.evaluate(([op, payload]) => __bridge.callBridge(op, payload), [op, payload])), /does not play/);
  }
  assert.equal(await failure(panel.evaluate(() => bridge.requestConfluence("/wiki/home"))), "The local Confluence does not play fetchProduct of /wiki/home of Forge's bridge");
  assert.deepEqual(Object.keys((await control("state")).unplayed).sort(), [
    "the bridge's changeWindowTitle", "the bridge's fetchProduct of /wiki/home", "the bridge's invoke as a function", "the bridge's somethingElse", "the bridge's toString",
  ]);
});

await browser.close();
