import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { gzipSync } from "node:zlib";
import { page } from "./stage.ts";

function files(directory: string): Map<string, Buffer> {
  const names = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((e) => e.isFile()).map((e) => join(e.parentPath, e.name));
  return new Map(names.sort().map((name) => [name.slice(directory.length + 1), readFileSync(name)]));
}

test("what is committed is what the sources build", () => {
  const directory = mkdtempSync(join(tmpdir(), "labelup-dist-"));
  try {
    execFileSync(process.execPath, ["build.mjs", directory]);
    const built = files(directory);
    const committed = files("dist");
    assert.deepEqual([...built.keys()], [...committed.keys()]);
    for (const [name, bytes] of built) assert.ok(bytes.equals(committed.get(name)!), `${name} is not up to date: make static`);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

/** A script and all that it imports at once, but for what opens the panel. */
function opens(name: string, built: Map<string, Buffer>, all = new Set<string>()): string[] {
  if (name === "labelup.js" || all.has(name)) return [...all];
  all.add(name);
  for (const [, from] of built.get(name)!.toString().matchAll(/\b(?:import|export)\b(?:[^;"()]*?from)?"\.\/([^"]*)"/g)) opens(from!, built, all);
  return [...all];
}

const BUDGET = 20 * 1024; // bytes of gzip
const FORGE_BUDGET = 22_000; // the same
const SPACE_BUDGET = 45 * 1024; // the same, of what the page of a space loads beside what opens the panel
const PART_BUDGET = 13.5 * 1024; // the same, of what a part of it loads beside that

test("what the app sends for the macro stays within its budget", (t) => {
  const dist = files("dist");
  const size = (bytes: Buffer | string) => gzipSync(bytes, { level: 9 }).length;
  const languages = [...dist.keys()].filter((name) => name.startsWith("strings/") && name !== "strings/en.json");
  const parts = {
    html: size(page("1", {})),
    js: size(dist.get("labelup.js")!),
    css: size(dist.get("labelup.css")!),
    language: Math.max(...languages.map((name) => size(dist.get(name)!))),
  };
  const sum = Object.values(parts).reduce((a, b) => a + b);
  t.diagnostic(`gzip bytes: ${JSON.stringify(parts)}, in all ${sum} of ${BUDGET}`);
  assert.ok(sum <= BUDGET, `${sum} bytes`);
});

for (const host of ["native", "remote"]) {
  test(`what opens the panel on Forge ${host} stays within its budget, and no page of it evaluates text`, async (t) => {
    const directory = mkdtempSync(join(tmpdir(), "labelup-forge-"));
    try {
      execFileSync(process.execPath, ["build.mjs", "--host", host, directory]);
      const built = files(directory);
      const size = (name: string) => gzipSync(built.get(name)!, { level: 9 }).length;
      const languages = [...built.keys()].filter((name) => name.startsWith("strings/") && name !== "strings/en.json");
      const parts = [size("index.html"), size("labelup.js"), size("labelup.css"), Math.max(...languages.map(size))];
      const sum = parts.reduce((a, b) => a + b);
      t.diagnostic(`gzip bytes: ${parts.join(" + ")}, in all ${sum} of ${FORGE_BUDGET}`);
      assert.ok(sum <= FORGE_BUDGET, `${sum} bytes`);
      const space = [...opens("space.js", built).map(size), size("space.css"), Math.max(...[...built.keys()].filter((name) => name.startsWith("space/ui/strings/") && name !== "space/ui/strings/en.json").map(size))];
      t.diagnostic(`the page of a space: ${space.join(" + ")} of ${SPACE_BUDGET}`);
      assert.ok(space.reduce((a, b) => a + b) <= SPACE_BUDGET);
      // Parts of it that are loaded when they are opened: what each loads beside the page itself.
      const page = new Set(opens("space.js", built));
      for (const chunk of [...built.keys()].filter((name) => /^space-(?!chunk-)/.test(name))) {
        const bytes = opens(chunk, built).filter((name) => !page.has(name)).map(size);
        t.diagnostic(`${chunk}: ${bytes.join(" + ")}`);
        assert.ok(bytes.reduce((a, b) => a + b, 0) < PART_BUDGET, chunk);
      }
      for (const [name, bytes] of built) if (name.endsWith(".js")) assert.doesNotMatch(bytes.toString(), /\beval\(|new Function/, name);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
}

test("what is loaded later is small, too, and not part of the budget", (t) => {
  const dist = files("dist");
  const size = (name: string) => gzipSync(dist.get(name)!, { level: 9 }).length;
  const parts = Object.fromEntries([...dist.keys()].filter((name) => /^(add|suggest|editor|admin)\b.*\.(js|css|json)$/.test(name)).map((name) => [name, size(name)]));
  t.diagnostic(`gzip bytes: ${JSON.stringify(parts)}`);
  assert.ok(parts["add.js"]! < 13.5 * 1024 && parts["suggest.js"]! < 13 * 1024 && parts["editor.js"]! < 3.5 * 1024 && parts["admin.js"]! < 12 * 1024);
});

test("there is one of what renders: parts loaded later take it from the first", () => {
  for (const part of ["add.js", "suggest.js", "editor.js", "admin.js"]) {
    const imports = [...readFileSync(`dist/${part}`, "utf8").matchAll(/\b(?:import|export)\b[^;"]*?from"([^"]*)"/g)].map((m) => m[1]);
    assert.deepEqual([...new Set(imports)], ["./labelup.js"]);
  }
});

test("nothing in the bundle needs what the Content-Security-Policy forbids or keeps anything in the browser", () => {
  for (const [name, bytes] of files("dist")) {
    if (!name.endsWith(".js")) continue;
    for (const forbidden of [/\beval\(/, /new Function/, /localStorage|sessionStorage|indexedDB|document\.cookie/, /https:\/\/(?!$)/, /\b(canParse|withResolvers|Segmenter|groupBy)\b/ /* the oldest browsers of build.mjs have none of these */]) {
      assert.doesNotMatch(bytes.toString(), forbidden, name);
    }
  }
});
