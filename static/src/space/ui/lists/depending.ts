// What hangs on the labels that go by a plan: lists, with what they show now and
// would show, and templates. It reads, and writes nothing.

import { allows, contentPath, quoted, type Permitted } from "../../../confluence.ts";
import { statusOf } from "../../../failure.ts";
import { asking, rename, type Refusal, type Renames } from "../../clause.ts";
import { listsIn, mended, type List } from "../../lists.ts";
import { decode } from "../../storage.ts";
import { ALL, type Store } from "../../store.ts";
import { patiently, type Means } from "../reading.ts";
import type { ListPage } from "./finding.ts";

/** A list that names a label that goes. */
export interface Depending {
  macro: string;
  before: string;
  after: string; // "" where it stays
  /** Why it stays, or "unsure" for what an app may mean otherwise; "" where it is mended. */
  why: Refusal | "unsure" | "";
  /** What has the label is left out of it. */
  excludes: boolean;
  /** Pages that it shows now and would show when it is mended, where that is known; byLabels says that only its labels were looked at. */
  now: number | undefined;
  would: number | undefined;
  byLabels: boolean;
}

/** A page with such lists, as it was read. */
export interface DependingPage {
  id: string;
  title: string;
  version: number;
  lists: Depending[];
  /** What is in the way of mending it here; "" if nothing is. */
  why: "not_current" | "not_permitted" | "not_mended" | "";
}

const MOST_PAGES = 100; // that are read
const MOST_COUNTED = 20; // lists that Confluence is asked to count
const FEW_TRIES = 3;
const FILES = new Set(["attachments", "gallery"]); // macros that show no pages
const LONGEST = 2_000; // UTF-16 code units of a value that is shown

interface Where {
  space: string; // key
  store: Store;
  renames: Renames;
}

/** The pages with lists that name a label that goes, one after the other; rejects as the last answer that failed. Says how many were not read. */
export async function dependingPages(means: Means, pages: readonly ListPage[], where: Where, got: (page: DependingPage) => void): Promise<number> {
  const { renames } = where;
  const names = new Set(renames.keys());
  const naming = pages.filter(({ lists }) => lists.some(({ named }) => named.some(({ name }) => names.has(name))));
  let counted = 0;
  for (const { id, type, title, space } of naming.slice(0, MOST_PAGES)) {
    await means.go();
    const page = await patiently(() => means.read(`${contentPath(type, id)}?body-format=storage&include-operations=true`), means.sleep).catch((error: unknown) => {
      if ([403, 404].includes(statusOf(error))) return undefined; // it is gone since it was found
      throw error;
    });
    const { title: now, status, version, body } = (page ?? {}) as { title?: unknown; status?: unknown; version?: { number?: unknown }; body?: { storage?: { value?: unknown } } };
    const text = body?.storage?.value;
    if (typeof text !== "string") continue;
    const lists: Depending[] = [];
    for (const list of listsIn(text, names).lists) {
      if (!list.named.some(({ name }) => names.has(name))) continue;
      lists.push(await depending(means, text, list, { id, space }, where, counted++ < MOST_COUNTED));
    }
    if (!lists.length) continue;
    const changes = mended(text, renames).changed.length > 0;
    const why = !changes ? "not_mended" : status !== "current" ? "not_current" : allows(page as Permitted, "update", type) ? "" : "not_permitted";
    got({ id, title: typeof now === "string" ? now.slice(0, 500) : title, version: Number(version?.number) || 0, lists, why });
  }
  return Math.max(0, naming.length - MOST_PAGES);
}

