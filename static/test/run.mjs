// Runs the tests: bundles each *.test.ts into .build/test and hands them to
// node's test runner. Arguments choose files: `npm test -- twin state`. With
// `--short`, those with a browser are left out; with `--host native` those with a
// stage run on that host, and no others. `--only NAME` runs tests of that name.
import { build } from "esbuild";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { buildFor } from "../build.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const { values, positionals: wanted } = parseArgs({ options: { short: { type: "boolean" }, host: { type: "string" }, only: { type: "string" } }, allowPositionals: true });
const staged = (file) => readFileSync(join(here, file), "utf8").includes("useStage()");
const browses = (file) => staged(file) || readFileSync(join(here, file), "utf8").includes("chromium.launch");
const names = readdirSync(here)
  .filter((file) => file.endsWith(".test.ts"))
  .filter((file) => !wanted.length || wanted.some((w) => file.startsWith(w)))
  .filter((file) => !values.short || !browses(file))
  .filter((file) => !values.host || staged(file))
  // The longest first, or the last one would run alone.
  .sort((a, b) => statSync(join(here, b)).size - statSync(join(here, a)).size);
if (!names.length) throw new Error(`no test file begins with ${wanted}`);

const out = join(root, ".build/test");
const ordered = (name, i) => `${String(i).padStart(2, "0")}-${name.replace(/\.ts$/, "")}`; // node runs them by their names
rmSync(out, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: names.map((name, i) => ({ in: join("test", name), out: ordered(name, i) })),
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
if (values.host) await buildFor(values.host, join(root, ".build", values.host), `test/${values.host}-stage.ts`);
const files = names.map((name, i) => join(out, `${ordered(name, i)}.mjs`));
const run = spawnSync(process.execPath, ["--test", "--test-concurrency=2", ...(values.only ? ["--test-name-pattern", values.only] : []), ...files], { cwd: root, stdio: "inherit", env: { ...process.env, ...(values.host && { STAGE_HOST: values.host }) } });
process.exit(run.status ?? 1);
