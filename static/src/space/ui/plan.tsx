// From the basket to the result: what would change, page by page, before
// anything is written; a try; how far it is; what became of it.

import { Fragment, h, type JSX } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { isolated } from "../../say.ts";
import { renamePairs } from "../decisions.ts";
import { foundOf, unsaid } from "../vocabulary.ts";
import { sentenceOf } from "./basket.tsx";
import { Grid } from "./grid.tsx";
import { MOST_WITHOUT, TRIED, type Jobs } from "./job.ts";
import { later } from "./later.tsx";
import type { Chosen } from "./lists/lists.tsx";
import type { Model } from "./model.ts";
import { paced } from "./paced.ts";
import { addressOf } from "./pages.tsx";
import { previewOf, type Preview } from "./preview.ts";
import type { Key, Words } from "./words.ts";

const Lists = later(async () => (await import("./lists/lists.tsx")).load());

const FEW = 10; // times that it is said how far looking is, and labels that are looked up in between
const MANY = 50; // pages: then a try is offered
const VERY_MANY = 500; // pages: then the number is typed

interface Props {
  model: Model;
  jobs: Jobs;
  words: Words;
  close(): void;
  tell(line: string): void;
}

export function PlanView(props: Props): JSX.Element {
  const { jobs } = props;
  return jobs.job ? <Running {...props} /> : <Previewing {...props} />;
}

