// Measures the engine as a browser loads and runs it:
//
//	make build/engine.wasm && node static/measure-engine.mjs [PAGES.jsonl]
//
// How large it is; then, in node and in a Worker of Chromium, how long it takes
// from asking for the files until it is ready, for the very first suggestion, and
// for those that follow, each with a page of 7,000 characters (some 1,050 words)
// and so many neighbours like it.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { loadavg } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "esbuild";
import { chromium } from "playwright-core";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const RUNS = 11;
const PLACE = { contentId: "1", spaceKey: "DS" };
const wasm = readFileSync(join(root, "build/engine.wasm"));
const sent = brotliCompressSync(wasm, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
console.log(`engine.wasm ${wasm.length} bytes, gzip -9 ${gzipSync(wasm, { level: 9 }).length}, brotli 11 ${sent.length}`);

const posts = readFileSync(process.argv[2] ?? join(root, "../shared/data/18f-posts/pages.jsonl"), "utf8").trim().split("\n").map((line) => JSON.parse(line));
const all = posts.map((post) => post.markdown).join("\n\n");
const body = (n) => ({ format: "text", value: all.slice((n * 7_000) % (all.length - 7_000)).slice(0, 7_000) });
const request = (count) => ({
  contentId: "1",
  page: { title: posts[0].title, body: body(0), labels: [] },
  neighbours: Array.from({ length: count }, (_, n) => ({ id: String(n), title: posts[n + 1].title, labels: posts[n + 1].labels, body: body(n + 1) })),
});
const requests = [25, 60, 200].map(request);

const { outputFiles } = await build({
  absWorkingDir: join(root, "static"), bundle: true, format: "esm", write: false, outdir: "/",
  entryPoints: { reactor: "src/hosts/reactor.ts", engine: "src/hosts/engine.ts", "engine.worker": "src/hosts/engine.worker.ts" },
});
const files = new Map(outputFiles.map(({ path, contents }) => [path, contents]));
files.set("/", "<!doctype html>");
const server = createServer(({ url }, response) => {
  const type = { js: "text/javascript", wasm: "application/wasm" }[url.split(".").pop()] ?? "text/html";
  response.writeHead(200, { "Content-Type": type, ...(url === "/engine.wasm" && { "Content-Encoding": "br" }) });
  response.end(url === "/engine.wasm" ? sent : files.get(url));
});
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
const origin = `http://127.0.0.1:${server.address().port}`;

/** Runs on both sides, so it knows nothing from outside. */
async function measure(start, requests, RUNS) {
  const processor = () => (globalThis.process ? process.cpuUsage().user + process.cpuUsage().system : 0) / 1_000;
  const timed = async (work) => {
    const [from, used] = [performance.now(), processor()];
    const done = await work();
    return [performance.now() - from, done, processor() - used];
  };
  const [ready, ask, readyUsed] = await timed(start);
  const [first, , firstUsed] = await timed(() => ask(requests[0]));
  const warm = [];
  const used = [];
  for (const request of requests) {
    const runs = [];
    for (let run = 0; run < RUNS; run++) runs.push(await timed(() => ask(request)));
    const sorted = (at) => runs.map((run) => run[at]).sort((a, b) => a - b);
    warm.push(sorted(0));
    used.push(sorted(2));
  }
  return { ready, first, warm, used: [[readyUsed], [firstUsed], ...used] };
}
const show = (where, { ready, first, warm, used }) => {
  const medians = (all) => all.map((times) => times[Math.floor(times.length / 2)].toFixed(0)).join(" / ");
  console.log(`${where}: ready ${ready.toFixed(0)} ms, the first ${first.toFixed(0)} ms, then ${medians(warm)} ms for 25 / 60 / 200 neighbours (median of ${RUNS}); load ${loadavg()[0].toFixed(1)}`);
  if (used[0][0]) console.log(`  of the processor, all threads: ${medians(used)} ms`);
};

const { reactor } = await import(`data:text/javascript;base64,${Buffer.from(files.get("/reactor.js")).toString("base64")}`);
show("node", await measure(async () => {
  const answer = await reactor(`${origin}/engine.wasm`);
  return (request) => JSON.parse(answer(request, PLACE));
}, requests, RUNS));

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium-headless-shell", args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"] });
const tab = await browser.newPage();
await tab.goto(origin);
const start = `async () => {
  const { engine } = await import("/engine.js");
  const { suggest } = engine();
  const shell = { contentId: "1", contentType: "page", spaceKey: "DS", signedIn: true };
  await suggest({}, shell).catch(() => undefined);
  return (request) => suggest(request, shell);
}`;
show(`Chromium ${browser.version()}, Worker`, await tab.evaluate(`(${measure})(${start}, ${JSON.stringify(requests)}, ${RUNS})`));
await browser.close();
server.close();
