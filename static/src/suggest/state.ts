// What is suggested and how that changes: one pure reducer, beside the panel's.

import type { Problem } from "../problem.ts";
import { MOST_SHOWN, type Answer, type Nothing, type Suggested } from "./request.ts";

export interface Suggestion extends Suggested {
  touched: boolean; // ticked or unticked by the person
}

export interface State {
  phase: "closed" | "asking" | "shown" | "failed";
  epoch: number; // counts what makes an answer that is under way outdated
  slow: boolean; // asking takes long enough to show that it is under way
  refining: boolean; // an answer is shown and a better one may come
  spare: boolean; // room is kept for as many suggestions as there may be: while a better answer may come, and then while somebody is there
  suggestions: Suggestion[];
  removals: string[];
  nothing?: Nothing | undefined; // why the service has none
  truncated: boolean; // not all that was sent was read
  problem?: Problem | undefined;
  dismissed: string[]; // "not this one", kept with the page or said in this frame, the latest last
  gone: Gone[]; // those that were dismissed from what is shown, the latest last
  last?: { label: string; dismissed: boolean } | undefined; // dismissed last, to be taken back at once; or restored, and not suggested all the same
  unsaved: boolean; // the last of it could not be kept with the page
  news: "" | "found" | "refined" | "ticked" | "dismissed" | "restored" | "unfit" | "unsaved"; // what a screen reader has not been told yet
}

interface Gone {
  suggestion: Suggestion;
  at: number;
}

export type Action =
  | { type: "ask" }
  | { type: "close" }
  | { type: "outdated"; still: boolean } // the page's labels were changed, not from here
  | { type: "slow"; epoch: number }
  | { type: "answered"; epoch: number; answer: Answer }
  | { type: "refined"; epoch: number; answer: Answer | undefined; still: boolean }
  | { type: "kept"; dismissed: string[] } // what the page says was dismissed
  | { type: "late"; epoch: number; still: boolean }
  | { type: "failed"; epoch: number; problem: Problem; still: boolean }
  | { type: "tick"; label: string; ticked: boolean }
  | { type: "dismiss"; label: string }
  | { type: "restore"; label: string }
  | { type: "found"; label: string; suggestion: Suggested | undefined } // what the service says of one that was restored
  | { type: "left" } // neither the pointer nor the focus is there any more
  | { type: "unsaved" };

export const initialState: State = {
  phase: "closed",
  epoch: 0,
  slow: false,
  refining: false,
  spare: false,
  suggestions: [],
  removals: [],
  truncated: false,
  dismissed: [],
  gone: [],
  unsaved: false,
  news: "",
};

export function reduce(state: State, action: Action): State {
  if ("epoch" in action && action.epoch !== state.epoch) return state;
  switch (action.type) {
    case "ask":
      // What stood there makes room for bones at once, so that nothing moves.
      return { ...initialState, dismissed: state.dismissed, epoch: state.epoch + 1, phase: "asking", slow: state.phase !== "closed" };
    case "close":
      return { ...initialState, dismissed: state.dismissed, epoch: state.epoch + 1 };
    case "outdated":
      return { ...state, epoch: state.epoch + 1, refining: false, spare: state.spare && action.still };
    case "slow":
      return { ...state, slow: true };
    case "answered": {
      const { answer } = action;
      // An empty answer that may be bettered is not shown: it would only make way again.
      if (!answer.suggestions.length && answer.search) return { ...state, nothing: answer.nothing, removals: answer.removals, truncated: answer.truncated };
      return shown(state, answer);
    }
    case "refined": {
      const { answer, still } = action;
      if (state.phase === "asking") return answer ? shown(state, { ...answer, search: "" }) : settled(state, still);
      if (!answer) return settled(state, still);
      const suggestions = merge(state.suggestions, fresh(state, answer), still || state.gone.length > 0);
      const removals = still ? [...new Set([...state.removals, ...answer.removals])] : answer.removals;
      const same = suggestions.every((s, i) => s.label === state.suggestions[i]?.label) && suggestions.length === state.suggestions.length;
      return { ...settled(state, still), suggestions, removals, nothing: answer.nothing, truncated: state.truncated || answer.truncated, news: same ? state.news : "refined" };
    }
    case "kept":
      return { ...state, dismissed: [...new Set([...action.dismissed, ...state.dismissed])] };
    case "late":
      return state.phase === "asking" && !state.nothing ? failed(state, { kind: "timeout" }) : settled(state, action.still);
    case "failed":
      return state.phase === "asking" ? failed(state, action.problem) : settled(state, action.still);
    case "tick": {
      const { label, ticked } = action;
      return { ...state, news: "ticked", suggestions: state.suggestions.map((s) => (s.label === label ? { ...s, ticked, touched: true } : s)) };
    }
    case "dismiss": {
      const { label } = action;
      const at = state.suggestions.findIndex((s) => s.label === label);
      const suggestion = state.suggestions[at];
      if (!suggestion) return state;
      const suggestions = state.suggestions.filter((s) => s !== suggestion);
      return { ...state, suggestions, dismissed: [...without(state.dismissed, label), label], gone: [...state.gone, { suggestion, at }], last: { label, dismissed: true }, unsaved: false, news: "dismissed" };
    }
    case "restore": {
      const { label } = action;
      const index = state.gone.findIndex((g) => g.suggestion.label === label);
      const back = state.gone[index];
      // Places of those dismissed after it were counted without it.
      const gone = state.gone.map((g, i) => (back && i > index && g.at >= back.at ? { ...g, at: g.at + 1 } : g)).filter((_, i) => i !== index);
      const restored = { ...state, dismissed: without(state.dismissed, label), gone, last: state.last?.label === label ? undefined : state.last, unsaved: false };
      return back ? { ...restored, ...inserted(state.suggestions, back) } : restored;
    }
    case "found": {
      const { label, suggestion } = action;
      if (state.phase !== "shown" || state.suggestions.some((s) => s.label === label)) return state;
      if (!suggestion) return { ...state, news: "unfit", last: { label, dismissed: false } };
      return { ...state, ...inserted(state.suggestions, { suggestion: { ...suggestion, ticked: false, touched: true }, at: state.suggestions.length }) };
    }
    case "left":
      return state.refining ? state : { ...state, spare: false };
    case "unsaved":
      return { ...state, unsaved: true, news: "unsaved" };
  }
}

