// Answers for each line of standard input, a text as JSON, what the panel makes
// of it (static/src/name.ts): for browser_test.go.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const root = new URL("../../../static/", import.meta.url);
const { build } = createRequire(root)("esbuild");
const { outputFiles } = await build({ absWorkingDir: fileURLToPath(root), entryPoints: ["src/name.ts"], bundle: true, format: "esm", write: false });
const { normalise, problemOf } = await import("data:text/javascript;base64," + Buffer.from(outputFiles[0].text).toString("base64"));

let answers = [];
for await (const line of createInterface({ input: process.stdin })) {
  const text = JSON.parse(line);
  const name = normalise(text);
  const problem = problemOf(name);
  const unknown = /\p{Cn}/u.test(text);
  answers.push(JSON.stringify({ name: problem ? "" : name, reason: problem?.rule ?? "", character: problem?.character ?? "", unknown }));
  if (answers.length === 1_000) process.stdout.write(answers.splice(0).join("\n") + "\n");
}
process.stdout.write(answers.join("\n") + "\n");
