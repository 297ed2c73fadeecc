// Adding by typing: a combobox (ARIA: list autocomplete, focus stays in the
// field). Loaded when somebody is about to type (adding.tsx).

import { Fragment, h, type JSX, type RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Host } from "../host.ts";
import { namesIn, problemOf } from "../name.ts";
import type { Say } from "../strings.ts";
import { loadStyle } from "../style.ts";
import { likeliest, loadVocabulary, offersFor, twinOnPage, type Known, type Offer, type ReadSpace } from "../vocabulary.ts";
import { loadWords, type Words } from "./words.ts";

export interface Props {
  host: Host;
  /** The panel's words. */
  say: Say;
  words: Words;
  /** The page's labels, with what is on its way there. */
  held: string[];
  prefix: string;
  readSpace: ReadSpace;
  open: boolean;
  /** Closes the field; focus: and gives the focus back to its button. */
  close(focus: boolean): void;
  input: RefObject<HTMLInputElement | null>;
  /** What was typed before this was loaded: each text that ended with Enter, then the rest. */
  start: { entered: string[]; text: string };
  add(names: string[]): void;
}

/** Comes when the words and the style are there. */
export const ready: Promise<Words> = Promise.all([loadWords(), loadStyle("add.css")]).then(([words]) => words);

export function Add({ host, say, words, held, prefix, readSpace, open, close, input, start, add }: Props): JSX.Element | null {
  const [known, setKnown] = useState<Known[]>([]);
  const [text, setText] = useState([...start.entered, start.text].join(", "));
  const [active, setActive] = useState<number>(); // undefined until moved to
  const [listed, setListed] = useState(false);

  const asked = useRef(false);
  useEffect(() => {
    if (!open || asked.current) return;
    asked.current = true;
    void loadVocabulary(host, readSpace, setKnown);
  }, [open]);
  useLayoutEffect(() => void (open && input.current?.focus()), [open]);

  const names = namesIn(text).map((name) => (name.startsWith(prefix) ? name : prefix + name));
  const { offers, hint } = listed ? choices(names, { say, words, held, prefix, known }) : { offers: [], hint: undefined };
  const index = Math.min(active ?? likeliest(offers, names[0] ?? ""), offers.length - 1);

  function choose(offer: Offer | undefined): void {
    if (!offer) return;
    add(offer.kind === "many" ? offer.names : [offer.name]);
    write("");
    setListed(false);
  }

  function write(value: string): void {
    setText(value);
    setListed(true);
    setActive(undefined);
  }

  function escape(): void {
    write("");
    setListed(false);
    close(true);
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.isComposing) return;
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (move && !listed) setListed(true);
    else if (move) setActive((index + move + offers.length) % Math.max(1, offers.length));
    else if (event.key === "Enter") choose(offers[index]);
    else if (event.key === "Escape") escape();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  if (!open) return null;
  return (
    <Fragment>
      <input
        class="field"
        ref={input}
        role="combobox"
        aria-label={say("add")}
        aria-expanded={offers.length > 0}
        aria-controls="offers"
        aria-autocomplete="list"
        aria-activedescendant={offers.length ? `offer-${index}` : undefined}
        aria-describedby={hint && "hint"}
        aria-invalid={hint?.wrong}
        placeholder={say("addName")}
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
        dir="auto"
        value={text}
        onInput={(event) => write(event.currentTarget.value)}
        onPaste={(event) => {
          // A field of one line would join what was pasted as several.
          const pasted = event.clipboardData?.getData("text") ?? "";
          if (!pasted.includes("\n")) return;
          event.preventDefault();
          write(text + pasted.trim().replace(/\s*\n\s*/g, ", "));
        }}
        onClick={() => setListed(true)}
        onKeyDown={onKeyDown}
        onBlur={() => (setListed(false), text === "" && close(false))}
      />
      {(offers.length > 0 || hint) && (
        <div class="drop">
          {hint && <p id="hint" class={hint.wrong ? "hint wrong" : "hint"}>{hint.text}</p>}
          {offers.length > 0 && (
            <ul id="offers" role="listbox" aria-label={words("offers")}>
              {offers.map((offer, i) => (
                <li
                  key={i}
                  id={`offer-${i}`}
                  role="option"
                  aria-selected={i === index}
                  onMouseDown={(event) => event.preventDefault()} // keeps the focus in the field
                  onMouseMove={() => setActive(i)}
                  onClick={() => choose(offer)}
                >
                  <OfferLine offer={offer} words={words} />
                </li>
              ))}
            </ul>
          )}
        </div>
      )}
    </Fragment>
  );
}

function OfferLine({ offer, words }: { offer: Offer; words: Words }): JSX.Element {
  if (offer.kind === "many") return <span class="name">{words("addMany", { count: offer.names.length, names: offer.names.join(", ") })}</span>;
  if (offer.kind === "create") return <span class="name">{words("create", { name: offer.name })}</span>;
  const where = offer.uses ? words("uses", { count: offer.uses }) : words("elsewhere");
  return (
    <Fragment>
      <span class="name" title={offer.name}><bdi>{offer.name}</bdi></span>
      <span class="aside">{offer.kind === "twin" ? `${words("twin")} · ${where}` : where}</span>
    </Fragment>
  );
}

type Choices = { offers: Offer[]; hint: { text: string; wrong: boolean } | undefined };

function choices(names: string[], { say, words, held, prefix, known }: Pick<Props, "say" | "words" | "held" | "prefix"> & { known: Known[] }): Choices {
  for (const name of names) {
    const problem = problemOf(name);
    if (problem) return { offers: [], hint: { wrong: true, text: say(`wrong.${problem.rule}`, { character: problem.character }) } };
  }
  if (names.length > 1) {
    const fresh = names.filter((name) => !held.includes(name));
    if (fresh.length) return { offers: [{ kind: "many", names: fresh }], hint: undefined };
  }
  const name = names[0] ?? "";
  const offers = offersFor(name, known, held, prefix);
  const twin = name ? twinOnPage(name, held) : undefined;
  const text = held.includes(name) ? words("held", { name }) : twin && words("heldTwin", { name: twin });
  return { offers, hint: text ? { text, wrong: false } : undefined };
}