function Previewing({ model, jobs, words, close, tell }: Props): JSX.Element {
  const { say, number } = words;
  const [preview, setPreview] = useState<Preview>();
  const [failed, setFailed] = useState(false);
  const [{ done, of }, setLooked] = useState({ done: 0, of: 0 }); // labels
  const [out, setOut] = useState<ReadonlySet<string>>(new Set());
  const [typed, setTyped] = useState("");
  const [synonyms, setSynonyms] = useState(true);
  const [chosen, choose] = useState<Chosen>({ mends: [], attachments: false, told: "" });
  const heading = useRef<HTMLHeadingElement>(null);
  const alive = useRef(true);

  useEffect(() => {
    heading.current?.focus();
    const go = async () => (alive.current ? undefined : Promise.reject(new Error("left")));
    const call = paced((ms) => model.sleep(ms).then(go));
    const read = (path: string) => go().then(() => call(() => model.host.read(path)));
    const told = (done: number, of: number) => {
      if (!alive.current) return;
      setLooked({ done, of });
      if (of > FEW && done > 0 && (done === of || done % Math.max(FEW, Math.ceil(of / FEW)) === 0)) tell(say("labelsOf", { done, of }));
    };
    previewOf({ read }, model.shell, model.store, model.resolved(), model.basket.map(({ decision }) => decision), told).then(
      async (found) => {
        // Somebody may have changed it since this tab was opened.
        if (model.admin !== false && renamePairs(found.renames).length) await model.readVocabulary().catch(() => undefined);
        if (alive.current) setPreview(found);
      },
      () => alive.current && setFailed(true),
    );
    return () => void (alive.current = false);
  }, []);

  const rows = useMemo(() => {
    if (!preview) return [];
    const { change, cannot } = preview.plan;
    return [...change.map((one) => ({ ...one, why: "" })), ...cannot.map(({ id, why }) => ({ id, why: why as string, add: [] as string[], remove: [] as string[] }))];
  }, [preview]);
  const head = <h2 tabIndex={-1} ref={heading}>{say("plan")}</h2>;
  if (failed) {
    return <div class="plan">{head}<p class="notice wrong" role="alert">{say("why.plan")}</p><p class="buttons"><button type="button" class="button" onClick={close}>{say("close")}</button></p></div>;
  }
  if (!preview) {
    return (
      <div class="plan" aria-busy="true">
        {head}
        {of > 1 && <progress max={of} value={done} aria-label={say("planning")} />}
        <p class="hint">{say("planning")} {of > 1 && say("labelsOf", { done, of })}</p>
        <p class="buttons"><button type="button" class="button" onClick={close}>{say("stop")}</button></p>
      </div>
    );
  }

  const { plan, refused, decisions } = preview;
  const pages = plan.change.filter(({ id }) => !out.has(id));
  const attachments = (chosen.attachments && preview.attachments) || [];
  const going = [...pages, ...attachments];
  const events = going.reduce((sum, { add, remove }) => sum + add.length + remove.length, 0);
  const titleOf = (id: string) => preview.titles.get(id) ?? (model.store.title(id) || id);
  const pairs = renamePairs(preview.renames);
  const renames = unsaid(model.joined.vocabulary, pairs);
  const says = model.admin === true && renames.length > 0;
  const keeps = says && !model.joined.unseen; // else it would be written over what nobody sees here
  const without = model.admin === false && going.length > MOST_WITHOUT;
  const right = (going.length > 0 || chosen.mends.length > 0) && !without && (going.length <= VERY_MANY || typed.normalize("NFKC").replace(/\D/g, "") === String(going.length));
  const start = (most?: number) => void jobs.start({ decisions, without: [...out], ...(chosen.mends.length && { mends: chosen.mends }), ...(chosen.attachments && { attachments: true }), ...(keeps && synonyms && { synonyms, ...foundOf(model.vocabulary.vocabulary, pairs, model.joined.vocabulary) }) }, most);

  return (
    <div class="plan">
      {head}
      <ul class="decisions">{decisions.map((decision, i) => <li key={i}>{sentenceOf(words, decision)}</li>)}</ul>
      {refused.length > 0 && (
        <div class="notice wrong">
          {refused.map(({ decision, reason }, i) => <p key={i}>{sentenceOf(words, decision)}: {say((["ambiguous", "circle", "contradicts", "nothing"].includes(reason) ? `refused.${reason}` : "refused.name") as Key)}</p>)}
        </div>
      )}
      <p class="sums" role="status">
        <strong>{say("sum.change", { count: pages.length })}</strong>
        {attachments.length > 0 && <> · <strong>{say("sum.attachments", { count: attachments.length })}</strong></>}
        {plan.stay.length + out.size > 0 && <> · {say("sum.stay", { count: plan.stay.length + out.size })}</>}
        {plan.cannot.length > 0 && <> · {say("sum.cannot", { count: plan.cannot.length })}</>}
      </p>
      {going.length > 0 && (
        <ul class="warnings">
          <li>{say("warn.versions")}</li>
          <li>{say("warn.events", { count: events })}</li>
          {preview.renames.size > 0 && <li>{say("warn.watchers")}</li>}
          {preview.renames.size > 0 && <li>{say("warn.unseen")}</li>}
          {preview.elsewhere > 0 && <li>{say("warn.elsewhere", { count: preview.elsewhere })}</li>}
          {model.admin === false && <li>{say("warn.tab")}</li>}
        </ul>
      )}
      {rows.length > 0 && (
        <Grid
          name="plan"
          label={say("plan")}
          heads={[{ key: "pick", title: say("selectedShort") }, { key: "title", title: say("title") }, { key: "diff", title: say("diff") }]}
          order={{ by: "", descending: false }}
          sort={() => undefined}
          count={rows.length}
          selected={(i) => !rows[i]!.why && !out.has(rows[i]!.id)}
          toggle={(i) => {
            const { id, why } = rows[i]!;
            if (!why) setOut(new Set(out.has(id) ? [...out].filter((one) => one !== id) : [...out, id]));
          }}
          open={() => undefined}
          cells={(i) => {
            const { id, why, add, remove } = rows[i]!;
            const held = preview.labels(id).filter((name) => !remove.includes(name));
            return [
              why ? <></> : <input type="checkbox" tabIndex={-1} aria-label={titleOf(id)} checked={!out.has(id)} onChange={() => setOut(new Set(out.has(id) ? [...out].filter((one) => one !== id) : [...out, id]))} />,
              <a href={addressOf(model, id)} target="_blank" tabIndex={-1}><bdi>{titleOf(id)}</bdi></a>,
              why ? (
                <span class="wrong">{say(`cannot.${why}` as Key)}</span>
              ) : (
                <span class="few">
                  {add.map((name) => <bdi key={`+${name}`} class="chip added"><span class="name"><span class="unseen">{say("added")} </span><span aria-hidden="true">+ </span>{name}</span></bdi>)}
                  {remove.map((name) => <bdi key={`-${name}`} class="chip removed"><span class="name"><span class="unseen">{say("removed")} </span><span aria-hidden="true">− </span>{name}</span></bdi>)}
                  {held.map((name) => <bdi key={name} class="chip"><span class="name">{name}</span></bdi>)}
                </span>
              ),
            ];
          }}
        />
      )}
      {preview.renames.size > 0 && <Lists model={model} words={words} renames={preview.renames} attachments={preview.attachments?.length} choose={choose} />}
      {keeps && (
        <label class="ticked">
          <input type="checkbox" checked={synonyms} onChange={(event) => setSynonyms(event.currentTarget.checked)} /> {say("synonyms", { count: renames.length })}
        </label>
      )}
      {says && !keeps && <p class="hint">{say("synonyms.unseen")}</p>}
      {without && <p class="notice wrong">{say("why.tooMany", { count: MOST_WITHOUT })}</p>}
      {going.length > VERY_MANY && !without && (
        <label class="named">
          <span>{say("typeNumber", { number: number(going.length) })}</span>
          <input class="field" inputMode="numeric" value={typed} onInput={(event) => setTyped(event.currentTarget.value)} />
        </label>
      )}
      <div class="buttons">
        {pages.length > MANY && !without && <button type="button" class="button primary" onClick={() => start(TRIED)}>{say("try", { count: TRIED })}</button>}
        <button type="button" class={pages.length > MANY ? "button" : "button primary"} aria-disabled={!right} onClick={() => right && start()}>{[(pages.length > 0 || !chosen.told) && say("run", { count: pages.length }), chosen.told].filter(Boolean).join(" · ")}</button>
        <button type="button" class="button" onClick={close}>{say("close")}</button>
      </div>
    </div>
  );
}

