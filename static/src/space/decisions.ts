// What somebody decided about labels in a sitting, made into rules that hold
// together: chains are followed to their end, and what cannot be meant is
// refused with a reason. It reads no page.

import type { Renames } from "./clause.ts";
import { normalise, problemOf, problemOfHeld, type NameProblem } from "../name.ts";

/**
 * From one name to another is a rename, or a merge where pages have the other
 * already; without "to" it removes; without "from" it adds. Only on these pages
 * (ids), or everywhere.
 */
export interface Decision {
  from?: string; // as it is held
  to?: string; // as it is typed
  pages?: readonly string[];
}

/**
 * Why a decision is left out, and the others stand: the rule that a name breaks, or
 * - "nothing": it has no name, adds everywhere, or renames to the same name;
 * - "ambiguous": another one takes the label elsewhere;
 * - "circle": with others it leads back to the label, such as a swap;
 * - "contradicts": another one adds the label that it removes, or removes what it adds.
 */
export type Refusal = NameProblem["rule"] | "nothing" | "ambiguous" | "circle" | "contradicts";

export interface Rules {
  /** From a name to the one at the end of its chain, null for none. */
  everywhere: ReadonlyMap<string, string | null>;
  /** By page, beside what holds everywhere and before it. */
  on: ReadonlyMap<string, OnPage>;
}
interface OnPage {
  renames: Map<string, string | null>;
  adds: Set<string>;
}

export interface Resolved {
  rules: Rules;
  refused: { decision: Decision; reason: Refusal }[];
}

/** The rules of some decisions. Of two that exclude each other, the first one stands; of a circle, none of those that hold everywhere. */
export function resolve(decisions: readonly Decision[]): Resolved {
  const refused: Resolved["refused"] = [];
  const everywhere = new Map<string, string | null>();
  const by = new Map<string, Decision>();
  const on = new Map<string, OnPage>();
  const scoped: { decision: Decision; from: string | undefined; to: string | null }[] = [];

  for (const decision of decisions) {
    const refuse = (reason: Refusal) => void refused.push({ decision, reason });
    const { from, pages } = decision;
    const to = decision.to === undefined ? null : normalise(decision.to);
    const problem = (from === undefined ? undefined : problemOfHeld(from)) ?? (to === null ? undefined : problemOf(to));
    if (problem) refuse(problem.rule);
    else if ((from ?? null) === to || (from === undefined && !pages)) refuse("nothing");
    else if (pages) scoped.push({ decision, from, to });
    else if (from !== undefined && everywhere.has(from) && everywhere.get(from) !== to) refuse("ambiguous");
    else if (from !== undefined) {
      everywhere.set(from, to);
      by.set(from, decision);
    }
  }
  for (const name of inCircles(everywhere)) {
    everywhere.delete(name);
    refused.push({ decision: by.get(name)!, reason: "circle" });
  }

  for (const { decision, from, to } of scoped) {
    const reason = from === undefined ? whyNotAdd(to!, decision.pages!, on, everywhere) : whyNotRename(from, to, decision.pages!, on, everywhere);
    if (reason) {
      refused.push({ decision, reason });
      continue;
    }
    for (const id of decision.pages!) {
      if (!on.has(id)) on.set(id, { renames: new Map(), adds: new Set() });
      const page = on.get(id)!;
      if (from === undefined) page.adds.add(to!);
      else page.renames.set(from, to);
    }
  }

  return { rules: { everywhere: endsOf(everywhere), on }, refused };
}

/** Each name with the end of its chain. */
function endsOf(renames: ReadonlyMap<string, string | null>): Map<string, string | null> {
  const ends = new Map<string, string | null>();
  for (const start of renames.keys()) {
    const chain: string[] = [];
    let name: string | null = start;
    for (; name !== null && renames.has(name) && !ends.has(name); name = renames.get(name)!) chain.push(name);
    const end = name !== null && ends.has(name) ? ends.get(name)! : name;
    for (const one of chain) ends.set(one, end);
  }
  return ends;
}

/** What becomes of a name on a page with such rules. */
export function endOf(name: string, page: OnPage | undefined, everywhere: Rules["everywhere"]): string | null {
  let end: string | null = name;
  // A chain has no name twice, or it would be a circle, and those are refused.
  while (end !== null) {
    const next: string | null | undefined = page?.renames.has(end) ? page.renames.get(end) : everywhere.get(end);
    if (next === undefined) return end;
    end = next;
  }
  return end;
}

/** The names that lead back to themselves. */
function inCircles(renames: ReadonlyMap<string, string | null>): string[] {
  const circles: string[] = [];
  const done = new Set<string>();
  for (const start of renames.keys()) {
    const chain: string[] = [];
    let name: string | null | undefined = start;
    while (typeof name === "string" && renames.has(name) && !done.has(name)) {
      done.add(name);
      chain.push(name);
      name = renames.get(name);
    }
    const at = typeof name === "string" ? chain.indexOf(name) : -1;
    if (at >= 0) circles.push(...chain.slice(at));
  }
  return circles;
}

function whyNotAdd(to: string, pages: readonly string[], on: Rules["on"], everywhere: Rules["everywhere"]): Refusal | undefined {
  return pages.some((id) => endOf(to, on.get(id), everywhere) === null) ? "contradicts" : undefined;
}

function whyNotRename(from: string, to: string | null, pages: readonly string[], on: Rules["on"], everywhere: Rules["everywhere"]): Refusal | undefined {
  for (const id of pages) {
    const page = on.get(id);
    if (page?.renames.has(from) && page.renames.get(from) !== to) return "ambiguous";
    if (to !== null && leadsTo(from, to, page, everywhere)) return "circle";
    if (page?.adds.has(from) && to === null) return "contradicts";
  }
  return undefined;
}

function leadsTo(wanted: string, from: string, page: OnPage | undefined, everywhere: Rules["everywhere"]): boolean {
  for (let name: string | null | undefined = from; typeof name === "string"; name = page?.renames.has(name) ? page.renames.get(name) : everywhere.get(name)) {
    if (name === wanted) return true;
  }
  return false;
}

/** What becomes of the names whose pages the decisions change wherever they are, by the rules made of them. */
export function renamesIn(rules: Rules, decisions: readonly Decision[]): Renames {
  const asked = new Set(decisions.flatMap(({ from, pages }) => (from !== undefined && !pages ? [from] : [])));
  return new Map([...rules.everywhere].filter(([name]) => asked.has(name)));
}

/** Those of them that become another name, each with the one at the end of its chain. */
export function renamePairs(renames: Renames): [from: string, to: string][] {
  return [...renames].flatMap(([from, to]): [string, string][] => (to === null ? [] : [[from, to]]));
}
