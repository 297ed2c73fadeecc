// The suggestions themselves: one stop for Tab, arrows between them, Space
// ticks, Delete says "not this one". Below them, why the one looked at is there.

import { Fragment, h, type ComponentChildren, type JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { isolated } from "../say.ts";
import { inFull, whyInShort } from "./reasons.ts";
import type { Suggestion } from "./state.ts";
import { MOST_SHOWN } from "./request.ts";
import type { Words } from "./words.ts";

interface Props {
  suggestions: Suggestion[];
  words: Words;
  /** Whether the places of suggestions that may still come are kept free. */
  spare: boolean;
  tick(label: string, ticked: boolean): void;
  dismiss(label: string): void;
  /** Takes the focus when the last suggestion has gone. */
  focusAfterLast(): void;
  /** Stands between the suggestions and the reasons, where the length of neither moves it. */
  children: ComponentChildren;
}

export function Offered({ suggestions, words, spare, tick, dismiss, focusAfterLast, children }: Props): JSX.Element {
  const { say } = words;
  const [current, setCurrent] = useState(0);
  const [pointed, setPointed] = useState<string>();
  const list = useRef<HTMLUListElement>(null);
  const dismissedFromHere = useRef(false);
  const stop = Math.min(current, suggestions.length - 1);
  const focus = (index: number) => list.current?.querySelectorAll("input")[index]?.focus();
  const explained = suggestions.find((s) => s.label === pointed) ?? suggestions[stop];

  useLayoutEffect(() => {
    if (!dismissedFromHere.current) return;
    dismissedFromHere.current = false;
    if (suggestions.length) focus(stop);
    else focusAfterLast();
  }, [suggestions]);

  function dismissFrom(index: number): void {
    dismissedFromHere.current = true;
    setCurrent(index);
    dismiss(suggestions[index]!.label);
  }

  function onKeyDown(event: KeyboardEvent, index: number): void {
    const back = getComputedStyle(list.current!).direction === "rtl" ? 1 : -1;
    const target = {
      ArrowLeft: index + back,
      ArrowRight: index - back,
      ArrowUp: index - 1,
      ArrowDown: index + 1,
      Home: 0,
      End: suggestions.length - 1,
    }[event.key];
    if (target !== undefined) focus(Math.max(0, Math.min(suggestions.length - 1, target)));
    else if (event.key === "Delete" || event.key === "Backspace") dismissFrom(index);
    else return;
    event.preventDefault();
  }

  return (
    <Fragment>
      <ul class="offered" role="list" ref={list}>
        {suggestions.map(({ label, ticked, guess, reasons }, index) => (
          <li class={`suggestion${ticked ? " ticked" : guess ? " guess" : ""}`} key={label} onPointerEnter={() => setPointed(label)}>
            <label>
              <input
                type="checkbox"
                aria-labelledby={`suggested-${index}`}
                aria-describedby={`why-${index}`}
                aria-keyshortcuts="Delete"
                tabIndex={index === stop ? 0 : -1}
                checked={ticked}
                onChange={(event) => tick(label, event.currentTarget.checked)}
                onFocus={() => (setCurrent(index), setPointed(label))}
                onKeyDown={(event) => onKeyDown(event, index)}
              />
              <span class="name" id={`suggested-${index}`} title={label}><bdi>{label}</bdi></span>
              <span class="why" dir="auto">{whyInShort(reasons, guess, words)}</span>
            </label>
            <button type="button" class="remove" tabIndex={-1} title={say("notThis", { name: label })} aria-label={say("notThis", { name: label })} onClick={() => dismissFrom(index)}>
              <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
                <path d="m3 3 6 6m0-6-6 6" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" />
              </svg>
            </button>
          </li>
        ))}
        {spare && Array.from({ length: MOST_SHOWN - suggestions.length }, (_, i) => <li key={`spare-${i}`} aria-hidden="true" />)}
      </ul>
      {children}
      {/* All of them lie in one place, which is so as high as the highest and stays so. */}
      <div class="reasons">
        {suggestions.map((suggestion, index) => (
          <p key={suggestion.label} id={`why-${index}`} class={suggestion === explained ? undefined : "away"}>
            <b aria-hidden="true"><bdi>{suggestion.label}</bdi></b>
            {suggestion.guess && <span> · {isolated(say("guessing"))}</span>}
            {suggestion.reasons.map((reason) => <span key={reason.kind + reason.text}> · {isolated(inFull(reason, words))}</span>)}
          </p>
        ))}
      </div>
    </Fragment>
  );
}
