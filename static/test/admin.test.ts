// The parts of the page for administrators that need no browser.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { browserOf, bundleOf, heldAsJSON } from "../src/admin/bundle.ts";
import { clean, type Progress } from "../src/admin/cleaning.ts";
import { erasure, type Step } from "../src/admin/erasure.ts";
import { nameOf, readSite } from "../src/admin/site.ts";
import { wordsIn } from "../src/admin/words.ts";
import { HostError, type Host } from "../src/host.ts";
import { connectHost } from "../src/hosts/connect.ts";
import type { Answer, Frame } from "../src/hosts/forge.ts";
import { site as siteInTab } from "../src/hosts/site.ts";
import { asProblem, type Problem } from "../src/problem.ts";
import { PAGE_PROPERTY, PAGE_PROPERTY_FORMAT } from "../src/propertykeys.ts";
import { SITE } from "./stage.ts";

const read = (language: string) => JSON.parse(readFileSync(`src/admin/strings/${language}.json`, "utf8")) as Record<string, string>;
const answering = (body: unknown) => ({ call: async () => body }) as unknown as Host;
const site = await readSite(answering(SITE));

test("the search for our properties is what the descriptor tells Confluence to index", () => {
  const { modules } = JSON.parse(readFileSync("../atlassian-connect.json", "utf8"));
  const { propertyKey, extractions } = modules.confluenceContentProperties[0].keyConfigurations[0];
  const { withPageProperty } = connectHost(undefined);
  assert.deepEqual([propertyKey, extractions], [PAGE_PROPERTY, [{ objectName: "v", type: "number", alias: withPageProperty.split(" ")[0] }]]);
  assert.equal(withPageProperty, `${extractions[0].alias} = ${PAGE_PROPERTY_FORMAT}`);
});

// Dates and ages

const moments: [sentence: string, locale: string, at: string, age: string][] = [
  ["seconds", "en-US", "2026-11-22T07:59:30Z", "30 seconds ago"],
  ["minutes", "en-US", "2026-11-22T07:01:00Z", "59 minutes ago"],
  ["hours", "de-DE", "2026-11-22T05:30:00Z", "vor 2 Stunden"],
  ["days", "ja-JP", "2026-11-12T08:00:00Z", "10 日前"],
  ["a clock that runs ahead", "en-US", "2026-11-22T08:02:00Z", "in 2 minutes"],
  ["never", "en-US", "0001-01-01T00:00:00Z", ""],
  ["nothing", "en-US", "", ""],
  ["no moment", "en-US", "yesterday", ""],
];
for (const [sentence, locale, at, age] of moments) {
  test(`an age in ${sentence}`, () => {
    const language = locale.slice(0, 2);
    const words = wordsIn(language, read(language), locale);
    assert.equal(words.age(at, "2026-11-22T08:00:00Z"), age);
    if (!age) assert.equal(words.date(at), "");
  });
}
test("dates follow the reader's locale where we speak its language, and what we speak where not", () => {
  const date = (language: string, locale: string) => wordsIn(language, read(language), locale).date("2026-03-02T12:00:00Z");
  assert.match(date("en", "en-GB"), /^2 Mar 2026/);
  assert.match(date("en", "en_US"), /^Mar 2, 2026/);
  assert.match(date("de", "de-DE"), /^02\.03\.2026/);
  assert.match(date("en", "pt-BR"), /^Mar 2, 2026/);
  assert.ok(date("en", "en-xx-evil!/.."), "a locale that is none");
});

// What is downloaded

test("the support bundle has neither an address nor a value of the record", () => {
  const trouble = { at: "2026-11-22T08:01:00Z", call: "read", kind: "timeout", requestId: "req-9" } as const;
  const text = bundleOf(site, { userAgent: "Mozilla/5.0 (X11) Chrome/131.0.1.2 Safari/537.36", language: "de", minutesBehindUTC: -345, troubles: [trouble] });
  for (const secret of ["acme", "atlassian.net", "c0ffee00", "sealed", "X11", "131.0.1"]) assert.ok(!text.includes(secret), secret);
  const { site: hash, errors, checks, page, held, url, tab } = JSON.parse(text);
  assert.deepEqual([hash, errors, checks, held, url, tab], [SITE.site, SITE.errors, site.checks, undefined, undefined, undefined]);
  assert.deepEqual(page, { browser: "Chrome 131", language: "de", timeZone: "UTC+05:45", errors: [trouble] });
  assert.match(bundleOf(site, { userAgent: "", language: "en", minutesBehindUTC: 210, troubles: [] }), /"timeZone": "UTC-03:30"/);
});

