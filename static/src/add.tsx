// Adding by typing: a button that becomes a combobox (ARIA: list
// autocomplete, focus stays in the field).

import { Fragment, h, type JSX, type RefObject } from "preact";
import { useImperativeHandle, useLayoutEffect, useRef, useState } from "preact/hooks";
import { namesIn, problemOf } from "./name.ts";
import type { Say } from "./strings.ts";
import { likeliest, offersFor, twinOnPage, type Known, type Offer } from "./vocabulary.ts";

export interface AddHandle {
  open(): void;
  focus(): void;
}

interface Props {
  say: Say;
  held: string[];
  prefix: string;
  known: Known[];
  handle: RefObject<AddHandle | null>;
  /** Called when the field opens; each time. */
  onOpen(): void;
  add(names: string[]): void;
}

export function Add({ say, held, prefix, known, handle, onOpen, add }: Props): JSX.Element {
  const [open, setOpen] = useState(false);
  const [text, setText] = useState("");
  const [active, setActive] = useState<number>(); // undefined until moved to
  const [listed, setListed] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const returnFocus = useRef(false);

  useImperativeHandle(handle, () => ({
    open: () => (setOpen(true), input.current?.focus()),
    focus: () => (input.current ?? button.current)?.focus(),
  }), []);

  useLayoutEffect(() => {
    if (open) {
      onOpen();
      input.current?.focus();
    } else if (returnFocus.current) {
      returnFocus.current = false;
      button.current?.focus();
    }
  }, [open]);

  const names = namesIn(text).map((name) => (name.startsWith(prefix) ? name : prefix + name));
  const { offers, hint } = listed ? choices(names, { say, held, prefix, known }) : { offers: [], hint: undefined };
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

  function close(): void {
    returnFocus.current = true;
    write("");
    setListed(false);
    setOpen(false);
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.isComposing) return;
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (move && !listed) setListed(true);
    else if (move) setActive((index + move + offers.length) % Math.max(1, offers.length));
    else if (event.key === "Enter") choose(offers[index]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  if (!open) {
    return (
      <button type="button" class="quiet add" ref={button} aria-keyshortcuts="/" onClick={() => setOpen(true)}>
        <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
          <path d="M6 2v8M2 6h8" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" />
        </svg>
        {say("add")}
      </button>
    );
  }
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
        onBlur={() => (setListed(false), text === "" && setOpen(false))}
      />
      {(offers.length > 0 || hint) && (
        <div class="drop">
          {hint && <p id="hint" class={hint.wrong ? "hint wrong" : "hint"}>{hint.text}</p>}
          {offers.length > 0 && (
            <ul id="offers" role="listbox" aria-label={say("offers")}>
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
                  <OfferLine offer={offer} say={say} />
                </li>
              ))}
            </ul>
          )}
        </div>
      )}
    </Fragment>
  );
}

function OfferLine({ offer, say }: { offer: Offer; say: Say }): JSX.Element {
  if (offer.kind === "many") return <span class="name">{say("addMany", { count: offer.names.length, names: offer.names.join(", ") })}</span>;
  if (offer.kind === "create") return <span class="name">{say("create", { name: offer.name })}</span>;
  const where = offer.uses ? say("uses", { count: offer.uses }) : say("elsewhere");
  return (
    <Fragment>
      <span class="name" title={offer.name}><bdi>{offer.name}</bdi></span>
      <span class="aside">{offer.kind === "twin" ? `${say("twin")} · ${where}` : where}</span>
    </Fragment>
  );
}

type Choices = { offers: Offer[]; hint: { text: string; wrong: boolean } | undefined };

function choices(names: string[], { say, held, prefix, known }: Pick<Props, "say" | "held" | "prefix" | "known">): Choices {
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
  const text = held.includes(name) ? say("held", { name }) : twin && say("heldTwin", { name: twin });
  return { offers, hint: text ? { text, wrong: false } : undefined };
}
