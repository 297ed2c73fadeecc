// What changes, before it is kept: of a draft, of a file, and of two people who
// changed the vocabulary at the same time.

import { h, type JSX } from "preact";
import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { isolated } from "../../../say.ts";
import { differenceOf, isNone } from "../../difference.ts";
import type { Entry, Vocabulary } from "../../vocabulary.ts";
import type { Words } from "../words.ts";
import type { Key, Own } from "./words.ts";

const MOST_NAMES = 50; // of a list
const LONGEST = 80; // characters of a value

export function Differing({ before, after, own, words }: { before: Vocabulary; after: Vocabulary; own: Own; words: Words }): JSX.Element {
  const { say } = own;
  const difference = useMemo(() => differenceOf(before, after), [before, after]);
  const { added, changed, gone, groups, apart } = difference;
  if (isNone(difference)) return <p class="hint">{say("diff.none")}</p>;
  const rest = (count: number) => count > MOST_NAMES && <li class="hint">{words.say("more", { count: count - MOST_NAMES })}</li>;
  const mode = (one: Vocabulary) => say(`mode.${one.mode}.short` as Key);
  return (
    <div class="differing">
      <p class="sums">{[say("diff.added", { count: added.length }), say("diff.changed", { count: changed.length }), say("diff.gone", { count: gone.length })].join(" · ")}</p>
      {difference.mode && <p>{say("diff.mode", { before: mode(before), after: mode(after) })}</p>}
      {difference.follows && <p>{say("diff.follows")}</p>}
      {groups.length > 0 && <p>{say("diff.groups", { names: groups.slice(0, MOST_NAMES).map(isolated).join(", ") })}</p>}
      {apart.length > 0 && <p>{say("diff.apart", { names: apart.slice(0, MOST_NAMES).map(([a, b]) => say("apart.pair", { a: isolated(a), b: isolated(b) })).join(", ") })}</p>}
      {difference.order && <p>{say("diff.order")}</p>}
      {added.length + changed.length + gone.length > 0 && (
        <ul class="changes">
          {added.slice(0, MOST_NAMES).map((entry) => (
            <li key={`+${entry.label}`}>
              <Name of="added" label={entry.label} said={words.say("added")} />
              {entry.synonyms.length > 0 && <span class="hint"> {say("also", { names: entry.synonyms.map(isolated).join(", ") })}</span>}
            </li>
          ))}
          {rest(added.length)}
          {changed.slice(0, MOST_NAMES).map(({ before, after, fields }) => (
            <li key={after.label}>
              <Name of="" label={after.label} />
              {fields.map((field) => (
                <span key={field} class="hint">
                  {" "}
                  {say(field === "was" ? "was.field" : field === "retired" ? "retired" : field)}: <del>{valueOf(before, field)}</del> → <ins>{valueOf(after, field)}</ins>
                </span>
              ))}
            </li>
          ))}
          {rest(changed.length)}
          {gone.slice(0, MOST_NAMES).map(({ label }) => (
            <li key={`-${label}`}>
              <Name of="removed" label={label} said={words.say("removed")} />
            </li>
          ))}
          {rest(gone.length)}
        </ul>
      )}
    </div>
  );
}

function Name({ of, label, said }: { of: string; label: string; said?: string }): JSX.Element {
  return (
    <bdi class={`chip ${of}`}>
      <span class="name">
        {said && <span class="unseen">{said} </span>}
        {label}
      </span>
    </bdi>
  );
}

function valueOf(entry: Entry, field: keyof Entry): string {
  const value = entry[field];
  const text = field === "was" ? entry.was.map(({ name, until }) => `${name} ${until}`).join(", ") : Array.isArray(value) ? value.join(", ") : value === true ? "✓" : String(value || "–");
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text || "–";
}

interface PreviewProps {
  title: string;
  notes: string[];
  before: Vocabulary;
  after: Vocabulary;
  busy: boolean;
  own: Own;
  words: Words;
  keep(): void;
  close(): void;
}

/** What would be kept, to be looked at. */
export function Preview({ title, notes, before, after, busy, own, words, keep, close }: PreviewProps): JSX.Element {
  const { say } = own;
  const nothing = useMemo(() => isNone(differenceOf(before, after)), [before, after]);
  return (
    <section class="card" aria-labelledby="preview">
      <Heading id="preview">{title}</Heading>
      {notes.map((note) => <p key={note} class="hint">{note}</p>)}
      <Differing before={before} after={after} own={own} words={words} />
      <div class="buttons">
        {!nothing && <button type="button" class="button primary" aria-disabled={busy} onClick={() => busy || keep()}>{say("keep")}</button>}
        <button type="button" class="button" onClick={close}>{say(nothing ? "cancel" : "dont")}</button>
      </div>
    </section>
  );
}

/** A vocabulary that somebody else changed while it was changed here. */
export interface Clash {
  base: Vocabulary;
  mine: Vocabulary;
  theirs: Vocabulary;
}

/** Two people who changed it at the same time: what each of them did, and which of it stays. */
export function Conflict({ clash: { base, mine, theirs }, busy, own, words, theirsStay, onTop }: { clash: Clash; busy: boolean; own: Own; words: Words; theirsStay(): void; onTop(): void }): JSX.Element {
  const { say } = own;
  return (
    <section class="card" aria-labelledby="conflict">
      <Heading id="conflict">{say("conflict")}</Heading>
      <p>{say("conflict.why")}</p>
      <div class="sides">
        <section class="side">
          <h3>{say("theirs")}</h3>
          <Differing before={base} after={theirs} own={own} words={words} />
        </section>
        <section class="side">
          <h3>{say("yours")}</h3>
          <Differing before={base} after={mine} own={own} words={words} />
        </section>
      </div>
      <div class="buttons">
        <button type="button" class="button primary" aria-disabled={busy} onClick={() => busy || onTop()}>{say("putOnTop")}</button>
        <button type="button" class="button" aria-disabled={busy} onClick={() => busy || theirsStay()}>{say("keepTheirs")}</button>
      </div>
    </section>
  );
}

/** A heading that has the focus when it comes, to read on from. */
function Heading({ id, children }: { id: string; children: string }): JSX.Element {
  const heading = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => heading.current?.focus(), []);
  return <h2 id={id} tabIndex={-1} ref={heading}>{children}</h2>;
}
