// The tab with what is wrong, as a queue: one finding after the other, worked
// off from the keyboard. What is taken up goes into the basket; nothing is
// written, but that two labels are not the same.

import { h, type JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { statusOf } from "../../failure.ts";
import { isolated } from "../../say.ts";
import { decisionOf, type Finding } from "../findings.ts";
import { ALL, type Filter } from "../store.ts";
import { labelsIn } from "../vocabulary.ts";
import { useHeld } from "./held.ts";
import type { BasketItem, Model } from "./model.ts";
import { addressOf } from "./pages.tsx";
import type { Key, Words } from "./words.ts";

interface Props {
  model: Model;
  words: Words;
  queue: Queue;
  filter(filter: Filter): void;
  tell(line: string): void;
  /** Draws the page anew: the queue is no part of what it listens to. */
  draw(): void;
}

const LISTS = 5; // that are named

/** How far the queue is worked off. It lives as long as the page. */
interface Queue {
  /** Key of the finding that a link says, which is shown when it is there; "" for none, and once somebody has begun. */
  wanted: string;
  /** Key of the one that is shown. It stays while it is open: what is found later may come before it. */
  at: string;
  /** What is kept for everybody is on its way: until then nothing else is decided. */
  busy: boolean;
  later: Set<string>;
  /** What was done, the last at the end, to be taken back. */
  done: { what: "basket" | "later" | "apart"; key: string; items: string[]; labels: string[] }[];
  /** The key of the finding of which the other name stays. */
  swapped: string;
}
export const newQueue = (wanted: string): Queue => ({ wanted, at: "", busy: false, later: new Set(), done: [], swapped: "" });

/** What is still to be decided. A label that goes by what is in the basket, be that from a file, is not asked about. */
export function openFindings({ findings, basket }: Model, { later }: Queue): Finding[] {
  const taken = new Set(basket.map(({ key }) => key.split("\n")[0]!));
  const becomes = new Map(basket.flatMap(({ decision: { from, to, pages } }) => (from === undefined || pages ? [] : [[from, to]])));
  const decided = ({ kind, labels: [a, b] }: Finding) => kind !== "one_of" && (becomes.has(a!) || (b !== undefined && becomes.get(b) === a));
  return findings.filter((one) => !taken.has(one.key) && !later.has(one.key) && !decided(one));
}

/** The one that is shown. */
export const findingIn = (open: Finding[], { wanted, at }: Queue): Finding | undefined => open.find(({ key }) => key === wanted) ?? open.find(({ key }) => key === at) ?? open[0];

/** What can be taken back. What went out of the basket otherwise, be it done, is none of it. */
export function undoable({ basket }: Pick<Model, "basket">, { done }: Pick<Queue, "done">): Queue["done"] {
  const held = new Set(basket.map(({ key }) => key));
  return done.filter(({ what, items }) => what !== "basket" || items.some((key) => held.has(key)));
}

/**
 * Of a group of which a page has one, the label that stays on the pages of the finding. Who has a third one of the group is asked
 * about alone. The others become that one: where it is gone by then, the page has it again and does not end up without any.
 */
export function keeping({ key, labels, ids: pages }: Finding, stays: string): BasketItem[] {
  return labels.flatMap((from, i) => (from === stays ? [] : [{ key: `${key}\n${i}`, decision: { from, to: stays, pages } }]));
}

export function Tidy({ model, words, queue, filter, tell, draw }: Props): JSX.Element {
  const { say } = words;
  const { busy } = queue;
  const [problem, setProblem] = useState(0);
  const card = useRef<HTMLDivElement>(null);
  const said = useRef(""); // of the step before, to be told with what is shown next
  const alive = useRef(true);
  useEffect(() => () => void (alive.current = false), []);
  const open = openFindings(model, queue);
  const done = undoable(model, queue);
  const finding = findingIn(open, queue);

  const putOff = model.findings.filter(({ key }) => queue.later.has(key)).length;
  const swapped = finding !== undefined && queue.swapped === finding.key;
  const swap = () => {
    queue.swapped = swapped ? "" : finding!.key;
    draw();
  };

  useHeld(card);
  useLayoutEffect(() => {
    queue.at = finding?.key ?? "";
    if (!said.current) return;
    const lines = [said.current, card.current!.querySelector("h2, p")!.textContent];
    said.current = "";
    card.current!.focus();
    tell(lines.join(" "));
  });

  const pagesOf = (label: string) => model.store.labels().find(({ name }) => name === label)?.pages ?? 0;
  /** What shows the pages of a label; of a finding about a group those that have no other one of it. */
  function filterOf({ kind, labels, group }: Finding, label: string): Filter {
    if (kind !== "one_of") return { ...ALL, has: [label] };
    const together = { ...ALL, has: labels };
    const held = new Set(Array.from(model.store.rows(together)).flatMap((row) => model.store.page(row).labels));
    return { ...together, without: labelsIn(model.joined.vocabulary, group).filter((other) => held.has(other) && !labels.includes(other)) };
  }

  /** After a step: what is shown next has the focus. Whoever has left by then is left alone. */
  function next(line: string, at = ""): void {
    if (alive.current) {
      queue.wanted = "";
      queue.at = at;
      said.current = line;
    }
    draw();
  }

  function put(finding: Finding, items: BasketItem[]): void {
    if (!items.length || queue.busy) return;
    queue.done.push({ what: "basket", key: finding.key, items: items.map(({ key }) => key), labels: finding.labels });
    model.put(items);
    next(say("inBasket"));
  }

  function take(finding: Finding): void {
    const decision = decisionOf(finding, swapped);
    if (decision) put(finding, [{ key: finding.key, decision }]);
  }

  function later(finding: Finding): void {
    if (queue.busy) return;
    queue.later.add(finding.key);
    queue.done.push({ what: "later", key: finding.key, items: [], labels: finding.labels });
    next(say("later.done"));
  }

  async function apart({ key, labels: [a, b] }: Pick<Finding, "key" | "labels">, apart: boolean): Promise<void> {
    if (queue.busy) return;
    queue.busy = true;
    setProblem(0);
    draw();
    try {
      await model.setApart(a!, b!, apart);
      if (apart) {
        queue.later.add(key);
        queue.done.push({ what: "apart", key, items: [], labels: [a!, b!] });
        next(say("apart.done"));
      } else queue.later.delete(key);
    } catch (error) {
      setProblem(statusOf(error) || -1);
    }
    queue.busy = false;
    draw();
  }

  async function back(): Promise<void> {
    const last = undoable(model, queue).at(-1);
    if (!last || queue.busy) return;
    if (last.what === "apart") {
      await apart(last, false);
      if (queue.later.has(last.key)) return;
    }
    queue.done = queue.done.filter((one) => one !== last);
    queue.later.delete(last.key);
    last.items.forEach((key) => model.take(key));
    next(say("back.done"), last.key);
  }

  function press(event: KeyboardEvent): void {
    // A key that is held is one answer: the next question was not read yet.
    if (event.repeat || event.altKey || event.ctrlKey || event.metaKey || (event.target as Element).closest("input, select, textarea")) return;
    const key = event.key.toLowerCase();
    const onCard = event.target === card.current;
    if (key === "z") void back();
    else if (!finding) return;
    else if (key === "enter" && onCard) take(finding);
    else if (key === "x" && finding.kind === "spellings") {
      swap();
      tell(say("stays", { name: finding.labels[swapped ? 1 : 0]! }));
    } else if (key === "n" && finding.kind === "spellings") void apart(finding, true);
    else if (key === "s") later(finding);
    else if (finding.kind === "one_of" && /^[1-9]$/.test(key) && finding.labels[+key - 1]) put(finding, keeping(finding, finding.labels[+key - 1]!));
    else return;
    event.preventDefault();
  }

  if (!finding) {
    return (
      <div class="queue" onKeyDown={press}>
        <div class="card nothing" tabIndex={-1} ref={card}>
          <p>{say(!model.looked ? "tidy.reading" : putOff ? "tidy.rest" : model.basket.length ? "tidy.allDone" : model.reading.state === "done" ? "tidy.nothing" : "tidy.soFar")}</p>
          {done.length > 0 && <Button act={back} key_="Z" off={busy}>{say("back")}</Button>}
          {putOff > 0 && (
            <button type="button" class="button" onClick={() => { queue.later.clear(); queue.done = queue.done.filter(({ what }) => what !== "later"); next(say("back.done")); }}>
              {say("tidy.later", { count: putOff })}
            </button>
          )}
        </div>
      </div>
    );
  }

  const { kind, labels, ids, examples, group, lists } = finding;
  const [goes, stays] = swapped ? [labels[1], labels[0]] : labels;
  const decides = kind !== "one_of" && kind !== "nowhere";
  return (
    <div class="queue" onKeyDown={press} onFocusIn={() => (queue.wanted = "")}>
      <p class="hint">{say("tidy.left", { count: open.length })}</p>
      <div key={finding.key} class="card" role="group" aria-labelledby="question" tabIndex={0} ref={card}>
        <h2 id="question">
          {kind === "spellings" || kind === "instead" || kind === "returned" ? say(`ask.${kind}` as Key, { from: isolated(goes!), to: isolated(stays!) }) : say(`ask.${kind}` as Key, { from: isolated(labels[0]!), group: isolated(group), names: labels.map(isolated).join(", ") })}
        </h2>
        <div class="sides">
          {labels.map((label, i) => {
            const role = !decides ? "" : label === goes ? "goes" : "stays";
            return (
              <section key={label} class={`side ${role}`}>
                <h3>
                  <bdi class="chip"><span class="name">{label}</span></bdi> {role && <span class={`lozenge ${role}`}>{say(role === "goes" ? (labels.length > 1 ? "goes" : "goesAway") : "staysShort")}</span>}
                </h3>
                {kind !== "nowhere" && (
                  <p>
                    <button type="button" class="link" onClick={() => filter(filterOf(finding, label))}>{say("onPages", { count: kind === "one_of" ? ids.length : pagesOf(label) })}</button>
                  </p>
                )}
                <ul class="titles">
                  {(examples[i] ?? []).map((id) => <li key={id}><a href={addressOf(model, id)} target="_blank"><bdi>{model.store.title(id)}</bdi></a></li>)}
                </ul>
                {lists[i]!.length > 0 && (
                  <section class="lists">
                    <h4>{say("named", { count: lists[i]!.length })}</h4>
                    <ul class="titles">
                      {lists[i]!.slice(0, LISTS).map((id) => <li key={id}><a href={addressOf(model, id)} target="_blank"><bdi>{model.lists.pages.find((page) => page.id === id)?.title ?? id}</bdi></a></li>)}
                    </ul>
                  </section>
                )}
                {kind === "one_of" && <Button act={() => put(finding, keeping(finding, label))} key_={String(i + 1)} off={busy}>{say("keepOne", { name: isolated(label) })}</Button>}
              </section>
            );
          })}
        </div>
        {kind === "nowhere" && <p class="outcome">{say("ask.nowhere.do")}</p>}
        {decides && <p class="outcome">{say(labels.length > 1 ? "outcome.rename" : "outcome.remove", { count: pagesOf(goes!), from: isolated(goes!), to: isolated(stays ?? "") })}</p>}
      </div>
      {problem !== 0 && <p class="notice wrong" role="alert">{say(problem === 409 || problem === 400 ? "why.conflict" : problem === 403 || problem === 404 ? "why.notAdmin" : "why.failed")}</p>}
      <div class="buttons">
        {decides && <Button act={() => take(finding)} key_="Enter" primary off={busy}>{say("toBasket")}</Button>}
        {kind === "spellings" && <Button act={swap} key_="X">{say("swap")}</Button>}
        {kind === "spellings" && <Button act={() => apart(finding, true)} key_="N" off={busy || model.admin === false} title={model.admin === false ? say("why.notAdmin") : undefined}>{say("apart")}</Button>}
        <Button act={() => later(finding)} key_="S" off={busy}>{say("later")}</Button>
        {done.length > 0 && <Button act={back} key_="Z" off={busy}>{say("back")}</Button>}
      </div>
      <p class="hint">{say("tidy.hint")}</p>
    </div>
  );
}

function Button({ act, key_, primary, off, title, children }: { act(): unknown; key_: string; primary?: boolean; off?: boolean; title?: string | undefined; children: string }): JSX.Element {
  return (
    <button type="button" class={primary ? "button primary" : "button"} aria-keyshortcuts={key_} aria-disabled={off || undefined} title={title} onClick={() => off || act()}>
      {children} <kbd aria-hidden="true">{key_ === "Enter" ? "↵" : key_}</kbd>
    </button>
  );
}
