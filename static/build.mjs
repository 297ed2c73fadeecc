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

const common = {
  absWorkingDir: here,
  outdir: out,
  minify: true,
  target: ["chrome109", "firefox115", "safari16.4"],
  logLevel: "warning",
};
const script = { ...common, bundle: true, format: "esm", jsxFactory: "h", jsxFragment: "Fragment", legalComments: "none" };

rmSync(out, { recursive: true, force: true });
await build({ ...script, entryPoints: { labelup: "src/main.tsx", problem: "src/problem.ts" } });
// Parts that are loaded when they are needed. They render with what the first
// one has brought: two of it would not work together.
await build({
  ...script,
  entryPoints: { add: "src/add/add.tsx", editor: "src/editor.tsx", filter: "src/filter.tsx", suggest: "src/suggest/suggest.tsx", admin: "src/admin/admin.tsx" },
  alias: { preact: "./labelup.js", "preact/hooks": "./labelup.js" },
  external: ["./labelup.js"],
});
await build({
  ...common,
  entryPoints: { labelup: "src/labelup.css", problem: "src/problem.css", add: "src/add/add.css", editor: "src/editor.css", filter: "src/filter.css", suggest: "src/suggest/suggest.css", admin: "src/admin/admin.css" },
});
// What the browser says, and what Confluence says of the app in its own menus.
for (const folder of ["strings", "add/strings", "suggest/strings", "admin/strings", "descriptor"]) {
  mkdirSync(join(out, folder), { recursive: true });
  for (const file of readdirSync(join(here, "src", folder)).sort()) {
    writeFileSync(join(out, folder, file), JSON.stringify(JSON.parse(readFileSync(join(here, "src", folder, file), "utf8"))));
  }
}
cpSync(join(here, "icon.svg"), join(out, "icon.svg"));
