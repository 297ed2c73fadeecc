// The page "Labels" of a space: what its labels are like, and the way to put
// them right. Loaded only where it is shown. It reads and writes as who looks.

import { Fragment, h, type JSX } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Host } from "../../host.ts";
import type { Say } from "../../strings.ts";
import type { Shell } from "../../shell.ts";
import { loadStyle } from "../../style.ts";
import { ALL, type Filter } from "../store.ts";
import { Basket } from "./basket.tsx";
import { useHeld } from "./held.ts";
import { Labels } from "./labels.tsx";
import { later } from "./later.tsx";
import { linkTo, shownIn, TABS, type Shown, type Tab } from "./link.ts";
import { jobsOf, type Jobs } from "./job.ts";
import { listsOf, modelOf, type Model } from "./model.ts";
import { Pages } from "./pages.tsx";
import { Share } from "./share.tsx";
import { findingIn, newQueue, openFindings, Tidy } from "./tidy.tsx";
import { loadWords, type Key, type Words } from "./words.ts";

const PlanView = later(async () => (await import("./plan.tsx")).PlanView);
const Vocabulary = later(async () => (await import("./vocabulary/vocabulary.tsx")).load());
const FromCSV = later(async () => (await import("./vocabulary/fromcsv.tsx")).load());
const Numbers = later(async () => (await import("./numbers/numbers.tsx")).load());
const ToLabel = later(async () => (await import("./tolabel/tolabel.tsx")).load());
const Runs = later(async () => (await import("./runs.tsx")).Runs);

export async function view(host: Host, panelSay: Say, shell: Shell): Promise<JSX.Element> {
  const [words] = await Promise.all([loadWords(), loadStyle("space.css")]);
  const model = modelOf(host, shell);
  return <Space model={model} jobs={jobsOf(model, host)} words={words} panelSay={panelSay} />;
}

function Space({ model, jobs, words, panelSay }: { model: Model; jobs: Jobs; words: Words; panelSay: Say }): JSX.Element {
  const { say } = words;
  const [, redraw] = useState(0);
  const draw = () => redraw((times) => times + 1);
  const [shown, setShown] = useState<Shown>(() => shownIn(model.shell.location));
  const [planning, plan] = useState(false);
  const [counting, count] = useState(false);
  // A line is an element of its own, which is told though the one before said the same.
  const [line, setLine] = useState({ text: "", nth: 0 });
  const tell = (text: string) => setLine(({ nth }) => ({ text, nth: nth + 1 }));
  const [queue] = useState(() => newQueue(shown.finding));
  const tabs = useRef<HTMLDivElement>(null);
  const left = useRef(false); // what was pressed goes with all around it
  // Who administers the space is known late: whoever has begun by then stays where they are.
  const here: Tab = shown.tab || (model.admin === false ? "tolabel" : "tidy");
  const show = (more: Partial<Shown>) => setShown((shown) => ({ ...shown, tab: here, ...more }));
  const pages = (filter: Filter) => ((left.current = true), show({ tab: "pages", filter }));

  useEffect(() => {
    const leave = model.listen(draw);
    void model.read();
    return leave;
  }, []);

  const focusOn = (tab: Tab) => tabs.current?.querySelector<HTMLElement>(`[data-tab="${tab}"]`)?.focus();
  useLayoutEffect(() => {
    if (!left.current || !tabs.current) return;
    left.current = false;
    focusOn(here);
  });

  function press(event: KeyboardEvent): void {
    const at = TABS.indexOf(here);
    const to: Record<string, number> = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 };
    const next = to[event.key];
    if (next === undefined) return;
    event.preventDefault();
    const tab = TABS.at(next % TABS.length)!;
    show({ tab });
    focusOn(tab);
  }

  const panel: Record<Tab, () => JSX.Element> = {
    tidy: () => <Tidy model={model} words={words} queue={queue} filter={pages} tell={tell} draw={draw} />,
    vocabulary: () => <Vocabulary model={model} words={words} tell={tell} />,
    tolabel: () => <ToLabel model={model} words={words} panelSay={panelSay} plan={() => plan(true)} tell={tell} />,
    runs: () => <Runs model={model} jobs={jobs} words={words} />,
    labels: () => <Labels model={model} words={words} open={(label) => pages({ ...ALL, has: [label] })} />,
    pages: () => <Pages model={model} words={words} filter={shown.filter} setFilter={(filter) => show({ filter })} tell={tell} />,
  };
  const open = openFindings(model, queue);
  const finding = findingIn(open, queue)?.key ?? "";
  return (
    <div class="space">
      <p class="unseen" role="status"><span key={line.nth}>{line.text}</span></p>
      <h1>{say("heading")}</h1>
      <Head model={model} words={words} counting={counting} count={planning || jobs.job ? undefined : () => count(!counting)} />
      {planning || jobs.job ? (
        <PlanView model={model} jobs={jobs} words={words} close={() => (plan(false), (left.current = true))} tell={tell} />
      ) : counting ? (
        <Numbers model={model} words={words} tell={tell} close={() => (count(false), document.getElementById("numbers")?.focus())} filter={(filter) => (count(false), pages({ ...ALL, ...filter }))} />
      ) : (
        <>
          <div class="above">
            <Basket model={model} words={words} open={() => plan(true)} emptied={() => focusOn(here)} tell={tell}>
              {here === "tidy" || here === "pages" ? <FromCSV model={model} words={words} tell={tell} /> : null}
            </Basket>
            <div class="tabs" role="tablist" aria-label={say("heading")} ref={tabs} onKeyDown={press}>
              {TABS.map((tab) => (
                <button key={tab} type="button" role="tab" id={`tab-${tab}`} data-tab={tab} aria-selected={tab === here} aria-controls="shown" tabIndex={tab === here ? 0 : -1} onClick={() => show({ tab })}>
                  {say(`tab.${tab}` as Key)}
                  {tab === "tidy" && open.length > 0 && <span class="badge">{words.number(open.length)}</span>}
                </button>
              ))}
            </div>
          </div>
          <div role="tabpanel" id="shown" aria-labelledby={`tab-${here}`} onFocusIn={() => shown.tab || show({})}>
            {panel[here]()}
            <Share link={linkTo(model.shell.location, { ...shown, tab: here, finding })} words={words} />
          </div>
        </>
      )}
    </div>
  );
}

