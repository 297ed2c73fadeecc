// The engine in Chromium, in a real Worker, under the policies that a page of
// Forge may have. Nobody has seen yet what Forge's servers send with a Worker's
// script: a policy there holds in the Worker, and without one nothing does.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import test, { after, before } from "node:test";
import { build } from "esbuild";
import { chromium, type Browser } from "playwright-core";
import { PATIENCE } from "./stage.ts";

const STRICT = "default-src 'self'; script-src 'self'";
const EVAL = "default-src 'self'; script-src 'self' 'unsafe-eval'";

let browser: Browser;
let server: Server;
const files = new Map<string, Buffer | Uint8Array>();
/** What is sent with the page and with the Worker's script, and what was fetched. */
let policies: { page: string; worker: string | undefined };
let fetched: string[];

before(async () => {
  execFileSync("make", ["-s", "build/engine.wasm"], { cwd: "..", stdio: "inherit" });
  files.set("/engine.wasm", readFileSync("../build/engine.wasm"));
  const { outputFiles } = await build({ entryPoints: { engine: "src/hosts/engine.ts", "engine.worker": "src/hosts/engine.worker.ts" }, outdir: "/", bundle: true, format: "esm", write: false });
  for (const { path, contents } of outputFiles) files.set(path, contents);
  files.set("/page.js", Buffer.from('import { engine } from "./engine.js"; globalThis.engine = engine();'));
  files.set("/", Buffer.from('<!doctype html><script type="module" src="page.js"></script>'));
  server = createServer((request, response) => {
    const { pathname } = new URL(request.url!, "http://engine");
    fetched.push(pathname);
    const policy = pathname === "/" ? policies.page : pathname === "/engine.worker.js" ? policies.worker : undefined;
    const type = { js: "text/javascript", wasm: "application/wasm" }[pathname.split(".").pop()!] ?? "text/html";
    response.writeHead(files.has(pathname) ? 200 : 404, { "Content-Type": type, "Cache-Control": "no-store", ...(policy && { "Content-Security-Policy": policy }) });
    response.end(files.get(pathname));
  }).listen(0, "127.0.0.1");
  browser = await chromium.launch({ executablePath: "/usr/bin/chromium-headless-shell", args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"] });
});
after(async () => {
  await browser?.close();
  server?.close();
});

const SUGGESTED = { suggestions: [], removals: [], nothing: "too_short", truncated: false };
for (const [sentence, page, worker, expected, loads] of [
  ["a Worker without a policy of its own thinks where the page may not", STRICT, undefined, SUGGESTED, 1],
  ["where neither may, the person is told", STRICT, STRICT, { kind: "unavailable", reason: "engine_refused" }, 2],
  ["where the page may evaluate text, so may the Worker", EVAL, EVAL, SUGGESTED, 1],
  ["the page thinks itself where only it may", EVAL, STRICT, SUGGESTED, 2],
  ["the page thinks itself where it may have no Worker", `${EVAL}; worker-src 'none'`, undefined, SUGGESTED, 1],
] as const) {
  test(sentence, async () => {
    policies = { page, worker };
    fetched = [];
    const tab = await browser.newPage();
    tab.setDefaultTimeout(PATIENCE);
    await tab.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await tab.waitForFunction(() => "engine" in globalThis);
    assert.ok(!fetched.some((path) => path.startsWith("/engine.w")), "nothing is loaded for a reader");
    const got = await tab.evaluate(() => {
      const { engine } = globalThis as unknown as { engine: import("../src/hosts/engine.ts").Engine };
      return engine.suggest({ contentId: "123" }, { contentId: "123", contentType: "page", spaceKey: "DS", signedIn: true }).catch((problem: unknown) => problem);
    });
    assert.deepEqual(got, expected);
    assert.equal(fetched.filter((path) => path === "/engine.wasm").length, loads);
    await tab.close();
  });
}
