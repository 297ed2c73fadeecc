// How fast calls may follow each other: as fast as Confluence lets them, which
// it says only by refusing. The rate grows until it refuses, falls by some, and
// then stays near what it was refused at. A refusal holds all calls back, as
// long as it asks for or, where it does not say, longer each time. What a person
// does meanwhile goes first: no call of a run gets a turn while one of theirs is
// under way. Of many things, a few are done at once.

import type { Clicks } from "./clicks.ts";
import { mayPass, retryAfterOf, statusOf } from "../failure.ts";

/** Time, in ms of a clock that goes on while the computer sleeps. */
export interface Time {
  now(): number;
  sleep(ms: number): Promise<void>;
}

export interface Pace {
  /** Resolves when a call may be sent. */
  turn(): Promise<void>;
  /** How a call ended: its HTTP status, 0 for none, and the seconds it asks to wait, 0 if it does not. */
  ended(status: number, retryAfter?: number): void;
  /** Calls a second. */
  rate(): number;
}

const AT_ONCE = 4;
const MOST_TRIES = 8; // of a call
const LEAST = 0.5; // calls a second
const MOST = 500; // more than a run comes to, with the few calls that it has at once
const AHEAD = 5; // calls that may be sent together after a while without any
const GROWS = 0.02; // by each call, until there was a refusal
const CREEPS = 0.001; // and near what was refused
const NEAR = 0.92;
const FALLS = 0.9;
const FIRST_WAIT = 1_000; // ms
const LONGEST_WAIT = 60_000;
const ONE_REFUSAL = 500; // ms: calls that were on their way together are refused together
const LONGEST_WAY = 5_000; // ms that a turn gives way: a run that stands for longer may be taken over

/** Does so many at once at most; rejects with the first error, when those that were begun have ended. */
export async function each<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  const waiting = items.values();
  let failed: { error: unknown } | undefined;
  const one = async () => {
    for (const item of waiting) {
      if (failed) return;
      try {
        await act(item);
      } catch (error) {
        failed ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
  if (failed) throw failed.error;
}

/** Calls in its turn, and again where Confluence was too busy for it, or did not answer. before is done before each try; what it rejects with ends it. */
export async function inTurn<T>(call: () => Promise<T>, pace: Pace, { sleep }: Pick<Time, "sleep">, before: () => Promise<void> = async () => undefined): Promise<T> {
  for (let tries = 1; ; tries++) {
    await pace.turn();
    await before();
    try {
      const answer = await call();
      pace.ended(200);
      return answer;
    } catch (error) {
      const status = statusOf(error);
      pace.ended(status, retryAfterOf(error));
      if (!mayPass(status) || tries === MOST_TRIES) throw error;
      if (status !== 429) await sleep(Math.min(250 * 2 ** tries, 15_000));
    }
  }
}

/** first is how fast it begins, in calls a second. */
export function newPace({ now, sleep }: Time, first: number, clicks?: Clicks): Pace {
  let rate = first;
  let refusedAt = 0; // calls a second
  let next = 0; // when the next call would be sent if all stood in a line
  let refused = -ONE_REFUSAL;
  let waits = 0; // refusals without a call that got through
  return {
    async turn() {
      for (let way = LONGEST_WAY; ; ) {
        const over = way > 0 && clicks?.over();
        if (over) {
          const begun = now();
          await Promise.race([over, sleep(way)]);
          way -= now() - begun;
          continue;
        }
        const at = Math.max(now(), next);
        const wait = at - now() - (AHEAD * 1_000) / rate;
        if (wait <= 0) {
          next = at + 1_000 / rate;
          return;
        }
        await sleep(Math.ceil(wait));
      }
    },
    ended(status, retryAfter = 0) {
      if (status !== 429) {
        if (status >= 200 && status < 300) {
          waits = 0;
          rate = Math.min(MOST, rate * (1 + (refusedAt && rate > NEAR * refusedAt ? CREEPS : GROWS)));
        }
        return;
      }
      const at = now();
      const wait = Math.min(LONGEST_WAIT, retryAfter > 0 ? retryAfter * 1_000 : FIRST_WAIT * 2 ** Math.min(waits, 6));
      next = Math.max(next, at + wait + (AHEAD * 1_000) / rate);
      if (at - refused < ONE_REFUSAL) return;
      refused = at;
      waits++;
      refusedAt = refusedAt ? (refusedAt + rate) / 2 : rate;
      rate = Math.max(LEAST, rate * FALLS);
    },
    rate: () => rate,
  };
}
