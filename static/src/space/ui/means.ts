// What a run calls Confluence with: reads of pages, the requests of the label
// writer, the properties where the run is kept.

import { allows, contentPath, listLabels, MOST_LABEL_PAGES, nextCursor, type Permitted } from "../../confluence.ts";
import { statusOf } from "../../failure.ts";
import type { Confluence } from "../../host.ts";
import { labelCalls } from "../../hosts/labelcalls.ts";
import type { Clicks } from "../clicks.ts";
import { each, inTurn, newPace, type Time } from "../pace.ts";
import type { Body, Keeper, Means, Seen } from "../runner.ts";
import type { PageType } from "../store.ts";

interface Where {
  spaceId: string;
  /** What a page is, as far as it is known. */
  typeOf(id: string): PageType | undefined;
}

type ContentType = PageType | "attachment";
const PAGES: readonly PageType[] = ["page", "blogpost"];

const FIRST_READS = 40; // a second, until Confluence refuses some
const FIRST_WRITES = 8;
const MOST_LISTS = 4_000; // answers of 250 pages

export function meansOf(confluence: Confluence, { spaceId, typeOf }: Where, keeper: Keeper, time: Time, name: () => string, clicks?: Clicks): Means {
  const types = new Map<string, ContentType>(); // of what was found by a label, or read

  const spaces = new Map<string, string>(); // of pages with attachments that were not read otherwise
  const reads = newPace(time, FIRST_READS, clicks);

  const pageAt = (path: string) =>
    confluence.read(path).catch((error: unknown) => {
      if (statusOf(error) === 404) return undefined;
      throw error;
    }) as Promise<Page | undefined>;

  /** What is read of something that may be any of these types, as long as nobody knows which. */
  async function readAny<T>(id: string, among: readonly ContentType[], read: (type: ContentType) => Promise<T | undefined>): Promise<T | undefined> {
    const known = types.get(id) ?? typeOf(id);
    for (const type of known ? [known] : among) {
      const found = await read(type);
      if (!found) continue;
      types.set(id, type);
      return found;
    }
    return undefined;
  }

  async function readAs(type: ContentType, id: string): Promise<Seen | undefined> {
    const path = contentPath(type, contentIdOf(type, id));
    const page = await pageAt(`${path}?include-labels=true&include-operations=true`);
    if (!page) return undefined;
    let labels = (page.labels?.results ?? []).flatMap(({ name, prefix }) => (typeof name === "string" ? [{ name, prefix: String(prefix ?? "global") }] : []));
    if (page.labels?.meta?.hasMore) labels = (await listLabels(confluence, `${path}/labels?limit=250`, MOST_LABEL_PAGES)).map((name) => ({ name, prefix: "global" }));
    return { id, status: String(page.status ?? ""), labels, mayEdit: allows(page, "update", type) };
  }

  return {
    ...time,
    keeper,
    reads,
    writes: newPace(time, FIRST_WRITES, clicks),
    name,
    read: (id) => readAny(id, ["page", "blogpost", "attachment"], (type) => readAs(type, id)),
    calls: (id, change) => labelCalls(confluence, contentIdOf(types.get(id), id), change),
    having: async (label) => (await havingLabel(confluence, await pathOfLabel(confluence, label), spaceId, (id, type) => types.set(id, type))).map(({ id }) => id),
    async attachments(label) {
      const all = await attachmentsHaving(confluence, await pathOfLabel(confluence, label));
      // Who goes on with a run may not have read the whole space yet.
      const unread = new Set(all.flatMap(({ page }) => (typeOf(page) === undefined && !spaces.has(page) ? [page] : [])));
      await each([...unread], async (page) => {
        const found = await inTurn(() => readAny(page, PAGES, (type) => pageAt(contentPath(type, page))), reads, time);
        spaces.set(page, String(found?.spaceId ?? ""));
      });
      const ids = all.flatMap(({ id, page }) => (typeOf(page) !== undefined || spaces.get(page) === spaceId ? [id] : []));
      for (const id of ids) types.set(id, "attachment");
      return ids;
    },
    body: (id, version) =>
      readAny(id, PAGES, async (type): Promise<Body | undefined> => {
        const page = await pageAt(`${contentPath(type, id)}?body-format=storage&include-operations=true${version === undefined ? "" : `&version=${version}`}`);
        const text = page?.body?.storage?.value;
        if (!page || typeof text !== "string") return undefined;
        return { title: String(page.title ?? ""), status: String(page.status ?? ""), version: Number(page.version?.number) || 0, message: String(page.version?.message ?? ""), text, mayEdit: allows(page, "update", type) };
      }),
    edit: (id, { title, version }, text, message) =>
      confluence.write("PUT", contentPath(types.get(id)!, id), { id, status: "current", title, body: { representation: "storage", value: text }, version: { number: version + 1, message } }),
    lists: () => import("../lists.ts"),
  };
}

