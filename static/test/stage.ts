// A stage for browser tests: Chromium, the page as the service writes it with
// its Content-Security-Policy, a fake bridge, a fake Confluence to read from and
// a fake of the service to write to. Every part can be told to misbehave. It is set
// for one host at a time.

import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { after, afterEach, before, beforeEach } from "node:test";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";
import type { asShell } from "../src/shell.ts";
import type { Request } from "../src/suggest/request.ts";

const CSP = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:";
/** The host that the tests run on: its own entry, but for the core, whose answers are those of the stage. */
export const HOST = process.env["STAGE_HOST"] === "native" ? "native" : "connect";
const [BUILT, BRIDGE] = HOST === "native" ? [".build/native", "test/fake-forge.js"] : ["dist", "test/fake-bridge.js"];
const ENGINE = "../build/engine.wasm";
const axe = readFileSync("node_modules/axe-core/axe.min.js", "utf8");
export const SCREENS = ".build/screens";
/** How long anything is waited for that comes at once, but for a machine that is busy; in ms. */
export const PATIENCE = 60_000;

const ADF = JSON.stringify({ type: "doc", version: 1, content: [{ type: "paragraph", content: [{ type: "text", text: "We test with a screen reader." }] }] });
export const SEARCH = 'space = "DS" and type in (page, blogpost) and text ~ "screen reader"';
/** What the service suggests on this stage, in its own form. */
export const SUGGESTED = [
  {
    label: "accessibility", ticked: true, new: false,
    reasons: [
      { kind: "title", text: "accessibility" },
      { kind: "similar", count: 12, of: 15, pages: [{ id: "900", title: "Screen readers" }, { id: "901", title: "שלום Contrast" }] },
      { kind: "synonym", text: "a11y", count: 2 },
    ],
  },
  { label: "testing", ticked: true, new: false, reasons: [{ kind: "heading", text: "Testing", where: "Testing with people" }, { kind: "siblings", count: 3, of: 7 }] },
  { label: "keyboard-trap", ticked: false, new: true, reasons: [{ kind: "phrase", text: "keyboard trap", count: 3 }] },
];
export const REFINED = { label: "screen-readers", ticked: true, new: false, reasons: [{ kind: "profile", words: ["screen reader", "contrast"] }, { kind: "parent" }] };

/** What the service tells administrators on this stage, in its own form. */
export const SITE = {
  site: "0a1b2c3d4e5f", url: "https://acme.atlassian.net/wiki", version: "abc1234", now: "2026-11-22T08:00:00Z", startedAt: "2026-11-21T06:00:00Z",
  licensed: true, enabled: true, installedAt: "2026-03-02T10:00:00Z", lastCall: "2026-11-19T08:00:00Z", scopes: ["READ", "WRITE", "ACT_AS_USER"],
  checks: [{ name: "read_as_app", ok: true }, { name: "act_as_user", ok: true }],
  errors: {
    since: "2026-11-21T06:00:00Z",
    entries: [{ kind: "upstream", reason: "timeout", count: 3, first: "2026-11-22T05:00:00Z", last: "2026-11-22T07:58:00Z", requestId: "req-77", route: "/api/labels" }],
  },
  held: [
    { name: "clientKey", value: "c0ffee00-secret-of-acme", origin: "Confluence, when the app is installed", purpose: "Tells the site from others", kept: "Until 30 days after uninstalling", protection: "Access to the database" },
    { name: "baseUrl", value: "https://acme.atlassian.net/wiki", origin: "Confluence, when the app is installed", purpose: "Where to call Confluence", kept: "Until 30 days after uninstalling", protection: "Access to the database" },
    { name: "sharedSecret", value: "sealed, 148 characters", origin: "Confluence, when the app is installed", purpose: "Proves calls of the site", kept: "Until 30 days after uninstalling", protection: "Sealed with AES-256-GCM" },
    { name: "uninstalledAt", value: "", origin: "Confluence, when the app is uninstalled", purpose: "When to delete the record", kept: "Until 30 days after uninstalling", protection: "Access to the database" },
  ],
  retention: { uninstalledDays: 30, logDays: 14, backupDays: 30 },
};

