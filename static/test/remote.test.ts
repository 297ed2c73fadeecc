// What goes to the server on Forge Remote, by which way, and what is made of what
// comes back. The server itself holds the contract in handlers/contract_test.go.

import assert from "node:assert/strict";
import test from "node:test";
import type { Frame } from "../src/hosts/forge.ts";
import { serverAnswers } from "../src/hosts/remote.ts";

const frame = {} as Frame;
const change = { contentId: "1", add: ["a"], remove: [] };
interface Back {
  status: number;
  headers?: Record<string, string | string[]>;
  body: unknown;
}

/** A bridge to a server that answers so, and what was asked of it. */
function server({ status, headers = {}, body }: Back) {
  const asked: unknown[] = [];
  const answers = serverAnswers({
    invokeRemote: async (call) => (asked.push(["invoke", call]), { status, headers, body }),
    requestRemote: async (remote, call) => (asked.push(["request", remote, call]), { status, headers: headers as Record<string, string>, body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  return { ...answers, asked };
}

test("a change goes through Forge, which adds the person; a question goes from the page, which may be large", async () => {
  const { labels, suggest, asked } = server({ status: 200, body: { labels: [] } });
  assert.deepEqual(await labels(frame, change, undefined), { labels: [] });
  assert.deepEqual(await suggest(frame, { contentId: "1" }, undefined), { labels: [] });
  const headers = { "content-type": "application/json" };
  assert.deepEqual(asked, [
    ["invoke", { path: "/api/labels", method: "POST", headers, body: change }],
    ["request", "service", { path: "/api/suggest", method: "POST", headers, body: '{"contentId":"1"}' }],
  ]);
});

const refusals: [sentence: string, back: Back, problem: object][] = [
  ["a fault of the service", { status: 403, body: { error: { kind: "forbidden", reason: "x", requestId: "req-1" } } }, { kind: "forbidden", reason: "x", requestId: "req-1" }],
  ["a caller who is not proved", { status: 403, headers: { "x-request-id": ["req-2"] }, body: { error: { kind: "unauthorized" } } }, { kind: "unauthorized", requestId: "req-2" }],
  ["a limit", { status: 429, headers: { "x-request-id": "req-3" }, body: { error: { kind: "rate_limited", retryAfter: 3 } } }, { kind: "rate_limited", retryAfter: 3, requestId: "req-3" }],
  ["somebody who answers in its place", { status: 502, body: "<html>" }, { kind: "unavailable" }],
  ["an answer that is none", { status: 200, body: null }, { kind: "unavailable" }],
];
for (const [sentence, back, problem] of refusals) {
  test(`${sentence} is a problem, whichever way it came`, async () => {
    const { labels, suggest } = server(back);
    await assert.rejects(labels(frame, change, undefined), problem);
    await assert.rejects(suggest(frame, {}, undefined), problem);
  });
}
