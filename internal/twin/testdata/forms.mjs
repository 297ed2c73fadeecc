// Answers for each line of standard input, two names as JSON, what the browser
// makes of them (static/src/twin.ts): for browser_test.go.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const root = new URL("../../../static/", import.meta.url);
const { build } = createRequire(root)("esbuild");
const { outputFiles } = await build({ absWorkingDir: fileURLToPath(root), entryPoints: ["src/twin.ts"], bundle: true, format: "esm", write: false });
const { compare, formOf } = await import("data:text/javascript;base64," + Buffer.from(outputFiles[0].text).toString("base64"));

let answers = [];
for await (const line of createInterface({ input: process.stdin })) {
  const [a, b] = JSON.parse(line).map(formOf);
  answers.push(JSON.stringify({ keys: [a.key, ...a.others].sort(), words: a.words, parts: a.parts, verdict: compare(a, b) }));
  if (answers.length === 1_000) process.stdout.write(answers.splice(0).join("\n") + "\n");
}
process.stdout.write(answers.join("\n") + "\n");
