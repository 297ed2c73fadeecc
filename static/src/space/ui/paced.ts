// Reads for what a person looks at: at the pace that Confluence allows, and again
// where that may help.

import { inTurn, newPace } from "../pace.ts";

/** Calls Confluence at its pace, and again where that may help. */
export type Call = <T>(call: () => Promise<T>) => Promise<T>;

const FIRST_READS = 20; // a second, until Confluence refuses some

export function paced(sleep: (ms: number) => Promise<void>): Call {
  const time = { now: () => performance.now(), sleep };
  const pace = newPace(time, FIRST_READS);
  return (call) => inTurn(call, pace, time);
}
