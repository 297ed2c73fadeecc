// Builds dist/, which the service embeds. The same sources give the same
// bytes: nothing here reads the clock, the machine or the folder's path.
//
//	node build.mjs [DIR]   builds into DIR instead of dist/
import { build } from "esbuild";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const out = process.argv[2] ? resolve(process.argv[2]) : join(here, "dist");

rmSync(out, { recursive: true, force: true });
await build({
  absWorkingDir: here,
  entryPoints: { labelup: "src/main.tsx" },
  outdir: out,
  bundle: true,
  minify: true,
  format: "esm",
  target: ["chrome109", "firefox115", "safari16.4"],
  jsxFactory: "h",
  jsxFragment: "Fragment",
  legalComments: "none",
  logLevel: "warning",
});
await build({
  absWorkingDir: here,
  entryPoints: ["src/labelup.css"],
  outdir: out,
  minify: true,
  target: ["chrome109", "firefox115", "safari16.4"],
  logLevel: "warning",
});
// What the browser says, and what Confluence says of the app in its own menus.
for (const folder of ["strings", "descriptor"]) {
  mkdirSync(join(out, folder));
  for (const file of readdirSync(join(here, "src", folder)).sort()) {
    writeFileSync(join(out, folder, file), JSON.stringify(JSON.parse(readFileSync(join(here, "src", folder, file), "utf8"))));
  }
}
cpSync(join(here, "icon.svg"), join(out, "icon.svg"));
