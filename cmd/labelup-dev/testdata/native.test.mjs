// Walks through the app on Forge native as a person does, in Chromium, against
// labelup-dev with the app as `make forge` builds it. The service is not reachable
// from here (dev_test.go), and nothing but the local Confluence may be asked.

import assert from "node:assert/strict";
import { test } from "node:test";
import { add, hasChips, hasLabels, newPage, offered, open, pageNamed, plain, said, shoot, tell, until, wiki } from "./acts.mjs";
import { onAnyHost } from "./anyhost.mjs";

const service = process.env.SERVICE; // its origin, that nobody may call

/** Opens a page on Forge native. page.asked is every request with what was sent. */
async function visit(t, id, more = {}) {
  const asked = [];
  const watch = (request) => asked.push({ url: new URL(request.url()), method: request.method(), body: request.postData() ?? "" });
  const opened = await open(t, id, { host: "native", ...more, watch });
  opened.page.asked = asked;
  return opened;
}

const engine = (page) => page.asked.filter(({ url }) => url.pathname.endsWith("/engine.wasm")).length;

/** What is asked for goes to Confluence, and to where the app's files are; the text of a page to Confluence alone. */
async function nothingLeaves(page, panel) {
  const app = new URL(await panel.locator("main").evaluate(() => location.href)).origin;
  const places = new Set(page.asked.map(({ url }) => url.protocol + url.host));
  assert.deepEqual([...places].filter((place) => ![wiki, app].some((known) => place === new URL(known).protocol + new URL(known).host) && !/^(blob|data):/.test(place)), []);
  assert.equal(page.asked.filter(({ url }) => url.origin === service).length, 0);
  for (const { url, method, body } of page.asked) if (url.origin === app) assert.deepEqual([method, body], ["GET", ""], url.href);
}

onAnyHost(visit, nothingLeaves);

test("who reads a page gets the labels and not the engine", async (t) => {
  const { page, panel } = await visit(t, await newPage({ labels: ["first"] }), { user: "viewer" });
  await hasChips(panel, ["first"]);
  await panel.getByText("first").hover();
  await page.waitForLoadState("networkidle");
  assert.equal(engine(page), 0);
  await nothingLeaves(page, panel);
  assert.deepEqual(page.violations, []);
});

for (const colorScheme of ["light", "dark"]) {
  test(`suggestions come from the tab with their reasons, are applied and undone (${colorScheme})`, async (t) => {
    const id = await pageNamed("Allergens in the Christmas cakes");
    const { page, panel } = await visit(t, id, { settings: { colorScheme } });
    const button = panel.getByRole("button", { name: "Suggest" });
    await button.hover();
    await until("the engine comes before it is asked", async () => assert.equal(engine(page), 1));
    await button.click();
    const ticked = panel.getByRole("checkbox", { name: "allergens" });
    await ticked.waitFor();
    await until("ticked", async () => assert.equal(await ticked.isChecked(), true));
    await ticked.focus();
    await until("why", async () => assert.match(await said(panel), /“Allergens” is in the title/));
    await shoot(page, `native-suggested-${colorScheme}`);
    await panel.getByRole("button", { name: /^Apply/ }).click();
    await until("the labels are there", async () => assert.ok((await page.request.get(`${wiki}/api/v2/pages/${id}/labels`).then((r) => r.json())).results.some((l) => l.name === "allergens")));
    await panel.getByRole("button", { name: "Undo" }).click();
    await hasLabels(id, []);
    await nothingLeaves(page, panel);
    assert.deepEqual(page.violations, []);
  });
}

test("a suggestion that is not wanted stays away, also next time", async (t) => {
  const id = await pageNamed("Allergens in the Christmas cakes");
  const { page, panel } = await visit(t, id);
  await panel.getByRole("button", { name: "Suggest" }).click();
  await panel.getByRole("checkbox", { name: "allergens" }).focus();
  await panel.getByRole("button", { name: "Not this one: allergens" }).click();
  await until("kept with the page", async () => {
    const answer = await page.request.get(`${wiki}/api/v2/pages/${id}/properties?key=labelup_page`);
    assert.deepEqual((await answer.json()).results[0]?.value.dismissed, ["allergens"]);
  });
  await page.reload();
  await panel.getByRole("button", { name: "Suggest" }).click();
  await until("others", async () => {
    const labels = await offered(panel);
    assert.ok(labels.length > 0 && !labels.includes("allergens"), labels.join());
  });
});

test("the byline shows the same panel, and gets the engine at once", async (t) => {
  const id = await pageNamed("The terrace in summer");
  const { page } = await visit(t, id);
  await page.locator("[data-byline]").click();
  const panel = page.frameLocator(".inline-dialog iframe");
  await panel.getByRole("heading", { name: "Labels" }).waitFor();
  await until("the engine", async () => assert.equal(engine(page), 1));
  await add(panel, "sunny");
  await until("added", async () => assert.match(plain(await panel.locator(".status").innerText()), /Added sunny/));
  await panel.getByRole("button", { name: "Undo" }).click();
  await hasLabels(id, ["season-summer", "terrace"]);
  await nothingLeaves(page, panel);
});

