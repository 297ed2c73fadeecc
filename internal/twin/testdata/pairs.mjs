// Answers for labels on standard input, a JSON array, with the twins that the
// browser finds (static/src/space/twinpairs.ts): for browser_test.go.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = new URL("../../../static/", import.meta.url);
const { build } = createRequire(root)("esbuild");
const { outputFiles } = await build({ absWorkingDir: fileURLToPath(root), entryPoints: ["src/space/twinpairs.ts"], bundle: true, format: "esm", write: false });
const { isOffered, pairsInSteps, settle } = await import("data:text/javascript;base64," + Buffer.from(outputFiles[0].text).toString("base64"));

// A text has a spelling by their lengths: made up, and the same in Go.
const has = (pagesWith, spelling) => [undefined, true, false][(3 * [...pagesWith].length + [...spelling].length) % 3];
const work = pairsInSteps(JSON.parse(readFileSync(0, "utf8")));
let step = work.next();
while (!step.done) step = work.next();
const answers = step.value.map((pair) => {
  const settled = settle(pair, pair.stays.pages === 3, has);
  return [pair.stays.name, pair.goes.name, pair.likeness, settled ? `${settled.stays.name} ${settled.likeness} ${isOffered(settled)}` : "no"];
});
process.stdout.write(JSON.stringify(answers));
