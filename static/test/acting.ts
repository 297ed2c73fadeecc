// What tests do with a page and look at on it.

import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { HOST, labelsOf, PATIENCE } from "./stage.ts";

/** A text as it is seen: what keeps names in other scripts apart is not. */
export const plain = (text: string) => text.replace(/[\u2066-\u2069]/g, "");
export const status = async (page: Page) => (await page.locator(".status").allTextContents()).map((text) => unreferenced(plain(text)));
export const spoken = async (page: Page) => plain(await page.locator(".unseen[role=status]").innerText());
export const seen = (page: Page) => page.evaluate(() => (window as unknown as { seen: Record<string, never> }).seen);
/** What proves the nth call of a frame to the service; in the tab there is nobody to prove it to. */
export const proof = (n: number) => (HOST === "connect" ? `JWT token-${n}` : undefined);
/** What is told without the reference that support asks for: in the tab every failed call has one. */
export const unreferenced = (text: string) => (HOST === "connect" ? text : text.replace(/(Reference for support: [0-9a-f]{12} | )?Copy for support$/, ""));
export const focused = (page: Page) =>
  page.evaluate(() => {
    const element = document.activeElement ?? document.body;
    return element === document.body ? "nothing" : element.textContent || element.getAttribute("role");
  });
export const loaded = (page: Page) => page.locator(".row:not([aria-busy])").waitFor();
/** Waits for all that a name is compared with: what is entered before is compared later, and may have to be confirmed then. */
export const compared = (page: Page) => page.locator(".offers:not([aria-busy=true])").waitFor({ state: "attached" });

export async function until<T>(look: () => Promise<T> | T, right: (value: T) => boolean, what: string): Promise<T> {
  const end = Date.now() + PATIENCE;
  for (;;) {
    const value = await look();
    if (right(value)) return value;
    assert.ok(Date.now() < end, `${what}; last seen: ${JSON.stringify(value)}`);
    await new Promise((later) => setTimeout(later, 20));
  }
}
export const untilLabels = (page: Page, names: string[]) => until(() => labelsOf(page), (v) => v.join() === names.join(), `labels ${names}`);
export const untilStatus = (page: Page, text: RegExp) => until(async () => (await status(page)).join(" | "), (v) => text.test(v), `status ${text}`);

/** Keys that are an input method's: Safari sends the Enter that ends a word when it is done, with a number of its own. */
export const COMPOSING = [["a key of an input method", { isComposing: true }], ["a key of an input method in Safari", { keyCode: 229 }]] as const;
export const sends = (input: Element, [key, how]: readonly [string, object]) => void input.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...how }));

/** Has the page's time stand still; page.clock.runFor lets some of it pass, however busy the machine is. */
export async function stopClock(page: Page): Promise<void> {
  await page.clock.install({ time: 0 });
  await page.clock.pauseAt(60_000);
}

/** Waits while the page's clock stands still: as little of its time passes as it needs to draw. */
export async function untilDrawn(page: Page, look: () => Promise<boolean> | boolean, what: string): Promise<void> {
  await until(async () => (await page.clock.runFor(20), look()), Boolean, what);
}
