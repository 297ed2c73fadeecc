// What a person does on any host, tried on each: the walks call it with how they
// open a page.

import assert from "node:assert/strict";
import { test } from "node:test";
import { add, hasChips, hasLabels, newPage, plain, shoot, tell, until } from "./acts.mjs";

/** done looks at a page when a test is through with it. */
export function onAnyHost(open, done = () => {}) {
  test("a label is added and removed with a click, and undone", async (t) => {
    const id = await newPage({ labels: ["first"] });
    const { page, panel } = await open(t, id);
    await hasChips(panel, ["first"]);

    await add(panel, "Quarterly Plan");
    await hasChips(panel, ["first", "quarterly-plan"]);
    await hasLabels(id, ["first", "quarterly-plan"]);
    await until("the page's own labels follow", async () => assert.match(await page.locator("[data-labels]").innerText(), /quarterly-plan/));
    await shoot(page, "added");

    await panel.getByRole("button", { name: "Undo" }).click();
    await hasLabels(id, ["first"]);
    await hasChips(panel, ["first"]);

    await panel.getByRole("button", { name: "Remove first" }).click();
    await hasLabels(id, []);
    await panel.getByRole("button", { name: "Undo" }).click();
    await hasLabels(id, ["first"]);
    assert.deepEqual(page.violations, []);
    await done(page, panel);
  });

  test("Confluence records the person who changed it", async (t) => {
    const id = await newPage();
    await tell("requests", {}, "DELETE");
    const { page, panel } = await open(t, id);
    await add(panel, "by-a-person");
    await hasLabels(id, ["by-a-person"]);
    const requests = await tell("requests", {}, "GET");
    const writes = requests.filter((r) => r.method === "POST" && r.path.endsWith("/label"));
    assert.equal(writes.length, 1);
    assert.match(JSON.stringify(writes[0]), /editor|5f0000000000000000000a02/i);
    await done(page, panel);
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
    await done(page, panel);
  });

  test("a storm of 429 is waited out or said, and nothing is lost", async (t) => {
    const id = await newPage();
    const { page, panel } = await open(t, id);
    await hasChips(panel, []);
    await tell("misbehave", { kind: "429-burst", path: "/wiki/rest/api/content/*/label", count: 1, retryAfter: 1 });
    t.after(() => tell("misbehave", {}, "DELETE"));
    await add(panel, "patient");
    await hasLabels(id, ["patient"]);
    await tell("misbehave", { kind: "500", path: "/wiki/rest/api/content/*/label" });
    await add(panel, "unlucky");
    await until("reason", async () => assert.match(plain(await panel.locator(".status.wrong").innerText({ timeout: 500 })), /Not added: unlucky\..*Try again/s));
    await hasChips(panel, ["patient"]);
    await done(page, panel);
  });

  test("the space's vocabulary leads to its labels, and one of a group takes another's place until it is undone", async (t) => {
    const id = await newPage({ labels: ["recipes"] });
    const { page, panel } = await open(t, id);
    await panel.getByRole("button", { name: "Add label" }).click();
    const field = panel.getByRole("combobox");
    await field.fill("retro");
    const choice = panel.getByRole("option", { name: /retrospective instead of/ });
    await until("offered", async () => assert.match(plain(await choice.innerText({ timeout: 500 })), /instead of “retro”.*replaces recipes/s));
    await shoot(page, "vocabulary");
    await choice.click();
    await hasLabels(id, ["retrospective"]);
    await panel.getByRole("button", { name: "Undo" }).click();
    await hasLabels(id, ["recipes"]);
    await done(page, panel);
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
    await done(page, panel);
  });
}