test("the macro editor inserts the macro, edits it, and the page holds its parameters", async (t) => {
  const id = await newPage({ labels: ["team-red", "other"], storage: "" });
  const { page } = await visit(t, id, { query: "/edit" });
  const publish = async () => {
    await page.getByRole("button", { name: "Update" }).click();
    await page.waitForURL((url) => !url.pathname.endsWith("/edit"));
  };
  const edit = async () => page.locator(".macro-card [data-do=edit]").click();
  const editor = page.frameLocator(".forge-dialog iframe");
  await page.locator("[data-result]").getByText("Text.").waitFor(); // now the editor listens
  await page.getByText("Insert macro").click();
  await page.locator("[data-insert=labelup-labels]").click();
  await page.locator(".macro-card").waitFor();
  await edit();
  await editor.getByLabel("Only labels that begin with").fill("Team-");
  await editor.getByLabel("List").check();
  await shoot(page, "native-macro-editor");
  await editor.getByRole("button", { name: "Save" }).click();
  await page.locator(".forge-dialog").waitFor({ state: "detached" });
  await publish();
  await hasChips(page.frameLocator("iframe").first(), ["team-red"]);

  await page.goto(`${wiki}/pages/${id}/edit`);
  await edit();
  const prefix = editor.getByLabel("Only labels that begin with");
  await until("what was saved", async () => assert.equal(await prefix.inputValue(), "team-"));
  await prefix.fill("");
  await editor.getByRole("button", { name: "Save" }).click();
  await page.locator(".forge-dialog").waitFor({ state: "detached" });
  await publish();
  await hasChips(page.frameLocator("iframe").first(), ["other", "team-red"]);
  assert.deepEqual(page.violations, []);
});

for (const fails of [false, true]) {
  test(`who is not signed in sees ${fails ? "nothing where Confluence tells them nothing" : "the labels"} and no controls`, async (t) => {
    await tell("forge", { app: "native", anonymousFails: fails });
    t.after(() => tell("forge", { app: "native" }));
    const { page, panel } = await visit(t, await newPage({ labels: ["seen"] }), { user: "anonymous" });
    await hasChips(panel, fails ? [] : ["seen"]);
    await page.waitForLoadState("networkidle");
    assert.deepEqual([await panel.getByRole("button").count(), await panel.getByRole("alert").count(), engine(page)], [0, 0, 0]);
  });
}

test("an administrator sees that nothing is held, and erases what is in Confluence", async (t) => {
  const id = await pageNamed("Backflushing with the blue powder");
  const { page, panel } = await visit(t, id, { user: "admin" });
  const kept = async () => (await (await page.request.get(`${wiki}/api/v2/pages/${id}/properties?key=labelup_page`)).json()).results.length;
  await panel.getByRole("button", { name: "Suggest" }).click();
  await panel.getByRole("button", { name: /^Not this one: / }).first().click();
  await until("kept", async () => assert.equal(await kept(), 1));
  await page.locator("summary.person").click();
  await page.getByRole("link", { name: "Label UP: health and data" }).click();
  const admin = page.frameLocator("iframe").first();
  await admin.getByRole("heading", { name: "Label UP on this site" }).waitFor();
  await admin.getByText("read:page:confluence").first().waitFor();
  await shoot(page, "native-admin");
  await admin.getByRole("textbox").fill(new URL(wiki).host);
  await admin.getByRole("button", { name: /^Erase/ }).click();
  await until("gone", async () => assert.equal(await kept(), 0));
  await nothingLeaves(page, admin);
});

test("what fails has a reference, and support is given what was called and no name", async (t) => {
  const id = await newPage({ labels: ["secret-name"] });
  const { page, panel } = await visit(t, id, { settings: { permissions: ["clipboard-read"] } });
  await hasChips(panel, ["secret-name"]);
  t.after(() => tell("misbehave", {}, "DELETE"));
  await tell("misbehave", { kind: "500", path: "/wiki/rest/api/content/*/label" });
  await panel.getByRole("button", { name: "Remove secret-name" }).click();
  await panel.getByText(/Reference for support: [0-9a-f]{12}/).waitFor();
  await hasChips(panel, ["secret-name"]);
  const reference = (await panel.getByText(/Reference for support/).innerText()).match(/[0-9a-f]{12}/)[0];
  await panel.getByRole("button", { name: "Copy for support" }).click();
  await panel.getByRole("button", { name: "Copied" }).waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.ok(copied.includes(reference) && copied.includes("/rest/api/content/*/label"), copied);
  assert.ok(!copied.includes("secret") && !copied.includes(id), copied);
});
