// Suggestions: which labels fit the page, why, and one press to apply them.
// Loaded when somebody first asks for them (suggested.tsx).

import { h, type JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Counted, useSecondsLeft } from "../countdown.tsx";
import type { Host } from "../host.ts";
import { canRetry, type Problem } from "../problem.ts";
import { Reference } from "../reference.tsx";
import { isolated } from "../say.ts";
import type { Shell } from "../shell.ts";
import type { Say } from "../strings.ts";
import { loadStyle } from "../style.ts";
import type { Space } from "../inuse.ts";
import { Dismissed } from "./dismissed.tsx";
import { run } from "./effects.ts";
import { Offered } from "./offered.tsx";
import { initialState, type State } from "./state.ts";
import { loadWords, type Words } from "./words.ts";

export interface Props {
  shell: Shell;
  host: Host;
  /** The panel's words. */
  say: Say;
  space: Space;
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
  const { shell, host, say: panelSay, space, held, waiting, open, times, bones, slow, ask, close, change, tell } = props;
  const [words, setWords] = useState<Words>();
  const [state, setState] = useState(initialState);
  const area = useRef<HTMLDivElement>(null);
  const undo = useRef<HTMLButtonElement>(null);
  const closer = useRef<HTMLButtonElement>(null);
  const still = () => Boolean(area.current?.matches(":hover, :focus-within"));
  const now = useRef(props);
  now.current = props;
  const [dispatch] = useState(() =>
    run({ host, shell, space, held: () => now.current.held, still }, setState),
  );

  useEffect(() => void ready.then(([words]) => setWords(words)), []);
  useEffect(() => dispatch({ type: open ? "ask" : "close" }), [open, times]);
  useEffect(() => () => (dispatch({ type: "close" }), tell("")), []);

  const key = held.join("\n");
  const before = useRef({ key, waiting });
  useEffect(() => {
    const fromHere = waiting > before.current.waiting;
    if (key !== before.current.key && !fromHere) dispatch({ type: "outdated", still: still() });
    before.current = { key, waiting };
  }, [key, waiting]);

  const suggestions = state.suggestions.filter((s) => !held.includes(s.label));
  const ticked = suggestions.flatMap((s) => (s.ticked ? [s.label] : []));
  const removals = state.removals.filter((label) => held.includes(label));
  const dismissed = state.dismissed.filter((label) => label.startsWith(shell.prefix) && !held.includes(label)).reverse();
  const nothing = words && tip(state, shell, words, removals.length + dismissed.length > 0);
  const line = words && open ? spoken(state, words, suggestions.length, ticked.length, nothing!) : "";
  useLayoutEffect(() => tell(line), [line]);

  const list = useRef<HTMLButtonElement>(null);
  const [listed, setListed] = useState(false);
  const restored = useRef("");
  useLayoutEffect(() => {
    const index = suggestions.findIndex((s) => s.label === restored.current);
    if (index >= 0) area.current?.querySelectorAll("input")[index]?.focus();
    restored.current = "";
  }, [state.suggestions]);

  /** Takes back a "not this one". Its button goes, so the suggestion that is back at once has the focus. */
  function restore(label: string): void {
    if (state.gone.some((g) => g.suggestion.label === label)) restored.current = label;
    dispatch({ type: "restore", label });
  }

  const left = useSecondsLeft(state.problem?.kind === "rate_limited" ? state.problem : undefined);
  /** The pointer or the focus goes: perhaps only to another place in here. */
  const leave = () => setTimeout(() => still() || dispatch({ type: "left" }));

  if (!open) return null;
  if (!words || state.phase === "asking") return state.slow || slow ? bones : null;
  const { say } = words;

  const closing = <button type="button" class="quiet" ref={closer} onClick={close}>{say("close")}</button>;
  if (state.phase === "failed") {
    const { kind, retryAfter, requestId } = state.problem!;
    const counts = kind === "rate_limited" ? retryAfter : undefined;
    const again = canRetry(kind) && <button type="button" class="link" onClick={ask}>{panelSay("retry")}</button>;
    return (
      <div class="suggestions">
        <div class="status wrong">
          <div role="alert">
            <p>{counts ? <Counted first={why(kind, words, panelSay, counts)} now={why(kind, words, panelSay, left)} /> : why(kind, words, panelSay)} </p>
            {!counts && again}
            <Reference id={requestId} host={host} say={panelSay} />
          </div>
          {counts && !left && again}
        </div>
        {closing}
      </div>
    );
  }

