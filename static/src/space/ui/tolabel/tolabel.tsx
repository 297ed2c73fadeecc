// The tab with the pages that have no labels, one after the other, worked off from
// the keyboard: suggestions are ticked, applied, and the next page is there.

import { Fragment, h, type JSX } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { Adding, type AddHandle } from "../../../adding.tsx";
import { isComposing } from "../../../composing.ts";
import type { Content } from "../../../confluence.ts";
import type { Space } from "../../../inuse.ts";
import type { Problem } from "../../../problem.ts";
import { isolated } from "../../../say.ts";
import type { Say as PanelSay } from "../../../strings.ts";
import { loadStyle } from "../../../style.ts";
import { inFull, whyInShort } from "../../../suggest/reasons.ts";
import type { Words as Reasons } from "../../../suggest/words.ts";
import { MOST_WITHOUT } from "../job.ts";
import type { Model } from "../model.ts";
import { addressOf, openPage } from "../pages.tsx";
import type { Words } from "../words.ts";
import { MOST_OUT, sittingOf, type Choice, type Order } from "./sitting.ts";
import { loadWords, type Say } from "./words.ts";

interface Props {
  model: Model;
  words: Words;
  /** The panel's words. */
  panelSay: PanelSay;
  /** Shows what the basket comes to. */
  plan(): void;
  tell(line: string): void;
}

let loaded: Awaited<ReturnType<typeof loadWords>> | undefined;

/** Comes when the words and the style are there. */
export async function load(): Promise<(props: Props) => JSX.Element> {
  [loaded] = await Promise.all([loadWords(), loadStyle("add.css"), loadStyle("tolabel.css")]);
  return ToLabel;
}

const MOST_PARTS = 100; // of the tree, the largest ones

