// Runs the tests: bundles each *.test.ts into .build/test and hands them to
// node's test runner. Arguments choose files: `npm test -- twin state`.
import { build } from "esbuild";
import { spawnSync } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const wanted = process.argv.slice(2);
const names = readdirSync(here)
  .filter((file) => file.endsWith(".test.ts"))
  .filter((file) => !wanted.length || wanted.some((w) => file.startsWith(w)))
  .sort();
if (!names.length) throw new Error(`no test file begins with ${wanted}`);

const out = join(root, ".build/test");
rmSync(out, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: names.map((name) => join("test", name)),
  outdir: out,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  platform: "node",
  format: "esm",
  packages: "external",
  jsxFactory: "h",
  jsxFragment: "Fragment",
  logLevel: "warning",
});
const files = names.map((name) => join(out, name.replace(/\.ts$/, ".mjs")));
const run = spawnSync(process.execPath, ["--test", "--test-concurrency=2", ...files], { cwd: root, stdio: "inherit" });
process.exit(run.status ?? 1);
