// What a plan would change, looked up before anything is written: which pages
// have the labels, and what else has them or hangs on them.

import { quoted } from "../../confluence.ts";
import type { Confluence } from "../../host.ts";
import type { Renames } from "../clause.ts";
import { renamesIn, type Decision, type Resolved, type Rules } from "../decisions.ts";
import { each } from "../pace.ts";
import { planFor, type PageState, type Plan } from "../plan.ts";
import type { Store } from "../store.ts";
import { attachmentsHaving, havingLabel, pathOfLabel, type Having } from "./means.ts";

export interface Preview {
  plan: Plan;
  rules: Rules;
  refused: Resolved["refused"];
  decisions: Decision[];
  titles: ReadonlyMap<string, string>; // of pages that were not read before
  labels(id: string): readonly string[];
  /** How many pages of other spaces have one of the labels that go, and stay as they are. */
  elsewhere: number;
  /** What becomes of labels on all pages. */
  renames: Renames;
  /** What would change of attachments of the space's pages; undefined where they could not be looked at. */
  attachments: Plan["change"] | undefined;
}

const LONGEST_NAMES = 4_000; // UTF-16 code units of the labels that are looked up in other spaces, as an address has them

/** Looks a plan up. told says how many of its labels are looked up. */
export async function previewOf(confluence: Pick<Confluence, "read">, { spaceId, spaceKey }: { spaceId: string; spaceKey: string }, store: Store, { rules, refused }: Resolved, decisions: readonly Decision[], told: (done: number, of: number) => void): Promise<Preview> {
  const out = new Set(refused.map(({ decision }) => decision));
  const own = decisions.filter((decision) => !out.has(decision));
  const renames = renamesIn(rules, own);
  const names = [...renames.keys()];
  const having: Having[][] = names.map(() => []);
  const attached: string[][] = names.map(() => []);
  let unseen = false; // attachments
  let done = 0;
  told(done, names.length);
  await each([...names.entries()], async ([i, name]) => {
    const path = await pathOfLabel(confluence, name);
    having[i] = await havingLabel(confluence, path, spaceId);
    const all = unseen ? [] : await attachmentsHaving(confluence, path).catch(() => ((unseen = true), []));
    attached[i] = all.flatMap(({ id, page }) => (store.rowOf(page) === undefined ? [] : [id]));
    told(++done, names.length);
  });

  // In the order of the labels, whichever answer came first: so one plan is always the same.
  const titles = new Map<string, string>();
  const states = new Map<string, { status: string; labels: Set<string> }>();
  const page = (id: string) => {
    const row = store.rowOf(id);
    const known = states.get(id) ?? { status: "current", labels: new Set(row === undefined ? [] : store.page(row).labels) };
    states.set(id, known);
    return known;
  };
  for (const { pages } of own) for (const id of pages ?? []) page(id);
  for (const { id, title, status } of having.flat()) {
    page(id).status = status;
    if (store.rowOf(id) === undefined) titles.set(id, title);
  }
  // The search may lag behind: the database has the last word.
  for (const [i, name] of names.entries()) {
    const there = new Set(having[i]!.map(({ id }) => id));
    for (const [id, { labels }] of states) {
      if (there.has(id)) labels.add(name);
      else labels.delete(name);
    }
  }
  const files = new Map<string, { status: string; labels: Set<string> }>();
  for (const [i, name] of names.entries()) {
    for (const id of attached[i]!) (files.get(id) ?? files.set(id, { status: "current", labels: new Set() }).get(id)!).labels.add(name);
  }
  const planOf = (states: Iterable<[string, { status: string; labels: Set<string> }]>) =>
    planFor(rules, Array.from(states, ([id, { status, labels }]): PageState => ({ id, status, labels: [...labels].map((name) => ({ name, prefix: "global" })) })));

  let room = LONGEST_NAMES;
  const asked = names.filter((name) => (room -= encodeURIComponent(name).length + 9) >= 0); // with what is around each
  const cql = `label in (${asked.map(quoted).join(",")}) and type in (page,blogpost) and space != ${quoted(spaceKey)}`;
  const found = asked.length && (await confluence.read(`/rest/api/content/search?${new URLSearchParams({ cql, limit: "1" })}`).catch(() => undefined));
  const { totalSize } = (found || {}) as { totalSize?: unknown };
  return {
    plan: planOf(states),
    rules,
    refused,
    decisions: own,
    titles,
    labels: (id) => [...(states.get(id)?.labels ?? [])],
    elsewhere: typeof totalSize === "number" ? totalSize : 0,
    renames,
    attachments: unseen ? undefined : planOf(files).change,
  };
}
