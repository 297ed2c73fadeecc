// How the panel looks: axe in light and dark for each state, with the host's
// tokens and without, and a picture of each in .build/screens to be looked at.

import assert from "node:assert/strict";
import test from "node:test";
import type { Page } from "playwright-core";
import { HOST, SCREENS, SITE, SUGGESTED, useStage, violations, type Scene } from "./stage.ts";

const stage = useStage();
const add = (text: string) => async (page: Page) => {
  await page.keyboard.press("/");
  await page.getByRole("combobox").fill(text);
  await page.locator(".offers > *, .confirm").first().waitFor();
};
const narrow = { browser: { viewport: { width: 320, height: 360 } } };
const LIST = "Roadmaps, #beta, what?, roadmap, relese-notes, gam\u200bma, handbook, ";
const suggest = async (page: Page) => {
  await page.locator(".quiet").nth(1).click(); // the second button, in any language
  await page.locator(".suggestion").nth(3).waitFor(); // refined
};
const suggestNothing = async (page: Page) => {
  await page.getByRole("button", { name: "Suggest" }).click();
  await page.getByRole("button", { name: "Close" }).waitFor();
};
const remove = async (page: Page) => {
  await page.getByRole("button", { name: "Remove v9" }).click();
  await page.locator(".status").first().waitFor();
};

