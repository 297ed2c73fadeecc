// The requests that change the labels of a page, for the label writer and for runs
// over many pages.

import type { Confluence } from "../host.ts";
import { MOST_PER_REQUEST } from "../limits.ts";

/** A request that writes, and the names it is about. */
export interface LabelCall {
  names: string[];
  call: () => Promise<unknown>;
}

/** The requests of a change of names that are right: each may be sent again, and none looks at what the others did. */
export function labelCalls(confluence: Confluence, contentId: string, { add, remove }: { add: readonly string[]; remove: readonly string[] }): { adds: LabelCall[]; removes: LabelCall[] } {
  const path = `/rest/api/content/${encodeURIComponent(contentId)}/label`;
  const batches = Array.from({ length: Math.ceil(add.length / MOST_PER_REQUEST) }, (_, i) => add.slice(i * MOST_PER_REQUEST, (i + 1) * MOST_PER_REQUEST));
  return {
    adds: batches.map((names) => ({ names, call: () => confluence.write("POST", path, names.map((name) => ({ prefix: "global", name }))) })),
    // A name stands in the query: a slash cannot be in the path.
    removes: remove.map((name) => ({ names: [name], call: () => confluence.remove(`${path}?${new URLSearchParams({ name })}`) })),
  };
}
