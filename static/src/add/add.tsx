// Adding by typing: a combobox (ARIA: list autocomplete, focus stays in the
// field) with what it offers beside it in one line, so that it takes no height.
// Loaded when somebody is about to type (adding.tsx).

import { Fragment, h, type JSX, type RefObject } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { isComposing } from "../composing.ts";
import type { Host } from "../host.ts";
import { namesIn, normalise, problemOf, textsIn } from "../name.ts";
import { isolated } from "../say.ts";
import type { Say } from "../strings.ts";
import { loadStyle } from "../style.ts";
import { loadInUse, offersFor, spaceReader, twinOnPage, withListed, type Known, type Offer, type Space } from "../inuse.ts";
import { vocabularyReader } from "../listed.ts";
import { lacking, rulesOf, rulingOn, type Rules } from "../space/rules.ts";
import { EMPTY } from "../space/vocabulary.ts";
import { Confirm } from "./confirm.tsx";
import { compared, confirm, hold, MOST_PENDING, type Pending, type Settled, type World } from "./pending.ts";
import { advice, loadWords, replacing, type Words } from "./words.ts";

export interface Props {
  host: Host;
  /** The panel's words. */
  say: Say;
  words: Words;
  /** The page's labels, with what is on its way there. */
  held: string[];
  prefix: string;
  space: Space;
  open: boolean;
  /** Closes the field; focus: and gives the focus back to its button. */
  close(focus: boolean): void;
  /** Opens the field, and has it take the focus. */
  show(): void;
  /** Has the field take the focus, or its button. */
  focus(): void;
  input: RefObject<HTMLInputElement | null>;
  /** What was typed before this was loaded: each text that ended with Enter, then the rest. */
  start: { entered: string[]; text: string };
  add(names: string[]): void;
  /** Has a line said by a screen reader. */
  tell(line: string): void;
}

/** Comes when the words and the style are there. */
export const ready: Promise<Words> = Promise.all([loadWords(), loadStyle("add.css")]).then(([words]) => words);

const COMPARE_WITHIN = 3_000; // ms; later a name that was entered waits to be confirmed
const IN_POPUP = '[data-view="byline"]'; // there is room below the field: see add.css
const LONGEST_LIST = MOST_PENDING * 300; // characters