const browsers: [agent: string, name: string][] = [
  ["Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36", "Chrome 131"],
  ["Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.2903.51", "Edge 131"],
  ["Mozilla/5.0 (Windows NT 10.0; rv:132.0) Gecko/20100101 Firefox/132.0", "Firefox 132"],
  ["Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 Safari/605.1.15", "Safari 17"],
  ["Mozilla/5.0 (X11) AppleWebKit/537.36 Chrome/130.0.0.0 Safari/537.36 OPR/115.0.0.0", "Opera 115"],
  ["curl/8", "another"],
];
for (const [agent, name] of browsers) test(`a browser is ${name}`, () => assert.equal(browserOf(agent), name));

test("the download has all that is held, and for how long", () => {
  assert.deepEqual(JSON.parse(heldAsJSON(site.record!)), { held: SITE.held, retention: SITE.retention });
});

// What the core answers

const answers: [sentence: string, body: unknown, right: boolean][] = [
  ["all of it", SITE, true],
  ["nothing but what cannot be missing", { url: SITE.url, held: [] }, true],
  ["no record", { ...SITE, held: undefined }, false],
  ["no address", { ...SITE, url: "acme" }, false],
  ["another thing", "<html>", false],
  ["nothing", null, false],
];
for (const [sentence, body, right] of answers) {
  test(`an answer with ${sentence} is ${right ? "shown" : "a problem"}`, async () => {
    const reading = readSite(answering(body));
    if (right) assert.equal(nameOf(await reading), "acme.atlassian.net");
    else await assert.rejects(reading, { kind: "unavailable" });
  });
}

// What the tab answers where no service keeps a record

interface Tab {
  licensed?: boolean;
  fail?: (path: string) => number | undefined; // with which status
  server?: Answer;
}
/** The page's view of what the tab answers, and what it read for that. */
async function inTab({ licensed = true, fail = () => undefined, server }: Tab = {}) {
  const reads: string[] = [];
  const host = {
    withPageProperty: "alias = 1",
    site: async () => "https://acme.atlassian.net/wiki",
    async read(path: string) {
      reads.push(path);
      const status = fail(path);
      if (status !== undefined) throw new HostError(status);
      return { results: [] };
    },
  } as unknown as Host;
  const frame = { host, shell: { licensed }, context: { appVersion: "2.1.0" } } as unknown as Frame;
  const { now, ...told } = await readSite(answering(await siteInTab(frame, server)));
  return { ...told, now, reads };
}
const SCOPES = Object.keys(JSON.parse(readFileSync("src/hosts/scopes/en.json", "utf8")));
const works = (name: string) => ({ name, ok: true, kind: "" });
const fails = (name: string, kind: string) => ({ name, ok: false, kind });
const VIEWER = ["read_spaces", "read_labels", "search"];

