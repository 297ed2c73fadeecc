import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { build, filled, next, packages } from "../build.mjs";
import { check, slips } from "../check.mjs";

const { parse, stringify } = createRequire(import.meta.url)("yaml");
const source = (host) => readFileSync(new URL(`../${host}/manifest.yml`, import.meta.url), "utf8");
const without = (scope) => (m) => (m.permissions.scopes = m.permissions.scopes.filter((s) => s !== scope));
const hearing = (...events) => (m) => {
  m.modules.trigger = [{ key: "labels", function: "export-labels", events }];
  m.permissions.scopes.push("read:confluence-content.summary", "read:confluence-space.summary");
};

// What Atlassian's validators and linters let pass, put in; `says` is part of our sentence.
const mutations = [
  ["native", "a misspelt event", hearing("avi:confluence:add:label"), "no event that is known"],
  ["native", "an event without its scopes", (m) => { hearing("avi:confluence:added:label")(m); without("read:confluence-space.summary")(m); }, "read:confluence-space.summary"],
  ["native", "no scopes", (m) => (m.permissions.scopes = []), "no scopes"],
  ["native", "no scopes at all", (m) => delete m.permissions.scopes, "no scopes"],
  ["native", "a property key with a dot", (m) => (m.modules["confluence:contentProperty"][0].propertyKey = "labelup.page"), "does not index"],
  ["native", "Connect's search alias", (m) => (m.modules["confluence:contentProperty"][0].values[0].searchAlias = "labelupPage"), "Connect's search alias"],
  ["native", "an alias on both sides of one manifest", (m) => (m.connectModules = { "confluence:confluenceContentProperties": [{ key: "p", keyConfigurations: [{ propertyKey: "x", extractions: [{ alias: "labelupPageF" }] }] }] }), "Connect's search alias"],
  ["remote", "a person's token without its scope", without("read:app-user-token"), "read:app-user-token"],
  ["remote", "the app's token without its scope", (m) => (m.modules.endpoint[0].auth.appSystemToken = { enabled: true }), "read:app-system-token"],
  ["remote", "the scope of a token that nothing asks for", (m) => (m.modules.endpoint[0].auth.appUserToken.enabled = false), "no endpoint asks"],
  ["remote", "auth of the remote in place of the endpoint", (m) => { m.remotes[0].auth = m.modules.endpoint[0].auth; delete m.modules.endpoint[0].auth; }, "remotes.auth"],
  ["remote", "a remote that does not compute", (m) => (m.remotes[0].operations = ["storage"]), "does not say that it computes"],
  ["remote", "a remote that says nothing of what it does", (m) => delete m.remotes[0].operations, "does not say that it computes"],
  ["remote", "an address without TLS", (m) => (m.remotes[0].baseUrl = "http://labelup.example.com"), "no https"],
  ["remote", "one of several addresses without TLS", (m) => (m.remotes[0].baseUrl = { default: "https://labelup.example.com", EU: "http://eu.labelup.example.com" }), "no https"],
];
for (const host of ["native", "remote"]) {
  test(`${host}: none of the slips is in its manifest`, () => assert.deepEqual(slips(parse(source(host))), []));
}
for (const [host, sentence, change, says] of mutations) {
  test(`${host}: ${sentence} is found`, () => {
    const manifest = parse(source(host));
    change(manifest);
    const found = slips(manifest);
    assert.ok(found.some((line) => line.includes(says)), `found ${JSON.stringify(found)}`);
  });
}
test("an event with its scopes is none", () => {
  const manifest = parse(source("native"));
  hearing("avi:confluence:added:label", "avi:forge:installed:app")(manifest);
  assert.deepEqual(slips(manifest), []);
});

