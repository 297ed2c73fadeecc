// Whether the app works on this site, and what to do where it does not.

import { Fragment, h, type ComponentChildren, type JSX } from "preact";
import type { Host } from "../host.ts";
import type { Problem } from "../problem.ts";
import { ProblemLine } from "./problem.tsx";
import type { Check, Fault, Site } from "./site.ts";
import type { Key, Words } from "./words.ts";

/** The scopes, checks and kinds of fault that there are sentences for. There may be more; scopes with a colon have files of their own. */
export const SCOPES = ["READ", "WRITE", "ACT_AS_USER"] as const;
export const CHECKS = ["read_as_app", "act_as_user", "read_spaces", "read_labels", "search", "service"] as const;
export const FAULTS = [
  "bad_request", "unauthorized", "anonymous", "unlicensed", "blocked", "forbidden", "not_found", "conflict", "too_large", "rate_limited", "upstream", "unavailable", "internal",
] as const;
// The kinds of fault that an administrator can do something about.
const OF_PERMISSION = ["unauthorized", "forbidden"];

interface Props {
  host: Host;
  site: Site;
  scopes: Record<string, string>; // what each is for
  words: Words;
  busy: boolean;
  again(): void;
  problem: Problem | undefined; // of the last reading; site is older then
}

export function Health({ host, site, scopes, words, busy, again, problem }: Props): JSX.Element {
  const { say, date, age } = words;
  const { record } = site;
  return (
    <section aria-labelledby="health" aria-busy={busy}>
      <div class="head">
        <h2 id="health">{say("health")}</h2>
        <button type="button" class="button" aria-disabled={busy} onClick={() => busy || again()}>{say("checkAgain")}</button>
      </div>
      {problem && <ProblemLine problem={problem} host={host} words={words} again={undefined} />}
      <dl class="facts">
        <Fact term={say("license")} good={site.licensed}>{say(site.licensed ? "license.active" : "license.none")}</Fact>
        {record && <Fact term={say("enabled")} good={record.enabled}>{say(record.enabled ? "enabled.yes" : "enabled.no")}</Fact>}
        {site.checks.map((check) => <CheckFact key={check.name} check={check} once={!!record} words={words} />)}
        {record && (
          <>
            <Fact term={say("lastCall")}>
              {record.lastCall ? `${date(record.lastCall)} (${age(record.lastCall, site.now)})` : say("lastCall.none")}
              <span class="hint">{say("lastCall.hint")}</span>
            </Fact>
            <Fact term={say("installed")}>{date(record.installedAt)}</Fact>
          </>
        )}
        <Fact term={say("scopes")}>
          <ul>{site.scopes.map((scope) => <li key={scope}>{known(SCOPES, scope) ? say(`scope.${scope}` as Key) : <Scope scope={scope} sentence={scopes[scope]} />}</li>)}</ul>
        </Fact>
        <Fact term={say("version")}><code>{site.version}</code></Fact>
      </dl>
      {record && (
        <>
          <h3>{say("errors")}</h3>
          <p class="hint">{say("errors.since", { date: date(record.errors.since), age: age(record.errors.since, site.now) })}</p>
          {record.errors.entries.length ? (
            <ul class="faults">{record.errors.entries.map((fault, i) => <FaultItem key={i} fault={fault} now={site.now} words={words} />)}</ul>
          ) : (
            <p>{say("errors.none")}</p>
          )}
        </>
      )}
    </section>
  );
}

function Fact({ term, good, children }: { term: string; good?: boolean; children: ComponentChildren }): JSX.Element {
  return (
    <div>
      <dt>{term}</dt>
      <dd>
        {good !== undefined && <Mark good={good} />}
        <div>{children}</div>
      </dd>
    </div>
  );
}

/** Says nothing that the words beside it do not say. */
function Mark({ good }: { good: boolean }): JSX.Element {
  return (
    <svg class={good ? "mark good" : "mark bad"} viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path fill="currentColor" d={good ? "M6.2 12.4 2 8.2l1.4-1.4 2.8 2.8 6.4-6.4L14 4.6z" : "M8 1l7.5 13.5H.5zm-.9 5v4h1.8V6zm0 5v1.8h1.8V11z"} />
    </svg>
  );
}

function Scope({ scope, sentence }: { scope: string; sentence: string | undefined }): JSX.Element {
  return <>{sentence} <code class={sentence && "hint"}>{scope}</code></>;
}

/** once: the app cannot be installed again. */
function CheckFact({ check: { name, ok, kind }, once, words: { say } }: { check: Check; once: boolean; words: Words }): JSX.Element {
  const check = known(CHECKS, name);
  return (
    <Fact term={check ? say(`check.${check}` as Key) : name} good={ok}>
      {ok ? say("check.ok") : check ? say(`check.${check}.fails` as Key) : say("check.fails")}
      {!ok && <span class="hint">{OF_PERMISSION.includes(kind) ? say("fix.permission") + (once ? ` ${say("fix.keep")}` : "") : say("fix.later")}</span>}
    </Fact>
  );
}

function FaultItem({ fault, now, words }: { fault: Fault; now: string; words: Words }): JSX.Element {
  const { say, date, age } = words;
  return (
    <li>
      <p>{say(sentenceFor(fault))}</p>
      <p class="hint">
        {say("fault.count", { count: fault.count })} · {say("fault.first", { date: date(fault.first) })} · {say("fault.last", { date: date(fault.last), age: age(fault.last, now) })}
      </p>
      <p class="hint">
        <code>{[fault.kind, fault.reason, fault.route].filter(Boolean).join(" · ")}</code>
      </p>
      {fault.requestId && <p class="hint">{say("reference", { id: fault.requestId })}</p>}
    </li>
  );
}

function sentenceFor(fault: Fault): Key {
  if (fault.reason === "not_an_administrator") return "fault.not_an_administrator"; // forbidden by us, and no matter of labels
  const kind = known(FAULTS, fault.kind);
  return kind ? (`fault.${kind}` as Key) : "fault.other";
}

function known<T extends string>(all: readonly T[], value: string): T | undefined {
  return all.find((one) => one === value);
}
