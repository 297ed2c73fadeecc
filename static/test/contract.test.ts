// The contract of POST /api/labels, held by the label writer of the tab.

import assert from "node:assert/strict";
import test from "node:test";
import { labelWriter, type Clock, type LabelAnswer, type LabelChange } from "../src/hosts/labels.ts";
import type { Problem } from "../src/problem.ts";
import { cases, settled } from "./contract.ts";

interface Expected {
  confluence?: Exchanged[];
  answer?: Partial<LabelAnswer> & { holds?: string[] };
  fault?: Record<string, unknown>;
  seconds?: [least: number, most: number];
}
interface Case extends Expected {
  case: string;
  caller?: { contentId?: string; contentType?: string; anonymous?: boolean; unlicensed?: boolean };
  body: LabelChange;
  tab?: Expected & { why?: string; not?: string };
}
interface Exchanged {
  request: string;
  adds?: string[];
  after?: number | "ever";
  status?: number;
  holds?: string[];
  next?: string | null;
  json?: unknown;
}

/** A clock that moves only when all wait, so that waiting takes no time. */
function standingClock(): Clock & { until<T>(promise: Promise<T>): Promise<T> } {
  let now = 0;
  const sleepers: { at: number; wake: () => void }[] = [];
  return {
    now: () => now,
    sleep: (ms) => new Promise((wake) => sleepers.push({ at: now + ms, wake })),
    async until(promise) {
      let settled = false;
      promise.then(() => (settled = true), () => (settled = true));
      for (;;) {
        await new Promise(setImmediate);
        if (settled) return promise;
        sleepers.sort((a, b) => a.at - b.at);
        const next = sleepers.shift();
        assert.ok(next, "it waits for nothing");
        now = next.at;
        next.wake();
      }
    },
  };
}

/** A Confluence, as the host gives it, that answers the requests of a script and no others. */
function played(script: Exchanged[], clock: Clock) {
  const sent: [request: string, body: unknown, expected: string | undefined, adds: unknown][] = []; // beside what was expected: who sends may well do with an error
  async function answer(request: string, body?: unknown): Promise<unknown> {
    const next = script.shift();
    sent.push([inOneForm(request), body, next && inOneForm(next.request), next?.adds?.map((name) => ({ prefix: "global", name }))]);
    if (!next) throw new Error("not expected");
    if (next.after === "ever") return new Promise(() => undefined);
    await clock.sleep((next.after ?? 0) * 1_000);
    const { status = 200 } = next;
    if (status < 200 || status > 299) throw Object.assign(new Error(), { status }); // as HostError, of another part
    return next.json ?? { results: (next.holds ?? []).map(label), _links: next.next ? { next: next.next } : {} };
  }
  return {
    sent,
    read: (path: string) => answer(`GET ${path}`),
    write: (method: string, path: string, body: unknown) => answer(`${method} ${path}`, body),
    remove: async (path: string) => void (await answer(`DELETE ${path}`)),
  };
}

function inOneForm(request: string): string {
  const [path, query] = request.split("?");
  return query === undefined ? path! : `${path}?${new URLSearchParams(query)}`;
}

function label(held: string): { id: string; prefix: string; name: string } {
  const [prefix, name] = held.includes(":") ? (held.split(":") as [string, string]) : ["global", held];
  return { id: `id of ${held}`, prefix, name };
}

for (const { case: sentence, caller, body, tab, ...expected } of cases<Case>("labels.json")) {
  if (tab?.not) {
    test(sentence, { skip: tab.not });
    continue;
  }
  test(sentence, async () => {
    const { confluence: script = [], answer, fault, seconds } = { ...expected, ...tab };
    const clock = standingClock();
    const place = { contentId: caller?.contentId ?? "123", contentType: caller?.contentType ?? "page", signedIn: !caller?.anonymous, licensed: !caller?.unlicensed };
    const { sent, ...confluence } = played(script, clock);
    const change = clock.until(labelWriter(confluence, place, clock)(body));
    if (fault) {
      const problem = await change.then((answer) => assert.fail(`it was done: ${JSON.stringify(answer)}`), (problem: Problem) => problem);
      assert.deepEqual(problem, settled(fault, problem));
    } else {
      const got = await change;
      const { holds, ...rest } = answer!;
      assert.deepEqual(got, settled({ added: [], removed: [], failed: [], ...(holds && { labels: holds.map(label) }), ...rest }, got));
    }
    for (const [request, body, expected, adds] of sent) assert.deepEqual([request, body], [expected, adds]);
    assert.deepEqual(script, [], "all is sent");
    const took = clock.now() / 1_000;
    if (seconds) assert.ok(took >= seconds[0] && took <= seconds[1], `it took ${took} s`);
  });
}

test("who stops waiting for a change is told so at once, and nothing more is sent", async () => {
  const clock = standingClock();
  const stop = new AbortController();
  const script = [{ request: "DELETE /rest/api/content/123/label?name=a", after: 1 }, { request: "DELETE /rest/api/content/123/label?name=b" }];
  const change = labelWriter(played(script, clock), { contentId: "123", contentType: "page", signedIn: true, licensed: true }, clock);
  const answer = change({ contentId: "123", remove: ["a", "b"] }, stop.signal);
  stop.abort();
  await assert.rejects(answer, { kind: "timeout" });
  await clock.until(clock.sleep(30_000));
  assert.equal(script.length, 1);
  await assert.rejects(change({ contentId: "123", remove: ["a"] }, stop.signal), { kind: "timeout" });
  assert.equal(script.length, 1);
});