interface State {
  scene?: Scene;
  given?: () => void;
  when?: (page: Page) => Promise<void>;
}
const recorded = HOST === "connect"; // a service keeps a record of the site
function admin(more: Scene = {}): Scene {
  return { ...more, shell: { ...more.shell, view: "admin" }, bridge: { site: SITE.url, ...more.bridge }, browser: { viewport: { width: 1100, height: 900 }, ...more.browser } };
}
/** Has Confluence keep something with so many pages, and nothing with its one space. */
function keep(pages: number): void {
  stage.properties = [{ id: "5", key: "labelup_page", value: { v: 1 }, version: { number: 1 } }];
  stage.onRead = (path) => {
    if (path.startsWith("/rest/api/content/search")) return { body: { results: Array.from({ length: pages }, (_, i) => ({ id: String(100 + i), type: "page", title: `Page ${i}` })) } };
    return path.startsWith("/api/v2/spaces?") ? { body: { results: [{ id: "1", key: "DS", name: "Design" }] } } : undefined;
  };
}
const confirm = async (page: Page) => {
  await page.getByRole("textbox").fill("acme.atlassian.net");
  await page.keyboard.press("Enter");
};
const labels = (...names: string[]) => () => (stage.contents.get("123")!.labels = names);
const states: Record<string, State> = {
  chips: {},
  list: { scene: { shell: { parameters: { display: "list" } } } },
  compact: { scene: { shell: { parameters: { display: "compact" } } } },
  empty: { given: labels() },
  "many labels": { given: () => labels(...Array.from({ length: 50 }, (_, i) => `topic-${i}`))() },
  "long label": { given: labels("an-exceedingly-long-label-that-nobody-can-remember-at-all", "短い", "עברית") },
  "read only": { given: () => (stage.contents.get("123")!.operations = []) },
  unlicensed: { scene: { shell: { licensed: false } } },
  draft: { given: () => Object.assign(stage.contents.get("123")!, { status: "draft", labels: [] }) },
  "old version": { given: () => (stage.contents.get("123")!.version = 9) },
  keyboard: {
    when: async (page) => {
      await page.keyboard.press("Tab");
      await page.keyboard.press("ArrowRight");
    },
  },
  "field opened": { when: add("") },
  "field narrow": { scene: narrow, when: add("") },
  typing: { when: add("r") },
  "typing narrow": { scene: narrow, when: add("r") },
  "to confirm": { when: add(LIST) },
  "to confirm narrow": { scene: narrow, when: add(LIST) },
  "to confirm right to left": { scene: { rtl: true }, when: add(LIST) },
  "added by name": {
    when: async (page) => {
      await add("")(page);
      await page.getByRole("option").first().click();
      await page.locator(".status").first().waitFor();
    },
  },
  twin: { when: add("relese-notes") },
  several: { when: add("alpha, beta, gamma") },
  "wrong name": { when: add("what?") },
  done: { when: remove },
  saving: { given: () => (stage.onWrite = () => new Promise(() => {})), when: remove },
  "partial failure": {
    given: () =>
      (stage.onWrite = () => ({
        body: { labels: [{ name: "roadmap" }, { name: "a" }], added: ["a"], removed: ["v9"], failed: [{ name: "b", operation: "add", kind: "upstream" }], requestId: "x" },
      })),
    when: remove,
  },
  undone: {
    when: async (page) => {
      await remove(page);
      await page.getByRole("button", { name: "Remove roadmap" }).click();
      await page.getByText("Removed \u2068roadmap").first().waitFor();
      await page.getByRole("button", { name: "Undo" }).click();
      await page.getByText("Undone").first().waitFor();
    },
  },
  pause: { given: () => (stage.onWrite = () => ({ status: 429, body: { error: { kind: "rate_limited", retryAfter: 90, requestId: "req-5f2c" } } })), when: remove },
  archived: { given: () => (stage.onWrite = () => ({ status: 403, body: { error: { kind: "forbidden", reason: "archived_content", requestId: "req-5f2c" } } })), when: remove },
  filtered: {
    given: () => labels(...Array.from({ length: 50 }, (_, i) => `topic-${i}`))(),
    when: async (page) => {
      await page.getByRole("textbox", { name: "Filter labels" }).fill("topic-3");
      await page.getByText("11 of 50 shown").waitFor();
    },
  },
  "filtered narrow right to left": {
    scene: { rtl: true, browser: { viewport: { width: 320, height: 520 } } },
    given: () => labels(...Array.from({ length: 50 }, (_, i) => `תווית-${i}`))(),
    when: async (page) => {
      await page.getByRole("textbox", { name: "Filter labels" }).fill("תווית-3");
      await page.getByText("11 of 50 shown").waitFor();
    },
  },
  "dead service": { given: () => (stage.onWrite = () => ({ status: 503, body: { error: { kind: "unavailable", reason: "x", requestId: "req-5f2c" } } })), when: remove },
  "dead host": { given: () => (stage.onRead = () => ({ status: 500 })), when: (page) => page.getByRole("alert").waitFor() },
  loading: { given: () => (stage.onRead = () => new Promise(() => {})), when: (page) => page.locator(".bone").first().waitFor() },
  byline: { scene: { shell: { view: "byline" } }, when: add("r") },
  editor: { scene: { shell: { view: "editor" }, browser: { viewport: { width: 520, height: 420 } } }, when: (page) => page.locator("form").waitFor() },
  "editor wrong prefix": { scene: { shell: { view: "editor" } }, when: (page) => page.locator("#prefix").fill("team:") },
  "right to left": { scene: { rtl: true }, when: add("r") },
  suggestions: { when: suggest },
  "suggestions explained": {
    when: async (page) => {
      await suggest(page);
      await page.getByRole("checkbox").first().focus();
      await page.keyboard.press("ArrowRight");
    },
  },
  "suggestions dismissed": {
    given: () => (stage.onSave = () => ({ status: 403 })),
    when: async (page) => {
      await suggest(page);
      await page.getByRole("button", { name: "Not this one: testing" }).click();
      await page.getByText("could not be saved").last().waitFor();
    },
  },
  "suggestions dismissed list": {
    given: () => (stage.properties = [{ id: "5", key: "labelup_page", value: { v: 1, dismissed: ["forms", "an-exceedingly-long-label-that-nobody-can-remember-at-all", "נגישות"] }, version: { number: 1 } }]),
    when: async (page) => {
      await suggest(page);
      await page.getByRole("button", { name: "3 dismissed" }).click();
    },
  },
  "suggestions few narrow": {
    scene: { browser: { viewport: { width: 320, height: 520 } } },
    given: () => (stage.onAsk = () => ({ body: { suggestions: [{ label: "forms", ticked: true, reasons: [{ kind: "parent" }] }], truncated: true } })),
    when: suggestNothing,
  },
  "suggestions all applied": { given: () => (stage.onAsk = () => ({ body: { suggestions: [], nothing: "all_applied", removals: [{ label: "v9" }] } })), when: suggestNothing },
  "suggestions loading": {
    given: () => (stage.onAsk = () => new Promise(() => {})),
    when: async (page) => {
      await page.getByRole("button", { name: "Suggest" }).click();
      await page.locator(".offered .bone").first().waitFor();
    },
  },
  "suggestions none": { given: () => (stage.onAsk = () => ({ body: { suggestions: [], nothing: "too_short" } })), when: suggestNothing },
  "suggestions failed": {
    given: () => (stage.onAsk = () => ({ status: 429, body: { error: { kind: "rate_limited", retryAfter: 12, requestId: "req-9" } } })),
    when: async (page) => {
      await page.getByRole("button", { name: "Suggest" }).click();
      await page.getByRole("alert").waitFor();
    },
  },
  "suggestions narrow": { scene: { browser: { viewport: { width: 320, height: 520 } } }, when: suggest },
  "suggestions wide": { scene: { browser: { viewport: { width: 1200, height: 240 } } }, when: suggest },
  "suggestions byline": { scene: { shell: { view: "byline" }, browser: { viewport: { width: 420, height: 420 } } }, when: suggest },
  "suggestions right to left": {
    scene: { rtl: true },
    given: () => {
      const found = ["נגישות", "accessibility", "בדיקות"].map((label) => ({ label, ticked: true, reasons: [{ kind: "heading", text: "טפסים", where: "בדיקת טפסים (forms)" }, { kind: "text", text: label, count: 4 }] }));
      stage.onAsk = () => ({ body: { suggestions: [...found, { label: "forms", ticked: false, reasons: [] }], removals: [{ label: "v9" }] } });
    },
    when: suggest,
  },
  "suggestions guessed": {
    given: () => {
      const guess = (label: string, reason: object) => ({ label, ticked: false, guess: true, reasons: [reason] });
      stage.onAsk = () => ({ body: { suggestions: [...SUGGESTED, guess("forms", { kind: "siblings", count: 1, of: 7 }), guess("handbook", { kind: "parent" })] } });
    },
    when: (page) => suggest(page).then(() => page.locator(".suggestion").last().hover()),
  },
  "suggestions german": { scene: { bridge: { locale: "de-DE" } }, when: suggest },
  "suggestions japanese": { scene: { bridge: { locale: "ja-JP" } }, when: suggest },
  japanese: { scene: { bridge: { locale: "ja-JP" } }, when: add("計画") },
  admin: { scene: admin() },
  "admin troubled": {
    scene: admin({ shell: { licensed: recorded } }),
    given: () => {
      stage.onRead = (path) => (/spaces|search/.test(path) ? { status: path.includes("search") ? 400 : 403 } : undefined);
      Object.assign(stage.site, { licensed: false, enabled: false, checks: [{ name: "read_as_app", ok: false, kind: "unauthorized" }, { name: "act_as_user", ok: false, kind: "upstream" }] });
    },
  },
  "admin bundle": { scene: admin(), when: async (page) => (await page.getByRole("button", { name: "Make a support bundle" }).click(), page.getByRole("textbox", { name: /The bundle/ }).waitFor()) },
  "admin loading": { scene: admin(), given: () => (stage.onSite = stage.onRead = () => new Promise(() => {})) },
  ...(recorded && { "admin forbidden": { scene: admin(), given: () => (stage.onSite = () => ({ status: 403, body: { error: { kind: "forbidden", reason: "not_an_administrator", requestId: "req-1" } } })) } }),
  "admin wrong name": { scene: admin(), when: async (page) => (await page.getByRole("textbox").fill("acme"), page.getByRole("button", { name: "Erase everything" }).press("Enter")) },
  "admin cleaning": { scene: admin(), given: () => (keep(3), (stage.onRemove = () => new Promise(() => {}))), when: (page) => confirm(page).then(() => page.getByText("0 of 4 pages").waitFor()) },
  "admin left": {
    scene: admin(),
    given: () => (keep(2), (stage.onRemove = (path) => (path.includes("/pages/") ? { status: 403 } : undefined))),
    when: (page) => confirm(page).then(() => page.getByText("could not be removed").last().waitFor()),
  },
  "admin erased": { scene: admin(), given: () => keep(1), when: (page) => confirm(page).then(() => page.getByText(recorded ? "The record is erased" : "Erased. Entries").last().waitFor()) },
  "admin narrow": { scene: admin({ browser: { viewport: { width: 320, height: 1200 } } }) },
  "admin german": { scene: admin({ bridge: { locale: "de-DE" } }) },
  "admin japanese": { scene: admin({ bridge: { locale: "ja-JP" } }) },
  "admin right to left": { scene: admin({ rtl: true }) },
};

