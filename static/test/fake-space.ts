// A space of Confluence in memory, as far as the page of a space calls it: the
// search with its cursors, labels, properties with their versions.

import { HostError, type Confluence } from "../src/host.ts";
import { seeded } from "./seeded.ts";

export interface FakePage {
  id: string;
  type: "page" | "blogpost";
  title: string;
  parent: string;
  status: string;
  created: number;
  changed: number;
  labels: Set<string>;
  mayEdit: boolean;
  space: string; // key
  body: string;
  versions: { body: string; message: string }[]; // those before it, and what is said of the one that took its place
}
export interface FakeReply {
  status: number;
  body?: unknown;
}

const AT_ONCE = 200; // results of a search
const iso = (at: number) => new Date(at).toISOString();

export class FakeSpace {
  pages = new Map<string, FakePage>();
  properties = new Map<string, { id: string; key: string; version: { number: number }; value: unknown }>();
  /** By their numbers. */
  attachments = new Map<string, { page: string; labels: Set<string> }>();
  templates: { templateId: string; name: string; labels: string[] }[] = [];
  admin = true;
  /** Other spaces of the site that the person sees, by id, with the vocabulary of each. */
  others = new Map<string, { key: string; name: string; vocabulary?: unknown }>();
  /** Calls that write labels, and reads of one page. */
  counted = { posts: 0, deletes: 0, reads: 0, properties: 0 };
  private labelIds = new Map<string, string>();
  private made = 0;

  page(id: string, labels: readonly string[], more: Partial<FakePage> = {}): FakePage {
    const page = { id, type: "page" as const, title: `Page ${id}`, parent: "", status: "current", created: Date.UTC(2025, 0, 1), changed: Date.UTC(2026, 0, 1), mayEdit: true, space: "DS", body: "", versions: [], ...more, labels: new Set(labels) };
    this.pages.set(id, page);
    return page;
  }

  labelId(name: string): string {
    if (!this.labelIds.has(name)) this.labelIds.set(name, String(7_000 + this.labelIds.size));
    return this.labelIds.get(name)!;
  }