function shown(state: State, answer: Answer): State {
  const { removals, nothing, truncated } = answer;
  const more = answer.search !== "";
  return { ...state, phase: "shown", slow: false, suggestions: fresh(state, answer), removals, nothing, truncated, refining: more, spare: more, news: "found" };
}

/** No better answer is waited for any more. The room for it goes, or stays while somebody is there (still) who would miss what is below. */
function settled(state: State, still: boolean): State {
  const asking = state.phase === "asking";
  return { ...state, phase: "shown", slow: false, refining: false, spare: state.spare && still, epoch: state.epoch + 1, news: asking ? "found" : state.news };
}

function failed(state: State, problem: Problem): State {
  return { ...state, phase: "failed", slow: false, epoch: state.epoch + 1, problem };
}

function fresh(state: State, answer: Answer): Suggestion[] {
  return answer.suggestions.flatMap((s) => (state.dismissed.includes(s.label) ? [] : [{ ...s, touched: false }])).slice(0, MOST_SHOWN);
}

function without(names: string[], name: string): string[] {
  return names.filter((n) => n !== name);
}

/** One that is back, in its place. */
function inserted(shown: Suggestion[], { suggestion, at }: Gone): Pick<State, "suggestions" | "news"> {
  return { suggestions: [...shown.slice(0, at), suggestion, ...shown.slice(at)], news: "restored" };
}

/**
 * What a refined answer makes of the suggestions on the screen. Each keeps its
 * place and its tick; what is ticked does not become a guess. One that is no
 * longer suggested makes way for a new one in that place, or goes if it stands
 * last, unless it is ticked. The other new ones come at the end. When somebody is
 * there, with the pointer or the focus (still), or has touched one of them, all
 * stay and new ones come unticked.
 */
function merge(shown: Suggestion[], better: Suggestion[], still: boolean): Suggestion[] {
  const taken = still || shown.some((s) => s.touched);
  const again = new Map(better.map((s) => [s.label, s]));
  const places = new Set(shown.map((s) => s.label));
  const coming = better.filter((s) => !places.has(s.label)).map((s) => ({ ...s, ticked: s.ticked && !taken }));
  const fallen = (s: Suggestion) => !taken && !again.has(s.label) && !s.ticked;
  const told = (s: Suggestion) => {
    const { reasons, guess } = (!still && again.get(s.label)) || s;
    return { ...s, reasons, guess: guess && (s.guess || !s.ticked) };
  };
  const kept = shown.map((s) => (fallen(s) ? (coming.shift() ?? s) : told(s)));
  while (kept.length && fallen(kept.at(-1)!)) kept.pop();
  return [...kept, ...coming].slice(0, Math.max(MOST_SHOWN, kept.length));
}
