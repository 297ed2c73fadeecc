// How frames look that have nothing to show, in Chromium, against labelup-dev.
// frames_test.go breaks the app and runs one of these by its name, with CONFLUENCE
// and, for screenshots, SHOTS (a folder) in the environment.

import assert from "node:assert/strict";
import { test } from "node:test";
import { axe as audit, browser, shoot, tell, until, wiki } from "./acts.mjs";

const home = "/pages/65600"; // has the macro

/** Opens a page of the local Confluence as a person who reads German. prepare comes before anything is asked for. */
async function open(t, { where = home, user = "editor", dark = false, prepare = async () => {} } = {}) {
  const context = await browser.newContext({ viewport: { width: 1000, height: 700 }, locale: "de-DE", colorScheme: dark ? "dark" : "light" });
  t.after(() => context.close());
  const [name, value] = (await tell("switch-user", { user })).cookie.split("=");
  await context.addCookies([{ name, value, url: wiki }, { name: "local-locale", value: "de-DE", url: wiki }]);
  const page = await context.newPage();
  page.violations = [];
  page.on("console", (message) => /Content.Security|Refused/i.test(message.text()) && message.location().url.includes("localhost") && page.violations.push(message.text()));
  await prepare(page);
  await page.goto(wiki + where);
  const element = page.locator("iframe").first();
  await element.waitFor();
  return { page, element, frame: page.frameLocator("iframe").first() };
}

/** Holds a frame against what each must be: said in German, whole, in the host's theme, accessible, and with nothing over it. */
async function check({ page, element, frame }, says, { name, dark = false, themed = true }) {
  await frame.getByText(says).waitFor();
  const inside = await (await element.elementHandle()).contentFrame();
  const never = (what, look) => until(what, async () => assert.equal((await look()) || "", ""));
  await never("the frame cuts its page off", () => inside.evaluate(() => document.querySelector("main").getBoundingClientRect().bottom > innerHeight && `${document.querySelector("main").getBoundingClientRect().bottom} in ${innerHeight}`));
  await never("Confluence still says that it loads", () => page.evaluate(() => [...document.querySelectorAll(".ap-status-indicator")].map((e) => e.checkVisibility() && e.textContent).filter(Boolean).join()));
  if (themed) await never("its theme", () => inside.evaluate((mode) => document.documentElement.dataset.colorMode !== mode && `${document.documentElement.dataset.colorMode}`, dark ? "dark" : "light"));
  assert.equal(await inside.evaluate((text) => [...document.querySelectorAll("[lang]")].findLast((e) => e.textContent.includes(text))?.lang, says), "de");
  await shoot(page, `frame-${name}-${dark ? "dark" : "light"}`);
  // The frame is see-through, and axe cannot know to what.
  await inside.evaluate((colour) => (document.body.style.background = colour), await page.evaluate(() => getComputedStyle(document.body).backgroundColor));
  await inside.evaluate(audit);
  const found = await inside.evaluate(async () => (await axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], rules: { "page-has-heading-one": { enabled: false } } })).violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target).join(" ")}`));
  assert.deepEqual(found, []);
  assert.deepEqual(page.violations, []);
}

const places = { macro: {}, admin: { where: "/plugins/servlet/ac/labelup/labelup-admin", user: "admin" } };
for (const [situation, says] of [["the site is not known", "Bleibt diese Meldung, bitten Sie die Administration"], ["Redis is down", "Warten Sie 5 Sekunden, und laden Sie dann die Seite neu."]]) {
  for (const [place, scene] of Object.entries(places)) {
    for (const dark of [false, true]) {
      test(`${situation}: ${place} ${dark ? "dark" : "light"}`, async (t) => {
        await check(await open(t, { ...scene, dark }), says, { name: `${situation.replaceAll(" ", "-")}-${place}`, dark });
      });
    }
  }
}

for (const dark of [false, true]) {
  test(`all is well: a script that does not come, ${dark ? "dark" : "light"}`, async (t) => {
    const prepare = (page) => page.route(/\/static\/.*\/labelup\.js/, (route) => route.abort());
    await check(await open(t, { prepare, dark }), "Label UP lädt nicht.", { name: "no-script", dark, themed: false });
  });
}

test("all is well: nothing but the page comes", async (t) => {
  const prepare = (page) => page.route(/\/static\//, (route) => route.abort());
  const { frame } = await open(t, { prepare });
  await frame.getByText("Label UP lädt nicht.").waitFor();
});

test("all is well: what is said late is gone where the script comes", async (t) => {
  const { frame } = await open(t);
  await frame.locator(".chip").first().waitFor();
  assert.equal(await frame.locator(".late").count(), 0);
});

test("all is well: the service cannot be reached once the panel is drawn", async (t) => {
  const { page, frame } = await open(t);
  await frame.locator(".chip").first().waitFor();
  await page.route(/\/api\/labels/, (route) => route.abort());
  await frame.getByRole("button", { name: /entfernen/ }).first().click();
  await frame.getByRole("alert").getByText("Keine Verbindung zu Label UP").waitFor();
  await page.unroute(/\/api\/labels/);
  await page.route(/\/static\//, (route) => route.abort());
  await frame.getByRole("button", { name: "Vorschlagen" }).click();
  await frame.getByText(/Label UP|Netzwerk/).first().waitFor();
});

test("all is well: the service cannot be reached once the page for administrators is drawn", async (t) => {
  const { page, frame } = await open(t, places.admin);
  await frame.getByRole("button", { name: "Erneut prüfen" }).waitFor();
  await page.route(/\/api\/site/, (route) => route.abort());
  await frame.getByRole("button", { name: "Erneut prüfen" }).click();
  await frame.getByRole("alert").getByText("Keine Verbindung zu Label UP").waitFor();
});