export interface Content {
  labels: string[];
  version: number;
  status: string;
  operations: string[];
}
export interface Change {
  contentId: string;
  add: string[];
  remove: string[];
}
export interface SpacePage {
  id: string;
  title: string;
  labels: string[];
  text: string;
}
/** A content or space property. */
export interface Property {
  id: string;
  key: string;
  value: unknown;
  version: { number: number };
}
/** A write to Confluence's own REST API. */
export interface Save {
  method: string;
  path: string;
  body: { key: string; value: unknown; version?: { number: number } };
}
export interface Scene {
  shell?: Parameters<typeof asShell>[0];
  bridge?: Record<string, unknown>;
  browser?: BrowserContextOptions;
  rtl?: boolean;
  /** Time passes as page.clock says, and by itself. */
  clock?: boolean;
  /** Runs in the page before anything of it. */
  prepare?: () => void;
  /** Files of the app that are answered only then. */
  hold?: [files: RegExp, until: Promise<void>];
  /** Another page of the same browser session: another frame on the same Confluence page. */
  beside?: Page;
}
type Reply = { status?: number; body?: unknown; raw?: string } | "hang up" | undefined;

export interface Stage {
  contents: Map<string, Content>;
  siteLabels: string[];
  spacePages: string[][]; // the labels of each page of the space
  text: { title: string; adf: string; parentId?: string }; // of the page
  similar: SpacePage[]; // what the service's search finds
  family: { id: string; labels: string[] }[]; // the page's parent, then its children
  properties: Property[]; // of the page
  spaceProperties: Property[];
  reads: string[];
  saves: Save[];
  asks: { request: Request; authorization: string | undefined }[];
  writes: { change: Change; authorization: string | undefined }[];
  /** What the service tells administrators of the site. */
  site: Record<string, unknown>;
  /** The calls for it: "GET", or "POST" with what was typed. */
  siteCalls: string[];
  /** The properties that were removed. */
  removals: string[];
  /** Replaces what the service answers to administrators; returns undefined to let it do that. */
  onSite: (call: string) => Promise<Reply> | Reply;
  /** Replaces what Confluence does with the removal of a property; returns undefined to let it do that. */
  onRemove: (path: string) => Promise<Reply> | Reply;
  /** Replaces what the service does with a change; returns undefined to let it do that. */
  onWrite: (change: Change) => Promise<Reply> | Reply;
  /** Replaces what the service suggests; returns undefined to let it do that. */
  onAsk: (request: Request) => Promise<Reply> | Reply;
  /** Replaces what Confluence does with a property; returns undefined to let it do that. */
  onSave: (save: Save) => Promise<Reply> | Reply;
  /** Replaces what Confluence answers; returns undefined to let it do that. */
  onRead: (path: string) => Promise<Reply> | Reply;
  strings: ((language: string, text: string) => string) | undefined;
  open(scene?: Scene): Promise<Page>;
}

