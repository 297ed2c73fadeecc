// Answers requests for suggestions, one a line, with the engine as a browser runs
// it: build/engine.wasm by way of static/src/hosts/reactor.ts. For engine_test.go.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const root = new URL("../../../static/", import.meta.url);
const { build } = createRequire(root)("esbuild");
const { outputFiles } = await build({ absWorkingDir: fileURLToPath(root), entryPoints: ["src/hosts/reactor.ts"], bundle: true, format: "esm", write: false });
const { reactor } = await import("data:text/javascript;base64," + Buffer.from(outputFiles[0].text).toString("base64"));
const wasm = readFileSync(new URL("../../../build/engine.wasm", import.meta.url));
globalThis.fetch = async () => new Response(wasm, { headers: { "Content-Type": "application/wasm" } });
const answer = await reactor("engine.wasm");
for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(answer(JSON.parse(line), { contentId: "123", spaceKey: "DS" }));
}
