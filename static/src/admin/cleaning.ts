// Takes away what the app keeps in Confluence, as the person who looks: what
// was dismissed on pages, and the vocabularies and runs of spaces. It may be stopped at
// any point and begun again: whatever is gone already counts as done.

import { contentPath, canHaveLabels, nextCursor } from "../confluence.ts";
import { mayPass, statusOf } from "../failure.ts";
import { HostError, type Host } from "../host.ts";
import { PAGE_PROPERTY, SPACE_PROPERTY } from "../propertykeys.ts";

/** What could not be cleaned: one page or space, or all of them because they could not be listed. */
export interface Left {
  what: "page" | "space" | "pages" | "spaces";
  name: string;
  path: string; // where people see it, relative to the site's base; "" for all
  status: number; // of the answer, as in HostError
}
export interface Progress {
  done: number;
  of: number; // pages and spaces; 0 while they are looked for
  removed: number; // properties
}
export interface Cleaned {
  removed: number;
  left: Left[];
  stopped: boolean;
}

interface Place {
  what: "page" | "space";
  name: string;
  path: string;
  properties: string; // path of them
}

const AT_ONCE = 4; // Confluence's own advice is 5 to 10 for an app
const MOST_EMPTY = 10; // pages of a list with a next one, in a row
const WAITS = [1_000, 4_000]; // ms, before a call is tried again
const ID = /^\d+$/;
const CONTENT_ID = /^(?:att)?\d+$/; // Confluence writes a sign before that of a file

/** Never rejects. */
export async function clean(host: Host, report: (progress: Progress) => void, stop: AbortSignal): Promise<Cleaned> {
  const left: Left[] = [];
  const progress: Progress = { done: 0, of: 0, removed: 0 };
  report({ ...progress });
  const listed = async (what: "pages" | "spaces", listing: Promise<Place[]>) =>
    listing.catch((error: unknown) => (left.push({ what, name: "", path: "", status: statusOf(error) }), []));
  const places = [...(await listed("pages", pages(host, left, stop))), ...(await listed("spaces", spaces(host, left, stop)))];
  progress.of = places.length;

  const waiting = places.values();
  async function work(): Promise<void> {
    for (const place of waiting) {
      if (stop.aborted) return;
      report({ ...progress });
      await cleanPlace(host, place, stop, () => progress.removed++).catch((error: unknown) => {
        if (!stop.aborted) left.push({ what: place.what, name: place.name, path: place.path, status: statusOf(error) });
      });
      progress.done++;
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  report({ ...progress });
  return { removed: progress.removed, left, stopped: stop.aborted };
}

async function pages(host: Host, left: Left[], stop: AbortSignal): Promise<Place[]> {
  const found = await list(host, "/rest/api/content/search", { cql: host.withPageProperty, limit: "200" }, stop);
  return found.flatMap((content): Place[] => {
    const { id, type, title, _links } = content;
    const { webui } = (_links ?? {}) as { webui?: unknown }; // a file has no page of its own
    const seen = { what: "page" as const, name: String(title ?? id), path: typeof webui === "string" && webui.startsWith("/") ? webui : `/pages/viewpage.action?pageId=${id}` };
    if (typeof id === "string" && CONTENT_ID.test(id) && typeof type === "string" && canHaveLabels(type)) return [{ ...seen, properties: `${contentPath(type, id)}/properties` }];
    left.push({ ...seen, status: 0 });
    return [];
  });
}

async function spaces(host: Host, left: Left[], stop: AbortSignal): Promise<Place[]> {
  const found = await list(host, "/api/v2/spaces", { limit: "250" }, stop);
  return found.flatMap((space): Place[] => {
    const { id, key, name } = space;
    const seen = { what: "space" as const, name: String(name ?? key), path: `/spaces/${encodeURIComponent(String(key))}` };
    if (typeof id === "string" && ID.test(id) && typeof key === "string") return [{ ...seen, properties: `/api/v2/spaces/${id}/properties` }];
    left.push({ ...seen, status: 0 });
    return [];
  });
}

async function cleanPlace(host: Host, place: Place, stop: AbortSignal, removed: () => void): Promise<void> {
  const ours = await oursAt(host, place, stop);
  for (const id of ours) {
    const gone = await patiently(() => host.remove(`${place.properties}/${id}`), stop).then(
      () => true,
      (error: unknown) => {
        if (statusOf(error) !== 404) throw error;
        return false;
      },
    );
    if (gone) removed();
    // Confluence says 404 also to who may see the property and not remove it.
    else if ((await oursAt(host, place, stop)).includes(id)) throw new HostError(404);
  }
}

async function oursAt(host: Host, { what, properties }: Place, stop: AbortSignal): Promise<string[]> {
  const filter: Record<string, string> = what === "page" ? { key: PAGE_PROPERTY } : { limit: "250" }; // those of a space have several keys
  const found = await list(host, properties, filter, stop).catch((error: unknown) => {
    if (statusOf(error) === 404) return []; // the page or space went in the meantime
    throw error;
  });
  return found.flatMap(({ id, key }) => {
    const ours = typeof key === "string" && (what === "page" ? key === PAGE_PROPERTY : SPACE_PROPERTY.test(key));
    return ours && typeof id === "string" && ID.test(id) ? [id] : [];
  });
}

/** What is listed, each once. A list that does not end must not pass for a whole one: then it rejects, as it does when one page fails. */
async function list(host: Host, path: string, filter: Record<string, string>, stop: AbortSignal): Promise<Record<string, unknown>[]> {
  const all = new Map<unknown, Record<string, unknown>>();
  const asked = new Set<string>();
  let empty = 0; // pages in a row
  for (let cursor = ""; ; ) {
    const query = new URLSearchParams({ ...filter, ...(cursor && { cursor }) });
    const body = (await patiently(() => host.read(`${path}?${query}`), stop)) as { results?: unknown[]; _links?: { next?: string } } | null;
    if (!Array.isArray(body?.results)) throw new HostError(0);
    for (const one of body.results) if (one && typeof one === "object") all.set((one as { id?: unknown }).id ?? one, one as Record<string, unknown>);
    cursor = nextCursor(body);
    if (!cursor) return [...all.values()];
    empty = body.results.length ? 0 : empty + 1;
    if (asked.has(cursor) || empty > MOST_EMPTY) throw new HostError(0);
    asked.add(cursor);
  }
}

/** Tries again what Confluence was too busy for, or did not answer. */
async function patiently<T>(call: () => Promise<T>, stop: AbortSignal): Promise<T> {
  for (const wait of WAITS) {
    if (stop.aborted) throw new HostError(0);
    try {
      return await call();
    } catch (error) {
      if (!mayPass(statusOf(error))) throw error;
    }
    await new Promise((later) => setTimeout(later, wait));
  }
  if (stop.aborted) throw new HostError(0);
  return call();
}