  return (
    <div class="suggestions" role="group" aria-label={say("suggestions")} ref={area} onPointerLeave={leave} onFocusOut={leave}>
      <Offered
        suggestions={suggestions}
        words={words}
        spare={state.spare}
        tick={(label, ticked) => dispatch({ type: "tick", label, ticked })}
        dismiss={(label) => dispatch({ type: "dismiss", label })}
        focusAfterLast={() => undo.current?.focus()}
      >
        {!suggestions.length && <p class="status">{isolated(nothing!)}</p>}
        <div class="actions">
          {suggestions.length > 0 && (
            <button type="button" class="primary" aria-disabled={!ticked.length} onClick={() => ticked.length && (change({ add: ticked }), close())}>
              {ticked.length ? say("apply", { count: ticked.length }) : say("applyNone")}
            </button>
          )}
          {closing}
          {dismissed.length > 0 && (
            <button type="button" class="quiet" ref={list} aria-expanded={listed} onClick={() => setListed(!listed)}>{say("dismissed", { count: dismissed.length })}</button>
          )}
          {state.last && (
            <p class="status">
              {isolated(say(state.last.dismissed ? "notThis" : "unfit", { name: isolated(state.last.label) }))}
              {state.last.dismissed && <span aria-hidden="true"> · </span>}
              {state.last.dismissed && <button type="button" class="link" ref={undo} onClick={() => restore(state.last!.label)}>{panelSay("undo")}</button>}
            </p>
          )}
          {/* For the eye: a screen reader is told when it happens. */}
          {state.unsaved && <p class="status" aria-hidden="true">{isolated(say("unsaved"))}</p>}
        </div>
        {listed && dismissed.length > 0 && (
          <Dismissed
            names={dismissed}
            words={words}
            bringBack={(label) => {
              restore(label);
              (dismissed.length > 1 ? list : closer).current?.focus(); // this line goes
            }}
          />
        )}
        {state.truncated && <p class="status">{isolated(say("truncated"))}</p>}
      </Offered>
      {removals.map((label) => (
        <p key={label} class="status">
          {isolated(say("removal", { name: isolated(label) }))}
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

/** Why there is nothing to suggest, and what helps. more: there is something else to do here. */
function tip({ nothing }: State, { contentType }: Shell, { say }: Words, more: boolean): string {
  if (!nothing) return say("nothing.left");
  if (nothing === "all_applied" && more) return say("nothing.applied");
  return say(nothing === "too_short" && contentType === "attachment" ? "nothing.file" : `nothing.${nothing}`);
}

// The panel's sentences for these speak of a change that was not made.
const OWN_SENTENCES = ["bad_request", "unauthorized", "anonymous", "too_large", "rate_limited", "upstream", "unavailable", "timeout"] as const;

function why(kind: Problem["kind"], { say }: Words, panelSay: Say, seconds?: number): string {
  if (kind === "rate_limited" && seconds) return say("why.rate_limited_for", { count: seconds });
  const own = OWN_SENTENCES.find((known) => known === kind);
  return own ? say(`why.${own}`) : panelSay(`why.${kind}`);
}

/** For screen readers: what there is, and what became of it. */
function spoken(state: State, { say }: Words, count: number, ticked: number, nothing: string): string {
  if (state.phase === "asking") return state.slow ? say("looking") : "";
  if (state.phase !== "shown") return ""; // a failure is an alert
  const counted = `${say("found", { count })}, ${say("ticked", { count: ticked })}`;
  switch (state.news) {
    case "unsaved":
      return say("unsaved");
    case "unfit":
      return say("unfit", { name: state.last?.label ?? "" });
    case "ticked":
      return count ? say("ticked", { count: ticked }) : nothing;
    case "dismissed":
      return count && state.last ? `${say("notThis", { name: state.last.label })}. ${say("found", { count })}` : nothing;
    case "restored":
      return counted;
  }
  const all = count ? counted : nothing;
  return [state.news === "refined" && say("refined"), all, state.truncated && say("truncated")].filter(Boolean).join(" ");
}