async function depending(means: Means, body: string, { macro, form, named, certain, start, end }: List, on: { id: string; space: string }, { space, store, renames }: Where, counts: boolean): Promise<Depending> {
  const raw = body.slice(start, end);
  const result = certain ? rename(raw, form, renames) : { refused: "unsure" as const };
  const after = "text" in result ? result.text : undefined;
  const also = new Map<string, string[]>();
  for (const [from, to] of renames) if (to !== null) also.set(to, [...(also.get(to) ?? []), from]);
  let [now, would]: (number | undefined)[] = [];
  if (form === "cql" && counts) {
    const ask = (query: string | undefined) => (query === undefined ? undefined : countOf(means, query, on));
    now = await ask(asking(raw, new Map(), space));
    if (now !== undefined && after !== undefined) would = await ask(asking(after, also, space));
  } else if (form === "list" && certain && on.space === space && !FILES.has(macro)) {
    now = having(store, named, new Map());
    if (after !== undefined) would = having(store, renamedIn(named, renames), also);
  }
  return {
    macro,
    before: decode(raw).text.slice(0, LONGEST),
    after: after === undefined ? "" : decode(after).text.slice(0, LONGEST),
    why: "refused" in result ? result.refused : "",
    excludes: named.every(({ name, excludes }) => excludes || !renames.has(name)),
    now,
    would,
    byLabels: form === "list",
  };
}

const renamedIn = (named: List["named"], renames: Renames) => named.flatMap(({ name, excludes }) => (renames.get(name) === null ? [] : [{ name: renames.get(name) ?? name, excludes }]));

/** How many pages of the space have a label that is listed and none that is excluded; those that have one of the names in also have its key instead. */
function having({ rows }: Store, named: List["named"], also: ReadonlyMap<string, readonly string[]>): number | undefined {
  const all = (excluded: boolean) => named.flatMap(({ name, excludes }) => (excludes === excluded ? [name, ...(also.get(name) ?? [])] : []));
  const included = all(false);
  if (!included.length) return undefined; // what it shows is said in other parameters
  const without = all(true);
  const found = new Set<number>();
  for (const name of new Set(included)) for (const row of rows({ ...ALL, has: [name], without })) found.add(row);
  return found.size;
}

async function countOf({ read, sleep }: Means, query: string, { id, space }: { id: string; space: string }): Promise<number | undefined> {
  const cql = query.replace(/\bcurrentSpace\s*\(\s*\)/gi, quoted(space)).replace(/\bcurrentContent\s*\(\s*\)/gi, id);
  const answer = await patiently(() => read(`/rest/api/content/search?${new URLSearchParams({ cql, limit: "1" })}`), sleep, FEW_TRIES).catch(() => undefined);
  const { totalSize } = (answer ?? {}) as { totalSize?: unknown };
  return typeof totalSize === "number" && totalSize >= 0 ? totalSize : undefined;
}

export interface Template {
  name: string;
  labels: string[];
}

const TEMPLATES = 100; // at once
const MOST_ANSWERS = 3;

/** The templates of the space and of the site that have labels. Rejects where the viewer may not see them. */
export async function templatesOf({ read, sleep }: Means, space: string): Promise<Template[]> {
  const found = new Map<unknown, Template>();
  for (const where of [{ spaceKey: space }, {}]) {
    for (let start = 0; start < TEMPLATES * MOST_ANSWERS; start += TEMPLATES) {
      const answer = (await patiently(() => read(`/rest/api/template/page?${new URLSearchParams({ ...where, start: String(start), limit: String(TEMPLATES) })}`), sleep, FEW_TRIES)) as { results?: unknown } | null;
      const results = Array.isArray(answer?.results) ? (answer.results as ({ templateId?: unknown; name?: unknown; labels?: unknown } | null)[]) : [];
      for (const one of results) {
        const labels = (Array.isArray(one?.labels) ? (one.labels as ({ name?: unknown } | null)[]) : []).flatMap((label) => (typeof label?.name === "string" ? [label.name.slice(0, 255)] : []));
        if (labels.length) found.set(one?.templateId, { name: typeof one?.name === "string" ? one.name.slice(0, 500) : "", labels });
      }
      if (results.length < TEMPLATES) break;
    }
  }
  return [...found.values()];
}
