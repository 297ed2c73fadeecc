// Walks through the app on Forge Remote as a person does, in Chromium, against
// labelup-dev with the app as `make forge HOST=remote` builds it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { hasLabels, open, pageNamed, said, shoot, tell, until } from "./acts.mjs";
import { onAnyHost } from "./anyhost.mjs";

const service = process.env.SERVICE; // its origin

onAnyHost((t, id) => open(t, id, { host: "remote" }));

test("suggestions and changes of labels come from the service behind Forge", async (t) => {
  const id = await pageNamed("Allergens in the Christmas cakes");
  await tell("requests", {}, "DELETE");
  const asked = [];
  const { page, panel } = await open(t, id, { host: "remote", watch: (request) => new URL(request.url()).origin === service && asked.push(request) });
  await panel.getByRole("button", { name: "Suggest" }).click();
  const ticked = panel.getByRole("checkbox", { name: "allergens" });
  await until("ticked", async () => assert.equal(await ticked.isChecked(), true));
  await ticked.focus();
  await until("why", async () => assert.match(await said(panel), /“Allergens” is in the title/));
  await shoot(page, "remote-suggested");
  await panel.getByRole("button", { name: /^Apply/ }).click();
  await until("the page's own labels follow", async () => assert.match(await page.locator("[data-labels]").innerText(), /allergens/));
  await panel.getByRole("button", { name: "Undo" }).click();
  await hasLabels(id, []);

  // The site's page asks for suggestions, without a token for Confluence; Forge's
  // proxy asks for changes, and the service makes them as the person.
  for (const request of asked) {
    assert.equal(new URL(request.url()).pathname, "/api/suggest");
    assert.equal(new URL(request.frame().url()).origin, new URL(page.url()).origin);
    const headers = await request.allHeaders();
    assert.match(headers.authorization, /^Bearer /);
    assert.deepEqual(Object.keys(headers).filter((name) => name.startsWith("x-forge-") || name === "cookie"), []);
  }
  assert.ok(asked.length > 0);
  const writes = (await tell("requests", {}, "GET")).filter((r) => r.method !== "GET" && r.path.endsWith("/label"));
  assert.ok(writes.length > 1);
  for (const { who, path } of writes) assert.deepEqual([who, path.startsWith("/ex/confluence/")], ["Forge Remote as editor", true]);
  assert.deepEqual(page.violations, []);
  assert.deepEqual(page.failures, []);
});

test("a space is learned in the tab: the service is not asked about pages that nobody looks at", async (t) => {
  const id = await pageNamed("Allergens in the Christmas cakes");
  const { spaceKey } = await tell(`pages/${id}?as=admin`, {}, "GET");
  const asked = [];
  const watch = (request) => new URL(request.url()).origin === service && asked.push(request.url());
  const { page } = await open(t, "", { host: "remote", path: `/spaces/${spaceKey}`, watch });
  await page.locator(`a[href*="/spaces/${spaceKey}/apps/"]`).first().click();
  const panel = page.frameLocator("iframe").first();
  await panel.getByRole("tab", { name: "To label" }).click();
  await panel.locator(".choices [role=option]").first().waitFor();
  await until("why", async () => assert.match(await panel.locator(".why").innerText(), /similar pages|in the title|on this page|on the page/));
  await shoot(page, "remote-tolabel");
  assert.deepEqual(asked, []);
  assert.deepEqual(page.violations, []);
});