export function Add({ host, say, words, held, prefix, space, open, close, show, focus, input, start, add, tell }: Props): JSX.Element {
  const [inUse, setInUse] = useState<{ known: Known[]; whole?: boolean }>({ known: [] }); // whole: once no more comes, whether all could be read
  const [rules, setRules] = useState<Rules>();
  const [begun] = useState(begin);
  const [text, setText] = useState(begun.text);
  const [active, setActive] = useState(""); // by name, for others may come before it; none until moved to: Enter takes what is typed
  const [listed, setListed] = useState(false);
  const [holding, setPending] = useState(begun.pending);
  const [tooMany, setTooMany] = useState(begun.tooMany);
  const known = useMemo(() => (rules ? withListed(inUse.known, rules) : inUse.known), [inUse.known, rules]);
  const world: World = { known, read: inUse.whole === true && rules !== undefined, rules, held, prefix };
  const unread = inUse.whole === false && rules !== undefined;
  const coming = !world.read && !unread;
  // What cannot be compared says so, and waits for one more Enter.
  const pending = useMemo(() => (unread ? holding.map((p) => ({ ...p, stage: "late" as const })) : holding), [holding, unread]);
  const now = useRef({ pending, world });
  now.current = { pending, world };

  const reading = useRef(false);
  useEffect(() => {
    if (!open || reading.current) return;
    reading.current = true;
    setInUse(({ known }) => ({ known }));
    void vocabularyReader(host, space)().then(rulesOf, () => rulesOf(EMPTY)).then(setRules);
    void loadInUse(host, spaceReader(host, space), (known) => setInUse({ known })).then((whole) => {
      reading.current = whole; // or they are read again when the field opens next
      setInUse(({ known }) => ({ known, whole }));
    });
  }, [open]);

  useLayoutEffect(() => {
    if (!open) return;
    input.current!.focus();
    if (text) input.current!.setSelectionRange(text.length, text.length);
  }, [open]);

  const waiting = pending.some((p) => p.stage === "entered");
  useEffect(() => {
    if (!waiting) return;
    const late = () => setPending((all) => all.map((p) => (p.stage === "entered" ? { ...p, stage: "late" } : p)));
    // Not at once even if all is read: what is added renders the panel anew, in the middle of this.
    const timer = world.read ? setTimeout(() => take(compared(now.current.pending, now.current.world))) : setTimeout(late, COMPARE_WITHIN);
    return () => clearTimeout(timer);
  }, [world.read, waiting]);

  // What only waits to be compared is not worth moving the page for.
  const toConfirm = pending.some((p) => p.stage !== "entered");

  const line = pending.length ? words(waiting ? "comparing" : "toConfirm", { count: pending.length }) : "";
  useEffect(() => tell(line), [line]);
  useEffect(() => () => tell(""), []);

  const names = named(text);
  const { offers, hint, asked } = listed ? choices(names, say, words, world, { tooMany, waiting, coming }) : NO_CHOICES;
  const at = offers.findIndex(({ name }) => name === active);
  const chosen = offers[at];

  function named(list: string): string[] {
    return namesIn(list).map((name) => (name && !name.startsWith(prefix) ? normalise(prefix + name) : name));
  }

  /** Holds what was entered before this was here, a list to be confirmed. What is too much for one change is back in the field. */
  function begin(): { text: string; pending: Pending[]; tooMany: boolean } {
    let pending: Pending[] = [];
    const left: string[] = [];
    for (const entered of start.entered) {
      const found = entered.length > LONGEST_LIST ? undefined : named(entered);
      const all = found && hold(pending, found, found.length > 1 ? "listed" : "entered");
      if (all && all.length <= MOST_PENDING) pending = all;
      else left.push(entered);
    }
    return { text: [...left, start.text].filter(Boolean).join(", "), pending, tooMany: left.length > 0 };
  }

  function write(value: string): void {
    setText(value);
    setListed(true);
    setActive("");
    setTooMany(false);
  }

  function take({ add: good, rest }: Settled): void {
    setPending(rest);
    if (good.length) add(good);
  }

  /** Has the names of a list wait as chips, or says that they are too many; false then. */
  function list(found: string[]): boolean {
    const all = hold(pending, found, "listed");
    setTooMany(all.length > MOST_PENDING);
    if (all.length > MOST_PENDING) return false;
    setPending(all);
    return true;
  }

  /** Takes what is typed; the names of a list that are complete become chips. */
  function type(value: string): void {
    write(value);
    if (value.length > LONGEST_LIST) return setTooMany(true);
    const texts = textsIn(value);
    const rest = texts.pop()!;
    if (texts.length && list(texts.flatMap(named))) setText(rest);
  }

  function onPaste(event: ClipboardEvent): void {
    // A field of one line would join what was pasted as several.
    const pasted = event.clipboardData?.getData("text") ?? "";
    const field = input.current!;
    const all = text.slice(0, field.selectionStart ?? undefined) + pasted + text.slice(field.selectionEnd ?? text.length);
    if (all.length > LONGEST_LIST) {
      event.preventDefault();
      setListed(true);
      return setTooMany(true);
    }
    if (textsIn(pasted).length < 2) return;
    event.preventDefault();
    setListed(true);
    const found = named(all);
    if (found.length < 2) write(found[0] ?? "");
    else if (list(found)) write("");
  }

  function enter(name: string): void {
    if (world.read || (rules && known.some((k) => k.name === name))) add([name]);
    else setPending(hold(pending, [name], "entered"));
    write("");
  }

  function onEnter(): void {
    const [name] = names;
    if (chosen) enter(chosen.name);
    else if (active) setActive(""); // it is offered no more, and what is typed was not chosen
    else if (names.length > 1 || (names.length && toConfirm)) list(names) && write("");
    else if (name === undefined) take(confirm(pending, world));
    else if (!problemOf(name) && !held.includes(name) && !(rules && rulingOn(name, rules)?.refused)) enter(name);
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (isComposing(event)) return;
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const places = offers.length + 1; // one of them is the field itself
    if (move && !listed) setListed(true);
    else if (move) setActive(offers[((at + 1 + move + places) % places) - 1]?.name ?? "");
    else if (event.key === "Enter") event.repeat || onEnter(); // one press is one answer
    else if (event.key === "Escape") close(true);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Takes a chip back into the field. What was typed there becomes one. */
  function edit(p: Pending): void {
    setPending(hold(pending.filter((other) => other !== p), names, "listed"));
    write(p.name);
    show();
  }

  const confirmation = toConfirm && (
    <Confirm
      pending={pending}
      world={world}
      say={say}
      words={words}
      set={setPending}
      edit={edit}
      confirm={() => (take(confirm(pending, world)), focus())}
      focusAfterLast={focus}
    />
  );
  if (!open) return <Fragment>{confirmation}</Fragment>;
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
        aria-activedescendant={chosen && `offer-${at}`}
        aria-describedby={hint && "hint"}
        aria-invalid={hint?.wrong}
        placeholder={say("addName")}
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
        dir="auto"
        value={text}
        onInput={(event) => ((event as InputEvent).isComposing ? write : type)(event.currentTarget.value)}
        onCompositionEnd={(event) => type(event.currentTarget.value)}
        onPaste={onPaste}
        onFocus={() => setListed(true)}
        onClick={() => setListed(true)}
        onKeyDown={onKeyDown}
        onBlur={() => (setListed(false), text === "" && !pending.length && close(false))}
      />
      <div class="offers" aria-busy={coming} onMouseDown={(event) => event.preventDefault() /* keeps the focus in the field */}>
        {hint && <p id="hint" class={hint.wrong ? "hint wrong" : "hint"} title={hint.text}>{hint.text}</p>}
        {offers.length > 0 && (
          <div id="offers" tabIndex={-1} class={text ? undefined : "most-used"} role="listbox" aria-label={words("offers")} aria-orientation={document.querySelector(IN_POPUP) ? "vertical" : "horizontal"}>
            {inGroups(offers, rules).map(({ group, of }) => {
              const choices = of.map((offer) => {
                const i = offers.indexOf(offer);
                return <Choice key={offer.name} offer={offer} world={world} words={words} id={`offer-${i}`} active={i === at} told={hint && names[0]} choose={() => (enter(offer.name), focus())} />;
              });
              if (!group) return choices;
              return (
                <div key={of[0]!.name} class="group" role="group" aria-label={group}>
                  {group !== asked && <span class="aside" aria-hidden="true">{group}</span>}
                  {choices}
                </div>
              );
            })}
          </div>
        )}
      </div>
      {confirmation}
    </Fragment>
  );
}