// The whole: as `make forge` builds them. Atlassian's own checks are shown to run by what they refuse.
const refused = [
  ["a scope that is none", (dir, m) => m.permissions.scopes.push("read:everything:confluence"), /^FULL: .*read:everything:confluence/],
  ["a title that no locale has", (dir, m) => (m.modules.macro[0].title = { i18n: "macro.nowhere" }), /^FULL: .*macro\.nowhere/],
  ["a handler that no source has", (dir, m) => (m.modules.function[0].handler = "index.nowhere"), /^HandlerLinter: /],
  ["a source that is no program", (dir) => writeFileSync(join(dir, "src", "index.js"), "export const = 1"), /./],
];
const EVALUATES = /\beval\s*\(|\bFunction\s*\(|\bset(Timeout|Interval)\s*\(\s*["'`]/;
test("a script that evaluates text is known", () => {
  for (const script of ["x=eval(y)", "new Function('a')", "Function (a)", "setTimeout('a()')", "setInterval(`a`)"]) assert.match(script, EVALUATES);
  for (const script of ["medieval(x)", "isFunction(x)", "setTimeout(f, 1)", "function(){}"]) assert.doesNotMatch(script, EVALUATES);
});
test("the built apps pass Atlassian's checks and ours, and what is wrong does not", { timeout: 600_000 }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "labelup-forge-"));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const host of ["native", "remote"]) {
    await build(host, join(folder, host), {});
    assert.deepEqual(await check(join(folder, host)), [], host);
    // docs/install.md tells reviewers so: unsafe-eval is for WebAssembly.
    const scripts = readdirSync(join(folder, host, "static"), { recursive: true }).filter((name) => name.endsWith(".js"));
    assert.deepEqual(scripts.filter((name) => EVALUATES.test(readFileSync(join(folder, host, "static", name), "utf8"))), []);
  }
  for (const [i, [sentence, change, says]] of refused.entries()) {
    const copy = join(folder, `copy-${i}`);
    cpSync(join(folder, "native"), copy, { recursive: true });
    const manifest = parse(source("native"));
    change(copy, manifest);
    writeFileSync(join(copy, "manifest.yml"), stringify(manifest));
    const found = await check(copy).catch((error) => [error.message]);
    assert.ok(found.some((line) => says.test(line)), `${sentence}: found ${JSON.stringify(found)}`);
  }
  process.chdir("/");
});

const id = "ari:cloud:ecosystem::app/0b1e2d3c-4f5a-6789-abcd-ef0123456789";
test("a manifest gets its id and its address", () => {
  const got = parse(filled(source("remote"), { FORGE_APP_ID: id, BASE_URL: "https://labels.example.org/" }));
  assert.equal(got.app.id, id);
  assert.equal(got.remotes[0].baseUrl, "https://labels.example.org");
  assert.equal(parse(filled(source("native"), { FORGE_APP_ID: id, BASE_URL: "http://localhost:8080" })).app.id, id); // native has no service
  assert.equal(filled(source("remote"), {}), source("remote"));
});
for (const FORGE_APP_ID of ["0b1e2d3c-4f5a-6789-abcd-ef0123456789", `${id} `, `${id}\nx`, "ari:cloud:ecosystem::app/x", id.toUpperCase()]) {
  test(`${JSON.stringify(FORGE_APP_ID)} is no id`, () => assert.throws(() => filled(source("native"), { FORGE_APP_ID }), /FORGE_APP_ID/));
}
for (const BASE_URL of ["http://labels.example.org", "labels.example.org", "https://labels.example.org/path", "https://labels.example.org:8443", "https://labels.example.org/?a", "https://a:b@labels.example.org", "https://Labels.example.org", "https://x\n  evil: 1"]) {
  test(`${JSON.stringify(BASE_URL)} is no address of a service`, () => assert.throws(() => filled(source("remote"), { BASE_URL }), /BASE_URL/));
}

test("the remote app comes to a site that has the native one as an upgrade", () => {
  const commands = (host) => next(host, "there", { FORGE_APP_ID: "ari:…", BASE_URL: "https://labelup.example.com" });
  assert.match(commands("remote")[1], /^forge deploy --environment production +# .*--approve MAJOR_VERSION_RULE$/);
  assert.match(commands("remote")[2], /^forge install --upgrade --environment production /);
  assert.deepEqual(commands("native").slice(1), ["forge deploy --environment production", "forge install --environment production --product confluence --site YOURS.atlassian.net"]);
});

test("the app's lock has all that its function needs, and nothing that only checks", () => {
  const json = (name) => JSON.parse(readFileSync(new URL(`../${name}`, import.meta.url), "utf8"));
  const [app, lock] = packages(json("package.json"), json("package-lock.json"));
  assert.deepEqual(Object.keys(app.dependencies), ["@forge/api"]);
  assert.equal(lock.packages["node_modules/@forge/lint"], undefined);
  for (const [path, { dependencies = {} }] of Object.entries(lock.packages)) {
    for (const name of Object.keys(dependencies)) {
      const places = path.split("/node_modules/").map((_, i, all) => `${all.slice(0, i + 1).join("/node_modules/")}/node_modules/${name}`);
      assert.ok([`node_modules/${name}`, ...places].some((place) => place in lock.packages), `${path || "the app"} needs ${name}`);
    }
  }
});
