// Reads for what a person looks at: at the pace that Confluence allows, and again
// where that may help.

import { retryAfterOf, statusOf } from "../../failure.ts";
import { newPace } from "../pace.ts";
import { patiently } from "./reading.ts";

/** Calls Confluence at its pace, and again where that may help. */
export type Call = <T>(call: () => Promise<T>) => Promise<T>;

const FIRST_READS = 20; // a second, until Confluence refuses some

export function paced(sleep: (ms: number) => Promise<void>): Call {
  const pace = newPace({ now: () => performance.now(), sleep }, FIRST_READS);
  return (send) =>
    patiently(async () => {
      await pace.turn();
      try {
        const answer = await send();
        pace.ended(200);
        return answer;
      } catch (error) {
        pace.ended(statusOf(error), retryAfterOf(error));
        throw error;
      }
    }, sleep);
}
