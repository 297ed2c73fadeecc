// What was decided in this sitting and is not done yet.

import { h, type JSX } from "preact";
import { useState } from "preact/hooks";
import { isolated } from "../../say.ts";
import type { Decision } from "../decisions.ts";
import type { Model } from "./model.ts";
import type { Words } from "./words.ts";

/** A decision as a sentence. */
export function sentenceOf({ say }: Words, { from, to, pages }: Decision): string {
  const what = from === undefined ? say("did.add", { to: isolated(to!) }) : to === undefined ? say("did.remove", { from: isolated(from) }) : say("did.rename", { from: isolated(from), to: isolated(to) });
  return pages ? `${what} · ${say("onPages", { count: pages.length })}` : what;
}

export function Basket({ model, words, open, tell }: { model: Model; words: Words; open(): void; tell(line: string): void }): JSX.Element | null {
  const { say } = words;
  const [shown, show] = useState(false);
  const { basket } = model;
  if (!basket.length) return null;
  return (
    <section class="basket" aria-labelledby="basket">
      <h2 id="basket" class="unseen">{say("basket")}</h2>
      <button type="button" class="button" aria-expanded={shown} onClick={() => show(!shown)}>{say("basket")} <span class="badge">{words.number(basket.length)}</span></button>
      <button type="button" class="button primary" onClick={open}>{say("preview")}</button>
      {shown && (
        <ul class="decisions">
          {basket.map(({ key, decision }) => (
            <li key={key}>
              <span>{sentenceOf(words, decision)}</span>{" "}
              <button type="button" class="link" onClick={() => { model.take(key); tell(say("back.done")); }}>{say("takeOut")}</button>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
