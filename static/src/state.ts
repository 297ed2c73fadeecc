// What the panel knows and how it changes: one pure reducer. Labels shown are
// never stored; they are what Confluence holds with the waiting changes
// applied, so that dropping a change is all a rollback takes.

import { canHaveLabels, type Page } from "./confluence.ts";
import type { Answer, Failed, Problem } from "./service.ts";
import type { Shell } from "./shell.ts";

/** What the viewer can do here, and if nothing, why. */
export type Mode = "change" | "read" | "unlicensed" | "draft" | "old" | "preview" | "unsupported";

export interface Change {
  add: string[];
  remove: string[];
  joins: boolean; // made while another one was under way: their results are told, and undone, together
}

/** What the last changes came to. */
export interface Outcome {
  added: string[];
  removed: string[];
  failed: Failed[];
  requestId?: string; // of the call that failed last
}

export interface State {
  reading: "first" | "done" | "failed" | "gone"; // gone: this viewer has no such page, trying again would not help
  mode: Mode;
  names: string[]; // what Confluence was last seen to hold
  latest: number; // the page's newest version
  queue: Change[]; // the first one is being written
  epoch: number; // counts what makes a read that is under way outdated
  slow: boolean; // what is under way takes long enough to say so
  outcome?: Outcome | undefined;
  problem?: (Problem & { retry: Change[] }) | undefined;
}

export type Action =
  | { type: "read"; shell: Shell; page: Page; epoch: number }
  | { type: "unreadable"; status: number; epoch: number }
  | { type: "read-again" }
  | { type: "heard"; names: string[] }
  | { type: "slow" }
  | { type: "change"; add?: string[]; remove?: string[] }
  | { type: "written"; answer: Answer }
  | { type: "refused"; problem: Problem }
  | { type: "retry" }
  | { type: "undo" };

export const MOST_PER_CALL = 20;

export function initialState(shell: Shell): State {
  const nothing: State = { reading: "first", mode: "read", names: [], latest: 0, queue: [], epoch: 0, slow: false };
  return canHaveLabels(shell.contentType) ? nothing : { ...nothing, reading: "done", mode: "unsupported" };
}

/** The labels to show: in Confluence's hands plus the changes on their way there, in reading order. */
export function shownNames(state: State): string[] {
  const names = new Set(state.names);
  for (const change of state.queue) {
    change.add.forEach((name) => names.add(name));
    change.remove.forEach((name) => names.delete(name));
  }
  return [...names].sort(order.compare);
}
const order = new Intl.Collator("en", { numeric: true });

export function reduce(state: State, action: Action): State {
  switch (action.type) {
    case "read": {
      if (action.epoch !== state.epoch) return state; // a write has told us newer since
      const { page, shell } = action;
      // Once read, the mode stays: the page gaining a version while it is open does not make this an old one.
      const mode = state.reading === "done" ? state.mode : modeFor(shell, page);
      return { ...state, reading: "done", mode, names: page.names, latest: page.version, slow: false };
    }
    case "unreadable":
      // What is shown already stays when only the refresh failed.
      if (state.reading !== "first" || action.epoch !== state.epoch) return state;
      return { ...state, reading: action.status === 403 || action.status === 404 ? "gone" : "failed", slow: false };
    case "read-again":
      return { ...state, reading: "first", slow: false };
    case "heard":
      return { ...state, names: action.names, epoch: state.epoch + 1 };
    case "slow":
      return { ...state, slow: true };
    case "change": {
      const shown = new Set(shownNames(state));
      const add = [...new Set(action.add)].filter((name) => !shown.has(name));
      const remove = [...new Set(action.remove)].filter((name) => shown.has(name));
      return enqueue(state, add, remove);
    }
    case "written": {
      const [change, ...queue] = state.queue;
      const { names, ...outcome } = action.answer;
      const before = change?.joins ? state.outcome : undefined;
      const next = { ...state, names, queue, epoch: state.epoch + 1, slow: false };
      return { ...next, outcome: before ? together(before, outcome) : outcome };
    }
    case "refused": {
      const [change, ...rest] = state.queue;
      const { problem } = action;
      const mode = problem.kind === "unlicensed" ? "unlicensed" : problem.kind === "anonymous" ? "read" : state.mode;
      // A service that cannot be reached now will not take the next change either: all go back, to be tried again together.
      const stop = canRetry(problem.kind) || mode !== state.mode;
      const retry = canRetry(problem.kind) && change ? [change, ...rest] : [];
      const queue = stop ? [] : rest;
      return { ...state, mode, queue, epoch: state.epoch + 1, slow: false, problem: { ...problem, retry } };
    }
    case "retry": {
      const failed = state.outcome?.failed.filter((f) => canRetry(f.kind)) ?? [];
      const again = state.problem?.retry ?? [
        { add: pick(failed, "add"), remove: pick(failed, "remove"), joins: true },
      ];
      const outcome = state.outcome && { ...state.outcome, failed: [] };
      return { ...state, queue: [...state.queue, ...again], epoch: state.epoch + 1, problem: undefined, outcome };
    }
    case "undo":
      return state.outcome ? enqueue(state, state.outcome.removed, state.outcome.added) : state;
  }
}

function modeFor(shell: Shell, page: Page): Mode {
  if (shell.preview) return "preview";
  if (page.draft) return "draft";
  if (shell.contentVersion && page.version && shell.contentVersion < page.version) return "old";
  if (!shell.signedIn || !page.mayEdit) return "read";
  return shell.licensed ? "change" : "unlicensed";
}

function enqueue(state: State, add: string[], remove: string[]): State {
  const changes: Change[] = [];
  for (let i = 0; i < Math.max(add.length, remove.length); i += MOST_PER_CALL) {
    const joins = state.queue.length + changes.length > 0;
    changes.push({ add: add.slice(i, i + MOST_PER_CALL), remove: remove.slice(i, i + MOST_PER_CALL), joins });
  }
  if (!changes.length || state.mode !== "change") return state;
  const outcome = changes[0]!.joins ? state.outcome : undefined;
  return { ...state, queue: [...state.queue, ...changes], epoch: state.epoch + 1, outcome, problem: undefined };
}

/** Two outcomes as one: what the second took back is as if it never was. */
function together(a: Outcome, b: Outcome): Outcome {
  const minus = (names: string[], gone: string[]) => names.filter((name) => !gone.includes(name));
  return {
    ...(b.failed.length ? b : a), // whose reference counts
    added: [...minus(a.added, b.removed), ...minus(b.added, a.removed)],
    removed: [...minus(a.removed, b.added), ...minus(b.removed, a.added)],
    failed: [...a.failed, ...b.failed],
  };
}

function pick(failed: Failed[], operation: Failed["operation"]): string[] {
  return failed.flatMap((f) => (f.operation === operation ? [f.name] : []));
}

/** Whether the same change may well succeed in a moment. */
export function canRetry(kind: Problem["kind"]): boolean {
  return ["rate_limited", "upstream", "unavailable", "internal", "timeout", "network"].includes(kind);
}
