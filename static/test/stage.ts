// A stage for browser tests: Chromium, the page as the service writes it with
// its Content-Security-Policy, a fake bridge, a fake Confluence to read from and
// a fake of the service to write to. Every part can be told to misbehave.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { after, afterEach, before, beforeEach } from "node:test";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";

const CSP = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:";
const axe = readFileSync("node_modules/axe-core/axe.min.js", "utf8");
export const SCREENS = ".build/screens";

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
export interface Scene {
  data?: Record<string, string>; // the shell's data attributes
  bridge?: Record<string, unknown>;
  browser?: BrowserContextOptions;
  rtl?: boolean;
  /** Runs in the page before anything of it. */
  prepare?: () => void;
  /** Another page of the same browser session: another frame on the same Confluence page. */
  beside?: Page;
}
type Reply = { status?: number; body?: unknown; raw?: string } | "hang up" | undefined;

export interface Stage {
  contents: Map<string, Content>;
  siteLabels: string[];
  spacePages: string[][]; // the labels of each page of the space
  reads: string[];
  writes: { change: Change; authorization: string | undefined }[];
  /** Replaces what the service does with a change; returns undefined to let it do that. */
  onWrite: (change: Change) => Promise<Reply> | Reply;
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
      executablePath: "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
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
      reads: [],
      writes: [],
      onWrite: () => undefined,
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
    const page = await context.newPage();
    if (!scene.beside) opened.push(page);
    page.on("pageerror", (error) => troubles.push(error.message));
    page.on("console", (message) => /Content.Security|Refused/i.test(message.text()) && troubles.push(message.text()));
    if (scene.prepare) await page.addInitScript(scene.prepare);
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/shell/${id}`);
    return page;
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url!, "http://stage");
    const send = (type: string, body: string | Buffer, status = 200) => {
      response.writeHead(status, { "Content-Type": type, "Content-Security-Policy": CSP });
      response.end(body);
    };
    const reply = (answer: Exclude<Reply, undefined>) => {
      if (answer === "hang up") return void request.socket.destroy();
      send("application/json", answer.raw ?? JSON.stringify(answer.body), answer.status ?? 200);
    };
    const [, place, ...rest] = url.pathname.split("/");
    const name = rest.join("/");
    if (place === "shell") return send("text/html; charset=utf-8", shell(name, scenes.get(name)!));
    if (place === "bridge") return send("text/javascript", `const SCENE = ${JSON.stringify(bridge(scenes.get(name.replace(".js", ""))!))};\n` + readFileSync("test/fake-bridge.js", "utf8"));
    if (place === "themes") return send("text/css", readFileSync(`node_modules/atlassian-connect-js/dist/themes/${name}`));
    if (place === "static") {
      const text = readFileSync(`dist/${name}`, "utf8");
      const type = { js: "text/javascript", css: "text/css", json: "application/json", svg: "image/svg+xml" }[name.split(".").pop()!]!;
      return send(type, stage.strings && name.startsWith("strings/") ? stage.strings(name, text) : text);
    }
    if (place === "confluence") {
      const path = url.pathname.slice("/confluence".length) + url.search;
      stage.reads.push(path);
      return reply((await stage.onRead(path)) ?? read(url));
    }
    if (place === "api") {
      let text = "";
      for await (const chunk of request) text += chunk;
      const change = JSON.parse(text) as Change;
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
    if (path === "/api/v2/labels") return { body: listing(stage.siteLabels) };
    if (path === "/rest/api/content/search") {
      const pages = stage.spacePages.map((labels) => ({ metadata: { labels: { results: labels.map((name) => ({ name, prefix: "global" })) } } }));
      return { body: { results: pages, _links: {} } };
    }
    const [, , , , id, part] = path.split("/");
    const content = stage.contents.get(id!);
    if (!content || (content.status === "draft" && !url.searchParams.has("get-draft"))) return { status: 404, body: { errors: [{ title: "RAW not found" }] } };
    if (part === "labels") return { body: listing(content.labels) };
    const { labels, version, status, operations } = content;
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
  return { site: "https://site.example/wiki", locale: "en-GB", ...scene.bridge };
}

/** The page as the service writes it. */
export function shell(id: string, scene: Scene): string {
  const data = {
    view: "panel", "app-key": "labelup", "content-id": "123", "content-type": "page", "content-version": "7", "space-id": "1", "space-key": "DS",
    "macro-id": "8c5f8a36-0b8c-4a8a-9a39-5f3ec3b0a0b1", output: "display", prefix: "", display: "chips", licensed: "true", "signed-in": "true", "request-id": "req-0",
    ...scene.data,
  };
  const attributes = Object.entries(data).map(([key, value]) => ` data-${key}="${value}"`).join("");
  return `<!doctype html>
<html lang="en"${scene.rtl ? ' dir="rtl"' : ""}><head><meta charset="utf-8"><title>Label UP</title>
<link rel="stylesheet" href="/static/labelup.css">
<script src="/bridge/${id}.js" data-options="resize:false"></script>
<script type="module" src="/static/labelup.js"></script></head>
<body><main id="labelup" class="ac-content"${attributes}></main></body></html>`;
}

/** The labels shown, in order. */
export function labelsOf(page: Page): Promise<string[]> {
  return page.locator(".chip .name").allTextContents();
}

/**
 * Every violation axe finds, as "rule (impact): where". The one rule left out
 * asks for a main heading: the panel is part of the host's page, which has one.
 */
export async function violations(page: Page): Promise<string[]> {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe);
  return page.evaluate(async () => {
    type Axe = { run(options: object): Promise<{ violations: { id: string; impact: string; nodes: { target: string[] }[] }[] }> };
    const { violations } = await (window as unknown as { axe: Axe }).axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], rules: { "page-has-heading-one": { enabled: false } } });
    return violations.map((v) => `${v.id} (${v.impact}): ${v.nodes.map((n) => n.target.join(" ")).join(", ")}`);
  });
}