  /** Answers what is asked of the site; undefined for what it does not know. */
  handle(method: string, address: string, body?: unknown): FakeReply | undefined {
    const url = new URL(address, "http://fake");
    const path = url.pathname;
    const query = url.searchParams;
    const at = Number(query.get("cursor") ?? 0);
    if (method === "GET" && path === "/rest/api/content/search") {
      const within = /^macro in \(([^)]*)\) and space (!?=) "DS"/.exec(query.get("cql") ?? "");
      if (within) {
        const macros = within[1]!.split(",").map((name) => `ac:name=${name}`);
        const found = [...this.pages.values()].filter(({ space, status, body }) => (space === "DS") === (within[2] === "=") && status === "current" && macros.some((name) => body.includes(name)));
        const some = found.slice(at, at + Math.min(50, Number(query.get("limit"))));
        return { status: 200, body: { results: some.map((page) => ({ id: page.id, type: page.type, title: page.title, space: { key: page.space }, version: { number: page.versions.length + 1 }, body: { storage: { value: page.body } } })), limit: 50, totalSize: found.length, _links: at + some.length < found.length ? { next: `/x?cursor=${at + some.length}` } : {} } };
      }
      const some = /^id in \((.*)\)$/.exec(query.get("cql") ?? "")?.[1]?.split(",");
      if (some) return { status: 200, body: { results: some.flatMap((id) => this.withText(this.pages.get(id))), _links: {} } };
      if (!(query.get("cql") ?? "").startsWith('space="')) return undefined;
      if (query.get("cql")!.includes("labelupPage")) return { status: 200, body: { results: [] } };
      if (query.get("cql")!.includes("text ~")) return { status: 200, body: { results: [], limit: 1 } };
      const limit = Math.min(AT_ONCE, Number(query.get("limit") ?? 25));
      const all = [...this.pages.values()].filter(({ status, space }) => status === "current" && space === "DS");
      if (query.get("cql")!.endsWith(" asc")) all.reverse();
      const results = all.slice(at, at + limit).map(({ id, type, title, parent, created, changed, labels }) => ({
        id, type, title, status: "current",
        ancestors: parent ? [{ id: "1" }, { id: parent }] : [],
        version: { when: iso(changed) }, history: { createdDate: iso(created) },
        metadata: { labels: { results: [...[...labels].map((name) => ({ name, prefix: "global" })), { name: "favourite", prefix: "my" }] } },
      }));
      return { status: 200, body: { results, limit, size: results.length, totalSize: all.length, _links: at + limit < all.length ? { next: `/rest/api/content/search?cursor=${at + limit}` } : {} } };
    }
    if (method === "GET" && path === "/rest/api/label") {
      const name = query.get("name")!;
      const id = this.labelIds.get(name) ?? ([...this.pages.values(), ...this.attachments.values()].some(({ labels }) => labels.has(name)) ? this.labelId(name) : "");
      const having = [...this.pages.values()].filter(({ labels }) => labels.has(name)).slice(0, 200);
      return id ? { status: 200, body: { label: { id, name, prefix: "global" }, associatedContents: { results: having.map(({ id, type, title }) => ({ contentType: type, contentId: Number(id), title })) } } } : { status: 404 };
    }
    const [, , , kind, id = "", part = "", property] = path.split("/");
    if (path.startsWith("/api/v2/labels/")) {
      const name = [...this.labelIds].find(([, own]) => own === id)?.[0] ?? "";
      if (part === "attachments") return { status: 200, body: { results: [...this.attachments].flatMap(([id, { page, labels }]) => (labels.has(name) ? [{ id: `att${id}`, title: `${id}.pdf`, pageId: page }] : [])), _links: {} } };
      const type = part === "pages" ? "page" : "blogpost";
      const all = [...this.pages.values()].filter((page) => page.space === "DS" && page.type === type && page.labels.has(name) && BigInt(page.id) > BigInt(query.get("cursor") ?? 0));
      all.sort((a, b) => (BigInt(a.id) < BigInt(b.id) ? -1 : 1));
      const some = all.slice(0, Number(query.get("limit") ?? 25));
      return { status: 200, body: { results: some.map(({ id, title, status }) => ({ id, title, status })), _links: some.length < all.length ? { next: `${path}?cursor=${some.at(-1)!.id}` } : {} } };
    }
    if (path === "/api/v2/spaces") return { status: 200, body: { results: [...this.others].flatMap(([id, { key, name }]) => (key === query.get("keys") ? [{ id, key, name }] : [])) } };
    if (kind === "spaces" && id !== "1") {
      const other = this.others.get(id);
      if (!other) return { status: 404 };
      const results = query.get("key") === "labelup_vocabulary" && other.vocabulary ? [{ id: "9", key: "labelup_vocabulary", version: { number: 1 }, value: other.vocabulary }] : [];
      return { status: 200, body: part === "properties" ? { results } : { id, key: other.key, name: other.name } };
    }
    if (kind === "spaces" && part === "") return { status: 200, body: { id, operations: { results: [{ operation: "read", targetType: "space" }, ...(this.admin ? [{ operation: "administer", targetType: "space" }] : [])] } } };
    if (kind === "spaces" && (part === "pages" || part === "blogposts")) {
      const pages = [...this.pages.values()].filter(({ space, status, type }) => space === "DS" && status === "current" && `${type}s` === part);
      return { status: 200, body: { results: pages.map(({ id, title, versions, body }) => ({ id, title, version: { number: versions.length + 1 }, body: { storage: { value: body } } })), _links: {} } };
    }
    if (kind === "spaces" && part === "properties") return this.property(method, property, query.get("key"), body);
    const one = this.pages.get(id);
    const found = one && (kind === "content" || `${one.type}s` === kind) ? one : undefined;
    if (found && part === "" && (kind === "pages" || kind === "blogposts") && (method === "PUT" || (query.has("body-format") && !query.has("include-labels")))) return this.body(method, found, query.get("version"), body);
    if (method === "GET" && (kind === "pages" || kind === "blogposts") && part === "") {
      this.counted.reads++;
      if (!found) return { status: 404 };
      const labels = [...found.labels].map((name) => ({ name, prefix: "global" }));
      return {
        status: 200,
        body: {
          id, status: found.status, title: found.title, spaceId: found.space === "DS" ? "1" : "2", ...(query.has("body-format") && { body: { storage: { value: found.body } } }), labels: { results: labels.slice(0, 50), meta: { hasMore: labels.length > 50 } },
          operations: { results: [{ operation: "read", targetType: "page" }, ...(found.mayEdit ? [{ operation: "update", targetType: found.type }] : [])] },
        },
      };
    }
    const attached = this.attachments.get(/^att(\d+)$/.exec(id)?.[1] ?? "");
    if (method === "GET" && kind === "attachments" && part === "" && attached) {
      const operations = { results: [{ operation: "update", targetType: "attachment" }] };
      return { status: 200, body: { id, status: "current", title: `${id}.pdf`, labels: { results: [...attached.labels].map((name) => ({ name, prefix: "global" })), meta: { hasMore: false } }, operations } };
    }
    if (kind === "content" && part === "label" && attached) {
      if (method === "POST") for (const { name } of body as { name: string }[]) (attached.labels.add(name), this.labelId(name));
      else attached.labels.delete(query.get("name")!);
      return method === "POST" ? { status: 200, body: { results: [] } } : { status: 204, body: "" };
    }
    if (method === "GET" && path === "/rest/api/template/page") return { status: 200, body: { results: this.templates.map((one) => ({ ...one, labels: one.labels.map((name) => ({ name, prefix: "global" })) })), start: 0, limit: 25, size: this.templates.length } };
    if (method === "GET" && (kind === "pages" || kind === "blogposts") && part === "labels") {
      return found ? { status: 200, body: { results: [...found.labels].map((name) => ({ id: this.labelId(name), name, prefix: "global" })), _links: {} } } : { status: 404 };
    }
    if (kind === "content" && part === "label") {
      if (!found) return { status: 404 };
      if (!found.mayEdit) return { status: 403 };
      if (method === "POST") {
        this.counted.posts++;
        for (const { name } of body as { name: string }[]) {
          found.labels.add(name);
          this.labelId(name);
        }
        return { status: 200, body: { results: [...found.labels].map((name) => ({ name, prefix: "global" })) } };
      }
      if (found.status === "archived") return { status: 403 };
      this.counted.deletes++;
      found.labels.delete(query.get("name")!);
      return { status: 204, body: "" };
    }
    return undefined;
  }

  /** A page with its body, and the next version of it. */
  private body(method: string, page: FakePage, wanted: string | null, body: unknown): FakeReply {
    const { versions } = page;
    if (method === "PUT") {
      const { title, body: next, version } = body as { title: string; body: { value: string }; version: { number: number; message: string } };
      if (!page.mayEdit) return { status: 403 };
      if (version.number !== versions.length + 2) return { status: 409 };
      this.edit(page.id, next.value, version.message);
      page.title = title;
    }
    const number = Number(wanted ?? versions.length + 1);
    const text = number === versions.length + 1 ? page.body : versions[number - 1]?.body;
    if (text === undefined) return { status: 404 };
    return { status: 200, body: { id: page.id, status: page.status, title: page.title, version: { number, message: versions[number - 2]?.message ?? "" }, body: { storage: { representation: "storage", value: text } }, operations: { results: [{ operation: "read", targetType: "page" }, ...(page.mayEdit ? [{ operation: "update", targetType: page.type }] : [])] } } };
  }

  /** Makes a version of a page; by a message it is told who did. */
  edit(id: string, text: string, message = ""): void {
    const page = this.pages.get(id)!;
    page.versions.push({ body: page.body, message });
    page.body = text;
  }

  private withText(page: FakePage | undefined): unknown[] {
    if (page?.status !== "current") return [];
    const { id, title, labels, body } = page;
    return [{ id, title, metadata: { labels: { results: [...labels].map((name) => ({ name, prefix: "global" })) } }, body: { storage: { value: body } } }];
  }

  private property(method: string, id: string | undefined, key: string | null, body: unknown): FakeReply {
    const { key: own, value, version } = (body ?? {}) as { key: string; value: unknown; version?: { number: number } };
    if (method === "GET") return { status: 200, body: { results: [...this.properties.values()].filter((one) => one.key === key), _links: {} } };
    this.counted.properties++;
    if (!this.admin) return { status: 403 };
    if (method === "DELETE") {
      for (const [key, one] of this.properties) if (one.id === id) this.properties.delete(key);
      return { status: 204, body: "" };
    }
    if (JSON.stringify(value).length > 32_768) return { status: 400 };
    const now = this.properties.get(own);
    if (method === "POST" ? now : !now || now.id !== id || version?.number !== now.version.number + 1) return { status: 409 };
    const next = { id: now?.id ?? String(++this.made), key: own, version: { number: (now?.version.number ?? 0) + 1 }, value: structuredClone(value) };
    this.properties.set(own, next);
    return { status: 200, body: next };
  }

  /** As a host has it. */
  confluence(): Confluence {
    const call = async (method: string, path: string, body?: unknown) => {
      const answer = this.handle(method, path, body) ?? { status: 404 };
      if (answer.status > 299) throw new HostError(answer.status);
      return structuredClone(answer.body);
    };
    return { read: (path) => call("GET", path), write: call, remove: async (path) => void (await call("DELETE", path)) };
  }
}

