// The engine as WebAssembly, held to the contract of POST /api/suggest, and what
// becomes of it when it cannot be loaded or breaks.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import test, { afterEach, before, beforeEach } from "node:test";
import { brotliCompressSync, constants } from "node:zlib";
import { engine } from "../src/hosts/engine.ts";
import type { Asked, Said } from "../src/hosts/engine.worker.ts";
import { reactor } from "../src/hosts/reactor.ts";
import type { Problem } from "../src/problem.ts";
import { cases, settled } from "./contract.ts";

let wasm: Buffer;
before(() => {
  execFileSync("make", ["-s", "build/engine.wasm"], { cwd: "..", stdio: "inherit" });
  wasm = readFileSync("../build/engine.wasm");
});

const shell = { contentId: "123", contentType: "page", spaceKey: "DS", signedIn: true };
const request = { contentId: "123" };
const TOO_SHORT = { suggestions: [], removals: [], nothing: "too_short", truncated: false };

/** What the page and its Worker find on the network; a Worker is one of these words. */
let network: { type: string; status: number; fetched: number };
let workers: FakeWorker[];
/** How each Worker that is started behaves, one after the other; the last word is for all that follow. */
let behaviour: ("answers" | "dies" | "is refused" | "cannot be" | "is silent" | "never comes")[];
const original = { fetch: globalThis.fetch, Worker: globalThis.Worker };

/** A Worker with the engine in it, on this thread. */
class FakeWorker {
  onmessage: (event: { data: Said }) => void = () => undefined;
  onerror: (event: { preventDefault(): void }) => void = () => undefined;
  terminated = false;
  asked: Asked[] = [];
  private readonly behaves = behaviour.length > 1 ? behaviour.shift()! : behaviour[0]!;
  private readonly answer = reactor("engine.wasm");

  constructor() {
    if (this.behaves === "cannot be") throw new Error("SecurityError");
    workers.push(this);
    this.answer.then(
      () => this.behaves !== "never comes" && this.say(this.behaves === "is refused" ? { ready: false, error: "CompileError" } : { ready: true }),
      (error: Error) => this.say({ ready: false, error: error.name }),
    );
  }
  postMessage(asked: Asked): void {
    this.asked.push(asked);
    if (this.behaves === "dies") setImmediate(() => this.onerror({ preventDefault: () => undefined }));
    if (this.behaves === "answers") void this.answer.then((answer) => this.say({ id: asked.id, answer: answer(asked.request, asked.place, asked.work) }));
  }
  terminate(): void {
    this.terminated = true;
  }
  say(data: Said): void {
    if (!this.terminated) this.onmessage({ data });
  }
}

beforeEach(() => {
  network = { type: "application/wasm", status: 200, fetched: 0 };
  workers = [];
  behaviour = ["answers"];
  globalThis.Worker = FakeWorker as unknown as typeof Worker;
  globalThis.fetch = async () => {
    network.fetched++;
    if (network.status === 0) throw new TypeError("no network");
    return new Response(new Uint8Array(wasm), { status: network.status, headers: { "Content-Type": network.type } });
  };
});
afterEach(() => void Object.assign(globalThis, original));

const refused = (answer: Promise<unknown>) => answer.then((got) => assert.fail(`it was answered: ${JSON.stringify(got)}`), (problem: Problem) => problem);

test("the contract of POST /api/suggest", async (t) => {
  interface Case {
    case: string;
    caller?: { contentId?: string; contentType?: string; spaceKey?: string; anonymous?: boolean };
    body?: object;
    answer?: object;
    fault?: Record<string, unknown>;
  }
  const { suggest } = engine();
  for (const { case: sentence, caller, body, answer, fault } of cases<Case>("suggest.json")) {
    if (!body) continue; // from the tab comes nothing else
    await t.test(sentence, async () => {
      const { anonymous, ...place } = caller ?? {};
      const answering = suggest(body, { ...shell, ...place, signedIn: !anonymous });
      if (fault) assert.deepEqual(await refused(answering), fault);
      else assert.deepEqual(await answering, settled(answer, await answering));
    });
  }
});

