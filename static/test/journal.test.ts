import assert from "node:assert/strict";
import test from "node:test";
import { HostError } from "../src/host.ts";
import type { Bridge } from "../src/hosts/bridge.ts";
import { forgeHost } from "../src/hosts/forge.ts";
import { engineInTab } from "../src/hosts/part.ts";

Object.assign(globalThis, { addEventListener: () => undefined });

/** A bridge to a Confluence that answers each path with a status. */
const bridge = (status: number): Bridge =>
  ({
    getContext: async () => ({ moduleKey: "labelup-labels", appVersion: "2.1.0", environmentType: "PRODUCTION", accountId: "somebody" }),
    requestConfluence: async () => ({ status, headers: {}, body: "{}" }),
  }) as unknown as Bridge;

interface Told {
  host: string;
  version: string;
  events: { call: string; result: string; ms: number; reference?: string }[];
}
const told = async (host: ReturnType<typeof forgeHost>) => JSON.parse(await host.support!()) as Told;

test("of a call the journal has the words of its address and how it ended, and nothing of a page", async () => {
  const host = forgeHost("native", bridge(403), {}, engineInTab(), () => undefined);
  await assert.rejects(host.read("/api/v2/pages/8675309/labels?cursor=secret"), new HostError(403));
  await assert.rejects(host.remove("/rest/api/content/8675309/label?name=secret-name"), new HostError(403));
  const { host: name, version, events } = await told(host);
  assert.deepEqual([name, version], ["native", "2.1.0"]);
  assert.deepEqual(events.map(({ call, result }) => [call, result]), [["GET /api/v2/pages/*/labels", "403"], ["DELETE /rest/api/content/*/label", "403"]]);
  assert.doesNotMatch(await host.support!(), /8675309|secret|somebody/);
});

const core: [sentence: string, answer: () => Promise<object>, result: string, reference: RegExp][] = [
  ["a good answer", async () => ({ labels: [] }), "ok", /^[0-9a-f]{12}$/],
  ["a change of which a part failed", async () => ({ labels: [], failed: [{ name: "secret", kind: "conflict" }] }), "conflict", /^[0-9a-f]{12}$/],
  ["a problem", () => Promise.reject({ kind: "forbidden" }), "forbidden", /^[0-9a-f]{12}$/],
  ["a problem that a server's log has", () => Promise.reject({ kind: "upstream", requestId: "req-7" }), "upstream", /^req-7$/],
  ["what nobody expected", () => Promise.reject(new Error("secret")), "network", /^[0-9a-f]{12}$/],
];
for (const [sentence, answer, result, reference] of core) {
  test(`${sentence} is in the journal by the reference that the person is shown`, async () => {
    const host = forgeHost("native", bridge(200), { "/api/labels": answer }, engineInTab(), () => undefined);
    const shown = (await host.call("/api/labels", {}).catch((problem: unknown) => problem)) as { requestId: string };
    const [event] = (await told(host)).events;
    assert.deepEqual([event!.call, event!.result, event!.reference], ["/api/labels", result, shown.requestId]);
    assert.match(shown.requestId, reference);
    assert.doesNotMatch(await host.support!(), /secret/);
  });
}

test("who stops waiting is let go at once, and what answers is told to stop", async () => {
  const stop = new AbortController();
  let given: AbortSignal | undefined;
  const never = (_frame: unknown, _body: unknown, signal?: AbortSignal) => ((given = signal), new Promise<object>(() => undefined));
  const host = forgeHost("native", bridge(200), { "/api/suggest": never }, engineInTab(), () => undefined);
  const waiting = host.call("/api/suggest", {}, stop.signal);
  await new Promise(setImmediate);
  stop.abort();
  await assert.rejects(waiting, (problem: { kind: string }) => problem.kind === "timeout");
  assert.equal(given?.aborted, true);
  const { events } = await told(host);
  assert.equal(events.at(-1)!.result, "timeout");
});

test("the journal keeps the latest 50", async () => {
  const host = forgeHost("native", bridge(200), {}, engineInTab(), () => undefined);
  for (let i = 0; i < 60; i++) await host.read(i < 59 ? "/api/v2/labels" : "/api/v2/spaces");
  const { events } = await told(host);
  assert.equal(events.length, 50);
  assert.equal(events.at(-1)!.call, "GET /api/v2/spaces");
});