/** One line of what was found, and how far reading is. count is absent where there is no place for the numbers. */
function Head({ model, words, counting, count }: { model: Model; words: Words; counting: boolean; count: (() => void) | undefined }): JSX.Element {
  const { say, percent } = words;
  const { reading, store, findings, looked } = model;
  const spellings = useMemo(() => new Set(findings.flatMap(({ kind, labels }) => (kind === "spellings" ? [labels[1]] : []))).size, [findings]);
  const counted = useMemo(() => ({ labelled: store.labelled(), labels: store.labels().length }), [store.version]);
  const lists = listsOf(model);
  const facts = [
    say("fact.pages", { count: store.size }),
    say("fact.labelled", { percent: percent(counted.labelled, store.size) }),
    say("fact.labels", { count: counted.labels }),
    ...(looked && spellings ? [say("fact.spellings", { count: spellings })] : []),
    ...(lists ? [say("fact.lists", { count: lists })] : []),
  ];
  const { state, of } = reading;
  const head = useRef<HTMLDivElement>(null);
  useHeld(head);
  return (
    <div class="head" tabIndex={-1} ref={head}>
      {store.size > 0 && <p class="facts">{facts.join(" · ")}</p>}
      {store.size > 0 && count && <button type="button" id="numbers" class="link" aria-expanded={counting} onClick={count}>{say("numbers")}</button>}
      {(state === "reading" || state === "paused") && (
        <div class="progress">
          <progress max={of || 1} value={of ? reading.read : undefined} aria-label={say("reading")} />
          <span class="hint">{say(state === "paused" ? "paused" : "reading")} {of > 0 && say("readOf", { read: reading.read, of })}</span>
          <button type="button" class="button" onClick={() => model.pause(state === "reading")}>{say(state === "paused" ? "goOn" : "pause")}</button>
          <button type="button" class="button" onClick={() => model.stop()}>{say("stop")}</button>
        </div>
      )}
      {(state === "stopped" || state === "failed") && (
        <p class={state === "failed" ? "notice wrong" : "notice"} role={state === "failed" ? "alert" : undefined}>
          {say(state === "failed" ? "readingFailed" : "readingStopped", { count: store.size })} <button type="button" class="link" onClick={() => void model.read()}>{say("readAgain")}</button>
        </p>
      )}
      {state === "done" && store.size === 0 && <p class="notice">{say("noPages")}</p>}
      {state === "done" && store.size > 0 && <button type="button" class="link" onClick={() => void model.read()}>{say("readAgain")}</button>}
    </div>
  );
}