/** Offers that follow each other and are of the same group, together. */
function inGroups(offers: Offer[], rules: Rules | undefined): { group: string; of: Offer[] }[] {
  const runs: { group: string; of: Offer[] }[] = [];
  for (const offer of offers) {
    const group = rules?.entries.get(offer.name)?.group ?? "";
    if (runs.at(-1)?.group === group) runs.at(-1)!.of.push(offer);
    else runs.push({ group, of: [offer] });
  }
  return runs;
}

interface ChoiceProps {
  offer: Offer;
  world: World;
  words: Words;
  id: string;
  active: boolean;
  /** The name of which the hint tells, beside it. */
  told: string | undefined;
  choose(): void;
}

function Choice({ offer, world: { held, rules }, words, id, active, told, choose }: ChoiceProps): JSX.Element {
  const { kind, name, uses, by } = offer;
  const element = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (active) element.current!.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [active]);
  const entry = rules?.entries.get(name);
  const why = by ? words(rules?.entries.has(by) ? "instead" : "means", { name: isolated(by) }) : kind === "twin" ? words("twin") : "";
  const replaced = rules && name !== told ? replacing(name, held, rules, words) : "";
  const about = entry?.description ?? "";
  // There is room for a number; a screen reader and who points at it get the sentence.
  const where = kind === "create" ? "" : uses ? words("uses", { count: uses }) : entry ? "" : words("elsewhere");
  const short = [by && by === told ? "" : why, replaced].filter(Boolean).join(" · ") || (kind === "create" ? "↵" : about ? "" : uses || "");
  const full = [why, replaced, about, where].filter(Boolean);
  return (
    <div id={id} ref={element} role="option" class={by ? "by" : kind} aria-selected={active} title={[name, ...full].join(" · ")} onClick={choose}>
      <span class="name">{kind === "create" ? words("create", { name }) : <bdi>{name}</bdi>}</span>
      {short && <span class="aside" aria-hidden="true">{short}</span>}
      {about && <span class="about" aria-hidden="true" dir="auto">{about}</span>}
      {full.length > 0 && <span class="unseen">{full.join(" ")}</span>}
    </div>
  );
}

/** asked: the group that the hint asks for, if it is one. */
type Choices = { offers: Offer[]; hint?: { text: string; wrong: boolean } | undefined; asked?: string | undefined };
const NO_CHOICES: Choices = { offers: [] };

function choices(names: string[], say: Say, words: Words, { known, held, prefix, rules }: World, { tooMany, waiting, coming }: { tooMany: boolean; waiting: boolean; coming: boolean }): Choices {
  const wrong = (text: string, offers: Offer[] = []): Choices => ({ offers, hint: { wrong: true, text } });
  if (tooMany) return wrong(words("tooMany", { most: MOST_PENDING }));
  const [name] = names;
  const problem = name === undefined ? undefined : problemOf(name);
  if (problem) return wrong(say(`wrong.${problem.rule}`, { character: problem.character }));
  const offers = offersFor(name ?? "", known, held, prefix, rules);
  const onPage = name !== undefined && held.includes(name);
  const ruling = name && rules && !onPage ? rulingOn(name, rules) : undefined;
  if (ruling?.refused) return wrong(advice(ruling, words), offers);
  const twin = name && twinOnPage(name, held);
  const lacks = !name && rules ? lacking(held, prefix, rules) : [];
  const text = () => {
    if (waiting && !name) return words("comparing");
    if (onPage) return words("held", { name: name! });
    if (twin) return words("heldTwin", { name: twin });
    if (ruling) return advice(ruling, words);
    if (name && rules) return replacing(name, held, rules, words);
    if (lacks.length) return words("lacking", { groups: lacks.map(isolated).join(", ") });
    return known.length || !coming ? "" : words("reading");
  };
  return { offers, hint: text() ? { text: text(), wrong: false } : undefined, asked: lacks.length === 1 ? lacks[0] : undefined };
}
