// What the panel knows and how it changes: one pure reducer. Labels shown are
// never stored; they are what Confluence holds with the waiting changes
// applied, so that dropping a change is all a rollback takes.

import { canHaveLabels, type Page } from "./confluence.ts";
import type { Answer, Failed } from "./labels.ts";
import { MOST_PER_REQUEST } from "./limits.ts";
import { canRetry, type Problem } from "./problem.ts";
import type { Shell } from "./shell.ts";

/** What the viewer can do here, and if nothing, why. */
export type Mode = "change" | "read" | "unlicensed" | "draft" | "old" | "preview" | "unsupported";

export interface Change {
  add: string[];
  remove: string[];
  step: number; // what a person did at once has one number, however many calls it takes
  undoes: boolean; // takes back the step of that number
  joins: boolean; // made while another one was under way: what failed of them is told together
}

/** What a person did at once and has not taken back, as far as it was done. */
export interface Step {
  step: number;
  added: string[];
  removed: string[];
}

/** What the last step, or taking it back, came to. */
export interface Outcome extends Step {
  undoes: boolean;
  failed: Failed[];
  again: Change[]; // those of failed that may well succeed in a moment
  retryAfter: number; // seconds until they may; 0 if it is not told
  requestId?: string | undefined; // of the call that failed last
}

export interface State {
  reading: "first" | "done" | "failed" | "closed"; // closed: to the app, for this viewer; trying again would not help
  mode: Mode;
  names: string[]; // what Confluence was last seen to hold
  latest: number; // the page's newest version
  queue: Change[]; // the first one is being written
  epoch: number; // counts what makes a read that is under way outdated
  slow: boolean; // what is under way takes long enough to say so
  steps: Step[]; // that can be taken back, the latest last
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

const MOST_STEPS = 100;

export function initialState(shell: Shell): State {
  const nothing: State = { reading: "first", mode: "read", names: [], latest: 0, queue: [], epoch: 0, slow: false, steps: [] };
  return canHaveLabels(shell.contentType) ? nothing : { ...nothing, reading: "done", mode: shell.preview ? "preview" : "unsupported" };
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
      return { ...state, reading: action.status === 403 || action.status === 404 ? "closed" : "failed", slow: false };
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
      // Each later than all before: the epoch only grows.
      return enqueue(state, { step: state.epoch + 1, added: add, removed: remove }, false);
    }
    case "written": {
      const [change, ...queue] = state.queue;
      const { names, ...done } = action.answer;
      if (!change) return { ...state, names };
      return { ...state, names, queue, epoch: state.epoch + 1, slow: false, steps: stepsAfter(state.steps, change, done), outcome: told(state.outcome, change, done) };
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
      const again = [...(state.problem?.retry ?? []), ...(state.outcome?.again ?? [])];
      const outcome = state.outcome && { ...state.outcome, failed: [], again: [], retryAfter: 0 };
      return { ...state, queue: [...state.queue, ...again], epoch: state.epoch + 1, problem: undefined, outcome };
    }
    case "undo": {
      const step = undoable(state).at(-1);
      return step ? enqueue(state, step, true) : state;
    }
  }
}

/** The steps that can be taken back now, the next one last; none while a change is on its way, which would be the last one. */
export function undoable({ steps, queue }: State): Step[] {
  return queue.every((change) => change.undoes) ? steps.filter(({ step }) => !queue.some((change) => change.step === step)) : [];
}

function modeFor(shell: Shell, page: Page): Mode {
  if (shell.preview) return "preview";
  if (page.draft) return "draft";
  if (shell.contentVersion && page.version && shell.contentVersion < page.version) return "old";
  if (!shell.signedIn || !page.mayEdit) return "read";
  return shell.licensed ? "change" : "unlicensed";
}

/** Puts a step, or what takes it back, on its way, in as many calls as it takes. */
function enqueue(state: State, { step, added, removed }: Step, undoes: boolean): State {
  const [add, remove] = undoes ? [removed, added] : [added, removed];
  const changes: Change[] = [];
  // As many as Confluence adds at once: each call is answered soon, and tells what was done before the next one goes out.
  for (let i = 0; i < Math.max(add.length, remove.length); i += MOST_PER_REQUEST) {
    const joins = state.queue.length + changes.length > 0;
    changes.push({ add: add.slice(i, i + MOST_PER_REQUEST), remove: remove.slice(i, i + MOST_PER_REQUEST), step, undoes, joins });
  }
  if (!changes.length || state.mode !== "change") return state;
  const outcome = changes[0]!.joins ? state.outcome : undefined;
  return { ...state, queue: [...state.queue, ...changes], epoch: state.epoch + 1, outcome, problem: undefined };
}

type Done = Pick<Answer, "added" | "removed" | "lost" | "failed" | "requestId">;

function stepsAfter(steps: Step[], { step, undoes }: Change, { added, removed, lost }: Done): Step[] {
  const before = steps.find((s) => s.step === step) ?? { step, added: [], removed: [] };
  const after = undoes
    ? { step, added: before.added.filter((name) => !removed.includes(name)), removed: before.removed.filter((name) => !added.includes(name)) }
    : { step, added: [...before.added, ...added], removed: [...before.removed, ...removed.filter((name) => !lost.includes(name))] };
  const left = after.added.length + after.removed.length ? [after] : [];
  return [...steps.filter((s) => s !== before), ...left].sort((a, b) => a.step - b.step).slice(-MOST_STEPS);
}

/** Results of one step are told as one, what failed of those that join as well. */
function told(before: Outcome | undefined, change: Change, { added, removed, failed, requestId }: Done): Outcome {
  const { step, undoes, joins } = change;
  const may = failed.filter((f) => canRetry(f.kind));
  const again = may.length ? [{ ...change, add: pick(may, "add"), remove: pick(may, "remove"), joins: true }] : [];
  const joined = joins ? before : undefined;
  const same = joined?.step === step && joined.undoes === undoes ? joined : undefined;
  return {
    step,
    undoes,
    added: [...(same?.added ?? []), ...added],
    removed: [...(same?.removed ?? []), ...removed],
    failed: [...(joined?.failed ?? []), ...failed],
    again: [...(joined?.again ?? []), ...again],
    retryAfter: Math.max(joined?.retryAfter ?? 0, ...failed.map((f) => (f.kind === "rate_limited" && f.retryAfter) || 0)),
    requestId: joined?.failed.length && !failed.length ? joined.requestId : requestId,
  };
}

function pick(failed: Failed[], operation: Failed["operation"]): string[] {
  return failed.flatMap((f) => (f.operation === operation ? [f.name] : []));
}

