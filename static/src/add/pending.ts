// Names that wait to be confirmed, each as a chip: those of a list, and one that
// was entered before it could be compared with the labels in use. Pure.

import { MOST_PER_CHANGE } from "../limits.ts";
import { problemOf, type NameProblem } from "../name.ts";
import { twinInUse, twinOnPage, type Known } from "../inuse.ts";
import { oneOfGroup, rulingOn, type Rules, type Ruling } from "../space/rules.ts";

export interface Pending {
  name: string;
  /**
   * listed: shown, and not confirmed yet. entered: confirmed, and waits for the
   * labels in use. late: they did not come in time; the next Enter takes it as it is.
   */
  stage: "listed" | "entered" | "late";
}

/** What a name was compared with. */
export interface World {
  known: Known[];
  /** Whether known is all that was to be read, and rules are there. */
  read: boolean;
  /** Of the vocabulary; undefined until it is read. */
  rules: Rules | undefined;
  held: string[];
  prefix: string;
}

/** What is to be said of a name. */
export type Verdict =
  | { kind: "bad"; problem: NameProblem }
  | { kind: "against"; ruling: Ruling } // by the vocabulary
  | { kind: "held" }
  | { kind: "known"; uses: number }
  | { kind: "twin"; of: string; onPage: boolean }
  | { kind: "new" };

export const MOST_PENDING = MOST_PER_CHANGE; // all are confirmed at once

export function verdictOn(name: string, { known, held, prefix, rules }: World): Verdict {
  const problem = problemOf(name);
  if (problem) return { kind: "bad", problem };
  if (held.includes(name)) return { kind: "held" };
  const ruling = rules && rulingOn(name, rules);
  if (ruling && (ruling.why !== "unlisted" || ruling.refused)) return { kind: "against", ruling };
  const label = known.find((k) => k.name === name);
  if (label) return { kind: "known", uses: label.uses };
  const onPage = twinOnPage(name, held);
  if (onPage) return { kind: "twin", of: onPage, onPage: true };
  const inUse = twinInUse(name, known, prefix);
  if (inUse) return { kind: "twin", of: inUse, onPage: false };
  return ruling ? { kind: "against", ruling } : { kind: "new" };
}

/** Whether a name cannot be added as it is. */
export function isBad(verdict: Verdict): boolean {
  return verdict.kind === "bad" || (verdict.kind === "against" && verdict.ruling.refused);
}

/** Pending with these names after it; one that is there already only goes on to this stage. */
export function hold(pending: Pending[], names: string[], stage: Pending["stage"]): Pending[] {
  const fresh = names.filter((name) => name && !pending.some((p) => p.name === name));
  return [...pending.map((p) => (names.includes(p.name) ? { ...p, stage } : p)), ...fresh.map((name) => ({ name, stage }))];
}

/** What comes of pending: the names to add now, and what stays. */
export interface Settled {
  add: string[];
  rest: Pending[];
}

/**
 * All are confirmed: every good one is added as it is written, or waits if it
 * cannot be compared yet. Bad ones stay, and stop no other; what the page holds goes.
 */
export function confirm(pending: Pending[], world: World): Settled {
  return settle(pending, world, (p, verdict) => {
    if ((verdict.kind === "known" && world.rules) || world.read || p.stage === "late") return "add";
    return "entered";
  });
}

/** The labels in use are read: what was entered is added, but not what turns out to be nearly one of them, or is advised against. */
export function compared(pending: Pending[], world: World): Settled {
  return settle(pending, world, (p, verdict) => {
    if (p.stage !== "entered") return p.stage;
    return verdict.kind === "twin" || verdict.kind === "against" ? "listed" : "add";
  });
}

function settle(pending: Pending[], world: World, next: (p: Pending, verdict: Verdict) => Pending["stage"] | "add"): Settled {
  const settled: Settled = { add: [], rest: [] };
  const taken = new Set<string>(); // groups of which a page has one label: a second one waits to be confirmed again
  for (const p of pending) {
    const verdict = verdictOn(p.name, world);
    const group = world.rules && oneOfGroup(p.name, world.rules);
    if (isBad(verdict) || (group && taken.has(group))) settled.rest.push({ ...p, stage: "listed" });
    else {
      const stage = next(p, verdict);
      if (group && stage === "add") taken.add(group);
      const over = stage === "add" || stage === "entered";
      if (verdict.kind === "held" && over) continue;
      if (stage === "add") settled.add.push(p.name);
      else settled.rest.push({ ...p, stage });
    }
  }
  return settled;
}