/** As Confluence writes it: an id of an attachment has a sign before its number. */
function contentIdOf(type: ContentType | undefined, id: string): string {
  return type === "attachment" ? `att${id}` : id;
}

interface Page extends Permitted {
  title?: unknown;
  spaceId?: unknown;
  version?: { number?: unknown; message?: unknown };
  body?: { storage?: { value?: unknown } };
  status?: unknown;
  labels?: { results?: { name?: unknown; prefix?: unknown }[]; meta?: { hasMore?: boolean } };
}

export interface Having {
  id: string;
  title: string;
  status: string;
  type: PageType;
}

/** Where v2 has a label; "" if there is none of this name, and nothing has it. */
export async function pathOfLabel(confluence: Pick<Confluence, "read">, label: string): Promise<string> {
  const info = (await confluence.read(`/rest/api/label?${new URLSearchParams({ name: label })}`).catch((error: unknown) => {
    if (statusOf(error) === 404) return undefined; // no page has it
    throw error;
  })) as { label?: { id?: unknown } } | undefined;
  const id = String(info?.label?.id ?? "");
  return /^\d+$/.test(id) ? `/api/v2/labels/${id}` : "";
}

/** The pages and posts of the space that have a label, as the database has them and not the search. */
export async function havingLabel(confluence: Pick<Confluence, "read">, path: string, spaceId: string, found: (id: string, type: PageType) => void = () => undefined): Promise<Having[]> {
  const all = new Map<string, Having>();
  if (!path) return [];
  for (const [type, collection] of [["page", "pages"], ["blogpost", "blogposts"]] as const) {
    for await (const { id, title, status } of listed(confluence, `${path}/${collection}`, { "space-id": spaceId })) {
      const own = String(id ?? "");
      if (!/^\d+$/.test(own)) continue;
      found(own, type);
      all.set(own, { id: own, title: String(title ?? own), status: String(status ?? ""), type });
    }
  }
  return [...all.values()];
}

/** The attachments of the site that have a label, by their numbers, each with its page. */
export async function attachmentsHaving(confluence: Pick<Confluence, "read">, path: string): Promise<{ id: string; page: string }[]> {
  const all = new Map<string, string>();
  if (!path) return [];
  for await (const { id, pageId, blogPostId } of listed(confluence, `${path}/attachments`)) {
    const number = /^att(\d+)$/.exec(String(id ?? ""))?.[1];
    const page = String(pageId ?? blogPostId ?? "");
    if (number && /^\d+$/.test(page)) all.set(number, page);
  }
  return Array.from(all, ([id, page]) => ({ id, page }));
}

interface Listed {
  id?: unknown;
  title?: unknown;
  status?: unknown;
  pageId?: unknown;
  blogPostId?: unknown;
}

async function* listed(confluence: Pick<Confluence, "read">, path: string, more: Record<string, string> = {}): AsyncGenerator<Listed> {
  const seen = new Set([""]);
  for (let cursor = "", n = 0; n < MOST_LISTS; n++) {
    const answer = (await confluence.read(`${path}?${new URLSearchParams({ ...more, limit: "250", ...(cursor && { cursor }) })}`)) as { results?: (Listed | null)[]; _links?: { next?: string } } | null;
    for (const one of Array.isArray(answer?.results) ? answer.results : []) if (one) yield one;
    cursor = nextCursor(answer);
    if (seen.has(cursor)) return;
    seen.add(cursor);
  }
}