test("the tab says what it knows, tries what the app lives by as the person, and says that nothing is held", async () => {
  const { now, reads, ...told } = await inTab();
  assert.deepEqual(told, {
    url: new URL("https://acme.atlassian.net/wiki"), version: "2.1.0", licensed: true,
    scopes: SCOPES.filter((scope) => scope !== "read:app-user-token"), checks: VIEWER.map(works), logged: false,
  });
  assert.deepEqual(reads, ["/api/v2/spaces?limit=1", "/api/v2/labels?limit=1", "/rest/api/content/search?cql=alias+%3D+1&limit=1"]);
  assert.ok(Math.abs(Date.parse(now) - Date.now()) < 60_000 && now.endsWith("Z"), now);
});
test("an app without a licence is said to have none", async () => assert.equal((await inTab({ licensed: false })).licensed, false));
const refusals: [status: number, kind: string][] = [[401, "forbidden"], [403, "forbidden"], [429, "rate_limited"], [400, "upstream"], [404, "upstream"], [500, "upstream"], [0, "upstream"]];
for (const [status, kind] of refusals) {
  test(`a read that is answered ${status} is a check that fails as ${kind}, and the others are told all the same`, async () => {
    const { checks } = await inTab({ fail: (path) => (path.includes("search") ? status : undefined) });
    assert.deepEqual(checks, [works("read_spaces"), works("read_labels"), fails("search", kind)]);
  });
}
const servers: [sentence: string, answer: Answer, check: object][] = [
  ["refuses a change of nothing as one", async () => Promise.reject<object>({ kind: "bad_request", reason: "label_nothing_asked" }), works("service")],
  ["says that the page is none it may change", async () => Promise.reject<object>({ kind: "not_found" }), works("service")],
  ["refuses it for want of a licence", async () => Promise.reject<object>({ kind: "unlicensed" }), works("service")],
  ["does not take the call for proved", async () => Promise.reject<object>({ kind: "unauthorized" }), fails("service", "unauthorized")],
  ["gets no proof of the person", async () => Promise.reject<object>({ kind: "anonymous" }), fails("service", "anonymous")],
  ["is down", async () => Promise.reject<object>({ kind: "unavailable" }), fails("service", "unavailable")],
  ["is not reached", async () => Promise.reject<object>(new Error("INVOKE_FAILED")), fails("service", "upstream")],
];
for (const [sentence, answer, check] of servers) {
  test(`where a server that changes labels ${sentence}, the check says so`, async () => {
    const asked: unknown[] = [];
    const { checks, scopes, logged } = await inTab({ server: async (frame, body, stop) => (asked.push(body), answer(frame, body, stop)) });
    assert.deepEqual([checks, scopes, logged], [[...VIEWER.map(works), check], SCOPES, true]);
    assert.deepEqual(asked, [{ contentId: "", add: [], remove: [] }], "what it may be sent changes nothing");
  });
}

test("the bundle of a site without a record has what the host tells support, and no address", async () => {
  const told = await inTab();
  const text = bundleOf(told, { userAgent: "", language: "en", minutesBehindUTC: 0, troubles: [], tab: { events: [{ call: "/api/suggest" }] } });
  const { checks, tab } = JSON.parse(text);
  assert.deepEqual([checks, tab], [told.checks, { events: [{ call: "/api/suggest" }] }]);
  assert.ok(!text.includes("acme"));
});

// What the app keeps in Confluence

interface Kept {
  pages: { id: string; type?: string; properties: string[] }[];
  spaces: { id: string; properties: string[] }[];
}

/** A Confluence with properties, of which "x" is somebody else's; fail says which call fails with what. */
function confluence({ pages, spaces }: Kept, fail: (method: string, path: string) => number | undefined = () => undefined) {
  const calls: string[] = [];
  const properties = new Map<string, string[]>([
    ...pages.map(({ id, type = "page", properties }) => [`/api/v2/${type}s/${id}/properties`, properties] as const),
    ...spaces.map(({ id, properties }) => [`/api/v2/spaces/${id}/properties`, properties] as const),
  ]);
  const paged = (all: unknown[], query: URLSearchParams) => {
    const at = Number(query.get("cursor") ?? 0);
    return { results: all.slice(at, at + 2), _links: all.length > at + 2 ? { next: `/wiki/x?cursor=${at + 2}` } : {} };
  };
  const called = (method: string, path: string) => {
    calls.push(`${method} ${path}`);
    const status = fail(method, path);
    if (status !== undefined) throw new HostError(status);
  };
  const host = {
    async read(url: string) {
      const [path, query] = [url.split("?")[0]!, new URLSearchParams(url.split("?")[1])];
      called("GET", path);
      if (path === "/rest/api/content/search") return paged(pages.map(({ id, type = "page" }) => ({ id, type, title: `Page ${id}` })), query);
      if (path === "/api/v2/spaces") return paged(spaces.map(({ id }) => ({ id, key: `S${id}`, name: `Space ${id}` })), query);
      const keys = properties.get(path);
      if (!keys) throw new HostError(404);
      return paged(keys.map((key) => ({ key, id: String(1000 + keys.indexOf(key)) })).filter(({ key }) => !query.has("key") || query.get("key") === key), query);
    },
    async remove(url: string) {
      called("DELETE", url);
      const at = url.lastIndexOf("/");
      const keys = properties.get(url.slice(0, at));
      const index = Number(url.slice(at + 1)) - 1000;
      if (!keys?.[index]) throw new HostError(404);
      keys[index] = "";
    },
  } as unknown as Host;
  const left = () => [...properties.values()].flat().filter(Boolean);
  return { host, calls, left };
}
const kept = (): Kept => ({
  pages: [
    { id: "1", properties: ["labelup_page", "x"] },
    { id: "2", properties: [] }, // search is behind
    { id: "3", type: "blogpost", properties: ["labelup_page"] },
  ],
  spaces: [{ id: "7", properties: ["x", "labelup_vocabulary", "labelup_vocabulary_1", "labelup_vocabularyx"] }, { id: "8", properties: [] }, { id: "9", properties: ["labelup_vocabulary_0"] }],
});
const never = new AbortController().signal;
const quick = (t: { mock: { method: typeof test.mock.method } }) => t.mock.method(globalThis, "setTimeout", ((run: () => void) => setImmediate(run)) as unknown as typeof setTimeout);