function Running({ model, jobs, words, close }: Props): JSX.Element {
  const { say, number } = words;
  const job = jobs.job!;
  const { outcome } = job;
  const progress = outcome ?? job.progress;
  const heading = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => heading.current?.focus(), [!outcome]);
  const line = progress && [...jobs.own, ...model.runs].find(({ id }) => id === progress.run);
  const whys = new Map<string, string[]>();
  for (const { id, why } of progress?.cannot ?? []) whys.set(why, [...(whys.get(why) ?? []), id]);

  if (!outcome) {
    return (
      <div class="plan" aria-busy="true">
        <h2 tabIndex={-1} ref={heading}>{say(job.what === "undo" ? "undoing" : "running")}</h2>
        <progress max={progress?.of || 1} value={progress?.of ? progress.done : undefined} aria-label={say("running")} />
        <p class="hint">
          {progress && progress.step !== "all" && progress.phase !== "waiting" && `${say(`step.${progress.step}` as Key)} `}
          {progress?.phase === "waiting" ? say("waiting") : !progress?.of ? say("planning") : say("doneOf", { done: progress.done, of: progress.of, rate: number(Math.round(job.rate())) })}
        </p>
        <div class="buttons">
          <button type="button" class="button" aria-disabled={job.stopping} onClick={() => jobs.stop()}>{say(job.stopping ? "stopping" : "stop")}</button>
        </div>
        <p class="hint">{say(model.admin === false ? "warn.tab" : "leave")}</p>
      </div>
    );
  }
  const { state } = outcome;
  const tried = job.tried && state === "stopped" && !job.stopping;
  return (
    <div class="plan">
      <h2 tabIndex={-1} ref={heading}>{say(tried ? "result.tried" : (`result.${state}` as Key))}</h2>
      <p class={state === "done" || tried ? "notice" : "notice wrong"} role="status">
        {words.result({ undo: job.what === "undo", attachments: job.attachments, changed: outcome.changed, mended: outcome.mended })}
        {outcome.came > 0 && ` ${say("result.came", { count: outcome.came })}`} {say("result.unseen")}
      </p>
      {state === "left" && <p class="notice wrong">{say("result.leftWhy")}{model.admin && ` ${say("result.leftElse")}`}</p>}
      {state === "lost" && <p class="notice wrong">{say("result.lostWhy")}</p>}
      {state === "broken" && <p class="notice wrong">{say("result.brokenWhy")}</p>}
      {state === "full" && <p class="notice wrong">{say("result.fullWhy")}</p>}
      {job.kept === "kept" && job.what === "run" && <p class="notice">{say("result.synonyms", { count: job.synonyms.length })}</p>}
      {job.kept === "unseen" && <p class="notice wrong">{say("synonyms.unseen")}</p>}
      {job.kept === "failed" && <p class="notice wrong">{say("result.notKept")}</p>}
      {[...whys].map(([why, ids]) => (
        <section key={why} class="whys">
          <h3>{say(`cannot.${why}` as Key)} <span class="badge">{number(ids.length)}</span></h3>
          <Titles model={model} words={words} pages={ids.map((id) => ({ id }))} />
        </section>
      ))}
      {outcome.others.length > 0 && (
        <section class="whys">
          <h3>{say("result.others")} <span class="badge">{number(outcome.others.length)}</span></h3>
          <Titles model={model} words={words} pages={outcome.others} />
        </section>
      )}
      <div class="buttons">
        {line && (tried || state === "stopped" || state === "left") && <button type="button" class="button primary" onClick={() => void jobs.goOn(line)}>{say("goOn")}</button>}
        {line && job.what === "run" && outcome.changed + outcome.mended > 0 && (state === "done" || state === "stopped") && <button type="button" class="button" onClick={() => void jobs.undo(line)}>{say("undo")}</button>}
        <button
          type="button"
          class={tried ? "button" : "button primary"}
          onClick={() => {
            if (job.what === "run" && state === "done") job.basket.forEach(model.take);
            jobs.forget();
            close();
          }}
        >
          {say("close")}
        </button>
      </div>
    </div>
  );
}

const TITLES = 20; // at first
const MORE_TITLES = 200;

/** Pages with what is said of their labels, some at first. */
function Titles({ model, words, pages }: { model: Model; words: Words; pages: { id: string; names?: string[] }[] }): JSX.Element {
  const [most, setMost] = useState(TITLES);
  return (
    <Fragment>
      <ul class="titles">{pages.slice(0, most).map(({ id, names }) => <li key={id}><a href={addressOf(model, id)} target="_blank"><bdi>{model.store.title(id) || id}</bdi></a>{names && `: ${names.map(isolated).join(", ")}`}</li>)}</ul>
      {pages.length > most && <button type="button" class="link" onClick={() => setMost(most + MORE_TITLES)}>{words.say("more", { count: pages.length - most })}</button>}
    </Fragment>
  );
}