const shot = recorded ? "" : `${HOST}-`; // what pictures' names begin with
const surfaces = { light: "#ffffff", dark: "#1d2125" };
const setTheme = (page: Page, theme: string, tokens: boolean) =>
  page.evaluate(([theme, tokens]) => (window as unknown as { setTheme(theme: string, tokens: boolean): Promise<void> | undefined }).setTheme(theme, tokens), [theme, tokens] as const);

for (const [name, { scene, given, when }] of Object.entries(states)) {
  test(`${name}: axe has nothing to say, in light and dark, with own colours and the host's tokens`, async () => {
    given?.();
    const page = await stage.open(scene);
    const there = scene?.shell?.["view"] === "admin" ? ".admin :is(section, [role=alert], .loading)" : ".row:not([aria-busy])";
    if (name !== "loading" && name !== "dead host") await page.locator(there).first().waitFor({ state: "attached" });
    await when?.(page);
    // What the host does not send looks the same on each.
    let known = false; // all but the colours
    for (const tokens of HOST === "native" ? [true] : [false, true]) {
      for (const theme of ["light", "dark"] as const) {
        await setTheme(page, theme, tokens);
        // The frame is transparent: what is behind it belongs to the host.
        await page.evaluate((surface) => (document.documentElement.style.background = surface), surfaces[theme]);
        if (tokens) await page.screenshot({ path: `${SCREENS}/${shot}${name.replaceAll(" ", "-")}-${theme}.png`, fullPage: name.startsWith("admin") });
        assert.deepEqual(await violations(page, known ? "colours" : undefined), [], `${theme}, ${tokens ? "the host's tokens" : "own colours"}`);
        known = true;
      }
    }
  });
}