test("everything of ours goes, nothing of others, and again finds nothing", async () => {
  const { host, left, calls } = confluence(kept());
  const seen: Progress[] = [];
  assert.deepEqual(await clean(host, (progress) => seen.push(progress), never), { removed: 5, left: [], stopped: false });
  assert.deepEqual(left(), ["x", "x", "labelup_vocabularyx"]);
  assert.deepEqual([seen[0], seen.at(-1)], [{ done: 0, of: 0, removed: 0 }, { done: 6, of: 6, removed: 5 }]);
  calls.length = 0;
  assert.deepEqual(await clean(host, () => {}, never), { removed: 0, left: [], stopped: false });
  assert.ok(!calls.some((call) => call.startsWith("DELETE")));
});

const failures: [sentence: string, fail: (method: string, path: string) => number | undefined, left: string[], remaining: number][] = [
  ["a page that may not be edited is left, the rest goes", (m, p) => (m === "DELETE" && p.includes("/pages/1/") ? 403 : undefined), ["page Page 1 403"], 4],
  ["404 for a property that is still there is a refusal", (m, p) => (m === "DELETE" && p.includes("/spaces/9/") ? 404 : undefined), ["space Space 9 404"], 4],
  ["a search that is not understood leaves the pages and not the spaces", (_, p) => (p.includes("search") ? 400 : undefined), ["pages  400"], 5],
  ["spaces that cannot be listed leave the spaces and not the pages", (_, p) => (p === "/api/v2/spaces" ? 500 : undefined), ["spaces  500"], 6],
  ["a Confluence that does not answer leaves all", () => 0, ["pages  0", "spaces  0"], 8],
];
for (const [sentence, fail, names, remaining] of failures) {
  test(sentence, async (t) => {
    quick(t);
    const { host, left } = confluence(kept(), fail);
    const cleaned = await clean(host, () => {}, never);
    assert.deepEqual(cleaned.left.map(({ what, name, status }) => `${what} ${name} ${status}`), names);
    assert.equal(left().length, remaining);
  });
}
test("what was dismissed on a file goes, too, and what is not understood is told as left", async () => {
  const { host, left, calls } = confluence({ pages: [{ id: "att4", type: "attachment", properties: ["labelup_page"] }, { id: "5", type: "drawing", properties: ["labelup_page"] }], spaces: [{ id: "RAW", properties: [] }, { id: "7", properties: [] }] });
  const cleaned = await clean(host, () => {}, never);
  assert.deepEqual([cleaned.removed, left()], [1, ["labelup_page"]]);
  assert.deepEqual(cleaned.left, [
    { what: "page", name: "Page 5", path: "/pages/viewpage.action?pageId=5", status: 0 },
    { what: "space", name: "Space RAW", path: "/spaces/SRAW", status: 0 },
  ]);
  assert.ok(calls.includes("DELETE /api/v2/attachments/att4/properties/1000"), "as Confluence writes its id");
});
test("a file that may not be cleaned is named with where people see it", async () => {
  const { host } = confluence({ pages: [], spaces: [] }, (method) => (method === "DELETE" ? 403 : undefined));
  const read = host.read.bind(host);
  host.read = async (url) => {
    if (url.startsWith("/api/v2/attachments/att4/properties")) return { results: [{ key: "labelup_page", id: "9" }], _links: {} };
    return url.includes("search") ? { results: [{ id: "att4", type: "attachment", title: "plan.pdf", _links: { webui: "/pages/viewpageattachments.action?pageId=1" } }], _links: {} } : read(url);
  };
  assert.deepEqual((await clean(host, () => {}, never)).left, [{ what: "page", name: "plan.pdf", path: "/pages/viewpageattachments.action?pageId=1", status: 403 }]);
});
for (const status of [429, 503, 0]) {
  test(`what is answered ${status} is tried again after a while`, async (t) => {
    const waits = t.mock.method(globalThis, "setTimeout", ((run: () => void) => setImmediate(run)) as unknown as typeof setTimeout);
    const failed = new Set<string>();
    const { host, left } = confluence(kept(), (method, path) => (failed.has(method + path) ? undefined : (failed.add(method + path), status)));
    assert.deepEqual(await clean(host, () => {}, never), { removed: 5, left: [], stopped: false });
    assert.equal(left().length, 3);
    assert.deepEqual([...new Set(waits.mock.calls.map((call) => call.arguments[1]))], [1000]);
  });
}
test("a removal whose answer is lost is none that failed", async (t) => {
  quick(t);
  const world = confluence(kept());
  const remove = world.host.remove.bind(world.host);
  let lost = 0;
  world.host.remove = async (path) => {
    await remove(path);
    if (lost++ === 0) throw new HostError(0);
  };
  assert.deepEqual((await clean(world.host, () => {}, never)).left, []);
  assert.equal(world.left().length, 3);
});
test("stopped, it begins with no other place, and going on does the rest", async () => {
  const stop = new AbortController();
  const { host, left } = confluence(kept(), (method) => (method === "DELETE" ? void stop.abort() : undefined));
  const cleaned = await clean(host, () => {}, stop.signal);
  assert.ok(cleaned.stopped && cleaned.removed < 5, JSON.stringify(cleaned));
  assert.deepEqual(cleaned.left, [], "what was not begun is not a failure");
  await clean(host, () => {}, never);
  assert.equal(left().length, 3);
});
for (const [sentence, next] of [
  ["names itself as the next", () => "1"],
  ["has empty pages without end", (at: number) => String(at)],
] as [string, (at: number) => string][]) {
  test(`a list that ${sentence} does not pass for a whole one`, async () => {
    const { host } = confluence({ pages: [], spaces: [] });
    let reads = 0;
    host.read = async () => ({ results: [], _links: { next: `?cursor=${next(++reads)}` } });
    assert.deepEqual((await clean(host, () => {}, never)).left.map(({ what }) => what), ["pages", "spaces"]);
    assert.ok(reads < 30, `${reads} reads`);
  });
}
test("a search that is not tidy has each page cleaned once", async () => {
  const { host, left } = confluence(kept());
  const read = host.read.bind(host);
  const untidy = [
    { results: [], _links: { next: "?cursor=a" } },
    { results: [{ id: "1", type: "page", title: "Page 1" }], _links: { next: "?cursor=b" } },
    { results: ["1", "2"].map((id) => ({ id, type: "page", title: `Page ${id}` })), _links: { next: "?cursor=c" } },
    { results: [{ id: "3", type: "blogpost", title: "Page 3" }], _links: {} },
  ];
  host.read = async (url) => (url.startsWith("/rest/api/content/search") ? untidy.shift() : read(url));
  const seen: Progress[] = [];
  assert.deepEqual(await clean(host, (progress) => seen.push(progress), never), { removed: 5, left: [], stopped: false });
  assert.equal(seen.at(-1)?.of, 6);
  assert.equal(left().length, 3);
});