/** Sets the stage for the tests of the file that calls it; everything on it is new for each test. */
export function useStage(): Stage {
  let server: Server;
  let browser: Browser;
  let troubles: string[] = [];
  const scenes = new Map<string, Scene>();
  const opened: Page[] = [];
  const stage = { open } as Stage;

  before(async () => {
    mkdirSync(SCREENS, { recursive: true });
    server = createServer((request, response) => void serve(request, response));
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    browser = await chromium.launch({
      executablePath: "/usr/bin/chromium-headless-shell",
      // Each test opens one site in a context of its own: no process is kept ready for another, and none draws.
      args: [
        "--no-sandbox", "--disable-gpu", "--in-process-gpu", "--disable-site-isolation-trials", "--renderer-process-limit=1",
        "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
      ],
    });
  });
  after(async () => {
    await browser?.close();
    server?.closeAllConnections();
    server?.close();
  });
  beforeEach(() => {
    troubles = [];
    const content = { labels: ["roadmap", "team-red", "v9"], version: 7, status: "current", operations: ["read", "update"] };
    Object.assign(stage, {
      contents: new Map([["123", content]]),
      siteLabels: ["handbook", "road-safety"],
      spacePages: [["roadmap", "release-notes"], ["release-notes", "team-blue"], ["release-notes"]],
      text: { title: "Testing our forms for accessibility", adf: ADF, parentId: "7" },
      similar: [{ id: "900", title: "Screen readers", labels: ["accessibility", "testing"], text: "<p>How we test with a screen reader.</p>" }],
      family: [{ id: "7", labels: ["handbook"] }, { id: "123", labels: [] }, { id: "8", labels: ["forms"] }],
      properties: [],
      spaceProperties: [],
      reads: [],
      saves: [],
      asks: [],
      writes: [],
      site: structuredClone(SITE),
      siteCalls: [],
      removals: [],
      onSite: () => undefined,
      onRemove: () => undefined,
      onWrite: () => undefined,
      onAsk: () => undefined,
      onSave: () => undefined,
      onRead: () => undefined,
      strings: undefined,
    } satisfies Omit<Stage, "open">);
  });
  afterEach(async () => {
    for (const page of opened.splice(0)) {
      const kept = await page.evaluate(() => localStorage.length + sessionStorage.length + document.cookie.length);
      assert.equal(kept, 0, "the app keeps nothing in the browser");
      await page.context().close();
    }
    assert.deepEqual(troubles, [], "no script error and nothing refused by the Content-Security-Policy");
  });

  async function open(scene: Scene = {}): Promise<Page> {
    const id = String(scenes.size + 1);
    scenes.set(id, scene);
    const context = scene.beside?.context() ?? (await browser.newContext({ viewport: { width: 640, height: 360 }, ...scene.browser }));
    context.setDefaultTimeout(PATIENCE);
    const page = await context.newPage();
    if (scene.clock) await page.clock.install();
    if (!scene.beside) opened.push(page);
    page.on("pageerror", (error) => troubles.push(error.message));
    page.on("console", (message) => /Content.Security|Refused/i.test(message.text()) && troubles.push(message.text()));
    if (scene.hold) {
      const [files, until] = scene.hold;
      await page.route(files, async (route) => (await until, route.continue()));
    }
    if (scene.prepare) await page.addInitScript(scene.prepare);
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/shell/${id}`);
    return page;
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url!, "http://stage");
    const send = (type: string, body: string | Buffer, status = 200) => {
      // A Worker without a policy of its own may run what it compiles: engine-browser.test.ts has what becomes of others.
      response.writeHead(status, { "Content-Type": type, ...(!url.pathname.endsWith(".worker.js") && { "Content-Security-Policy": CSP }) });
      response.end(body);
    };
    const reply = (answer: Exclude<Reply, undefined>) => {
      if (answer === "hang up") return void request.socket.destroy();
      send("application/json", answer.raw ?? JSON.stringify(answer.body), answer.status ?? 200);
    };
    const [, place, ...rest] = url.pathname.split("/");
    const name = rest.join("/");
    if (place === "shell") return send("text/html; charset=utf-8", page(name, scenes.get(name)!));
    if (place === "bridge") return send("text/javascript", `const SCENE = ${JSON.stringify(bridge(scenes.get(name.replace(".js", ""))!))};\n` + readFileSync("test/fake-theme.js", "utf8") + readFileSync(BRIDGE, "utf8"));
    if (place === "themes") return send("text/css", readFileSync(`node_modules/atlassian-connect-js/dist/themes/${name}`));
    if (name === "engine.wasm") return existsSync(ENGINE) ? send("application/wasm", readFileSync(ENGINE)) : send("text/plain", "not built", 404);
    if (place === "static") {
      const text = readFileSync(`${BUILT}/${name}`, "utf8");
      const type = { js: "text/javascript", css: "text/css", json: "application/json", svg: "image/svg+xml" }[name.split(".").pop()!]!;
      return send(type, stage.strings && /\bstrings\//.test(name) ? stage.strings(name, text) : text);
    }
    if (place === "confluence") {
      const path = url.pathname.slice("/confluence".length) + url.search;
      if (request.method === "DELETE") {
        stage.removals.push(path);
        return reply((await stage.onRemove(path)) ?? { status: 204, raw: "" });
      }
      if (request.method !== "GET") {
        const saved: Save = { method: request.method!, path, body: (await json(request)) as Save["body"] };
        stage.saves.push(saved);
        return reply((await stage.onSave(saved)) ?? save(saved));
      }
      stage.reads.push(path);
      return reply((await stage.onRead(path)) ?? read(url));
    }
    if (place === "api") {
      if (name === "suggest") {
        const asked = (await json(request)) as Request;
        stage.asks.push({ request: asked, authorization: request.headers.authorization });
        return reply((await stage.onAsk(asked)) ?? { body: suggest(asked) });
      }
      if (name === "site" || name === "site/erase") {
        if (HOST === "connect") assert.match(request.headers.authorization ?? "", /^JWT token-\d+$/);
        const call = request.method === "POST" ? `POST ${((await json(request)) as { confirm: string }).confirm}` : "GET";
        stage.siteCalls.push(call);
        return reply((await stage.onSite(call)) ?? { body: call === "GET" ? stage.site : { erased: true } });
      }
      const change = (await json(request)) as Change;
      stage.writes.push({ change, authorization: request.headers.authorization });
      return reply((await stage.onWrite(change)) ?? { body: write(change) });
    }
    send("text/plain", "no such place", 404);
  }

  function read(url: URL): Exclude<Reply, undefined> {
    const path = url.pathname.slice("/confluence".length);
    const at = Number(url.searchParams.get("cursor") ?? 0);
    const limit = Number(url.searchParams.get("limit") ?? 25);
    const listing = (names: string[]) => ({
      results: names.slice(at, at + limit).map((name, i) => ({ id: String(at + i), name, prefix: "global" })),
      _links: names.length > at + limit ? { next: `/wiki${path}?limit=${limit}&cursor=${at + limit}` } : {},
    });
    if (path === "/api/v2/spaces") return { body: { results: [{ id: "1", key: "DS", name: "Design" }], _links: {} } };
    if (path === "/api/v2/labels") return { body: listing(stage.siteLabels) };
    if (path === "/rest/api/content/search") return { body: { results: found(url.searchParams), _links: {} } };
    const [, , , kind, id, part] = path.split("/");
    if (part === "properties") {
      const key = url.searchParams.get("key");
      const all = kind === "spaces" ? stage.spaceProperties : stage.properties;
      return { body: { results: all.filter((p) => !key || p.key === key), _links: {} } };
    }
    const content = stage.contents.get(id!);
    if (!content || (content.status === "draft" && !url.searchParams.has("get-draft"))) return { status: 404, body: { errors: [{ title: "RAW not found" }] } };
    if (part === "labels") return { body: listing(content.labels) };
    const { labels, version, status, operations } = content;
    const { title, adf, parentId } = stage.text;
    if (!url.searchParams.has("include-labels")) {
      const body = url.searchParams.get("body-format") === "atlas_doc_format" ? { atlas_doc_format: { value: adf } } : {};
      return { body: { id, title, status, createdAt: "2026-11-22T08:00:00.000Z", parentId, body } };
    }
    return {
      body: {
        id,
        status,
        version: { number: version },
        labels: { results: [...labels.slice(0, 50).map((name) => ({ name, prefix: "global" })), { name: "favourite", prefix: "my" }], meta: { hasMore: labels.length > 50 } },
        operations: { results: operations.map((operation) => ({ operation, targetType: "page" })) },
      },
    };
  }

  /** What Confluence's search finds, of which the query says which of three it is. */
  function found(query: URLSearchParams): unknown[] {
    const cql = query.get("cql")!;
    const labelled = (labels: string[]) => ({ metadata: { labels: { results: labels.map((name) => ({ name, prefix: "global" })) } } });
    if (cql.startsWith("id =")) {
      const family = cql.includes("parent =") ? stage.family : stage.family.slice(0, 1);
      return family.map(({ id, labels }) => ({ id, title: `Page ${id}`, ...labelled(labels) }));
    }
    if (cql === SEARCH) {
      return stage.similar.map(({ id, title, labels, text }) => ({
        id, title, ...labelled(labels), body: { storage: { value: text } },
      }));
    }
    return stage.spacePages.map((labels, i) => ({ id: String(500 + i), title: `Page ${500 + i}`, ...labelled(labels) }));
  }

  /** Creates or replaces a property as Confluence does: a version that is not the next one is refused. */
  function save({ method, path, body }: Save): Exclude<Reply, undefined> {
    const old = stage.properties.find((p) => (method === "PUT" ? path.endsWith(`/properties/${p.id}`) : p.key === body.key));
    if (method === "POST" ? old : !old || body.version?.number !== old.version.number + 1) return { status: 409, body: { errors: [{ title: "RAW" }] } };
    const property = { id: old?.id ?? "77", key: body.key, value: body.value, version: body.version ?? { number: 1 } };
    stage.properties = [...stage.properties.filter((p) => p !== old), property];
    return { body: property };
  }

  /** What the service suggests when all goes well: first from what it is told, then with pages like this one. */
  function suggest({ refined, dismissed, page }: Request): unknown {
    const out = new Set([...dismissed, ...page.labels]);
    const suggestions = (refined ? [...SUGGESTED, REFINED] : SUGGESTED).filter((s) => !out.has(s.label));
    return {
      suggestions, removals: page.labels.includes("v9") ? [{ label: "v9" }] : [], truncated: false,
      ...(!suggestions.length && { nothing: "none_fits" }), ...(!refined && { search: SEARCH }), requestId: "req-2",
    };
  }

  /** What the real service answers when all goes well. */
  function write({ contentId, add, remove }: Change): unknown {
    const content = stage.contents.get(contentId)!;
    const added = add.filter((name) => !content.labels.includes(name));
    const removed = remove.filter((name) => content.labels.includes(name));
    content.labels = [...content.labels.filter((name) => !remove.includes(name)), ...added];
    return { labels: content.labels.map((name, i) => ({ name, prefix: "global", id: String(i) })), added, removed, failed: [], requestId: "req-1" };
  }

  return stage;
}

function bridge(scene: Scene): Record<string, unknown> {
  return { site: "https://site.example/wiki", locale: "en-GB", shell: given(scene), ...scene.bridge };
}

function given(scene: Scene): Parameters<typeof asShell>[0] {
  return {
    view: "panel", contentId: "123", contentType: "page", contentVersion: "7", spaceId: "1", spaceKey: "DS",
    preview: false, licensed: true, signedIn: true, ...scene.shell, parameters: { prefix: "", display: "chips", ...(scene.shell?.parameters ?? {}) },
  };
}

async function json(request: IncomingMessage): Promise<unknown> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) text += chunk;
  return JSON.parse(text);
}

/** The page as the host writes it, to a reader of the longest language. */
export function page(id: string, scene: Scene): string {
  if (HOST === "native") {
    const html = readFileSync(`${BUILT}/index.html`, "utf8").replaceAll('"./', '"/static/').replace("<head>", `<head><script src="/bridge/${id}.js"></script>`);
    return scene.rtl ? html.replace("<html", '<html dir="rtl"') : html;
  }
  return `<!doctype html>
<html lang="en"${scene.rtl ? ' dir="rtl"' : ""}><head><meta charset="utf-8"><title>Label UP</title>
<link rel="stylesheet" href="/static/labelup.css">
<script src="/bridge/${id}.js" data-options="resize:false"></script>
<script type="module" src="/static/labelup.js"></script></head>
<body><script type="application/json" id="shell">${JSON.stringify(given(scene))}</script>
<main id="labelup" class="ac-content"><p class="late" lang="ja">Label UP を読み込めません。ページを再読み込みしてください。</p></main></body></html>`;
}

/** The labels shown, in order. */
export function labelsOf(page: Page): Promise<string[]> {
  return page.locator(".chip:not(.off) .name").allTextContents();
}

/**
 * Every violation axe finds, as "rule (impact): where". The one rule left out
 * asks for a main heading: the panel is part of the host's page, which has one.
 * Where only the theme has changed, colours are all that can be wrong anew.
 */
export async function violations(page: Page, only?: "colours"): Promise<string[]> {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe);
  return page.evaluate(async (only) => {
    type Axe = { run(options: object): Promise<{ violations: { id: string; impact: string; nodes: { target: string[] }[] }[] }> };
    const { violations } = await (window as unknown as { axe: Axe }).axe.run(only ? { runOnly: ["color-contrast", "link-in-text-block"] } : { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], rules: { "page-has-heading-one": { enabled: false } } });
    return violations.map((v) => `${v.id} (${v.impact}): ${v.nodes.map((n) => n.target.join(" ")).join(", ")}`);
  }, only);
}
