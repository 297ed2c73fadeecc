// What a person does while a run is on, in a time of its own.

import assert from "node:assert/strict";
import test from "node:test";
import { HostError } from "../src/host.ts";
import { newClicks, type Clicks } from "../src/space/clicks.ts";
import { newPace } from "../src/space/pace.ts";
import { Clock } from "./clock.ts";
import { seeded } from "./seeded.ts";

const TRIP = 30; // ms of a call

/** Confluence with a burst of 20 writes and 10 a second, as each person has them. */
function confluence(clock: Clock, says: number) {
  let tokens = 20;
  let filled = 0;
  return async () => {
    await clock.sleep(TRIP);
    tokens = Math.min(20, tokens + ((clock.at - filled) * 10) / 1_000);
    filled = clock.at;
    if (tokens < 1) throw new HostError(429, says);
    tokens--;
  };
}

/** A run of as many pages at once as a real one, until then; says how many calls got through. */
async function run(clock: Clock, call: () => Promise<void>, clicks: Clicks, until: number): Promise<number> {
  const pace = newPace(clock, 8, clicks);
  let served = 0;
  const worker = async () => {
    while (clock.at < until) {
      await pace.turn();
      await call().then(
        () => (served++, pace.ended(200)),
        (error: HostError) => pace.ended(error.status, error.retryAfter),
      );
    }
  };
  await Promise.all(Array.from({ length: 4 }, worker));
  return served;
}

test("a click goes before all that a run still has to do, at any moment, and the run goes on", async () => {
  for (let seed = 1; seed <= 30; seed++) {
    const { upTo } = seeded(seed);
    const says = seed % 2;
    const clock = new Clock();
    const call = confluence(clock, says);
    const clicks = newClicks(clock.sleep);
    const moments = Array.from({ length: 10 }, () => upTo(115_000)).sort((a, b) => a - b);
    const waits: number[] = [];
    const person = async () => {
      for (const moment of moments) {
        await clock.sleep(Math.max(0, moment - clock.at));
        const begun = clock.at;
        await clicks.first(call);
        waits.push(clock.at - begun);
      }
    };
    const [served] = (await clock.until(Promise.all([run(clock, call, clicks, 120_000), person()]))) as [number, void];
    assert.equal(waits.length, 10);
    // Refused once, it is sent again when it was asked to, and by then has all to itself.
    assert.ok(waits.every((wait) => wait <= 2 * TRIP + (says ? 1_000 : 250)), `seed ${seed}: ${waits}`);
    assert.ok(served > 0.88 * 1_200, `seed ${seed}: ${served} calls of the run`);
  }
});

test("no call of a run is sent while one of a person is under way, but for those that wait too long", async () => {
  const clock = new Clock();
  const clicks = newClicks(clock.sleep);
  const pace = newPace(clock, 100, clicks);
  const sent: number[] = [];
  const worker = async () => {
    for (let n = 0; n < 3; n++) {
      await pace.turn();
      sent.push(clock.at);
    }
  };
  const click = (from: number, ms: number) => clock.sleep(from).then(() => clicks.first(() => clock.sleep(ms)));
  await clock.until(Promise.all([click(0, 700), click(600, 200), clock.sleep(1).then(worker)]));
  assert.ok(sent.every((at) => at >= 800), `${sent}`);
  sent.length = 0;
  // A read that hangs holds up each turn for so long only: the run must show that it is alive.
  const begun = clock.at;
  await clock.until(Promise.all([click(0, 60_000), clock.sleep(1).then(worker)]));
  assert.deepEqual(sent.map((at) => Math.round((at - begun) / 1_000)), [5, 10, 15]);
});

test("a person is told of what Confluence refuses for long, or for another reason", async () => {
  const clock = new Clock();
  const clicks = newClicks(clock.sleep);
  for (const [error, times] of [[new HostError(429, 60), 1], [new HostError(429), 5], [new HostError(409), 1]] as const) {
    let asked = 0;
    const ended = clicks.first(async () => {
      asked++;
      throw error;
    }).catch((failed: unknown) => failed);
    assert.deepEqual([await clock.until(ended), asked, clicks.over()], [error, times, undefined]);
  }
});
