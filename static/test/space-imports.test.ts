import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import test from "node:test";

const importsOf = (file: string) => [...readFileSync(file, "utf8").matchAll(/^(?:import|export)(?! type\b)\b[^;]*?\bfrom "(\.[^"]+)"/gm)].map((found) => normalize(join(dirname(file), found[1]!))).filter((name) => /\.tsx?$/.test(name));

test("what is decided about a space is pure: it knows no host, no page and no clock", () => {
  const files = readdirSync("src/space").filter((name) => name.endsWith(".ts")).map((name) => `src/space/${name}`);
  assert.ok(files.length > 10);
  for (const file of files) {
    for (const name of importsOf(file)) assert.match(name, /^src\/(?:space\/[a-z]+|name|twin|failure|limits|propertykeys)\.ts$/, file);
    const code = readFileSync(file, "utf8").replace(/\/\/.*|\/\*[^]*?\*\//g, "");
    assert.doesNotMatch(code, /\b(?:Date\.now|Date\(\)|performance|Math\.random|crypto|document\.|window\.|fetch|setTimeout|Intl|localeCompare)/, file);
  }
});

test("nothing of it is in what opens the panel", () => {
  const seen = new Set<string>();
  const walk = (file: string) => {
    if (seen.has(file)) return;
    seen.add(file);
    importsOf(file).forEach(walk);
  };
  for (const host of ["connect", "native", "remote"]) walk(`src/hosts/${host}.main.ts`);
  assert.ok(seen.has("src/panel.tsx"));
  assert.deepEqual([...seen].filter((file) => file.startsWith("src/space/")), []);
});
