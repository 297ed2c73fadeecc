// What is suggested and how that changes: one pure reducer, beside the panel's.

import type { Problem } from "../service.ts";
import { MOST_SHOWN, type Answer, type Nothing, type Suggested } from "./service.ts";

export interface Suggestion extends Suggested {
  touched: boolean; // ticked or unticked by the person
}

export interface State {
  phase: "closed" | "asking" | "shown" | "failed";
  epoch: number; // counts what makes an answer that is under way outdated
  slow: boolean; // asking takes long enough to show that it is under way
  refining: boolean; // an answer is shown and a better one may come
  spare: boolean; // room is kept for as many suggestions as there may be
  suggestions: Suggestion[];
  removals: string[];
  nothing?: Nothing | undefined; // why the service has none
  problem?: Problem | undefined;
  hidden: string[]; // "not this one", said while this frame lives
  last?: { suggestion: Suggestion; at: number } | undefined; // what was said of last, to be taken back
  unsaved: boolean; // the last of it could not be kept with the page
  news: "" | "found" | "refined" | "ticked" | "dismissed" | "unsaved"; // what a screen reader has not been told yet
}

export type Action =
  | { type: "ask" }
  | { type: "close" }
  | { type: "outdated" } // the page's labels were changed, not from here
  | { type: "slow"; epoch: number }
  | { type: "answered"; epoch: number; answer: Answer }
  | { type: "refined"; epoch: number; answer: Answer | undefined; still: boolean }
  | { type: "late"; epoch: number }
  | { type: "failed"; epoch: number; problem: Problem }
  | { type: "tick"; label: string; ticked: boolean }
  | { type: "dismiss"; label: string }
  | { type: "restore" }
  | { type: "unsaved" };

export const initialState: State = {
  phase: "closed",
  epoch: 0,
  slow: false,
  refining: false,
  spare: false,
  suggestions: [],
  removals: [],
  hidden: [],
  unsaved: false,
  news: "",
};

export function reduce(state: State, action: Action): State {
  if ("epoch" in action && action.epoch !== state.epoch) return state;
  switch (action.type) {
    case "ask":
      // What stood there makes room for bones at once, so that nothing moves.
      return { ...initialState, hidden: state.hidden, epoch: state.epoch + 1, phase: "asking", slow: state.phase !== "closed" };
    case "close":
      return { ...initialState, hidden: state.hidden, epoch: state.epoch + 1 };
    case "outdated":
      return { ...state, epoch: state.epoch + 1, refining: false };
    case "slow":
      return { ...state, slow: true };
    case "answered": {
      const { answer } = action;
      // An empty answer that may be bettered is not shown: it would only make way again.
      if (!answer.suggestions.length && answer.search) return { ...state, nothing: answer.nothing, removals: answer.removals };
      return shown(state, answer);
    }
    case "refined": {
      const { answer, still } = action;
      if (state.phase === "asking") return answer ? shown(state, { ...answer, search: "" }) : settled(state);
      if (!answer) return settled(state);
      const suggestions = merge(state.suggestions, fresh(state, answer), still);
      const removals = still ? [...new Set([...state.removals, ...answer.removals])] : answer.removals;
      const same = suggestions.every((s, i) => s.label === state.suggestions[i]?.label) && suggestions.length === state.suggestions.length;
      return { ...settled(state), suggestions, removals, nothing: answer.nothing, news: same ? state.news : "refined" };
    }
    case "late":
      return state.phase === "asking" && !state.nothing ? failed(state, { kind: "timeout" }) : settled(state);
    case "failed":
      return failed(state, action.problem);
    case "tick": {
      const { label, ticked } = action;
      return { ...state, news: "ticked", suggestions: state.suggestions.map((s) => (s.label === label ? { ...s, ticked, touched: true } : s)) };
    }
    case "dismiss": {
      const at = state.suggestions.findIndex((s) => s.label === action.label);
      const suggestion = state.suggestions[at];
      if (!suggestion) return state;
      const suggestions = state.suggestions.filter((s) => s !== suggestion);
      return { ...state, suggestions, hidden: [...state.hidden, suggestion.label], last: { suggestion, at }, unsaved: false, news: "dismissed" };
    }
    case "restore": {
      if (!state.last) return state;
      const { suggestion, at } = state.last;
      const hidden = state.hidden.filter((label) => label !== suggestion.label);
      return { ...state, hidden, suggestions: [...state.suggestions.slice(0, at), suggestion, ...state.suggestions.slice(at)], last: undefined, unsaved: false, news: "found" };
    }
    case "unsaved":
      return { ...state, unsaved: true, news: "unsaved" };
  }
}

function shown(state: State, answer: Answer): State {
  const { removals, nothing } = answer;
  const more = answer.search !== "";
  return { ...state, phase: "shown", slow: false, suggestions: fresh(state, answer), removals, nothing, refining: more, spare: more, news: "found" };
}

/** No better answer is waited for any more. */
function settled(state: State): State {
  const asking = state.phase === "asking";
  return { ...state, phase: "shown", slow: false, refining: false, epoch: state.epoch + 1, news: asking ? "found" : state.news };
}

function failed(state: State, problem: Problem): State {
  if (state.phase !== "asking") return settled(state);
  return { ...state, phase: "failed", slow: false, epoch: state.epoch + 1, problem };
}

function fresh(state: State, answer: Answer): Suggestion[] {
  return answer.suggestions.flatMap((s) => (state.hidden.includes(s.label) ? [] : [{ ...s, touched: false }])).slice(0, MOST_SHOWN);
}

/**
 * What a refined answer makes of the suggestions on the screen. Each keeps its
 * place. One that is no longer suggested makes way for a new one in that place,
 * or goes if it stands last, unless it is ticked or was touched. While the pointer or the focus is among
 * them (still) they stay as they are, and new ones only come at the end, unticked.
 */
function merge(shown: Suggestion[], better: Suggestion[], still: boolean): Suggestion[] {
  const again = new Map(better.map((s) => [s.label, s]));
  const places = new Set(shown.map((s) => s.label));
  const coming = better.filter((s) => !places.has(s.label));
  const fallen = (s: Suggestion) => !still && !again.has(s.label) && !s.ticked && !s.touched;
  const kept = shown.map((s) => {
    const now = again.get(s.label);
    if (fallen(s)) return coming.shift() ?? s;
    if (still || !now) return s;
    return s.touched ? { ...s, reasons: now.reasons } : now;
  });
  while (kept.length && fallen(kept.at(-1)!)) kept.pop();
  return [...kept, ...coming.map((s) => ({ ...s, ticked: s.ticked && !still }))].slice(0, Math.max(MOST_SHOWN, kept.length));
}
