// Reads the pages of a space with their labels through Confluence's search, in
// the name of who looks. A cursor gives one answer after the other, so the newest
// and the oldest pages are read at the same time, until they meet. Who calls it
// gives what reads and what waits.

import { nextCursor, quoted } from "../../confluence.ts";
import { mayPass, retryAfterOf, statusOf } from "../../failure.ts";
import type { Read } from "../store.ts";

export interface Reading {
  read: number; // pages
  of: number; // as the search says, 0 if it does not
  requests: number;
}

export interface Means {
  read(path: string): Promise<unknown>;
  sleep(ms: number): Promise<void>;
  /** Resolves at once, or when reading is to go on; rejects when it is to stop. */
  go(): Promise<void>;
}

const AT_ONCE = 200; // what is asked for; Confluence says in its answer how much it gives
const MOST_EMPTY = 10; // answers in a row that have a next one
const MOST_TRIES = 6;

type From = "newest" | "oldest";

function queryOf(spaceKey: string, from: From): string {
  return `space=${quoted(spaceKey)} and type in (page,blogpost) order by created ${from === "newest" ? "desc" : "asc"}`;
}

/** Reads all of it; rejects as the last answer that failed did, or as go does. A page may come twice. */
export async function readSpace({ read, sleep, go }: Means, spaceKey: string, got: (pages: Read[], reading: Reading) => void): Promise<void> {
  const reading: Reading = { read: 0, of: 0, requests: 0 };
  const seen = { newest: new Set<string>(), oldest: new Set<string>() };
  const all = new Set<string>();
  let limit = AT_ONCE;
  let over = false;

  /** Reads from one end to the other, or until they meet; says whether all was read. */
  async function readFrom(from: From, more: () => void): Promise<boolean> {
    const other = seen[from === "newest" ? "oldest" : "newest"];
    const asked = new Set<string>();
    for (let cursor = "", empty = 0; ; ) {
      await go();
      if (over) return true;
      const query = new URLSearchParams({ cql: queryOf(spaceKey, from), expand: "metadata.labels,ancestors,version,history", limit: String(limit), ...(cursor && { cursor }) });
      const answer = (await patiently(() => read(`/rest/api/content/search?${query}`), sleep)) as Answer;
      if (over) return true;
      const results = Array.isArray(answer?.results) ? answer.results : [];
      if (typeof answer?.limit === "number" && answer.limit >= 1) limit = Math.min(limit, Math.floor(answer.limit));
      const pages = results.flatMap(pageIn);
      for (const { id } of pages) {
        seen[from].add(id);
        all.add(id);
      }
      reading.requests++;
      reading.read = all.size;
      if (typeof answer?.totalSize === "number") reading.of = answer.totalSize;
      got(pages, { ...reading, of: Math.max(reading.of, reading.read) });
      cursor = nextCursor(answer);
      empty = results.length ? 0 : empty + 1;
      // That they met proves nothing by itself: pages that the order does not tell apart may come in the same order from both ends.
      const met = pages.some(({ id }) => other.has(id));
      if (met && reading.of > 0 && all.size >= reading.of) return true;
      if (!cursor || asked.has(cursor) || empty > MOST_EMPTY) return from === "newest";
      if (met && from === "oldest") return false;
      asked.add(cursor);
      if (all.size < reading.of) more();
    }
  }

  await new Promise<void>((resolve, reject) => {
    let both = false;
    const fromOldest = () => {
      if (both) return;
      both = true;
      readFrom("oldest", () => undefined).then((whole) => whole && resolve(), () => undefined); // the other end reads what this one does not
    };
    readFrom("newest", fromOldest).then(() => resolve(), reject);
  }).finally(() => (over = true));
}

interface Answer {
  results?: unknown[];
  limit?: unknown;
  totalSize?: unknown;
  _links?: { next?: string };
}

/** Reads again what Confluence was too busy for, or did not answer, as late as it asks for. */
export async function patiently<T>(call: () => Promise<T>, sleep: (ms: number) => Promise<void>, most = MOST_TRIES): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await call();
    } catch (error) {
      if (tries >= most || !mayPass(statusOf(error))) throw error;
      await sleep(Math.max(retryAfterOf(error) * 1_000, 500 * 2 ** tries));
    }
  }
}

type Json = Record<string, unknown>;
const object = (value: unknown): Json => (value && typeof value === "object" ? (value as Json) : {});
const ID = /^\d{1,19}$/;
const LONGEST_NAME = 255; // UTF-16 code units, as Confluence counts

/** What a search found, if it is a page; nothing in it is sure to be what it should. */
function pageIn(value: unknown): Read[] {
  const { id, type, title, ancestors, version, history, metadata } = object(value);
  if (typeof id !== "string" || !ID.test(id) || (type !== "page" && type !== "blogpost")) return [];
  const above = Array.isArray(ancestors) ? object(ancestors.at(-1))["id"] : "";
  const labels = object(object(metadata)["labels"])["results"];
  return [
    {
      id,
      type,
      title: typeof title === "string" ? title.slice(0, 500) : id,
      parent: ID.test(String(above ?? "")) ? String(above) : "",
      created: time(object(history)["createdDate"]),
      changed: time(object(version)["when"]),
      labels: [...new Set((Array.isArray(labels) ? labels : []).map(object).flatMap(({ name, prefix }) => (typeof name === "string" && name && name.length <= LONGEST_NAME && (prefix ?? "global") === "global" ? [name] : [])))],
    },
  ];
}

function time(value: unknown): number {
  return typeof value === "string" ? Date.parse(value) || 0 : 0;
}
