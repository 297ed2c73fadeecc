// The panel: labels, a way to add some, and one line that says what happened.

import { Fragment, h, type JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { Add, type AddHandle } from "./add.tsx";
import { Chips } from "./chips.tsx";
import type { Host } from "./host.ts";
import type { Kind } from "./service.ts";
import type { Shell } from "./shell.ts";
import { canRetry, shownNames, type Action, type Outcome, type State } from "./state.ts";
import type { Say } from "./strings.ts";
import { Suggested } from "./suggested.tsx";
import { loadVocabulary, spaceReader, type Known } from "./vocabulary.ts";

interface Props {
  shell: Shell;
  host: Host;
  say: Say;
  site: string; // "" until known
  state: State;
  dispatch(action: Action): void;
}

export function Panel({ shell, host, say, site, state, dispatch }: Props): JSX.Element {
  const [known, setKnown] = useState<Known[]>([]);
  const vocabularyAsked = useRef(false);
  const [readSpace] = useState(() => spaceReader(host, shell.spaceKey));
  const [suggesting, setSuggesting] = useState({ open: false, times: 0 });
  const [told, setTold] = useState(""); // by the suggestions
  const add = useRef<AddHandle>(null);
  const suggest = useRef<HTMLButtonElement>(null);
  const mayChange = state.mode === "change" && state.reading === "done";
  const all = shownNames(state);
  const names = all.filter((name) => name.startsWith(shell.prefix));

  useLayoutEffect(() => {
    function onKeyDown(event: KeyboardEvent): void {
      const typing = (event.target as Partial<HTMLInputElement>).type === "text";
      if (event.key === "/" && mayChange && !typing) {
        event.preventDefault();
        add.current?.open();
      } else if (event.key === "Escape") {
        if (mayChange && suggesting.open) close();
        else if (shell.view === "byline") host.close();
      }
    }
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, [mayChange, suggesting.open]);

  function ask(): void {
    setSuggesting({ open: true, times: suggesting.times + 1 });
    suggest.current?.focus(); // asked from elsewhere, the button for it goes
  }

  function close(): void {
    setSuggesting({ ...suggesting, open: false });
    suggest.current?.focus();
  }

  function onOpen(): void {
    if (vocabularyAsked.current) return;
    vocabularyAsked.current = true;
    void loadVocabulary(host, readSpace, setKnown);
  }

  if (state.reading === "first") return <Skeleton say={say} slow={state.slow} />;
  if (state.reading !== "done" && !shell.preview) {
    return (
      <p class="status wrong" role="alert">
        {say(state.reading === "gone" ? "why.not_found" : "unreadable")}{" "}
        {state.reading === "failed" && <button type="button" class="link" onClick={() => dispatch({ type: "read-again" })}>{say("retry")}</button>}
      </p>
    );
  }
  const empty = names.length || state.mode === "unsupported" || state.mode === "draft" ? "" : nothing(shell, say);
  return (
    <Fragment>
      {shell.view === "byline" && <h1>{say("labels")}</h1>}
      <div class="row" data-display={shell.view === "byline" ? "chips" : shell.display}>
        <Chips
          names={names}
          say={say}
          linkTo={(name) => labelPage(site, shell.spaceKey, name)}
          remove={mayChange ? (name) => dispatch({ type: "change", remove: [name] }) : undefined}
          focusAfterLast={() => add.current?.focus()}
        />
        {empty && <span class="empty">{empty}</span>}
        {mayChange && (
          <Add say={say} held={all} prefix={shell.prefix} known={known} handle={add} onOpen={onOpen} add={(names) => dispatch({ type: "change", add: names })} />
        )}
        {mayChange && <button type="button" class="quiet" ref={suggest} onClick={ask}>{say("suggest")}</button>}
        <Done state={state} say={say} undo={() => dispatch({ type: "undo" })} focusAfter={() => add.current?.focus()} />
      </div>
      {mayChange && suggesting.times > 0 && (
        <Suggested
          {...suggesting}
          shell={shell}
          host={host}
          say={say}
          readSpace={readSpace}
          held={all}
          waiting={state.queue.length}
          ask={ask}
          close={close}
          change={(change) => dispatch({ type: "change", ...change })}
          tell={setTold}
        />
      )}
      <Note shell={shell} state={state} say={say} />
      <Troubles state={state} say={say} retry={() => dispatch({ type: "retry" })} />
      <div class="unseen" role="status">{[...spoken(state, say, all.length), told].map((line) => line && <p key={line}>{line}</p>)}</div>
    </Fragment>
  );
}

/** What to say in place of labels. */
function nothing(shell: Shell, say: Say): string {
  if (shell.preview) return say("note.preview");
  return shell.prefix ? say("emptyPrefix", { prefix: shell.prefix }) : say("empty");
}

/** Where Confluence lists what has a label; undefined while the site is unknown. */
function labelPage(site: string, spaceKey: string, name: string): { href: string; target: "_top" } | undefined {
  if (!site) return undefined;
  const place = spaceKey && `${encodeURIComponent(spaceKey)}/`;
  return { href: `${site}/label/${place}${encodeURIComponent(name)}`, target: "_top" };
}

function Skeleton({ say, slow }: { say: Say; slow: boolean }): JSX.Element {
  return (
    <div class="row" aria-busy="true">
      {slow && [72, 104, 56].map((width) => <span key={width} class={`bone w${width}`} />)}
      <p class="unseen" role="status">{slow && say("loading")}</p>
    </div>
  );
}

function Note({ shell, state, say }: Pick<Props, "shell" | "state" | "say">): JSX.Element | null {
  const { mode } = state;
  if (mode === "change" || mode === "read" || mode === "preview") return null;
  return <p class="note">{say(`note.${mode}`, { shown: shell.contentVersion, latest: state.latest })}</p>;
}

/** Keeps the focus in the field: when it leaves, the field closes and a button would move away from under the pointer. */
function keepFocus(event: MouseEvent): void {
  event.preventDefault();
}

/** What happened, beside the labels so that it pushes nothing down. */
function Done({ state, say, undo, focusAfter }: Pick<Props, "state" | "say"> & { undo(): void; focusAfter(): void }): JSX.Element | null {
  const { outcome } = state;
  if (state.queue.length > 0 && state.slow) return <p class="status">{say("saving")}</p>;
  if (!outcome) return null;
  return (
    <p class="status">
      {summary(outcome, say)}
      {outcome.added.length + outcome.removed.length > 0 && (
        <Fragment>
          <span aria-hidden="true"> · </span>
          <button
            type="button"
            class="link"
            onMouseDown={keepFocus}
            onClick={(event) => {
              undo();
              if (event.detail === 0) focusAfter(); // pressed with a key, and gone while the change is written
            }}
          >
            {say("undo")}
          </button>
        </Fragment>
      )}
    </p>
  );
}

function Troubles({ state, say, retry }: Pick<Props, "state" | "say"> & { retry(): void }): JSX.Element {
  const { outcome, problem } = state;
  const again = <button type="button" class="link" onMouseDown={keepFocus} onClick={retry}>{say("retry")}</button>;
  const reference = (id?: string) => id && <small>{say("reference", { id })}</small>;
  return (
    <Fragment>
      {problem && (
        <p class="status wrong" role="alert">
          {problem.name ? `${problem.name.name}: ${say(`wrong.${problem.name.rule}`, { character: problem.name.character })}` : why(problem.kind, say, problem.retryAfter)}{" "}
          {problem.retry.length > 0 && again}
          {reference(problem.requestId)}
        </p>
      )}
      {outcome?.failed.map((f) => (
        <p key={f.operation + f.name} class="status wrong">
          {failure(f, say)}
        </p>
      ))}
      {outcome && outcome.failed.length > 0 && (
        <p class="status">
          {outcome.failed.some((f) => canRetry(f.kind)) && again}
          {reference(outcome.requestId)}
        </p>
      )}
    </Fragment>
  );
}

function why(kind: Kind, say: Say, seconds?: number): string {
  return kind === "rate_limited" && seconds ? say("why.rate_limited_for", { count: seconds }) : say(`why.${kind}`);
}

function failure(failed: Outcome["failed"][number], say: Say): string {
  return `${say(failed.operation === "add" ? "notAdded" : "notRemoved", { name: failed.name })} ${why(failed.kind, say)}`;
}

function summary({ added, removed }: Outcome, say: Say): string {
  const parts = [added.length && say("added", { count: added.length }), removed.length && say("removed", { count: removed.length })];
  return parts.filter(Boolean).join(", ") || say("unchanged");
}

/** For screen readers, line by line: what happened, and how many labels that leaves. */
function spoken(state: State, say: Say, count: number): string[] {
  if (state.queue.length) return state.slow ? [say("saving")] : [];
  if (!state.outcome) return [];
  return [summary(state.outcome, say), ...state.outcome.failed.map((f) => failure(f, say)), say("labelsHere", { count })];
}
