// The names that wait to be confirmed: chips in one stop for Tab, arrows between
// them, Enter changes one, Delete removes it.

import { h, type JSX } from "preact";
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Say } from "../strings.ts";
import { isBad, verdictOn, type Pending, type Verdict, type World } from "./pending.ts";
import { advice, replacing, type Words } from "./words.ts";

interface Props {
  pending: Pending[];
  world: World;
  say: Say;
  words: Words;
  set(pending: Pending[]): void;
  /** Takes a chip back into the field. */
  edit(p: Pending): void;
  confirm(): void;
  /** Takes the focus when the last chip has gone. */
  focusAfterLast(): void;
}

export function Confirm({ pending, world, say, words, set, edit, confirm, focusAfterLast }: Props): JSX.Element {
  const [current, setCurrent] = useState(0);
  const group = useRef<HTMLDivElement>(null);
  const removedFromHere = useRef(false);
  const buttons = () => [...group.current!.querySelectorAll<HTMLElement>("li button:not(.remove)")];
  // Each name is compared with all labels in use, which is too much for each key that is pressed.
  const verdicts = useMemo(() => pending.map((p) => verdictOn(p.name, world)), [pending, world.known, world.held, world.prefix, world.rules]);
  const good = verdicts.filter((verdict) => !isBad(verdict) && verdict.kind !== "held").length;

  useLayoutEffect(() => {
    // One stop for Tab, whatever buttons the chips have at the moment.
    const all = buttons();
    const stop = Math.min(current, all.length - 1);
    all.forEach((button, i) => (button.tabIndex = i === stop ? 0 : -1));
    if (removedFromHere.current) all[stop]?.focus();
    removedFromHere.current = false;
  });

  function remove(p: Pending): void {
    removedFromHere.current = true;
    set(pending.filter((other) => other !== p));
    if (pending.length === 1) focusAfterLast();
  }

  function replace(p: Pending, name: string): void {
    removedFromHere.current = true;
    const there = pending.some((other) => other.name === name);
    set(pending.flatMap((other) => (other !== p ? [other] : there ? [] : [{ name, stage: "listed" as const }])));
  }

  function onKeyDown(event: KeyboardEvent, p: Pending): void {
    const all = buttons();
    const at = all.indexOf(event.currentTarget as HTMLElement);
    const back = getComputedStyle(group.current!).direction === "rtl" ? 1 : -1;
    const target = { ArrowLeft: at + back, ArrowRight: at - back, ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: all.length - 1 }[event.key];
    if (target !== undefined) all[Math.max(0, Math.min(all.length - 1, target))]!.focus();
    else if (event.key === "Delete" || event.key === "Backspace") remove(p);
    else return;
    event.preventDefault();
  }

  return (
    <div class="confirm" role="group" aria-label={words("pending")} ref={group}>
      <ul role="list">
        {pending.map((p, i) => {
          const verdict = verdicts[i]!;
          const use = insteadOf(verdict, world.held);
          const common = { onFocus: (event: FocusEvent) => setCurrent(buttons().indexOf(event.currentTarget as HTMLElement)), onKeyDown: (event: KeyboardEvent) => onKeyDown(event, p) };
          return (
            <li key={p.name} class={`pending ${isBad(verdict) ? "bad" : verdict.kind}`}>
              <button type="button" class="name" title={p.name} aria-describedby={`note-${i}`} aria-keyshortcuts="Delete" onClick={() => edit(p)} {...common}><bdi>{p.name}</bdi></button>
              <span class="aside" id={`note-${i}`} dir="auto">{note(p, verdict, world, say, words)}</span>
              {use && (
                <button type="button" class="link" title={words("useTwin", { name: use })} aria-label={words("useTwin", { name: use })} onClick={() => replace(p, use)} {...common}><bdi>{use}</bdi></button>
              )}
              <button type="button" class="remove" tabIndex={-1} title={say("remove", { name: p.name })} aria-label={say("remove", { name: p.name })} onClick={() => remove(p)}>
                <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
                  <path d="m3 3 6 6m0-6-6 6" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" />
                </svg>
              </button>
            </li>
          );
        })}
      </ul>
      <div class="actions">
        {good > 0 && <button type="button" class="quiet" onClick={confirm}>{words("addMany", { count: good })}</button>}
        <button type="button" class="quiet" onClick={() => (set([]), focusAfterLast())}>{words("discard")}</button>
      </div>
    </div>
  );
}

/** The label that is offered instead of a name; "" for none. */
function insteadOf(verdict: Verdict, held: string[]): string {
  if (verdict.kind === "against") return held.includes(verdict.ruling.of) ? "" : verdict.ruling.of;
  return verdict.kind === "twin" && !verdict.onPage ? verdict.of : "";
}

/** What a chip says beside its name. */
function note(p: Pending, verdict: Verdict, { held, rules }: World, say: Say, words: Words): string {
  const replaced = rules && verdict.kind !== "held" && !isBad(verdict) ? replacing(p.name, held, rules, words) : "";
  if (replaced) return replaced;
  switch (verdict.kind) {
    case "against":
      return advice(verdict.ruling, words);
    case "bad":
      return say(`wrong.${verdict.problem.rule}`, { character: verdict.problem.character });
    case "held":
      return words("onPage");
    case "known":
      return verdict.uses ? words("uses", { count: verdict.uses }) : words("elsewhere");
    case "twin":
      return verdict.onPage ? words("heldTwin", { name: verdict.of }) : words("twin");
    case "new":
      return p.stage === "entered" ? words("comparing") : words(p.stage === "late" ? "notCompared" : "new");
  }
}