// The steps of an erasure

async function steps(t: { mock: { method: typeof test.mock.method } }, responses: (Response | "lost")[], how: (run: ReturnType<typeof erasure>) => Promise<void>, fail?: (method: string, path: string) => number | undefined, recorded = true) {
  quick(t);
  const sent: unknown[] = [];
  const { host, left } = confluence(kept(), fail);
  host.call = async (_, body) => {
    sent.push(body);
    const response = responses.shift();
    if (!response || response === "lost") throw { kind: "network" } satisfies Problem;
    if (!response.ok) throw asProblem(await response.json());
    return response.json();
  };
  const shown: Step[] = [];
  await how(erasure(host, recorded, (step) => shown.push(step)));
  const names = shown.map((step) => (step.name === "failed" ? `failed ${step.problem.kind}` : step.name)).filter((name, i, all) => name !== all[i - 1]);
  return { names, sent, left: left() };
}
const erased = () => Response.json({ erased: true });
const refused = (status: number, kind: string) => Response.json({ error: { kind } }, { status });

test("first Confluence is cleaned, then the record erased", async (t) => {
  const { names, sent, left } = await steps(t, [erased()], (run) => run.start("acme"));
  assert.deepEqual([names, sent, left.length], [["cleaning", "erasing", "erased"], [{ confirm: "acme" }], 3]);
});
test("with something left over, the person is asked before the record goes", async (t) => {
  const refuse = (method: string, path: string) => (method === "DELETE" && path.includes("/pages/") ? 403 : undefined);
  const stayed = await steps(t, [], (run) => run.start("acme"), refuse);
  assert.deepEqual([stayed.names, stayed.sent], [["cleaning", "left"], []]);
  const gone = await steps(t, [erased()], async (run) => (await run.start("acme"), run.erase()), refuse);
  assert.deepEqual([gone.names, gone.sent], [["cleaning", "left", "erasing", "erased"], [{ confirm: "acme" }]]);
});
const again = async (run: ReturnType<typeof erasure>) => (await run.start("acme"), run.erase());
test("not knowing the site after an answer that was lost means that it is erased", async (t) => {
  const { names } = await steps(t, ["lost", refused(401, "unauthorized")], again);
  assert.deepEqual(names, ["cleaning", "erasing", "failed network", "erasing", "erased"]);
});
test("not knowing the site at first is a problem, and stays one", async (t) => {
  const { names } = await steps(t, [refused(401, "unauthorized"), refused(401, "unauthorized")], again);
  assert.deepEqual(names, ["cleaning", "erasing", "failed unauthorized", "erasing", "failed unauthorized"]);
});
for (const [status, kind] of [[400, "bad_request"], [403, "forbidden"], [403, "blocked"], [404, "not_found"], [429, "rate_limited"], [502, "upstream"]] as const) {
  test(`after ${kind} nothing was erased for sure`, async (t) => {
    const { names } = await steps(t, [refused(status, kind), refused(401, "unauthorized")], again);
    assert.equal(names.at(-1), "failed unauthorized");
  });
}
test("an answer that does not say so is not taken for an erasure", async (t) => {
  const { names } = await steps(t, [Response.json({})], (run) => run.start("acme"));
  assert.equal(names.at(-1), "failed unavailable");
});
test("stopping keeps the record, and says what went", async (t) => {
  const { names, sent } = await steps(t, [], async (run) => {
    const running = run.start("acme");
    run.stop();
    await running;
  });
  assert.deepEqual([names, sent], [["cleaning", "asking"], []]);
});
test("without a record Confluence is cleaned and nothing else is asked, and it can be done again", async (t) => {
  const { names, sent, left } = await steps(t, [], async (run) => (await run.start("acme"), run.start("acme")), undefined, false);
  assert.deepEqual([names, sent, left.length], [["cleaning", "asking", "cleaning", "asking"], [], 3]);
});
test("without a record what could not be removed is told, too", async (t) => {
  const refuse = (method: string, path: string) => (method === "DELETE" && path.includes("/pages/") ? 403 : undefined);
  const { names, sent } = await steps(t, [], (run) => run.start("acme"), refuse, false);
  assert.deepEqual([names, sent], [["cleaning", "left"], []]);
});
