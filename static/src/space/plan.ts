// What a page's labels become by the rules of a plan, and what takes that back.
// A page is written once for all of them: first what is added, in as few requests
// as Confluence allows, then what is removed. Everything follows from what a page has when it is read
// just before: what was there is not added, and what was not there is not removed.

import { MOST_PER_PAGE, MOST_PER_REQUEST } from "../limits.ts";
import { endOf, type Rules } from "./decisions.ts";

/** A page as it was read. */
export interface PageState {
  id: string;
  status: string; // as Confluence names it
  labels: readonly { name: string; prefix: string }[];
}

/** What is written of one page, in this order. */
export interface Change {
  add: string[];
  remove: string[];
}

/**
 * Why a page stays as it is, though the rules would change it:
 * - "archived", "draft", or "not_current" for all other pages that are not;
 * - "page_full": with what is added it would have more labels than Confluence allows, if only for a moment.
 */
export type Obstacle = "archived" | "draft" | "not_current" | "page_full";

export interface Plan {
  change: ({ id: string } & Change)[];
  stay: string[];
  cannot: { id: string; why: Obstacle }[];
  /** Requests that write, and events that other apps are told of. */
  requests: number;
  events: number;
}

/** The plan for pages, each as often as it is given. */
export function planFor(rules: Rules, pages: Iterable<PageState>): Plan {
  const plan: Plan = { change: [], stay: [], cannot: [], requests: 0, events: 0 };
  for (const page of pages) {
    const change = changeOf(rules, page);
    const why = obstacle(page, change);
    if (!change.add.length && !change.remove.length) plan.stay.push(page.id);
    else if (why) plan.cannot.push({ id: page.id, why });
    else {
      plan.change.push({ id: page.id, ...change });
      plan.requests += Math.ceil(change.add.length / MOST_PER_REQUEST) + change.remove.length;
      plan.events += change.add.length + change.remove.length;
    }
  }
  return plan;
}

/** What the rules change of a page. Labels of a person and of a space (my:, team:) are none of it. */
export function changeOf(rules: Rules, { id, labels }: Pick<PageState, "id" | "labels">): Change {
  const on = rules.on.get(id);
  const held = new Set(globalOf(labels));
  const wanted = new Set<string>();
  for (const name of [...held, ...(on?.adds ?? [])]) {
    const end = endOf(name, on, rules.everywhere);
    if (end !== null) wanted.add(end);
  }
  return { add: [...wanted].filter((name) => !held.has(name)), remove: [...held].filter((name) => !wanted.has(name)) };
}

/** What is in the way of a change; undefined if nothing is. */
export function obstacle({ status, labels }: PageState, { add }: Change): Obstacle | undefined {
  if (status !== "current") return status === "archived" || status === "draft" ? status : "not_current";
  return add.length && globalOf(labels).length + add.length > MOST_PER_PAGE ? "page_full" : undefined;
}

/** The names that everybody sees. */
export function globalOf(labels: PageState["labels"]): string[] {
  return labels.flatMap(({ name, prefix }) => (prefix === "global" ? [name] : []));
}

/**
 * A change in the two halves between which lists are mended, so that none is ever empty. A page that comes up only after
 * the first half of a run is given the whole change, or it would lose a label for nothing.
 */
export function halves({ add, remove }: Change): [first: Change, last: Change] {
  return [{ add, remove: [] }, { add: [], remove }];
}

/** What takes a change back. */
export function inverse({ add, remove }: Change): Change {
  return { add: remove, remove: add };
}

/** As much of a change as a page is still without. To take back what somebody else changed meanwhile is none of it. */
export function onto({ add, remove }: Change, held: ReadonlySet<string>): Change {
  return { add: add.filter((name) => !held.has(name)), remove: remove.filter((name) => held.has(name)) };
}

/**
 * What is left to do of a change of which nobody knows how far it came. Labels
 * are added before one is removed: where all to be removed are gone, those to be
 * added have been there, and who took them away meant it. Where some are gone, one
 * added label that is there says the same.
 */
export function rest(change: Change, held: ReadonlySet<string>): Change {
  const { add, remove } = onto(change, held);
  const finished = change.remove.length > 0 && !remove.length;
  const started = remove.length < change.remove.length && add.length < change.add.length;
  return { add: finished || started ? [] : add, remove };
}

/** As much of a change as was made, by what a page has now. */
export function madeOf({ add, remove }: Change, held: ReadonlySet<string>): Change {
  return { add: add.filter((name) => held.has(name)), remove: remove.filter((name) => !held.has(name)) };
}

/** The labels of a change that somebody else has changed since it was made. */
export function changedSince({ add, remove }: Change, held: ReadonlySet<string>): string[] {
  return [...add.filter((name) => !held.has(name)), ...remove.filter((name) => held.has(name))];
}