test("nothing is loaded before there is a sign that it may be wanted, and then once", async () => {
  const { load, suggest } = engine();
  assert.equal(network.fetched, 0);
  load();
  load();
  assert.deepEqual(await suggest(request, shell), TOO_SHORT);
  assert.deepEqual([network.fetched, workers.length], [1, 1]);
});
test("a server that does not know the type of the file is put up with", async () => {
  network.type = "application/octet-stream";
  assert.deepEqual(await engine().suggest(request, shell), TOO_SHORT);
});
for (const how of ["is refused", "cannot be"] as const) {
  test(`the page does it itself where a Worker ${how}`, async () => {
    behaviour = [how];
    const { suggest } = engine();
    assert.deepEqual(await suggest(request, shell), TOO_SHORT);
    assert.deepEqual(await suggest(request, shell), TOO_SHORT);
    assert.ok(workers.every((worker) => worker.terminated && !worker.asked.length));
  });
}
test("an engine that cannot be loaded is tried again with the next request", async () => {
  const { load, suggest } = engine();
  network.status = 0;
  load();
  assert.deepEqual(await refused(suggest(request, shell)), { kind: "network" });
  network.status = 404;
  assert.deepEqual(await refused(suggest(request, shell)), { kind: "network" });
  network.status = 200;
  assert.deepEqual(await suggest(request, shell), TOO_SHORT);
});
test("a page whose policy allows no WebAssembly at all is told so", async () => {
  const { instantiateStreaming } = WebAssembly;
  WebAssembly.instantiateStreaming = () => Promise.reject(new WebAssembly.CompileError("refused"));
  try {
    assert.deepEqual(await refused(engine().suggest(request, shell)), { kind: "unavailable", reason: "engine_refused" });
  } finally {
    WebAssembly.instantiateStreaming = instantiateStreaming;
  }
});
test("an engine that dies is started again, once for a request", async () => {
  behaviour = ["dies", "answers"];
  const { suggest } = engine();
  assert.deepEqual(await Promise.all([suggest(request, shell), suggest(request, shell)]), [TOO_SHORT, TOO_SHORT]);
  assert.deepEqual(workers.map((worker) => worker.terminated), [true, false]);
  behaviour = ["dies"];
  workers[1]!.onerror({ preventDefault: () => undefined }); // while nobody waits
  assert.deepEqual(await refused(suggest(request, shell)), { kind: "internal", reason: "engine_died" });
  behaviour = ["answers"];
  assert.deepEqual(await suggest(request, shell), TOO_SHORT);
});
const KNOWN = {
  neighbours: [
    { id: "1", title: "Green tea", labels: ["tea"], body: { format: "text", value: "Steep green tea leaves at eighty degrees." } },
    { id: "2", title: "Espresso", labels: ["coffee"], body: { format: "text", value: "Grind the beans and press the water through." } },
  ],
  inUse: [{ label: "tea", pages: 9 }],
};
const TEA = { contentId: "9", refined: true, page: { title: "Leaves of green tea" } };
test("a space that was learned answers as a request does that tells of it, for any page", async () => {
  const { learn, suggest } = engine();
  const ask = await learn(KNOWN);
  const at_once = await suggest({ ...KNOWN, ...TEA }, { ...shell, contentId: "9" });
  assert.ok((at_once as { suggestions: object[] }).suggestions.length);
  assert.deepEqual(await ask(TEA), at_once);
  assert.deepEqual(await ask({ ...TEA, contentId: "10" }), at_once);
  assert.deepEqual(workers[0]!.asked.map(({ work }) => work), ["learn", "answer", "suggest", "suggest"]);
});
test("an engine that is started anew learns again before it answers, and so does one that broke", async () => {
  const { learn } = engine();
  const ask = await learn(KNOWN);
  const before = await ask(TEA);
  workers[0]!.onerror({ preventDefault: () => undefined });
  assert.deepEqual(await ask(TEA), before);
  assert.deepEqual(workers[1]!.asked.map(({ work }) => work), ["learn", "suggest"]);
  assert.deepEqual(await refused(ask({ limit: -1 })), { kind: "bad_request", reason: "limit_out_of_range" });
  assert.deepEqual(await ask(TEA), before);
  assert.deepEqual(await refused(engine().learn({ limit: -1 })), { kind: "bad_request", reason: "limit_out_of_range" });
});
test("of two spaces each is answered from its own", async () => {
  const { learn } = engine();
  const other = await learn({ inUse: [{ label: "leaves", pages: 3 }] });
  const ask = await learn(KNOWN);
  const first = await ask(TEA);
  assert.notDeepEqual(await other(TEA), first);
  assert.deepEqual(await ask(TEA), first);
});
test("an engine whose files never come is asked for anew", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  behaviour = ["never comes"];
  const { suggest } = engine();
  const first = refused(suggest(request, shell));
  while (!workers.length) await new Promise(setImmediate);
  t.mock.timers.tick(25_000);
  assert.deepEqual(await first, { kind: "network" });
  behaviour = ["answers"];
  assert.deepEqual(await suggest(request, shell), TOO_SHORT);
});
test("an engine that says nothing is ended, and the next request gets another", async (t) => {
  behaviour = ["is silent", "answers"];
  const { suggest } = engine();
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const silent = refused(suggest(request, shell));
  while (!workers[0]?.asked.length) await new Promise(setImmediate);
  t.mock.timers.tick(20_000);
  assert.deepEqual(await silent, { kind: "network" });
  assert.deepEqual(await suggest(request, shell), TOO_SHORT);
  assert.deepEqual(workers.map((worker) => worker.terminated), [true, false]);
});

test("an answer leaves no memory in use", async () => {
  let memory: WebAssembly.Memory | undefined;
  const { instantiateStreaming } = WebAssembly;
  WebAssembly.instantiateStreaming = async (...given) => {
    const made = await instantiateStreaming(...given);
    memory = made.instance.exports["memory"] as WebAssembly.Memory;
    return made;
  };
  try {
    const answer = await reactor("engine.wasm");
    const large = { contentId: "123", page: { title: "Tea", body: { format: "text", value: "green tea and more of it. ".repeat(100_000) }, labels: [] } };
    const after = async (answers: number) => {
      for (let i = 0; i < answers; i++) {
        answer(large, { contentId: "123", spaceKey: "DS" });
        await new Promise((rested) => setTimeout(rested));
      }
      return memory!.buffer.byteLength;
    };
    const few = await after(3);
    const many = await after(10);
    // The collector comes when it gets to it; ten texts that stayed would be 26 MB.
    assert.ok(many < few + (8 << 20) && many < 32 << 20, `${few} and ${many} bytes`);
  } finally {
    WebAssembly.instantiateStreaming = instantiateStreaming;
  }
});

test("it is at most 0.94 MB as it is sent", () => {
  const sent = brotliCompressSync(wasm, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;
  assert.ok(sent <= 938_000, `${sent} bytes`);
});
