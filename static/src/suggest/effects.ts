// Everything suggesting does that takes time: reading, asking, asking again
// with pages like this one, remembering what is not wanted.

import { contentPath } from "../confluence.ts";
import { statusOf } from "../failure.ts";
import type { Host } from "../host.ts";
import type { Problem } from "../problem.ts";
import type { Shell } from "../shell.ts";
import type { Space } from "../inuse.ts";
import { dismissals } from "./dismissals.ts";
import { gather, readSimilar, requestFor, type Material } from "./read.ts";
import { MOST_ASKED, suggest, type Answer, type Neighbour } from "./request.ts";
import { initialState, reduce, type Action, type State } from "./state.ts";

const SAY_SLOW_AFTER = 300; // ms
const ANSWER_WITHIN = 10_000; // ms, for all of it: later a page has often changed, and a person always lost interest

export interface World {
  host: Host;
  shell: Shell;
  space: Space;
  /** The page's labels now. */
  held(): string[];
  /** Whether the pointer or the focus is among the suggestions. */
  still(): boolean;
}

/** Runs the suggestions; show is called with each new state. */
export function run(world: World, show: (state: State) => void): (action: Action) => void {
  const { host, shell } = world;
  const remember = dismissals(host, contentPath(shell.contentType, shell.contentId));
  let state = initialState;
  let stop = new AbortController();
  let asked: { material: Material; similar: Neighbour[] } | undefined; // with the last answer that is shown
  let certainty: number[] | undefined; // of the last answer that had one
  let remembered: Promise<void> = Promise.resolve();

  function dispatch(action: Action): void {
    const before = state;
    state = reduce(state, action);
    show(state);
    if (state.epoch !== before.epoch) stop.abort();
    if (action.type === "ask" || (action.type === "outdated" && state.phase === "asking")) void ask();
    if (action.type === "dismiss" && state !== before) keep(action.label, true);
    if (action.type === "restore" && before.dismissed.includes(action.label)) {
      keep(action.label, false);
      if (state.gone.length === before.gone.length) void find(action.label);
    }
  }

  function keep(label: string, dismissed: boolean): void {
    remembered = remember(label, dismissed).catch(() => dispatch({ type: "unsaved" }));
  }

  /** Asks once, with what an earlier answer told of the space. */
  async function answerTo(material: Material, signal: AbortSignal, similar?: Neighbour[], limit?: number): Promise<Answer> {
    const request = { ...requestFor(shell, material, world.held(), state.dismissed, similar), ...(limit && { limit }), ...(certainty && { certainty }) };
    const answer = await suggest(host, request, shell.prefix, signal);
    certainty = answer.certainty ?? certainty;
    return answer;
  }

  /** Asks about one label that is wanted again, of which nothing is known here but its name. */
  async function find(label: string): Promise<void> {
    if (!asked) return;
    const { material, similar } = asked;
    const answer = await answerTo(material, AbortSignal.timeout(ANSWER_WITHIN), similar, MOST_ASKED).catch(() => undefined);
    dispatch({ type: "found", label, suggestion: answer?.suggestions.find((s) => s.label === label) });
  }

  async function ask(): Promise<void> {
    const { epoch } = state;
    const { signal } = (stop = new AbortController());
    const late = setTimeout(() => dispatch({ type: "late", epoch, still: world.still() }), ANSWER_WITHIN);
    const slow = setTimeout(() => dispatch({ type: "slow", epoch }), SAY_SLOW_AFTER);
    try {
      await remembered; // or what is read says otherwise
      const material = await gather(host, shell, world.space);
      dispatch({ type: "kept", dismissed: material.dismissed });
      const answer = await answerTo(material, signal);
      if (!signal.aborted) asked = { material, similar: [] };
      dispatch({ type: "answered", epoch, answer });
      if (!answer.search || signal.aborted) return;
      const similar = await readSimilar(host, answer.search, shell.contentId);
      if (!signal.aborted) asked = { material, similar };
      const better = similar.length && !signal.aborted ? await answerTo(material, signal, similar) : undefined;
      dispatch({ type: "refined", epoch, answer: better, still: world.still() });
    } catch (error) {
      dispatch({ type: "failed", epoch, problem: asProblem(error), still: world.still() });
    } finally {
      clearTimeout(late);
      clearTimeout(slow);
    }
  }

  return dispatch;
}

/** Why there is no answer: what the service says, or else that the page could not be read. */
function asProblem(error: unknown): Problem {
  if ((error as Problem).kind) return error as Problem;
  const status = statusOf(error);
  return { kind: status === 403 || status === 404 ? "not_found" : "upstream" };
}
