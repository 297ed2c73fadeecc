// What a run calls Confluence with: reads of pages, the requests of the label
// writer, the properties where the run is kept.

import { allows, contentPath, listLabels, MOST_LABEL_PAGES, nextCursor, type Permitted } from "../../confluence.ts";
import { statusOf } from "../../failure.ts";
import type { Confluence } from "../../host.ts";
import { labelCalls } from "../../hosts/labels.ts";
import { newPace, type Time } from "../pace.ts";
import type { Keeper, Means, Seen } from "../runner.ts";
import type { PageType } from "../store.ts";

interface Where {
  spaceId: string;
  /** What a page is, as far as it is known. */
  typeOf(id: string): PageType | undefined;
}

const FIRST_READS = 40; // a second, until Confluence refuses some
const FIRST_WRITES = 8;
const MOST_LISTS = 4_000; // answers of 250 pages

export function meansOf(confluence: Confluence, { spaceId, typeOf }: Where, keeper: Keeper, time: Time, name: () => string): Means {
  const types = new Map<string, PageType>(); // of pages that were found by a label

  async function readAs(type: PageType, id: string): Promise<Seen | undefined> {
    const path = contentPath(type, id);
    const page = (await confluence.read(`${path}?include-labels=true&include-operations=true`).catch((error: unknown) => {
      if (statusOf(error) === 404) return undefined;
      throw error;
    })) as Page | undefined;
    if (!page) return undefined;
    let labels = (page.labels?.results ?? []).flatMap(({ name, prefix }) => (typeof name === "string" ? [{ name, prefix: String(prefix ?? "global") }] : []));
    if (page.labels?.meta?.hasMore) labels = (await listLabels(confluence, `${path}/labels?limit=250`, MOST_LABEL_PAGES)).map((name) => ({ name, prefix: "global" }));
    return { id, status: String(page.status ?? ""), labels, mayEdit: allows(page, "update", type) };
  }

  return {
    ...time,
    keeper,
    reads: newPace(time, FIRST_READS),
    writes: newPace(time, FIRST_WRITES),
    name,
    async read(id) {
      const type = types.get(id) ?? typeOf(id);
      return type ? readAs(type, id) : ((await readAs("page", id)) ?? (await readAs("blogpost", id)));
    },
    calls(id, change) {
      const { adds, removes } = labelCalls(confluence, id, change);
      return [...adds, ...removes].map(({ call }) => call);
    },
    having: async (label) => (await havingLabel(confluence, spaceId, label, (id, type) => types.set(id, type))).map(({ id }) => id),
  };
}

interface Page extends Permitted {
  status?: unknown;
  labels?: { results?: { name?: unknown; prefix?: unknown }[]; meta?: { hasMore?: boolean } };
}

interface Having {
  id: string;
  title: string;
  status: string;
  type: PageType;
}

/** The pages and posts of the space that have a label, as the database has them and not the search. */
export async function havingLabel(confluence: Confluence, spaceId: string, label: string, found: (id: string, type: PageType) => void = () => undefined): Promise<Having[]> {
  const info = (await confluence.read(`/rest/api/label?${new URLSearchParams({ name: label })}`).catch((error: unknown) => {
    if (statusOf(error) === 404) return undefined; // no page has it
    throw error;
  })) as { label?: { id?: unknown } } | undefined;
  const id = String(info?.label?.id ?? "");
  if (!/^\d+$/.test(id)) return [];
  const all = new Map<string, Having>();
  for (const [type, collection] of [["page", "pages"], ["blogpost", "blogposts"]] as const) {
    const seen = new Set([""]);
    for (let cursor = "", n = 0; n < MOST_LISTS; n++) {
      const query = new URLSearchParams({ "space-id": spaceId, limit: "250", ...(cursor && { cursor }) });
      const answer = (await confluence.read(`/api/v2/labels/${id}/${collection}?${query}`)) as { results?: { id?: unknown; title?: unknown; status?: unknown }[]; _links?: { next?: string } } | null;
      for (const page of Array.isArray(answer?.results) ? answer.results : []) {
        const own = String(page?.id ?? "");
        if (!/^\d+$/.test(own)) continue;
        found(own, type);
        all.set(own, { id: own, title: String(page.title ?? own), status: String(page.status ?? ""), type });
      }
      cursor = nextCursor(answer);
      if (seen.has(cursor)) break;
      seen.add(cursor);
    }
  }
  return [...all.values()];
}
