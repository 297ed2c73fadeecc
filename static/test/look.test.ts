// How the panel looks: axe in light and dark for each state, with the host's
// tokens and without, and a picture of each in .build/screens to be looked at.

import assert from "node:assert/strict";
import test from "node:test";
import type { Page } from "playwright-core";
import { SCREENS, useStage, violations, type Scene } from "./stage.ts";

const stage = useStage();
const add = (text: string) => async (page: Page) => {
  await page.keyboard.press("/");
  await page.getByRole("combobox").fill(text);
  await page.locator(".drop").waitFor();
};
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
const labels = (...names: string[]) => () => (stage.contents.get("123")!.labels = names);
const states: Record<string, State> = {
  chips: {},
  list: { scene: { data: { display: "list" } } },
  compact: { scene: { data: { display: "compact" } } },
  empty: { given: labels() },
  "many labels": { given: () => labels(...Array.from({ length: 50 }, (_, i) => `topic-${i}`))() },
  "long label": { given: labels("an-exceedingly-long-label-that-nobody-can-remember-at-all", "短い", "עברית") },
  "read only": { given: () => (stage.contents.get("123")!.operations = []) },
  unlicensed: { scene: { data: { licensed: "false" } } },
  draft: { given: () => Object.assign(stage.contents.get("123")!, { status: "draft", labels: [] }) },
  "old version": { given: () => (stage.contents.get("123")!.version = 9) },
  keyboard: {
    when: async (page) => {
      await page.keyboard.press("Tab");
      await page.keyboard.press("ArrowRight");
    },
  },
  typing: { when: add("r") },
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
  "dead service": { given: () => (stage.onWrite = () => ({ status: 503, body: { error: { kind: "unavailable", reason: "x", requestId: "req-5f2c" } } })), when: remove },
  "dead host": { given: () => (stage.onRead = () => ({ status: 500 })), when: (page) => page.getByRole("alert").waitFor() },
  loading: { given: () => (stage.onRead = () => new Promise(() => {})), when: (page) => page.locator(".bone").first().waitFor() },
  byline: { scene: { data: { view: "byline" } }, when: add("r") },
  editor: { scene: { data: { view: "editor" }, browser: { viewport: { width: 520, height: 420 } } }, when: (page) => page.locator("form").waitFor() },
  "editor wrong prefix": { scene: { data: { view: "editor" } }, when: (page) => page.locator("#prefix").fill("team:") },
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
  "suggestions byline": { scene: { data: { view: "byline" }, browser: { viewport: { width: 420, height: 420 } } }, when: suggest },
  "suggestions right to left": {
    scene: { rtl: true },
    given: () => {
      const found = ["נגישות", "accessibility", "בדיקות"].map((label) => ({ label, ticked: true, reasons: [{ kind: "heading", text: "טפסים", where: "בדיקת טפסים (forms)" }, { kind: "text", text: label, count: 4 }] }));
      stage.onAsk = () => ({ body: { suggestions: [...found, { label: "forms", ticked: false, reasons: [] }], removals: [{ label: "v9" }] } });
    },
    when: suggest,
  },
  "suggestions german": { scene: { bridge: { locale: "de-DE" } }, when: suggest },
  "suggestions japanese": { scene: { bridge: { locale: "ja-JP" } }, when: suggest },
  japanese: { scene: { bridge: { locale: "ja-JP" } }, when: add("計画") },
};

const surfaces = { light: "#ffffff", dark: "#1d2125" };
const setTheme = (page: Page, theme: string, tokens: boolean) =>
  page.evaluate(([theme, tokens]) => (window as unknown as { setTheme(theme: string, tokens: boolean): Promise<void> | undefined }).setTheme(theme, tokens), [theme, tokens] as const);

for (const [name, { scene, given, when }] of Object.entries(states)) {
  test(`${name}: axe has nothing to say, in light and dark, with own colours and the host's tokens`, async () => {
    given?.();
    const page = await stage.open(scene);
    if (name !== "loading" && name !== "dead host") await page.locator(".row:not([aria-busy])").waitFor({ state: "attached" });
    await when?.(page);
    for (const tokens of [false, true]) {
      for (const theme of ["light", "dark"] as const) {
        await setTheme(page, theme, tokens);
        // The frame is transparent: what is behind it belongs to the host.
        await page.evaluate((surface) => (document.documentElement.style.background = surface), surfaces[theme]);
        if (tokens) await page.screenshot({ path: `${SCREENS}/${name.replaceAll(" ", "-")}-${theme}.png` });
        assert.deepEqual(await violations(page), [], `${theme}, ${tokens ? "the host's tokens" : "own colours"}`);
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
  const style = (selector: string, property: string) => page.locator(selector).first().evaluate((e, p) => getComputedStyle(e).getPropertyValue(p), property);
  assert.equal(await style(".chip", "border-top-style"), "solid");
  assert.equal(await style("[aria-selected=true]", "outline-style"), "solid");
  await page.screenshot({ path: `${SCREENS}/forced-colors.png` });
});