/** A space with labels as they are: a few on many pages, most on one, some spelled in two ways. */
export function believable(pages: number, seed = 1): FakeSpace {
  const { chance, upTo, pick } = seeded(seed);
  const space = new FakeSpace();
  const words = "release note meeting budget design review customer invoice server backup network training travel safety quality roadmap sprint retro incident policy contract vendor hiring onboarding".split(" ");
  const common = words.flatMap((word, i) => [word, `${word}-${words[(i * 7 + 3) % words.length]}`]);
  const titles = words.map((word) => word[0]!.toUpperCase() + word.slice(1));
  for (let i = 0; i < pages; i++) {
    const id = String(100_000 + i * 3);
    const labels = new Set<string>();
    if (!chance(0.39)) for (let n = 1 + upTo(4); n > 0; n--) labels.add(chance(0.9) ? common[Math.floor(common.length * (upTo(1_000) / 1_000) ** 2)]! : `only-${id}`);
    if (labels.has("release-incident") && chance(0.3)) {
      labels.delete("release-incident");
      labels.add("release-incidents");
    }
    space.page(id, [...labels], {
      type: chance(0.05) ? "blogpost" : "page",
      title: `${pick(titles)} ${pick(words)} ${i}`,
      parent: i > 20 ? String(100_000 + upTo(Math.min(i, 400)) * 3) : "",
      created: Date.UTC(2022, 0, 1) + upTo(1_600) * 86_400_000,
      changed: Date.UTC(2026, 0, 1) + upTo(300) * 86_400_000,
    });
  }
  return space;
}
