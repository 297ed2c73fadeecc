// The page of a space on a stage, against a space in memory, and the ways in which
// people have it.

import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import type { FakeSpace } from "./fake-space.ts";
import { SCREENS, violations, type Scene, type Stage } from "./stage.ts";

export const LOCATION = "https://site.example/wiki/spaces/DS/apps/1/2/labels";

/** The address that shows what a link says, such as "tab=pages"; "" says nothing. */
export const linked = (says: string) => (says ? `${LOCATION}?labelup=${encodeURIComponent(says)}` : LOCATION);

/** Opens the page of a space. */
export function openSpace(stage: Stage, space: FakeSpace, more: Scene = {}, says = ""): Promise<Page> {
  stage.onRead = (path) => space.handle("GET", path);
  stage.onSave = ({ method, path, body }) => space.handle(method, path, body);
  stage.onRemove = (path) => {
    const { status, body } = space.handle("DELETE", path) ?? { status: 404 };
    return { status, raw: body === undefined ? "{}" : "" };
  };
  return stage.open({ ...more, shell: { view: "space", contentId: "", ...more.shell }, bridge: { location: linked(says), ...more.bridge }, browser: { viewport: { width: 1100, height: 900 }, ...more.browser } });
}

export const LOOKS: [name: "light" | "dark" | "narrow" | "german", scene: Scene][] = [
  ["light", {}],
  ["dark", {}],
  ["narrow", { browser: { viewport: { width: 320, height: 800 } } }],
  ["german", { bridge: { locale: "de-DE" } }],
];

/** Shows a page of the dark look in it. */
export async function inLook(page: Page, look: string): Promise<void> {
  if (look !== "dark") return;
  await page.evaluate(() => {
    (window as unknown as { setTheme: (mode: string, tokens: boolean) => void }).setTheme("dark", true);
    document.documentElement.style.background = "#1d2125"; // of the page around the frame
  });
}

/** Everybody can use what is shown, and it fits; leaves a picture. */
export async function usable(page: Page, picture: string): Promise<void> {
  assert.deepEqual(await violations(page), [], picture);
  await page.screenshot({ path: `${SCREENS}/${picture}.png`, fullPage: true });
  const [wide, room] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(wide! <= room!, `${wide} of ${room} px: ${picture}`);
}
