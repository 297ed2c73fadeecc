// The panel: labels, a way to add some, and one line that says what happened.

import { Fragment, h, type JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Adding, type AddHandle } from "./adding.tsx";
import { Chips } from "./chips.tsx";
import { isComposing } from "./composing.ts";
import { Counted, useSecondsLeft } from "./countdown.tsx";
import type { Host } from "./host.ts";
import type { Problem } from "./problem.ts";
import { Reference } from "./reference.tsx";
import { isolated } from "./say.ts";
import type { Shell } from "./shell.ts";
import { shownNames, undoable, type Action, type Outcome, type State, type Step } from "./state.ts";
import { isKey, type Say } from "./strings.ts";
import { Suggested } from "./suggested.tsx";
import type { Space } from "./inuse.ts";

interface Props {
  shell: Shell;
  host: Host;
  say: Say;
  site: string; // "" until known
  state: State;
  dispatch(action: Action): void;
}

export function Panel({ shell, host, say, site, state, dispatch }: Props): JSX.Element | null {
  const [space] = useState<Space>({ key: shell.spaceKey, id: shell.spaceId });
  const [suggesting, setSuggesting] = useState({ open: false, times: 0 });
  const [told, setTold] = useState(""); // by the suggestions
  const [typed, setTyped] = useState(""); // told by what is typed
  const add = useRef<AddHandle>(null);
  const suggest = useRef<HTMLButtonElement>(null);
  const again = useRef<HTMLButtonElement>(null);
  const pressed = useRef(false); // with a key, to read the page again
  const mayChange = state.mode === "change" && state.reading === "done";
  const all = shownNames(state);
  const names = all.filter((name) => name.startsWith(shell.prefix));

  useLayoutEffect(() => {
    function onKeyDown(event: KeyboardEvent): void {
      if (isComposing(event)) return;
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

  useLayoutEffect(() => {
    if (state.reading === "first" || !pressed.current) return;
    pressed.current = false;
    (again.current ?? add.current)?.focus();
  }, [state.reading]);

  /** Who comes near these is about to change labels, and so is who opened the byline. */
  function expect(): void {
    host.expect("/api/labels");
    host.expect("/api/suggest");
  }
  useEffect(() => {
    if (mayChange && shell.view === "byline") expect();
  }, [mayChange]);

  /** What a person adds may take the place of something. */
  function change({ add = [], remove = [] }: { add?: string[]; remove?: string[] }): void {
    dispatch({ type: "change", add, remove: [...remove, ...(space.replacedBy?.(add, all) ?? [])] });
  }

  function ask(): void {
    setSuggesting({ open: true, times: suggesting.times + 1 });
    suggest.current?.focus(); // asked from elsewhere, the button for it goes
  }

  function close(): void {
    setSuggesting({ ...suggesting, open: false });
    suggest.current?.focus();
  }

  if (state.reading === "first") return <Skeleton say={say} slow={state.slow} />;
  if (state.reading !== "done" && !shell.preview) {
    if (!shell.signedIn) return null; // where Confluence tells nothing to who is not signed in
    // Whoever sees the frame sees the page: a guest may, for whom an app cannot read it.
    if (state.reading === "closed") return <p class="note">{say("note.closed")}</p>;
    return (
      <p class="status wrong" role="alert">
        {say("unreadable")}{" "}
        <button type="button" class="link" ref={again} onClick={(event) => ((pressed.current = event.detail === 0), dispatch({ type: "read-again" }))}>{say("retry")}</button>
        <Reference host={host} say={say} />
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
        {(mayChange || state.outcome) && (
          <div class="controls" onPointerOver={expect} onFocusIn={expect}>
            {mayChange && (
              <Adding host={host} say={say} held={all} prefix={shell.prefix} space={space} handle={add} tell={setTyped} add={(add) => change({ add })} />
            )}
            {mayChange && <button type="button" class="quiet" ref={suggest} onMouseDown={keepFocus} onClick={ask}>{say("suggest")}</button>}
            <Done state={state} say={say} undo={() => dispatch({ type: "undo" })} focusAfter={() => add.current?.focus()} />
          </div>
        )}
      </div>
      {mayChange && suggesting.times > 0 && (
        <Suggested
          {...suggesting}
          shell={shell}
          host={host}
          say={say}
          space={space}
          held={all}
          waiting={state.queue.length}
          ask={ask}
          close={close}
          change={change}
          tell={setTold}
        />
      )}
      <Note shell={shell} state={state} say={say} />
      <Troubles state={state} host={host} say={say} retry={() => dispatch({ type: "retry" })} focusAfter={() => add.current?.focus()} />
      <div class="unseen" role="status">{[...spoken(state, say, all.length), told, typed].map((line) => line && <p key={line}>{line}</p>)}</div>
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
  const { outcome, queue } = state;
  const steps = undoable(state);
  const next = steps.at(-1);
  const undoing = queue.at(-1)?.undoes ? queue.at(-1) : undefined; // told before it is done, as labels are shown
  const tell = (most?: number) =>
    queue.length && state.slow ? say("saving") : outcome ? summary(outcome, say, most) : undoing && undone({ added: undoing.remove, removed: undoing.add }, say, most);
  const text = tell();
  if (!text) return null;
  return (
    <p class="status">
      <span class="said" title={tell(Infinity)}>{text}</span>
      {next && (
        <Fragment>
          <span aria-hidden="true"> · </span>
          <button
            type="button"
            class="link"
            onMouseDown={keepFocus}
            onClick={(event) => {
              undo();
              if (event.detail === 0 && steps.length === 1) focusAfter(); // pressed with a key, and gone
            }}
          >
            {outcome && !outcome.undoes && outcome.step === next.step ? say("undo") : say("undoThis", { what: what(next, say) })}
          </button>
        </Fragment>
      )}
    </p>
  );
}

/** What went wrong: told in one place, and said when it appears. */
function Troubles({ state, host, say, retry, focusAfter }: Pick<Props, "state" | "host" | "say"> & { retry(): void; focusAfter(): void }): JSX.Element | null {
  const { outcome, problem } = state;
  const limited = problem?.kind === "rate_limited" && problem.retryAfter ? problem : outcome;
  const left = useSecondsLeft(limited);
  const failed = outcome?.failed ?? [];
  if (!problem && !failed.length) return null;
  const again = Boolean(problem?.retry.length || outcome?.again.length) && <button type="button" class="link" onMouseDown={keepFocus} onClick={(event) => (retry(), event.detail === 0 && focusAfter())}>{say("retry")}</button>;
  const id = problem?.requestId ?? outcome?.requestId;
  const counts = limited?.retryAfter || undefined;
  const because = (fault: Omit<Problem, "retryAfter">, lead = "") =>
    counts && fault.kind === "rate_limited" ? <Counted first={lead + why(fault, say, counts)} now={lead + why(fault, say, left)} /> : lead + why(fault, say);
  return (
    <div class="status wrong">
      <div role="alert">
        {problem && <p>{because(problem)} </p>}
        {failures(failed, say).map(({ line, fault, lead, all }) => <p key={line} title={all}>{because(fault, lead)} </p>)}
        {!counts && again}
        <Reference id={id} host={host} say={say} />
      </div>
      {counts && !left && again}
    </div>
  );
}

function why({ kind, reason = "", name, character = "" }: Omit<Problem, "retryAfter">, say: Say, seconds?: number): string {
  if (kind === "rate_limited" && seconds) return say("why.rate_limited_for", { count: seconds });
  const rule = `wrong.${reason.replace(/^label_/, "")}`;
  if (reason.startsWith("label_") && isKey(rule)) return (name ? `${name}: ` : "") + say(rule, { character });
  const own = `why.${reason}`;
  return say(isKey(own) ? own : `why.${kind}`);
}

/** A line for each reason, which begins with the names it holds for. */
function failures(failed: Outcome["failed"], say: Say): { line: string; fault: Omit<Problem, "retryAfter">; lead: string; all: string }[] {
  const lines = new Map<string, Outcome["failed"]>();
  for (const f of failed) {
    const line = f.operation + why({ ...f, name: "" }, say);
    lines.set(line, [...(lines.get(line) ?? []), f]);
  }
  return [...lines].map(([line, same]) => {
    const names = same.map((f) => f.name);
    const lead = `${say(same[0]!.operation === "add" ? "notAdded" : "notRemoved", { names: named(names) })} `;
    return { line, fault: { ...same[0]!, name: "" }, lead, all: named(names, Infinity) };
  });
}

function summary(outcome: Outcome, say: Say, most?: number): string {
  return outcome.undoes && outcome.added.length + outcome.removed.length ? undone({ added: outcome.removed, removed: outcome.added }, say, most) : what(outcome, say, most);
}

function undone(step: Pick<Step, "added" | "removed">, say: Say, most?: number): string {
  return say("undone", { what: what(step, say, most) });
}

function what({ added, removed }: Pick<Step, "added" | "removed">, say: Say, most?: number): string {
  const parts = [added.length && say("added", { names: named(added, most) }), removed.length && say("removed", { names: named(removed, most) })];
  return parts.filter(Boolean).join("; ") || say("unchanged");
}

const MOST_NAMED = 5;

/** Names in a sentence, each in its own direction of writing. */
function named(names: string[], most = MOST_NAMED): string {
  const some = names.slice(0, most).map(isolated);
  return [...some, ...(names.length > most ? [`+${names.length - most}`] : [])].join(", ");
}

/** For screen readers, line by line: what happened, and how many labels that leaves. */
function spoken(state: State, say: Say, count: number): string[] {
  if (state.queue.length) return state.slow ? [say("saving")] : [];
  return state.outcome ? [summary(state.outcome, say), say("labelsHere", { count })] : [];
}
