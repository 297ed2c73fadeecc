// Builds the browser side. The same sources give the same bytes: nothing here
// reads the clock, the machine or the folder's path.
//
//	node build.mjs [DIR]               what the service embeds, into DIR instead of dist/
//	node build.mjs --host HOST DIR     the static files of a Forge app, native or remote
import { build } from "esbuild";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));

/** Builds for a host into a folder. entry is the module that starts it, unless it is the host's own. */
export async function buildFor(host, out, entry = `src/hosts/${host}.main.ts`) {
  const common = {
    absWorkingDir: here,
    outdir: out,
    minify: true,
    target: ["chrome109", "firefox115", "safari16.4"],
    logLevel: "warning",
  };
  const script = { ...common, bundle: true, format: "esm", jsxFactory: "h", jsxFragment: "Fragment", legalComments: "none" };
  const withPreact = { alias: { preact: "./labelup.js", "preact/hooks": "./labelup.js" }, external: ["./labelup.js"] };
  const connect = host === "connect";
  const parts = readdirSync(join(here, "src/space/ui"), { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() && entry.name !== "strings" ? entry.name : []));
  const sheets = Object.fromEntries(parts.flatMap((part) => (existsSync(join(here, `src/space/ui/${part}/${part}.css`)) ? [[part, `src/space/ui/${part}/${part}.css`]] : [])));

  rmSync(out, { recursive: true, force: true });
  await build({ ...script, entryPoints: { labelup: entry, ...(connect && { problem: "src/hosts/connect.problem.ts" }), ...(!connect && { "timer.worker": "src/space/ui/timer.worker.ts", engine: "src/hosts/engine.ts", "engine.worker": "src/hosts/engine.worker.ts" }), ...(host === "native" && { labels: "src/hosts/labels.ts" }) } });
  // Parts that are loaded when they are needed. They render with what the first
  // one has brought: two of it would not work together.
  await build({
    ...script,
    entryPoints: { add: "src/add/add.tsx", editor: "src/editor/editor.tsx", filter: "src/filter.tsx", suggest: "src/suggest/suggest.tsx", admin: "src/admin/admin.tsx", ...(!connect && { site: "src/hosts/site.ts" }) },
    ...withPreact,
  });
  // The page of a space comes in parts, too: cut where one imports another with
  // import(), and what several need is there once.
  if (!connect) await build({ ...script, entryPoints: { space: "src/space/ui/space.tsx" }, splitting: true, chunkNames: "space-[name]-[hash]", ...withPreact });
  await build({
    ...common,
    entryPoints: { labelup: "src/labelup.css", ...(connect && { problem: "src/problem.css" }), add: "src/add/add.css", editor: "src/editor/editor.css", filter: "src/filter.css", suggest: "src/suggest/suggest.css", admin: "src/admin/admin.css", ...(!connect && { space: "src/space/ui/space.css", ...sheets }) },
  });
  // What the browser says, and what Confluence says of the app in its own menus:
  // of the macro's parameters that is what the editor says.
  const read = (file) => JSON.parse(readFileSync(join(here, "src", file), "utf8"));
  for (const folder of ["strings", "add/strings", "suggest/strings", "editor/strings", "admin/strings", ...(connect ? ["descriptor"] : ["hosts/scopes", "space/ui/strings", ...parts.map((part) => `space/ui/${part}/strings`)])]) {
    mkdirSync(join(out, folder), { recursive: true });
    for (const file of readdirSync(join(here, "src", folder)).sort()) {
      const texts = read(`${folder}/${file}`);
      if (folder === "descriptor") {
        const editor = Object.entries(read(`editor/strings/${file.slice(0, 2)}.json`));
        Object.assign(texts, Object.fromEntries(editor.filter(([key]) => key.startsWith("macro."))));
      }
      writeFileSync(join(out, folder, file), JSON.stringify(texts));
    }
  }
  cpSync(join(here, "icon.svg"), join(out, "icon.svg"));
  if (!connect) cpSync(join(here, "src/hosts/index.html"), join(out, "index.html"));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const given = process.argv.slice(2);
  const host = given[0] === "--host" ? given.splice(0, 2)[1] : "connect";
  await buildFor(host, given[0] ? resolve(given[0]) : join(here, "dist"));
}
