// What was decided in this sitting and is not done yet.

import { Fragment, h, type JSX } from "preact";
import { useState } from "preact/hooks";
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

/** children is another way to put something into it, null for none. */
export function Basket({ model, words, open, tell, children }: { model: Model; words: Words; open(): void; tell(line: string): void; children: JSX.Element | null }): JSX.Element | null {
  const { say } = words;
  const [shown, show] = useState(false);
  const [more, showMore] = useState(false);
  const { basket } = model;
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
        <ul class="decisions">
          {basket.slice(0, MOST_SHOWN).map(({ key, decision }) => (
            <li key={key}>
              <span>{sentenceOf(words, decision)}</span>{" "}
              <button type="button" class="link" onClick={() => { model.take(key); tell(say("back.done")); }}>{say("takeOut")}</button>
            </li>
          ))}
          {basket.length > MOST_SHOWN && <li>{say("more", { count: basket.length - MOST_SHOWN })}</li>}
        </ul>
      )}
    </section>
  );
}