function ToLabel({ model, words, panelSay, plan, tell }: Props): JSX.Element {
  const { own: say, reasons } = loaded!;
  const sitting = sittingOf(model);
  const [, draw] = useState(0);
  const [active, setActive] = useState(0);
  const [trouble, setTrouble] = useState("");
  const field = useRef<AddHandle>(null);
  const box = useRef<HTMLDivElement>(null);
  const focus = useRef(false);
  const waits = useRef(""); // what the field says of the names that wait in it
  const alive = useRef(true);
  useEffect(() => () => void (alive.current = false), []);

  const id = sitting.current();
  useLayoutEffect(sitting.prepare); // rendering itself changes nothing
  const { store } = model;
  const page = sitting.prepared(id);
  const read = page?.read;
  const choices = page?.choices ?? [];
  const at = Math.min(active, choices.length - 1);
  const ticked = choices.filter((one) => one.ticked).length;
  const left = sitting.left().length;
  const parts = useMemo(() => store.parts(MOST_PARTS).map(({ id }) => id), [model.reading.state, model.looked]);
  const groups = sitting.groups();
  const space = useMemo((): Space => spaceOf(model), []);
  const title = read?.title || store.title(id);
  const ready = Boolean(read) && (Boolean(page?.answered) || choices.length > 0);

  useLayoutEffect(() => {
    const [card, list] = [".card", ".choices"].map((one) => box.current?.querySelector<HTMLElement>(one));
    if (!focus.current && (document.activeElement !== card || !list)) return;
    focus.current = false;
    (list ?? card)?.focus(); // from the card it goes on to the suggestions when they come
  });
  // What a screen reader says of a page that is shown: once, when its suggestions are there.
  const told = useRef("");
  const last = useRef(""); // what was said of the step before, which this must not swallow
  useEffect(() => {
    if (!id || !ready || told.current === id || !box.current?.contains(document.activeElement)) return;
    told.current = id;
    tell([...(last.current ? [last.current] : []), title, choices.length ? say("ticked", { count: ticked, of: choices.length }) : say("nothing"), say("left", { count: left })].join(". "));
  }, [id, ready]);

  /** After a step: what is shown next has the focus. */
  function stepped(line: string): void {
    focus.current = true;
    setActive(0);
    setTrouble("");
    told.current = "";
    tell((last.current = line));
    draw((times) => times + 1);
  }
  function apply(): void {
    if (waits.current) {
      field.current?.open(); // what was entered is still compared, or to be confirmed: it is for this page
      return tell(waits.current);
    }
    const names = sitting.apply();
    if (names.length) stepped(say("applying", { title: isolated(title), names: names.join(", ") }));
    else tell(say("nothingTicked"));
  }
  function skip(): void {
    if (!id) return;
    sitting.skip();
    stepped(say("skipped"));
  }
  function back(): void {
    if (!sitting.canBack()) return;
    const taken = sitting.back();
    const title = isolated(store.title(sitting.current()));
    stepped("");
    taken.then(
      () => tell((last.current = say("backDone", { title }))),
      ({ kind }: Problem) => setTrouble(`${say("backFailed", { title })} ${panelSay(`why.${kind}`)}`),
    );
  }
  function tick(i: number): void {
    const one = choices[i];
    if (!one) return;
    setActive(i);
    sitting.tick(one.label, !one.ticked);
    tell(say(one.ticked ? "unticked" : "tickedOne", { name: one.label }));
    draw((times) => times + 1);
  }
  function all(): void {
    void sitting.applyAll().then((some) => {
      if (!alive.current) return;
      tell(some ? [words.say("inBasket"), ...(sitting.unsure() ? [say("all.unsure", { count: sitting.unsure() })] : [])].join(" ") : "");
      if (some) plan();
    });
  }

  function press(event: KeyboardEvent): void {
    const target = event.target as Element;
    if (event.altKey || event.ctrlKey || event.metaKey || isComposing(event) || target.closest("input, select, textarea, .adder")) return;
    const { key } = event;
    // Held, a key is pressed once, on a button too: nobody has looked at what is shown since.
    if (event.repeat && (key === "Enter" || key.length === 1)) return event.preventDefault();
    const small = key.toLowerCase();
    const pressed = target.closest("button, a");
    if (small === "z") back();
    else if (!id) return;
    else if (key === "ArrowDown" || key === "ArrowUp") setActive(Math.max(0, Math.min(choices.length - 1, at + (key === "ArrowDown" ? 1 : -1))));
    else if (key === " " && !pressed) tick(at);
    else if (key === "Enter" && !pressed) apply();
    else if (/^[1-5]$/.test(key)) tick(+key - 1);
    else if (small === "s") skip();
    else if (small === "o") openPage(model, id);
    else if (key === "/" || key === "+") field.current?.open();
    else {
      if (key.length === 1 && key !== " ") field.current?.open(); // what is typed goes into it
      return;
    }
    event.preventDefault();
  }

  const out = sitting.out();
  const counts = [
    say("left", { count: left }),
    ...(["not_permitted", "not_current", "failed"] as const).flatMap((why) => (out.has(why) ? [say(`out.${why}`, { count: out.get(why)! })] : [])),
  ];
  const { learning, which } = sitting;
  return (
    <div class="queue tolabel" ref={box} onKeyDown={press}>
      <div class="tools">
        {groups.length > 0 && (
          <Select name={say("which")} value={which.group} set={(group) => sitting.choose({ group })} options={[["", say("which.none")], ...groups.map((group): [string, string] => [group, say("which.lacks", { group: isolated(group) })])]} />
        )}
        <Select name={say("order")} value={which.order} set={(order) => sitting.choose({ order: order as Order })} options={[["created", say("order.created")], ["changed", say("order.changed")]]} />
        {parts.length > 1 && <Select name={words.say("below")} value={which.below} set={(below) => sitting.choose({ below })} options={[["", words.say("everywhere")], ...parts.map((part): [string, string] => [part, store.title(part)])]} />}
        <p class="count">{counts.join(" · ")}</p>
      </div>
      {learning.state === "failed" && (
        <p class="notice wrong" role="alert">{say("learning.failed")} <button type="button" class="link" onClick={sitting.learnAgain}>{words.say("part.again")}</button></p>
      )}
      {!id ? (
        <div class="card nothing" tabIndex={-1}>
          <p>{model.reading.state === "reading" ? words.say("reading") : say("done")}</p>
          {sitting.skipped() > 0 && <button type="button" class="button" onClick={() => (sitting.unskip(), stepped(""))}>{say("unskip", { count: sitting.skipped() })}</button>}
        </div>
      ) : (
        <div class="card" role="group" aria-labelledby="page-title" tabIndex={choices.length ? -1 : 0}>
          <h2 id="page-title"><a href={addressOf(model, id)} target="_blank"><bdi>{title}</bdi></a> <span class="hint">{words.date(store.page(store.rowOf(id)!)[sitting.which.order])}</span></h2>
          <p class="beginning" dir="auto">{read ? read.beginning || say("noText") : say("reading")}</p>
          {read && read.labels.length > 0 && <p class="few">{read.labels.map((name) => <bdi key={name} class="chip"><span class="name">{name}</span></bdi>)}</p>}
          {choices.length > 0 && <Choices choices={choices} active={at} say={say} reasons={reasons} tick={tick} />}
          {choices[at] && choices[at].reasons.length > 0 && (
            <p class="hint why" id="why">{choices[at].guess && `${reasons.say("guessing")} · `}{choices[at].reasons.map((reason) => isolated(inFull(reason, reasons))).join(" · ")}</p>
          )}
          {read && !page?.answered && learning.state !== "failed" && <p class="hint">{say(learning.state === "waiting" ? "learning.waits" : learning.state === "learning" ? "learning.now" : "thinking", { count: learning.read })}</p>}
          {page?.answered && !page.trouble && !choices.length && <p class="hint">{say("nothing")}</p>}
          {page?.trouble && learning.state !== "failed" && <p class="hint">{say("trouble")}</p>}
          <div class="adder controls">
            {/* The field empties its own line when it comes and when nothing waits in it: other things are said in the same place. */}
            <Adding key={id} handle={field} host={model.host} say={panelSay} held={[...(read?.labels ?? []), ...choices.flatMap((one) => (one.ticked ? [one.label] : []))]} prefix="" space={space} tell={(line) => (waits.current = line) && tell(line)} add={(names) => {
              sitting.type(names);
              tell(say("tickedOne", { name: names.join(", ") }));
              setTimeout(() => {
                // When what was typed is gone from the field. Of a name that is compared late, the next one may be there, or they went elsewhere.
                const at = box.current?.querySelector<HTMLInputElement>(".adder :focus");
                if (at?.value === "") box.current?.querySelector<HTMLElement>(".choices")?.focus();
              });
            }} />
          </div>
        </div>
      )}
      {sitting.failures.map((failure, i) => (
        <p key={failure.id} class="notice wrong" role="alert">
          {failure.names.length > 0 && `${say("failed", { title: isolated(failure.title), names: named(failure.names) })} `}
          {failure.lost.length > 0 && `${say("lost", { names: named(failure.lost) })} `}
          {failure.names.length > 0 && `${panelSay(`why.${failure.kind}`)} `}
          {failure.both.length > 0 && `${say("both", { title: isolated(failure.title), names: named(failure.both) })} `}
          {failure.maybe.length > 0 && `${say("maybe", { title: isolated(failure.title), names: named(failure.maybe) })} `}
          {failure.both.length + failure.maybe.length > 0 && <><button type="button" class="link" onClick={() => openPage(model, failure.id)}>{say("open")}</button> </>}
          <button type="button" class="link" onClick={() => { sitting.failures = sitting.failures.filter((_, n) => n !== i); sitting.go(failure.id); stepped(""); }}>{say("goBack")}</button>
        </p>
      ))}
      {trouble && <p class="notice wrong" role="alert">{trouble}</p>}
      <div class="buttons">
        {id && <Button act={apply} key_="Enter" primary off={!ticked}>{say("apply", { count: ticked })}</Button>}
        {id && <Button act={skip} key_="S">{say("skip")}</Button>}
        {sitting.canBack() && <Button act={back} key_="Z">{words.say("back")}</Button>}
        {id && <Button act={() => openPage(model, id)} key_="O">{say("open")}</Button>}
      </div>
      {id && <p class="hint">{say("keys")}</p>}
      <All {...{ model, words, sitting, say, left, all }} />
    </div>
  );
}
function Choices({ choices, active, say, reasons, tick }: { choices: Choice[]; active: number; say: Say; reasons: Reasons; tick(i: number): void }): JSX.Element {
  return (
    <ul class="choices" role="listbox" aria-multiselectable="true" aria-label={say("choices")} aria-activedescendant={`choice-${active}`} aria-describedby="why" tabIndex={0}>
      {choices.map(({ label, ticked, guess, reasons: why }, i) => (
        <li key={label} id={`choice-${i}`} role="option" class={i === active ? "active" : undefined} aria-selected={ticked} onClick={() => tick(i)}>
          <span class="box" aria-hidden="true">{ticked ? "✓" : ""}</span>
          {i < 5 && <kbd aria-hidden="true">{i + 1}</kbd>}
          <bdi class="chip"><span class="name">{label}</span></bdi>
          <span class="aside">{why.length ? isolated(whyInShort(why, guess, reasons)) : ""}</span>
        </li>
      ))}
    </ul>
  );
}

