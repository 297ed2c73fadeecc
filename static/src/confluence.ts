// What is read from Confluence, through the host, as the viewer.

import { statusOf } from "./failure.ts";
import type { Host } from "./host.ts";

export interface Page {
  names: string[];
  mayEdit: boolean;
  draft: boolean;
  version: number; // 0 if unknown
}

interface Label {
  name?: unknown;
  prefix?: unknown;
}
interface Listing {
  results?: Label[];
  _links?: { next?: string };
}

// In the v2 API each type of content has a collection of its own.
const COLLECTIONS: Record<string, string> = { page: "pages", blogpost: "blogposts", attachment: "attachments" };

/** Whether this type of content can have labels the app can change. */
export function canHaveLabels(contentType: string): boolean {
  return contentType in COLLECTIONS;
}

/** Where the v2 API has this content, relative to the site's base. */
export function contentPath(contentType: string, contentId: string): string {
  return `/api/v2/${COLLECTIONS[contentType]}/${encodeURIComponent(contentId)}`;
}

export const MOST_LABEL_PAGES = 4; // of 250 labels; Confluence allows 500 labels a page

/** Reads a page's labels and what the viewer may do with it. Rejects with HostError. */
export async function readPage(host: Host, contentType: string, contentId: string): Promise<Page> {
  const path = contentPath(contentType, contentId);
  const query = "?include-labels=true&include-operations=true&include-version=true";
  const body = (await host.read(path + query).catch((error: unknown) => {
    // A page that was never published answers 404 unless its draft is asked for.
    if (statusOf(error) === 404 && contentType !== "attachment") {
      return host.read(path + query + "&get-draft=true");
    }
    throw error;
  })) as {
    status?: string;
    version?: { number?: number };
    labels?: Listing & { meta?: { hasMore?: boolean } };
  } & Permitted | null;
  const names = body?.labels?.meta?.hasMore
    ? await listLabels(host, `${path}/labels?limit=250`, MOST_LABEL_PAGES)
    : globalNames(body?.labels);
  return {
    names,
    mayEdit: allows(body, "update", contentType),
    draft: body?.status === "draft",
    version: body?.version?.number ?? 0,
  };
}

/** What is told of content or a space with include-operations. */
export interface Permitted {
  operations?: { results?: { operation?: unknown; targetType?: unknown }[] };
}

/** Whether the viewer may do this to a thing of this type. */
export function allows(answer: Permitted | null | undefined, operation: string, type: string): boolean {
  return (answer?.operations?.results ?? []).some((one) => one.operation === operation && (one.targetType ?? type) === type);
}

/** The names in a paged v2 listing, at most `pages` requests long. */
export async function listLabels(host: Pick<Host, "read">, path: string, pages: number): Promise<string[]> {
  const names = new Set<string>();
  const seen = new Set<string>();
  let cursor = "";
  for (; pages > 0; pages--) {
    const listing = (await host.read(cursor ? `${path}&cursor=${encodeURIComponent(cursor)}` : path)) as Listing;
    for (const name of globalNames(listing)) names.add(name);
    cursor = nextCursor(listing);
    if (!cursor || seen.has(cursor)) break;
    seen.add(cursor);
  }
  return [...names];
}

/**
 * The cursor of the page after this one, "" on the last. The rest of the link
 * names another base and is not followed. A plus is one, for base64 has them.
 */
export function nextCursor(body: { _links?: { next?: string } } | null | undefined): string {
  const query = (body?._links?.next ?? "").split("?")[1]?.replaceAll("+", "%2B");
  return new URLSearchParams(query).get("cursor") ?? "";
}

const LONGEST_NAME = 255; // UTF-16 code units, as Confluence counts

/** The names everybody sees: not personal (my:) labels, not a space's categories (team:). */
export function globalNames(listing: Listing | null | undefined): string[] {
  const results = Array.isArray(listing?.results) ? listing.results : [];
  return results.flatMap((l) => (typeof l?.name === "string" && l.name.length <= LONGEST_NAME && (l.prefix ?? "global") === "global" ? [l.name] : []));
}

/** A text as a string of CQL. */
export function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}

/** What a search finds, as far as it was asked to tell. Nothing in it is sure to be what it should. */
export interface Content {
  id?: unknown;
  title?: unknown;
  metadata?: { labels?: Listing };
  body?: { storage?: { value?: unknown } };
}

const MOST_EMPTY = 3; // pages of a search that do not count as requests

/**
 * What a CQL query finds, each once, read in at most so many requests of limit
 * each. A search shifts while it is read: a page may be short or empty and have
 * a next one, and may repeat what another had. What was found before a request
 * failed counts; rejects with HostError if that is nothing.
 */
export async function search(host: Host, cql: string, how: { expand: string; limit: number; requests: number }): Promise<Content[]> {
  const found: Content[] = [];
  const seen = new Set<unknown>();
  const asked = new Set<string>();
  let cursor = "";
  for (let left = how.requests, empty = 0; left > 0; ) {
    const query = new URLSearchParams({ cql, expand: how.expand, limit: String(how.limit), ...(cursor && { cursor }) });
    const body = (await host.read(`/rest/api/content/search?${query}`).catch((error: unknown) => {
      if (!found.length) throw error;
    })) as { results?: Content[]; _links?: { next?: string } } | null | undefined;
    const results = Array.isArray(body?.results) ? body.results : [];
    if (results.length || empty++ >= MOST_EMPTY) left--;
    for (const one of results) {
      if (!one || (one.id && seen.has(one.id))) continue;
      seen.add(one.id);
      found.push(one);
    }
    cursor = nextCursor(body);
    if (!cursor || asked.has(cursor)) break;
    asked.add(cursor);
  }
  return found;
}

/** The labels everybody sees of what a search found with metadata.labels. */
export function labelsOf(content: Content): string[] {
  return globalNames(content.metadata?.labels);
}
