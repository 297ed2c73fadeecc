// Builds a Forge app, ready for `forge deploy`. Nothing in it is committed.
//
//	node build.mjs native|remote DIR
//
// FORGE_APP_ID is the app's id, as `forge register` gives it; without one the
// app has the id of the sources, which is for the local Confluence. BASE_URL is
// the address of the service, for remote only.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { buildFor } from "../static/build.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const SAMPLE = { id: "ari:cloud:ecosystem::app/11111111-2222-3333-4444-555555555555", url: "https://labelup.example.com" };

/** The manifest with the app's id and the service's address in it. It throws what is wrong with them. */
export function filled(manifest, { FORGE_APP_ID: id = "", BASE_URL: url = "" }) {
  const put = (sample, value) => {
    if (manifest.split(sample).length !== 2) throw new Error(`the manifest does not say ${sample} once`);
    manifest = manifest.replace(sample, () => value);
  };
  if (id) {
    if (!/^ari:cloud:ecosystem::app\/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) throw new Error("FORGE_APP_ID is not like ari:cloud:ecosystem::app/<uuid>. `forge register` says it.");
    put(SAMPLE.id, id);
  }
  if (url && manifest.includes(SAMPLE.url)) {
    const { origin, protocol, port } = URL.canParse(url) ? new URL(url) : {};
    if (protocol !== "https:" || port || ![origin, `${origin}/`].includes(url)) throw new Error("BASE_URL is not like https://labelup.example.com: https, no port, no path, small letters.");
    put(SAMPLE.url, origin);
  }
  return manifest;
}

/** package.json and package-lock.json of the app: of ours, what its function needs. */
export function packages(ours, lock) {
  const app = { name: "labelup", private: true, dependencies: ours.dependencies };
  const kept = Object.entries(lock.packages).filter(([path, { dev }]) => path && !dev);
  return [app, { name: app.name, lockfileVersion: lock.lockfileVersion, requires: true, packages: { "": { name: app.name, dependencies: app.dependencies }, ...Object.fromEntries(kept) } }];
}

export async function build(host, directory, variables) {
  const json = (name) => JSON.parse(readFileSync(join(here, name), "utf8"));
  const write = (name, value) => writeFileSync(join(directory, name), typeof value === "string" ? value : `${JSON.stringify(value, null, 2)}\n`);
  const manifest = filled(readFileSync(join(here, host, "manifest.yml"), "utf8"), variables);
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  write("manifest.yml", manifest);
  cpSync(join(here, "native", "src"), join(directory, "src"), { recursive: true }); // one function for both
  cpSync(join(root, "static", "src", "descriptor"), join(directory, "locales"), { recursive: true });
  const [app, lock] = packages(json("package.json"), json("package-lock.json"));
  write("package.json", app);
  write("package-lock.json", lock);
  const pages = join(directory, "static");
  await buildFor(host, pages);
  execFileSync("make", ["-s", "build/engine.wasm"], { cwd: root, stdio: "inherit" });
  cpSync(join(root, "build", "engine.wasm"), join(pages, "engine.wasm"));
}

/** The three commands that follow a build. The remote app is a major version of the native one, which the site has. */
export const next = (host, directory, { FORGE_APP_ID, BASE_URL }) => [
  `cd ${directory} && npm ci --ignore-scripts`,
  ...(FORGE_APP_ID && (host === "native" || BASE_URL)
    ? [
        `forge deploy --environment production${host === "native" ? "" : "     # it stops the first time: once more, with --approve MAJOR_VERSION_RULE"}`,
        `forge install ${host === "native" ? "" : "--upgrade "}--environment production --product confluence --site YOURS.atlassian.net`,
      ]
    : ["forge register 'Label UP'     # once in the app's life: it writes an id into manifest.yml", `make forge${host === "native" ? "" : ` HOST=${host} BASE_URL=https://…`} FORGE_APP_ID=ari:…     # with that id, at the top of the repository`]),
];

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [host, directory] = process.argv.slice(2);
  try {
    if (!["native", "remote"].includes(host) || !directory) throw new Error("node build.mjs native|remote DIR");
    await build(host, resolve(directory), process.env);
    console.log(`Ready: ${directory}. Next (docs/install.md):\n\n${next(host, directory, process.env).map((line) => `  ${line}\n`).join("")}`);
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}
