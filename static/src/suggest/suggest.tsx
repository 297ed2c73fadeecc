// Suggestions: which labels fit the page, why, and one press to apply them.
// Loaded when somebody first asks for them (suggested.tsx).

import { h, type JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Host } from "../host.ts";
import type { Problem } from "../service.ts";
import type { Shell } from "../shell.ts";
import { canRetry } from "../state.ts";
import type { Say } from "../strings.ts";
import { loadStyle } from "../style.ts";
import type { ReadSpace } from "../vocabulary.ts";
import { run } from "./effects.ts";
import { Offered } from "./offered.tsx";
import { initialState, type State } from "./state.ts";
import { isolate, loadWords, type Words } from "./words.ts";

export interface Props {
  shell: Shell;
  host: Host;
  /** The panel's words. */
  say: Say;
  readSpace: ReadSpace;
  /** The page's labels, with what is on its way there. */
  held: string[];
  /** How many changes are on their way. */
  waiting: number;
  open: boolean;
  /** How often suggestions were asked for. */
  times: number;
  /** What stands in the place of suggestions until they are there. */
  bones: JSX.Element;
  /** Whether loading this took so long that they stand there already. */
  slow: boolean;
  ask(): void;
  /** Closes, and gives the focus back to where it was asked from. */
  close(): void;
  change(change: { add?: string[]; remove?: string[] }): void;
  /** Has a line said by a screen reader. */
  tell(line: string): void;
}

const ready = Promise.all([loadWords(), loadStyle("suggest.css")]);

export function Suggestions(props: Props): JSX.Element | null {
  const { shell, host, say: panelSay, readSpace, held, waiting, open, times, bones, slow, ask, close, change, tell } = props;
  const [words, setWords] = useState<Words>();
  const [state, setState] = useState(initialState);
  const area = useRef<HTMLDivElement>(null);
  const undo = useRef<HTMLButtonElement>(null);
  const closer = useRef<HTMLButtonElement>(null);
  const now = useRef(props);
  now.current = props;
  const [dispatch] = useState(() =>
    run({ host, shell, readSpace, held: () => now.current.held, still: () => Boolean(area.current?.matches(":hover, :focus-within")) }, setState),
  );

  useEffect(() => void ready.then(([words]) => setWords(words)), []);
  useEffect(() => dispatch({ type: open ? "ask" : "close" }), [open, times]);
  useEffect(() => () => (dispatch({ type: "close" }), tell("")), []);

  const key = held.join("\n");
  const before = useRef({ key, waiting });
  useEffect(() => {
    const fromHere = waiting > before.current.waiting;
    if (key !== before.current.key && !fromHere) dispatch({ type: "outdated" });
    before.current = { key, waiting };
  }, [key, waiting]);

  const suggestions = state.suggestions.filter((s) => !held.includes(s.label));
  const ticked = suggestions.flatMap((s) => (s.ticked ? [s.label] : []));
  const line = words && open ? spoken(state, shell, words, suggestions.length, ticked.length) : "";
  useLayoutEffect(() => tell(line), [line]);

  const restored = useRef("");
  useLayoutEffect(() => {
    const index = suggestions.findIndex((s) => s.label === restored.current);
    if (index >= 0) area.current?.querySelectorAll("input")[index]?.focus();
    restored.current = "";
  }, [state.suggestions]);

  /** Takes back the last "not this one". Its button goes, so the suggestion that is back has the focus. */
  function restore(): void {
    restored.current = state.last?.suggestion.label ?? "";
    dispatch({ type: "restore" });
  }

  if (!open) return null;
  if (!words || state.phase === "asking") return state.slow || slow ? bones : null;
  const { say } = words;

  const closing = <button type="button" class="quiet" ref={closer} onClick={close}>{say("close")}</button>;
  if (state.phase === "failed") {
    return (
      <div class="suggestions">
        <p class="status wrong" role="alert">
          {why(state.problem!, words, panelSay)} {canRetry(state.problem!.kind) && <button type="button" class="link" onClick={ask}>{panelSay("retry")}</button>}
          {state.problem!.requestId && <small>{panelSay("reference", { id: state.problem!.requestId })}</small>}
        </p>
        {closing}
      </div>
    );
  }

  return (
    <div class="suggestions" role="group" aria-label={say("suggestions")} ref={area}>
      <Offered
        suggestions={suggestions}
        words={words}
        spare={state.spare}
        tick={(label, ticked) => dispatch({ type: "tick", label, ticked })}
        dismiss={(label) => dispatch({ type: "dismiss", label })}
        focusAfterLast={() => undo.current?.focus()}
      >
        {!suggestions.length && <p class="status">{isolate(tip(state, shell, words))}</p>}
        <div class="actions">
          {suggestions.length > 0 && (
            <button type="button" class="primary" aria-disabled={!ticked.length} onClick={() => ticked.length && (change({ add: ticked }), close())}>
              {ticked.length ? say("apply", { count: ticked.length }) : say("applyNone")}
            </button>
          )}
          {closing}
          {state.last && (
            <p class="status">
              {isolate(say("notThis", { name: isolate(state.last.suggestion.label) }))}
              <span aria-hidden="true"> · </span>
              <button type="button" class="link" ref={undo} onClick={restore}>{panelSay("undo")}</button>
            </p>
          )}
          {state.unsaved && <p class="status">{isolate(say("unsaved"))}</p>}
        </div>
      </Offered>
      {state.removals.filter((label) => held.includes(label)).map((label) => (
        <p key={label} class="status">
          {isolate(say("removal", { name: isolate(label) }))}
          <span aria-hidden="true"> · </span>
          <button
            type="button"
            class="link"
            aria-label={panelSay("remove", { name: label })}
            onClick={() => {
              change({ remove: [label] });
              closer.current?.focus(); // this line goes with the label
            }}
          >
            {say("remove")}
          </button>
        </p>
      ))}
    </div>
  );
}

/** Why there is nothing to suggest, and what helps. */
function tip({ nothing }: State, { contentType }: Shell, { say }: Words): string {
  if (!nothing) return say("nothing.left");
  return say(nothing === "too_short" && contentType === "attachment" ? "nothing.file" : `nothing.${nothing}`);
}

// The panel's sentences for these speak of a change that was not made.
const OWN_SENTENCES = ["bad_request", "unauthorized", "anonymous", "too_large", "rate_limited", "upstream", "unavailable", "timeout"] as const;

function why({ kind, retryAfter }: Problem, { say }: Words, panelSay: Say): string {
  if (kind === "rate_limited" && retryAfter) return say("why.rate_limited_for", { count: retryAfter });
  const own = OWN_SENTENCES.find((known) => known === kind);
  return own ? say(`why.${own}`) : panelSay(`why.${kind}`);
}

/** For screen readers: what there is, and what became of it. */
function spoken(state: State, shell: Shell, words: Words, count: number, ticked: number): string {
  const { say } = words;
  if (state.phase === "asking") return state.slow ? say("looking") : "";
  if (state.phase !== "shown") return ""; // a failure is an alert
  const counted = `${say("found", { count })}, ${say("ticked", { count: ticked })}`;
  if (state.news === "unsaved") return say("unsaved");
  if (!count) return tip(state, shell, words);
  if (state.news === "dismissed" && state.last) return `${say("notThis", { name: state.last.suggestion.label })}. ${say("found", { count })}`;
  if (state.news === "ticked") return say("ticked", { count: ticked });
  return state.news === "refined" ? `${say("refined")} ${counted}` : counted;
}
