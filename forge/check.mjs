// Checks built Forge apps without a network: Atlassian's validators of the
// manifest, Atlassian's linters, and what neither of them sees.
//
//	node check.mjs DIR...
//
// It says what is wrong and exits with 1. A check that did not run is wrong, too.
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const require = createRequire(import.meta.url);
process.env.TAG ??= "1.0.0"; // @forge/cli-shared wants one
const { parse } = require("yaml");
const connect = JSON.parse(readFileSync(new URL("../atlassian-connect.json", import.meta.url), "utf8"));

// The events that a label app may hear, with the scopes that each needs. Who
// needs another looks it up and adds it: Atlassian's validators take any word.
const SUMMARIES = ["read:confluence-content.summary", "read:confluence-space.summary"];
const EVENTS = {
  "avi:confluence:added:label": SUMMARIES,
  "avi:confluence:removed:label": SUMMARIES,
  "avi:confluence:created:label": SUMMARIES,
  "avi:confluence:deleted:label": SUMMARIES,
  "avi:forge:installed:app": [],
  "avi:forge:upgraded:app": [],
};
const TOKENS = { appUserToken: "read:app-user-token", appSystemToken: "read:app-system-token" };

const connectAliases = connect.modules.confluenceContentProperties.flatMap((m) => m.keyConfigurations.flatMap((k) => k.extractions.map((e) => e.alias)));

/** What is wrong with a manifest and Atlassian's validators let pass, a sentence for each slip. */
export function slips({ modules = {}, connectModules = {}, permissions = {}, remotes = [] }) {
  const scopes = permissions.scopes ?? [];
  const events = (modules.trigger ?? []).flatMap((trigger) => trigger.events);
  const tokens = (modules.endpoint ?? []).flatMap(({ auth = {} }) => Object.keys(auth).filter((token) => auth[token].enabled));
  const called = new Set((modules.endpoint ?? []).map((endpoint) => endpoint.remote));
  const urls = remotes.flatMap(({ baseUrl }) => (typeof baseUrl === "string" ? [baseUrl] : Object.values(baseUrl ?? {})));
  const values = (modules["confluence:contentProperty"] ?? []).flatMap((property) => property.values);
  const forbidden = [...connectAliases, ...(connectModules["confluence:confluenceContentProperties"] ?? []).flatMap((m) => m.keyConfigurations.flatMap((k) => k.extractions.map((e) => e.alias)))];
  return [
    ...(scopes.length ? [] : ["there are no scopes, and without any nothing can be read"]),
    ...events.filter((event) => !(event in EVENTS)).map((event) => `${event} is no event that is known here`),
    ...events.flatMap((event) => (EVENTS[event] ?? []).filter((scope) => !scopes.includes(scope)).map((scope) => `${event} does not come without ${scope}`)),
    ...tokens.filter((token) => !scopes.includes(TOKENS[token])).map((token) => `${token} does not come without ${TOKENS[token]}`),
    ...Object.entries(TOKENS).filter(([token, scope]) => scopes.includes(scope) && !tokens.includes(token)).map(([token, scope]) => `${scope} is asked for, and no endpoint asks for ${token} in its auth`),
    ...remotes.filter((remote) => remote.auth).map(({ key }) => `remotes.auth of ${key} is for functions, and none of ours calls it: what endpoints get is in endpoint.auth`),
    ...remotes.filter(({ key, operations }) => called.has(key) && !operations?.includes("compute")).map(({ key }) => `the remote ${key} does not say that it computes`),
    ...urls.filter((url) => !url.startsWith("https://")).map((url) => `${url} is no https address`),
    ...(modules["confluence:contentProperty"] ?? []).filter(({ propertyKey }) => !/^\w+$/.test(propertyKey)).map(({ propertyKey }) => `Forge does not index ${propertyKey}: letters, digits and _ only`),
    ...values.filter(({ searchAlias }) => forbidden.includes(searchAlias)).map(({ searchAlias }) => `${searchAlias} is Connect's search alias, too: both together break the search of every site`),
  ];
}

// Atlassian's code compiles the same schema anew for each validator: 3 s each.
{
  const Ajv = require("ajv").default;
  const { compile } = Ajv.prototype;
  const compiled = new Map();
  Ajv.prototype.compile = function (schema) {
    const key = JSON.stringify(schema);
    if (!compiled.has(key)) compiled.set(key, compile.call(this, schema));
    return compiled.get(key);
  };
}

/** What Atlassian's validators say of the manifest in the working directory. */
async function validated() {
  const { ProcessorBuilder, ValidationTypes } = require("@forge/manifest");
  const found = [];
  for (const [name, type] of Object.entries(ValidationTypes)) {
    const { success, errors = [] } = await ProcessorBuilder.instance().withValidation(type).build().process();
    found.push(...errors.map(({ level, line, message }) => `${name}: line ${line}: ${level}: ${message}`));
    if (!success && !errors.length) found.push(`${name}: it does not pass and does not say why`);
  }
  return found;
}

const NEEDS_NETWORK = ["PermissionLinter"]; // it downloads Atlassian's API documents

/** What Atlassian's linters say of the app in the working directory. */
async function linted(manifest) {
  const { getClientSideLintersOnly, parseSourceFile } = require("@forge/lint/out/lint/lint.js");
  const { tsParser } = require("@forge/lint/out/parse");
  const silent = { info() {}, debug() {}, warn() {}, error() {}, trace() {} };
  const flags = new Proxy({}, { get: (_, name) => async () => name === "getDeprecatedRuntimes" && [] }); // Atlassian's feature flags, all off
  const linters = await getClientSideLintersOnly(manifest, "production", silent, flags);
  const sources = await Promise.all(readdirSync("src").map((file) => parseSourceFile(join("src", file), tsParser)));
  const found = [];
  for (const linter of linters) {
    const { name } = linter.constructor;
    if (NEEDS_NETWORK.includes(name)) continue;
    try {
      await linter.bootstrap();
      const results = await linter.batchExecuteImpl(sources); // batchExecute would swallow that it failed
      for (const { errors, warnings } of results.flat()) found.push(...[...errors, ...warnings].map(({ line, message }) => `${name}: line ${line}: ${message}`));
    } catch (error) {
      found.push(`${name}: did not run: ${error.message}`);
    }
  }
  if (linters.length < 16) found.push(`there are ${linters.length} linters only`);
  return found;
}

export async function check(directory) {
  process.chdir(directory);
  const manifest = parse(readFileSync("manifest.yml", "utf8"));
  return [...(await validated()), ...(await linted(manifest)), ...slips(manifest)];
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const directory of process.argv.slice(2).map((name) => resolve(name))) {
    const found = await check(directory);
    for (const line of found) console.error(`${directory}: ${line}`);
    if (found.length) process.exitCode = 1;
  }
}