test("the theme follows the host while the page is open", async () => {
  const page = await stage.open();
  await page.locator(".chip").first().waitFor();
  const colour = () => page.locator(".chip").first().evaluate((e) => getComputedStyle(e).color);
  const light = await colour();
  await setTheme(page, "dark", false);
  assert.notEqual(await colour(), light);
});

test("in forced colours a suggestion keeps an outline", async () => {
  const page = await stage.open({ browser: { forcedColors: "active" } });
  await page.locator(".chip").first().waitFor();
  await suggest(page);
  assert.equal(await page.locator(".suggestion").first().evaluate((e) => getComputedStyle(e).borderTopStyle), "solid");
  await page.screenshot({ path: `${SCREENS}/suggestions-forced-colors.png` });
});

test("in forced colours the buttons of the page for administrators keep an outline", async () => {
  const page = await stage.open(admin({ browser: { forcedColors: "active" } }));
  const erase = page.getByRole("button", { name: "Erase everything" });
  assert.equal(await erase.evaluate((e) => getComputedStyle(e).borderTopStyle), "solid");
  await page.screenshot({ path: `${SCREENS}/${shot}admin-forced-colors.png`, fullPage: true });
});

test("who prefers no motion sees none", async () => {
  stage.onRead = () => new Promise(() => {});
  const page = await stage.open({ browser: { reducedMotion: "reduce" } });
  await page.locator(".bone").first().waitFor();
  assert.equal(await page.locator(".bone").first().evaluate((e) => getComputedStyle(e).animationName), "none");
});

test("in forced colours chips keep an outline and the chosen offer is marked", async () => {
  const page = await stage.open({ browser: { forcedColors: "active" } });
  await page.locator(".chip").first().waitFor();
  await add("r")(page);
  await page.keyboard.press("ArrowDown");
  const style = (selector: string, property: string) => page.locator(selector).first().evaluate((e, p) => getComputedStyle(e).getPropertyValue(p), property);
  assert.equal(await style(".chip", "border-top-style"), "solid");
  assert.equal(await style("[aria-selected=true]", "outline-style"), "solid");
  await page.screenshot({ path: `${SCREENS}/forced-colors.png` });
});
