// The calls of hosts/bridge.ts are those of npm @forge/bridge, which every app
// makes: that is as stable as any deployed app.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import test from "node:test";
import { bridgeOf } from "../src/hosts/bridge.ts";

// A browser resolves an address against the page's.
globalThis.Request = class extends Request {
  constructor(input: RequestInfo | URL, init?: RequestInit) {
    super(input === "" ? "https://page.example/" : input, init);
  }
};

type Call = [operation: string, payload: unknown];
let calls: Call[] = [];
const answers: Record<string, unknown> = {
  getContext: { locale: "de-DE" },
  fetchProduct: { status: 200, statusText: "OK", headers: {}, body: "{}" },
  fetchRemote: { status: 200, statusText: "OK", headers: {}, body: "{}" },
  invoke: { success: true, payload: { status: 200, headers: {}, body: {} } },
  submit: true,
  close: true,
};
const page = {
  __bridge: {
    callBridge: async (operation: string, payload?: unknown) => {
      calls.push([operation, payload]);
      return answers[operation];
    },
  },
};
Object.assign(globalThis, page);
const npm = createRequire(new URL("../../../forge/package.json", import.meta.url))("@forge/bridge") as Record<string, any>;
const ours = bridgeOf(page);

const json = { accept: "application/json" };
const sent = { "content-type": "application/json", ...json };
const pairs: [sentence: string, ours: () => Promise<unknown>, npm: () => Promise<unknown>][] = [
  ["the context", () => ours.getContext(), () => npm["view"].getContext()],
  ["a read", () => ours.requestConfluence("/wiki/api/v2/labels", { method: "GET", headers: json }), () => npm["requestConfluence"]("/wiki/api/v2/labels", { method: "GET", headers: json })],
  ["a write", () => ours.requestConfluence("/wiki/x", { method: "POST", headers: sent, body: "[]" }), () => npm["requestConfluence"]("/wiki/x", { method: "POST", headers: sent, body: "[]" })],
  ["a removal", () => ours.requestConfluence("/wiki/x", { method: "DELETE", headers: json }), () => npm["requestConfluence"]("/wiki/x", { method: "DELETE", headers: json })],
  [
    "a call of the app's server",
    () => ours.invokeRemote({ path: "/api/labels", method: "POST", headers: sent, body: { add: ["a"] } }),
    () => npm["invokeRemote"]({ path: "/api/labels", method: "POST", headers: sent, body: { add: ["a"] } }),
  ],
  [
    "a call of the app's server by the page itself",
    () => ours.requestRemote("service", { path: "/api/suggest", method: "POST", headers: sent, body: "{}" }),
    () => npm["requestRemote"]("service", { path: "/api/suggest", method: "POST", headers: sent, body: "{}" }),
  ],
  ["what saves the macro", () => ours.submit({ prefix: "team-" }), () => npm["view"].submit({ config: { prefix: "team-" } })],
  ["what closes a dialog", () => ours.close(), () => npm["view"].close()],
  ["theming", () => ours.enableTheming(), () => npm["view"].theme.enable()],
  ["a link", () => ours.navigate("https://x.example/", "same-tab"), () => npm["router"].navigate("https://x.example/")],
  ["a link into another tab", () => ours.navigate("https://x.example/", "new-tab"), () => npm["router"].open("https://x.example/")],
  ["news", () => ours.emit("labels", { contentId: "1" }), () => npm["events"].emit("labels", { contentId: "1" })],
  ["listening for news", () => ours.on("labels", () => undefined), () => npm["events"].on("labels", () => undefined)],
];

/** What goes over the bridge: a callback is one, whatever is in it. */
const plain = (calls: Call[]) => calls.map(([operation, payload]) => [operation, JSON.parse(JSON.stringify({ payload }, (_, value) => (typeof value === "function" ? "callback" : value)))]);

for (const [sentence, here, there] of pairs) {
  test(`${sentence} is asked for as npm @forge/bridge does`, async () => {
    calls = [];
    await there();
    const want = plain(calls);
    calls = [];
    await here();
    assert.deepEqual(plain(calls), want);
  });
}

test("a call that Forge's proxy could not pass on is one that answered nothing", async () => {
  answers["invoke"] = { success: false, error: { status: 403, headers: {}, body: { error: { kind: "forbidden" } } } };
  assert.deepEqual((await ours.invokeRemote({ path: "/", method: "GET", headers: {}, body: {} })).status, 403);
  answers["submit"] = false;
  await assert.rejects(ours.submit({}));
  await assert.rejects(bridgeOf({}).getContext());
});
