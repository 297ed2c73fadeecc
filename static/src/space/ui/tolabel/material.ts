// What suggestions for the pages of a space are made from: what is learned of the
// space once, and what is read of each page.

import { allows, contentPath, globalNames, labelsOf, quoted, search, type Content, type Permitted } from "../../../confluence.ts";
import { statusOf } from "../../../failure.ts";
import { bodyOf, bytesOf, fitting, LONGEST_PAGE, MOST_BYTES, MOST_SIBLING_LABELS, termsOf } from "../../../suggest/read.ts";
import { dismissedIn } from "../../../suggest/dismissals.ts";
import { MOST_ASKED, MOST_SHOWN, type Body, type Neighbour, type Request } from "../../../suggest/request.ts";
import type { PageType, Store } from "../../store.ts";
import type { Model } from "../model.ts";
import type { Call } from "../paced.ts";

export const MOST_LEARNED = 200; // pages
const LONGEST_LEARNED = 15_000; // characters of one: so all of them fit into a request
const MOST_IN_USE = 5_000; // labels
const MOST_SIBLINGS = 200; // pages
const AT_ONCE = 20; // pages with their text, in one answer
const LONGEST_BEGINNING = 320; // characters

/** Why a page cannot be labelled here. */
export type Why = "not_permitted" | "not_current" | "failed";

export interface Text {
  title: string;
  body?: Body;
}
export interface ReadPage extends Text {
  id: string;
  type: PageType;
  labels: string[]; // that everybody sees
  beginning: string;
  why: Why | "";
}

/** Reads one page: its text, its labels, and whether the person may label it. */
export async function readOne({ host }: Model, call: Call, type: PageType, id: string): Promise<ReadPage> {
  const path = contentPath(type, id);
  const none = (why: Why): ReadPage => ({ id, type, title: "", labels: [], beginning: "", why });
  try {
    const page = (await call(() => host.read(`${path}?body-format=storage&include-labels=true&include-operations=true`))) as
      | (Permitted & { title?: unknown; status?: unknown; labels?: Parameters<typeof globalNames>[0]; body?: { storage?: { value?: unknown } } })
      | null;
    const body = bodyOf("storage", page?.body?.storage?.value, LONGEST_PAGE);
    const why = page?.status !== "current" ? "not_current" : allows(page, "update", type) ? "" : "not_permitted";
    return { id, type, title: typeof page?.title === "string" ? page.title.slice(0, 500) : id, labels: globalNames(page?.labels), beginning: beginningOf(body.body?.value ?? ""), why, ...body };
  } catch (error) {
    const status = statusOf(error);
    return none(status === 404 ? "not_current" : status === 403 ? "not_permitted" : "failed");
  }
}

/** Reads the texts of some pages and posts, as many as there are room for in an answer each time; those that cannot be seen are left out. */
export async function* readTexts({ host }: Model, call: Call, ids: readonly string[], longest = LONGEST_PAGE): AsyncGenerator<Map<string, Text & { labels: string[] }>> {
  for (let at = 0; at < ids.length; at += AT_ONCE) {
    const some = ids.slice(at, at + AT_ONCE);
    const found = await call(() => search(host, `id in (${some.join(",")})`, { expand: "metadata.labels,body.storage", limit: AT_ONCE, requests: 4 }));
    const own = new Set(some);
    yield new Map(found.flatMap((one) => (own.has(String(one.id)) ? [[String(one.id), { title: String(one.title ?? ""), labels: labelsOf(one), ...bodyOf("storage", one.body?.storage?.value, longest) }] as const] : [])));
  }
}

/** What an engine learns of a space, as the request that it takes. read is told how many pages were read. */
export async function knownOf(model: Model, call: Call, sample: readonly string[], read: (pages: number) => void): Promise<object> {
  const neighbours: Neighbour[] = [];
  for await (const texts of readTexts(model, call, sample, LONGEST_LEARNED)) {
    for (const [id, { title, labels, body }] of texts) if (labels.length) neighbours.push({ id, title, labels: labels.slice(0, MOST_ASKED), ...(body && { body }) });
    read(neighbours.length);
  }
  const { terms, only } = termsOf(model.joined.vocabulary);
  const inUse = model.store.labels().sort((a, b) => b.pages - a.pages).slice(0, MOST_IN_USE).map(({ name, pages }) => ({ label: name, pages }));
  const known = { vocabulary: terms, inUse, onlyListed: only };
  return { ...known, neighbours: fitting(neighbours, MOST_BYTES - bytesOf(known)) };
}

/** What stands around pages in the tree, as it is read so far. */
export function treesOf(store: Store): (id: string) => Request["tree"] {
  let children = new Map<string, number[]>();
  let size = -1;
  return (id) => {
    if (size !== store.size) {
      children = new Map();
      size = store.size;
      for (let row = 0; row < size; row++) {
        const { parent } = store.page(row);
        const beside = children.get(parent);
        if (beside) beside.push(row);
        else children.set(parent, [row]);
      }
    }
    const own = store.rowOf(id);
    const { parent } = own === undefined ? { parent: "" } : store.page(own);
    const above = store.rowOf(parent);
    if (above === undefined) return undefined;
    const beside = (children.get(parent) ?? []).filter((row) => row !== own).slice(0, MOST_SIBLINGS);
    const counts = new Map<string, number>();
    for (const row of beside) for (const label of store.page(row).labels) counts.set(label, (counts.get(label) ?? 0) + 1);
    return { parent: [...store.page(above).labels], siblings: [...counts].slice(0, MOST_SIBLING_LABELS).map(([label, pages]) => ({ label, pages })), of: beside.length };
  };
}

/** The question about one page, for who knows the space. */
export function questionOf(id: string, { title, body }: Text, labels: string[], tree: Request["tree"], dismissed: string[], many: boolean): Partial<Request> {
  return { contentId: id, page: { title, labels, ...(body && { body }) }, ...(tree && { tree }), dismissed, refined: true, limit: many ? MOST_ASKED : MOST_SHOWN };
}

/** What was dismissed on a page, which few have. */
export function dismissedOn({ host, shell }: Model, call: Call): (type: PageType, id: string) => Promise<string[]> {
  let finding: Promise<Set<string>> | undefined;
  const find = async () => {
    const found: Content[] = await call(() => search(host, `space=${quoted(shell.spaceKey)} and ${host.withPageProperty}`, { expand: "", limit: 200, requests: 10 }));
    return new Set(found.map(({ id }) => String(id)));
  };
  return async (type, id) => {
    const some = await (finding ??= find().catch(() => new Set<string>()));
    return some.has(id) ? call(() => dismissedIn(host, contentPath(type, id))).then(({ names }) => names, () => []) : [];
  };
}

/** The beginning of a text in storage format, as one line. */
export function beginningOf(storage: string): string {
  const bare = storage
    .slice(0, 20_000)
    .replace(/<ac:parameter[^>]*>[^<]*<\/ac:parameter>|<!\[CDATA\[[^]*?\]\]>/g, " ")
    .replace(/<[^>]*>?/g, " "); // what was cut off in the middle of a tag is none
  // Without a tag in it: then it is only letters and what stands for them.
  const text = new DOMParser().parseFromString(bare, "text/html").body.textContent ?? "";
  const line = text.replace(/\s+/g, " ").trim();
  return line.length <= LONGEST_BEGINNING ? line : `${line.slice(0, LONGEST_BEGINNING).replace(/\s\S{0,40}$/, "")} …`; // in a word only where there are no spaces
}
