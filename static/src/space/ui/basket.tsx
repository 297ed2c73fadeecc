// What was decided in this sitting and is not done yet.

import { Fragment, h, type JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { isolated } from "../../say.ts";
import type { Decision } from "../decisions.ts";
import type { Model } from "./model.ts";
import type { Words } from "./words.ts";

/** A decision as a sentence; of how many pages, where it is not of all. */
export function sentenceOf({ say }: Words, { from, to, pages }: Decision, count = pages?.length): string {
  const what = from === undefined ? say("did.add", { to: isolated(to!) }) : to === undefined ? say("did.remove", { from: isolated(from) }) : say("did.rename", { from: isolated(from), to: isolated(to) });
  return count === undefined ? what : `${what} · ${say("onPages", { count })}`;
}

const MOST_SHOWN = 500;

/** children is another way to put something into it, null for none. emptied is called when the last of it is taken out. */
export function Basket({ model, words, open, emptied, tell, children }: { model: Model; words: Words; open(): void; emptied(): void; tell(line: string): void; children: JSX.Element | null }): JSX.Element | null {
  const { say } = words;
  const [shown, show] = useState(false);
  const [more, showMore] = useState(false);
  const { basket } = model;
  const list = useRef<HTMLUListElement>(null);
  const taken = useRef(-1); // from where: what is there then has the focus
  const once = (event: KeyboardEvent) => event.repeat && event.key === "Enter" && event.preventDefault(); // however long it is held
  useLayoutEffect(() => {
    if (taken.current < 0) return;
    const next = [...(list.current?.querySelectorAll("button") ?? [])].slice(0, taken.current + 1).at(-1);
    taken.current = -1;
    if (next) next.focus();
    else emptied();
  });
  if (!basket.length && !children) return null;
  return (
    <section class={basket.length ? "basket" : more && children ? "basket none" : "basket none beside"} aria-labelledby="basket">
      <h2 id="basket" class="unseen">{say("basket")}</h2>
      {basket.length > 0 && (
        <>
          <button type="button" class="button" aria-expanded={shown} onClick={() => show(!shown)}>{say("basket")} <span class="badge">{words.number(basket.length)}</span></button>
          <button type="button" class="button primary" onClick={open}>{say("preview")}</button>
        </>
      )}
      {children && <button type="button" class="link" aria-expanded={more} onClick={() => showMore(!more)}>{say("fromCsv")}</button>}
      {more && children}
      {shown && basket.length > 0 && (
        <ul class="decisions" ref={list} onKeyDown={once}>
          {basket.slice(0, MOST_SHOWN).map(({ key, decision }, i) => (
            <li key={key}>
              <span>{sentenceOf(words, decision)}</span>{" "}
              <button type="button" class="link" onClick={() => { taken.current = i; model.take(key); tell(say("back.done")); }}>{say("takeOut")}</button>
            </li>
          ))}
          {basket.length > MOST_SHOWN && <li>{say("more", { count: basket.length - MOST_SHOWN })}</li>}
        </ul>
      )}
    </section>
  );
}