const named = (labels: readonly string[]) => labels.map(isolated).join(", ");

/** Works out all that is left, with how far it is. */
function All({ model, words, sitting, say, left, all }: { model: Model; words: Words; sitting: ReturnType<typeof sittingOf>; say: Say; left: number; all(): void }): JSX.Element | null {
  const now = sitting.all;
  if (now?.state === "working" || now?.state === "stopping") {
    return (
      <div class="progress everything">
        <progress max={now.of || 1} value={now.done} aria-label={say("all.working")} />
        <span class="hint">{say("all.working")} {words.say("readOf", { read: now.done, of: now.of })}</span>
        <button type="button" class="button" aria-disabled={now.state === "stopping" || undefined} onClick={sitting.stopAll}>{words.say(now.state === "stopping" ? "stopping" : "stop")}</button>
      </div>
    );
  }
  if (!left || sitting.learning.state !== "learned") return null;
  return (
    <div class="everything">
      <button type="button" class="button" onClick={all}>{say("all", { count: left })}</button>{" "}
      <span class="hint">{say("all.hint")}{model.admin === false && left > MOST_WITHOUT && ` ${say("all.most", { count: MOST_WITHOUT })}`}{model.admin !== false && left > MOST_OUT && ` ${say("all.once", { most: words.number(MOST_OUT) })}`}</span>
      {sitting.unsure() > 0 && <p class="notice">{say("all.unsure", { count: sitting.unsure() })}</p>}
      {now && (now.state === "stopped" || now.state === "none" || now.state === "failed") && <p class={now.state === "failed" ? "notice wrong" : "notice"} role="status">{say(`all.${now.state}`)}</p>}
    </div>
  );
}

