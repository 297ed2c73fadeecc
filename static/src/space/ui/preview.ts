// What a plan would change, looked up before anything is written: which pages
// have the labels, and what else has them or hangs on them.

import { quoted } from "../../confluence.ts";
import type { Confluence } from "../../host.ts";
import type { Renames } from "../clause.ts";
import type { Decision, Resolved, Rules } from "../decisions.ts";
import { planFor, type PageState, type Plan } from "../plan.ts";
import { namesIn, renamesIn } from "../runner.ts";
import type { Store } from "../store.ts";
import { havingLabel } from "./means.ts";
import { patiently } from "./reading.ts";

export interface Preview {
  plan: Plan;
  rules: Rules;
  refused: Resolved["refused"];
  decisions: Decision[];
  titles: ReadonlyMap<string, string>; // of pages that were not read before
  labels(id: string): readonly string[];
  /** Content that has one of the labels that go, and stays as it is. */
  elsewhere: number; // pages of other spaces
  attachments: number;
  templates: number;
  /** Renames and removals of all pages. */
  everywhere: boolean;
  renames: Renames;
}

const MOST_ASKED = 20; // labels that are looked up outside the pages of the space

export async function previewOf(confluence: Confluence, sleep: (ms: number) => Promise<void>, { spaceId, spaceKey }: { spaceId: string; spaceKey: string }, store: Store, { rules, refused }: Resolved, decisions: readonly Decision[]): Promise<Preview> {
  const out = new Set(refused.map(({ decision }) => decision));
  const own = decisions.filter((decision) => !out.has(decision));
  const names = namesIn(rules, own);
  const titles = new Map<string, string>();
  const states = new Map<string, { status: string; labels: Set<string> }>();
  const page = (id: string, status = "current") => {
    const row = store.rowOf(id);
    const known = states.get(id) ?? { status, labels: new Set(row === undefined ? [] : store.page(row).labels) };
    states.set(id, known);
    return known;
  };
  for (const { pages } of own) for (const id of pages ?? []) page(id);
  const changed = new Set(names);
  for (const name of names) {
    const having = await patiently(() => havingLabel(confluence, spaceId, name), sleep);
    const there = new Set(having.map(({ id }) => id));
    for (const { id, title, status } of having) {
      page(id, status).labels.add(name);
      if (store.rowOf(id) === undefined) titles.set(id, title);
    }
    // The search may lag behind: the database has the last word.
    for (const [id, { labels }] of states) if (!there.has(id) && changed.has(name)) labels.delete(name);
  }
  const pages = [...states].map(([id, { status, labels }]): PageState => ({ id, status, labels: [...labels].map((name) => ({ name, prefix: "global" })) }));
  const plan = planFor(rules, pages);

  const asked = names.slice(0, MOST_ASKED);
  const count = async (cql: string) => {
    const answer = (await patiently(() => confluence.read(`/rest/api/content/search?${new URLSearchParams({ cql, limit: "1" })}`), sleep).catch(() => undefined)) as { totalSize?: unknown } | undefined;
    return typeof answer?.totalSize === "number" ? answer.totalSize : 0;
  };
  const list = asked.map(quoted).join(",");
  const templates = async (name: string) => {
    const answer = (await confluence.read(`/rest/api/label?${new URLSearchParams({ name, type: "page_template" })}`).catch(() => undefined)) as { associatedContents?: { results?: { contentType?: unknown }[] } } | undefined;
    return (answer?.associatedContents?.results ?? []).filter(({ contentType }) => /template/i.test(String(contentType ?? ""))).length;
  };
  let carried = 0;
  for (const name of asked) carried += await templates(name);
  return {
    plan,
    rules,
    refused,
    decisions: own,
    titles,
    labels: (id) => [...(states.get(id)?.labels ?? [])],
    elsewhere: asked.length ? await count(`label in (${list}) and type in (page,blogpost) and space != ${quoted(spaceKey)}`) : 0,
    attachments: asked.length ? await count(`label in (${list}) and type = attachment and space = ${quoted(spaceKey)}`) : 0,
    templates: carried,
    everywhere: names.length > 0,
    renames: renamesIn(rules, names),
  };
}
