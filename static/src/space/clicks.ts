// What a person does while a run is on: their calls are sent at once, and pace.ts
// has the run wait for them.

import { retryAfterOf, statusOf } from "../failure.ts";
import type { Time } from "./pace.ts";

/** The calls of a person. */
export interface Clicks {
  /** Sends a call at once, and again for a while when Confluence has too many. */
  first<T>(call: () => Promise<T>): Promise<T>;
  /** Resolves when the last one that is under way has ended; undefined if none is. */
  over(): Promise<void> | undefined;
}

const CLICK_TRIES = 5;
const CLICK_AGAIN = 250; // ms, and longer each time
const CLICK_PATIENCE = 5; // seconds that a person waits, or is told

export function newClicks(sleep: Time["sleep"]): Clicks {
  let under = 0;
  let over: Promise<void> | undefined;
  let end = () => {};
  return {
    async first(call) {
      if (!under++) over = new Promise((resolve) => (end = resolve));
      try {
        for (let tries = 1; ; tries++) {
          try {
            return await call();
          } catch (error) {
            const after = retryAfterOf(error);
            if (statusOf(error) !== 429 || tries === CLICK_TRIES || after > CLICK_PATIENCE) throw error;
            await sleep(Math.max(after * 1_000, CLICK_AGAIN * 2 ** (tries - 1)));
          }
        }
      } finally {
        if (!--under) {
          over = undefined;
          end();
        }
      }
    },
    over: () => over,
  };
}
