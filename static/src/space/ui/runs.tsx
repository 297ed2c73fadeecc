// The tab with what was changed before, which is also the way to go on with it
// and to take it back.

import { h, type JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { download } from "../../download.ts";
import { leftBy, type Run } from "../runs.ts";
import type { Jobs } from "./job.ts";
import type { Model } from "./model.ts";
import { sentenceOf } from "./basket.tsx";
import type { Key, Words } from "./words.ts";

export function Runs({ model, jobs, words }: { model: Model; jobs: Jobs; words: Words }): JSX.Element {
  const { say, moment } = words;
  const [wrong, setWrong] = useState(false);
  const [state, setState] = useState<"reading" | "read" | "failed">("reading");
  const read = () => (setState("reading"), model.readRuns().then(() => setState("read"), () => setState("failed")));
  useEffect(() => void read(), []); // somebody else may have changed labels since the page was opened
  const runs = [...jobs.own, ...model.runs].sort((a, b) => b.began - a.began);
  const undone = new Map(runs.map(({ undoes, state }) => [undoes, state]));
  const hasPages = (id: string) => runs.some((run) => run.id === id && run.segments > 0);
  const own = new Set(jobs.own.map(({ id }) => id));
  const may = (run: Run) => own.has(run.id) || model.admin === true;
  return (
    <div class="runs">
      {state === "failed" && <p class="notice wrong" role="alert">{say("part.failed")} <button type="button" class="link" onClick={() => void read()}>{say("part.again")}</button></p>}
      {state === "reading" && !runs.length && <p class="hint" role="status">{say("part.loading")}</p>}
      {state === "read" && !runs.length && <p class="notice">{say("runs.none")}</p>}
      <ul>
        {runs.map((run) => {
          const { id, began, state, undoes, renames, more, changed, attachments, segments, parts } = run;
          return (
            <li key={id} class="card run">
              <h2>{renames.map(([from, to, pages]) => sentenceOf(words, { ...(from && { from }), ...(to && { to }) }, pages)).join(" · ") || say("runs.noNames")}{more > 0 && ` · ${say("more", { count: more })}`}</h2>
              <p class="hint">
                {moment(began)} · {say((undoes ? "state.undo" : `state.${state}`) as Key)}
                {undone.has(id) && ` · ${say(undone.get(id) === "done" ? "state.undone" : "state.partly")}`}
              </p>
              {state !== "running" && (
                <p class="hint">{words.result({ undo: undoes !== "", attachments, changed, mended: run.results["mended"] ?? 0 })}</p>
              )}
              {state === "stopped" && leftBy(run) > 0 && <p class="notice wrong">{say("runs.left", { count: leftBy(run) })}</p>}
              <div class="buttons">
                {may(run) && state !== "done" && !undone.has(id) && (undoes ? hasPages(undoes) : parts > 0) && <button type="button" class="button" onClick={() => void jobs.goOn(run)}>{say("goOn")}</button>}
                {may(run) && !undoes && !undone.has(id) && segments > 0 && (state === "running" || changed > 0 || run.results["mended"]) && <button type="button" class="button" onClick={() => void jobs.undo(run)}>{say("undo")}</button>}
                {own.has(id) && <button type="button" class="button" onClick={() => void jobs.text(run).then((text) => download(`run-${id}`, text))}>{say("runs.save")}</button>}
              </div>
            </li>
          );
        })}
      </ul>
      {model.admin === false && (
        <label class="named">
          <span>{say("runs.load")}</span>
          <input type="file" class="field" accept="application/json,.json" onChange={(event) => void event.currentTarget.files?.[0]?.text().then((text) => jobs.from(text)).then((run) => setWrong(!run))} />
        </label>
      )}
      {wrong && <p class="notice wrong" role="alert">{say("runs.wrong")}</p>}
    </div>
  );
}
