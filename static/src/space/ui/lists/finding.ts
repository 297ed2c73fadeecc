// Finds the macros that list pages by labels, through Confluence's search in all
// that the viewer may see, or by reading each page and blog post of a space. It
// looks into bodies and keeps nothing of them but which page names which labels.

import { nextCursor, quoted } from "../../../confluence.ts";
import { statusOf } from "../../../failure.ts";
import { listsIn, MACROS, type Naming } from "../../lists.ts";
import type { PageType } from "../../store.ts";
import { patiently, type Means } from "../reading.ts";

/** A page with lists that name labels. */
export interface ListPage {
  id: string;
  type: PageType;
  space: string; // key
  title: string;
  version: number;
  lists: Naming[];
}

/** How lists were looked for: by the names of macros wherever the viewer may look, or in each page and blog post of the space. */
export type How = "search" | "thorough";

export interface Found {
  pages: ListPage[];
  /** Not so where there was more than is looked at, or a body breaks off: then other lists may name labels, too. */
  whole: boolean;
}

const MOST_SEARCHES = 40; // answers of the space, and of all others
const SEARCHED = 50; // bodies at once, as many as Confluence gives
const MOST_ANSWERS = 400; // of a space that is read through
const READ = 250; // bodies at once
const FEW_TRIES = 3; // before fewer bodies are asked for: too many do not come through at all
const MOST_LISTS = 200; // of a page

/** The pages with lists, in this order: of the space, of others. Rejects as the last answer that failed. names are the labels in use. */
export async function findLists(means: Means, how: How, space: { spaceId: string; spaceKey: string }, names: ReadonlySet<string>): Promise<Found> {
  const pages = new Map<string, ListPage>();
  let whole = true;
  const own = quoted(space.spaceKey);
  const queries =
    how === "search"
      ? [`space = ${own}`, `space != ${own}`].map((where) => ["/rest/api/content/search", { cql: `macro in (${MACROS.map(quoted).join(",")}) and ${where} and type in (page,blogpost)`, expand: "body.storage,version,space" }, undefined] as const)
      : ([["pages", "page"], ["blogposts", "blogpost"]] as const).map(([collection, type]) => [`/api/v2/spaces/${encodeURIComponent(space.spaceId)}/${collection}`, { "body-format": "storage", status: "current" }, type] as const);
  for (const [path, query, type] of queries) {
    const all = await bodiesAt(means, path, query, how === "search" ? [SEARCHED, MOST_SEARCHES] : [READ, MOST_ANSWERS], (answer) => {
      const page = pageIn(answer, { space: space.spaceKey, type }, names);
      if (page?.lists.length) pages.set(page.id, page);
      whole &&= page?.whole ?? true;
    });
    whole &&= all;
  }
  return { pages: [...pages.values()].map(({ id, type, space, title, version, lists }) => ({ id, type, space, title, version, lists })), whole };
}

/** Hands over what there is, one by one, and says whether that was all. */
async function bodiesAt({ read, sleep, go }: Means, path: string, query: Record<string, string>, [first, most]: [limit: number, answers: number], got: (page: unknown) => void): Promise<boolean> {
  const asked = new Set([""]);
  let limit = first;
  for (let cursor = "", n = 0; n < most; n++) {
    await go();
    let answer: { results?: unknown; _links?: { next?: string } } | null;
    try {
      answer = (await patiently(() => read(`${path}?${new URLSearchParams({ ...query, limit: String(limit), ...(cursor && { cursor }) })}`), sleep, limit > 1 ? FEW_TRIES : undefined)) as typeof answer;
    } catch (error) {
      if (limit === 1 || ![0, 413].includes(statusOf(error))) throw error;
      limit = Math.ceil(limit / 5);
      continue;
    }
    for (const one of Array.isArray(answer?.results) ? answer.results : []) got(one);
    cursor = nextCursor(answer);
    if (asked.has(cursor)) return true;
    asked.add(cursor);
  }
  return false;
}

type Json = Record<string, unknown>;
const object = (value: unknown): Json => (value && typeof value === "object" ? (value as Json) : {});

/** What the answer says of a page, in the form of v1, or of v2, which does not say again what was asked for. Nothing in it is sure to be what it should. */
function pageIn(value: unknown, asked: { space: string; type: PageType | undefined }, names: ReadonlySet<string>): (ListPage & { whole: boolean }) | undefined {
  const { id, type, title, version, space, body } = object(value);
  const text = object(object(body)["storage"])["value"];
  if (typeof id !== "string" || !/^\d{1,19}$/.test(id) || typeof text !== "string") return undefined;
  const { lists, whole } = listsIn(text, names);
  const { key } = object(space);
  return {
    id,
    type: asked.type ?? (type === "blogpost" ? "blogpost" : "page"),
    space: typeof key === "string" ? key : asked.space,
    title: typeof title === "string" ? title.slice(0, 500) : id,
    version: Number(object(version)["number"]) || 0,
    lists: lists.slice(0, MOST_LISTS).map(({ macro, named, certain }) => ({ macro, named, certain })),
    whole: whole && lists.length <= MOST_LISTS,
  };
}

/** A page with lists that depend on the space's labels, and how many. */
export type Dependent = Pick<ListPage, "id" | "title"> & { lists: number };

/** The pages with lists that are in the space or name labels that it uses, and which names in lists of the space it does not use. */
export function dependingOn(pages: readonly ListPage[], space: string, used: ReadonlySet<string>): { depending: Dependent[]; unused: string[] } {
  const unused = new Set<string>();
  const depending: Dependent[] = [];
  for (const page of pages) {
    let lists = 0;
    for (const { certain, named } of page.lists) {
      if (!certain) continue;
      if (page.space === space || named.some(({ name }) => used.has(name))) lists++;
      if (page.space === space) for (const { name } of named) if (!used.has(name)) unused.add(name);
    }
    if (lists) depending.push({ id: page.id, title: page.title, lists });
  }
  return { depending, unused: [...unused] };
}

const MOST_ASKED = 40; // names

/** Of the names in lists of the space, those that no page of the site has, as far as the viewer may see. */
export async function nowhere({ read, sleep }: Means, names: readonly string[]): Promise<Set<string>> {
  const missing = new Set<string>();
  for (const name of names.slice(0, MOST_ASKED)) {
    const answer = await patiently(() => read(`/rest/api/label?${new URLSearchParams({ name })}`), sleep).catch((error: unknown) => statusOf(error));
    const { results } = object(object(answer)["associatedContents"]);
    if (answer === 404 || (Array.isArray(results) && !results.length)) missing.add(name);
  }
  return missing;
}
