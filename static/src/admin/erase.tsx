// Erasing: what goes and what stays, a name to type, progress, what is left over.

import { Fragment, h, type ComponentChildren, type JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Host } from "../host.ts";
import type { Problem } from "../problem.ts";
import { isolated } from "../say.ts";
import type { Left } from "./cleaning.ts";
import { erasure, type Step } from "./erasure.ts";
import { ProblemLine } from "./problem.tsx";
import { markDays, nameOf, type Site, type SiteRecord } from "./site.ts";
import type { Words } from "./words.ts";

const MOST_NAMED = 20; // of what is left over

interface Props {
  host: Host;
  site: Site;
  words: Words;
  tell(line: string): void;
  failed(problem: Problem): void;
  busy(busy: boolean): void;
  erased(): void;
}

export function Erase({ host, site, words, tell, failed, busy, erased }: Props): JSX.Element {
  const { say } = words;
  const { record } = site;
  const [step, setStep] = useState<Step>({ name: "asking" });
  const [run] = useState(() => erasure(host, !!record, setStep));
  const [typed, setTyped] = useState("");
  const [refused, setRefused] = useState(false);
  const place = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const name = nameOf(site);
  const matches = typed.normalize("NFKC").trim().toLowerCase() === name;
  const held = record ? say("record.stays") : "";
  const after = step.name === "asking" && step.after;
  const said = after && say(after, { removed: step.removed ?? 0 }) + (after === "stopped" ? ` ${held}` : "");

  useEffect(() => {
    busy(step.name === "cleaning" || step.name === "erasing");
    if (step.name === "failed") failed(step.problem);
    if (step.name === "erased") erased();
    if (step.name === "cleaning") tell(say("cleaning"));
    if (step.name === "left") tell(say("left"));
    if (step.name === "erasing") tell(say("erasing"));
    if (said) tell(said);
    if (after === "cleaned") setTyped("");
  }, [step.name]);

  // The button that was pressed is gone with its step.
  const before = useRef(step.name);
  useLayoutEffect(() => {
    if (before.current !== step.name) place.current?.focus();
    before.current = step.name;
  }, [step.name]);

  function submit(event: Event): void {
    event.preventDefault();
    setRefused(!matches);
    if (matches) void run.start(name);
    else field.current?.focus();
  }

  return (
    <section aria-labelledby="erase">
      <h2 id="erase">{say("erase")}</h2>
      <div class="step" tabIndex={-1} ref={place} aria-labelledby="erase" role="group">
        {step.name === "asking" && (
          <>
            {said && <p class="notice">{said}</p>}
            <h3>{say("goes")}</h3>
            <ul class="plain">
              {record && <li>{say("goes.record")}</li>}
              <li>{say("goes.pages")}</li>
              <li>{say("goes.spaces")}</li>
            </ul>
            <h3>{say("stays")}</h3>
            <ul class="plain">
              <li>{say("stays.labels")}</li>
              <li>{say("stays.hidden")}</li>
              {record && <Remains record={record} words={words} />}
            </ul>
            <form onSubmit={submit} noValidate>
              <label for="confirm">{say("confirm", { name: isolated(name) })}</label>
              <input
                id="confirm"
                class="field"
                dir="ltr"
                ref={field}
                value={typed}
                autocomplete="off"
                autocapitalize="none"
                spellcheck={false}
                aria-invalid={refused && !matches}
                aria-describedby={refused && !matches ? "confirm-wrong" : undefined}
                onInput={(event) => setTyped(event.currentTarget.value)}
              />
              {refused && !matches && <p id="confirm-wrong" class="hint wrong" role="alert">{say("confirm.wrong")}</p>}
              <button type="submit" class="button danger" aria-disabled={!matches}>{say("erase.do")}</button>
            </form>
          </>
        )}
        {step.name === "cleaning" && (
          <>
            <p id="progress">
              {step.progress.of ? say("progress", { done: step.progress.done, of: step.progress.of, removed: step.progress.removed }) : say("cleaning")}
            </p>
            <progress aria-labelledby="progress" {...(step.progress.of > 0 && { value: step.progress.done, max: step.progress.of })} />
            <button type="button" class="button" aria-disabled={step.stopping} onClick={() => run.stop()}>{say(step.stopping ? "stopping" : "stop")}</button>
          </>
        )}
        {step.name === "left" && (
          <>
            <h3>{say("left")}</h3>
            <p>{held} {say("left.lead", { removed: step.removed })}</p>
            <ul class="plain">
              {step.left.slice(0, MOST_NAMED).map((left) => (
                <li key={left.what + left.path}>
                  {named(left, site, words)} <span class="hint">{reason(left.status, words)}</span>
                </li>
              ))}
              {step.left.length > MOST_NAMED && <li>{say("left.more", { count: step.left.length - MOST_NAMED })}</li>}
            </ul>
            <div class="buttons">
              <button type="button" class="button" onClick={() => void run.start(name)}>{say("left.again")}</button>
              {record && <button type="button" class="button danger" onClick={() => void run.erase()}>{say("left.erase")}</button>}
              <button type="button" class="button" onClick={() => setStep({ name: "asking" })}>{say("left.stop")}</button>
            </div>
          </>
        )}
        {step.name === "erasing" && (
          <>
            <p id="progress">{say("erasing")}</p>
            <progress aria-labelledby="progress" />
          </>
        )}
        {step.name === "failed" && <ProblemLine problem={step.problem} host={host} words={words} again={() => void run.erase()} />}
      </div>
    </section>
  );
}

/** Outside Confluence, once the record is erased. */
export function Remains({ record, words: { say } }: { record: SiteRecord; words: Words }): JSX.Element {
  return (
    <>
      <li>{say("backups", { count: record.retention.backupDays })}</li>
      <li>{say("logs", { count: record.retention.logDays })}</li>
      <li>{say("marked", { count: markDays(record) })}</li>
    </>
  );
}

function named({ what, name, path }: Left, { url }: Site, { say }: Words): ComponentChildren {
  if (what === "pages" || what === "spaces") return say(`left.${what}`);
  return <a href={url.href.replace(/\/$/, "") + path} target="_blank" rel="noopener" dir="auto">{name}</a>;
}

function reason(status: number, { say }: Words): string {
  if (status === 403 || status === 404) return say("reason.forbidden");
  return say(status === 429 || status === 503 ? "reason.busy" : "reason.failed");
}