function Select({ name, value, set, options }: { name: string; value: string; set(value: string): void; options: [value: string, text: string][] }): JSX.Element {
  return (
    <label class="named">
      <span>{name}</span>
      <select class="field" value={value} onChange={(event) => set(event.currentTarget.value)}>
        {options.map(([value, text]) => <option key={value} value={value}>{text}</option>)}
      </select>
    </label>
  );
}

function Button({ act, key_, primary, off, children }: { act(): unknown; key_: string; primary?: boolean; off?: boolean; children: string }): JSX.Element {
  return (
    <button type="button" class={primary ? "button primary" : "button"} aria-keyshortcuts={key_} aria-disabled={off || undefined} onClick={() => void act()}>
      {children} <kbd aria-hidden="true">{key_ === "Enter" ? "↵" : key_}</kbd>
    </button>
  );
}

/** What the field for labels knows of the space: as far as it is read now, so that nothing of it is kept or read again. */
function spaceOf(model: Model): Space {
  const { shell, store } = model;
  return {
    key: shell.spaceKey,
    id: shell.spaceId,
    get reading() {
      return Promise.resolve(Array.from({ length: store.size }, (_, row): Content => ({ metadata: { labels: { results: store.page(row).labels.map((name) => ({ name })) } } })));
    },
    set reading(_) {},
    get listing() {
      return Promise.resolve(model.joined.vocabulary);
    },
    set listing(_) {},
  };
}
