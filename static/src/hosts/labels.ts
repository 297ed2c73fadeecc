// The label writer of the tab: it answers POST /api/labels where no service
// does. What it sends, in which order, what it sends again and what it tells of
// it is as in internal/confluence; handlers/testdata/contract has what both must
// do. It keeps nothing between two changes: who calls it makes them one after
// the other.
//
// It sees less than the service: of an answer the status and the JSON, and no
// header. So a limit never says how long it lasts, and what is no JSON cannot be
// told from no answer at all.

import { canHaveLabels, contentPath, nextCursor } from "../confluence.ts";
import { statusOf } from "../failure.ts";
import type { Confluence } from "../host.ts";
import { MOST_PER_CHANGE, MOST_PER_PAGE, MOST_PER_REQUEST } from "../limits.ts";
import { labelCalls } from "./labelcalls.ts";
import { isName, normalise, problemOf, problemOfHeld, type NameProblem } from "../name.ts";
import type { Kind, Problem } from "../problem.ts";

/** Who looks at what. */
export interface Place {
  contentId: string;
  contentType: string; // as the product names it
  signedIn: boolean;
  licensed: boolean;
}

/** The body of the call. Names to add are as typed, names to remove as they are held. */
export interface LabelChange {
  contentId: string;
  add?: string[];
  remove?: string[];
}

/** The answer, as the service gives it. */
export interface LabelAnswer {
  labels: Label[];
  added: string[];
  removed: string[];
  lost?: string[];
  failed: (Fault & { name: string; operation: "add" | "remove" })[];
}
interface Label {
  id: string;
  prefix: string;
  name: string;
}

interface Fault {
  kind: Kind;
  reason: string;
  retryAfter?: number; // seconds
}

/** Time, in milliseconds from anywhere. */
export interface Clock {
  now(): number;
  sleep(ms: number): Promise<void>;
}
const CLOCK: Clock = { now: () => performance.now(), sleep: (ms) => new Promise((wake) => setTimeout(wake, ms)) };

const MOST_LISTS = 10; // of 250 labels: five times what a page can have

// Of the time and of the patience a fifth is kept for reading back, without
// which nobody knows what the writes did. In ms.
const ANSWER_WITHIN = 20_000;
const READ_BACK = 4_000;
const ATTEMPT_WITHIN = 8_000;
const PATIENCE = 4_000; // what is waited in all before trying again
const READ_BACK_PATIENCE = 1_000;
const MOST_ATTEMPTS = 4;

/**
 * Makes changes to the labels of one place, as the viewer. It rejects with a Problem and never with anything else; then
 * nothing was changed, or the reason is written_not_verified, or stop said so: what is on its way then is still
 * answered by Confluence, and nothing more is sent.
 */
export function labelWriter(
  confluence: Confluence,
  place: Place,
  clock = CLOCK,
): (body: LabelChange, stop?: AbortSignal) => Promise<LabelAnswer> {
  return async (body, stop) => {
    let leave = () => {};
    const left = new Promise<never>((_, reject) => (leave = () => reject({ kind: "timeout" } satisfies Problem)));
    if (stop?.aborted) leave();
    stop?.addEventListener("abort", leave);
    try {
      return await Promise.race([left, write(confluence, place, clock, body, stop)]);
    } finally {
      stop?.removeEventListener("abort", leave);
    }
  };
}

async function write(confluence: Confluence, place: Place, clock: Clock, body: LabelChange, stop?: AbortSignal): Promise<LabelAnswer> {
  if (!place.signedIn) throw refusal("anonymous", "no_account");
  if (!place.licensed) throw refusal("unlicensed", "no_active_licence");
  const path = placeOf(place);
  if (!path || !body.contentId || body.contentId !== place.contentId) throw refusal("not_found", "content_not_proved");
  const { add, remove } = changeOf(body);

  const end = clock.now() + ANSWER_WITHIN;
  const writing = { until: end - READ_BACK, patience: PATIENCE };
  const send = <T>(call: () => Promise<T>, time = writing) => attempts(call, time, clock, stop);

  const { adds, removes } = labelCalls(confluence, place.contentId, { add, remove });
  const steps = [...removes, ...adds]; // removes make room on a full page
  const faults = new Map<string, Fault>();
  const fail = (from: number, to: number, fault: Fault) => steps.slice(from, to).forEach(({ names }) => names.forEach((name) => faults.set(name, fault)));
  let changed = false; // or may have been
  for (let i = 0; i < steps.length; i++) {
    const failure = await send(steps[i]!.call).then(() => undefined, (failed: Failure) => failed);
    changed ||= failure?.maybe ?? true;
    if (!failure) continue;
    let { fault } = failure;
    if (["bad_request", "conflict", "too_large"].includes(fault.kind)) {
      fail(i, i + 1, fault); // it is about these names; others may get through
      continue;
    }
    if (fault.kind === "forbidden" && i < remove.length) {
      // No label can be removed from what is archived, though some may be added, and the refusal does not say so.
      const content = (await send(() => confluence.read(path)).catch(() => undefined)) as { status?: unknown } | null | undefined;
      if (content?.status === "archived") {
        fault = refusal("forbidden", "archived_content");
        if (adds.length) {
          fail(i, remove.length, fault);
          i = remove.length - 1;
          continue;
        }
      }
    }
    if (!changed) throw fault;
    fail(i, steps.length, fault);
    break;
  }

  const reading = { until: end, patience: Math.max(writing.patience, 0) + READ_BACK_PATIENCE };
  const labels = await labelsAt(path, (address) => send(() => confluence.read(address), reading)).catch((error: Failure | Error) => {
    throw { kind: "upstream", ...("fault" in error && error.fault), reason: "written_not_verified" } satisfies Problem;
  });
  return answerOf(add, remove, labels, faults);
}

/** Where v2 has the content; undefined if it has no labels. */
export function placeOf({ contentType, contentId }: Pick<Place, "contentType" | "contentId">): string | undefined {
  if (/^(ac|forge):/.test(contentType)) return `/api/v2/custom-content/${encodeURIComponent(contentId)}`; // of a type that an app defines
  return canHaveLabels(contentType) ? contentPath(contentType, contentId) : undefined;
}

function refusal(kind: Kind, reason: string): Fault {
  return { kind, reason };
}

/** The change that is asked for, each name once: as label.NewChange makes it. */
function changeOf({ add = [], remove = [] }: LabelChange): { add: string[]; remove: string[] } {
  if (!add.length && !remove.length) throw refusal("bad_request", "label_nothing_asked");
  const change = { add: namesOf(add.map((text) => [text, normalise(text)]), problemOf), remove: namesOf(remove.map((text) => [text, text]), problemOfHeld) };
  // Compared as typed names: who adds and removes "Red" means one label.
  const twice = remove.find((text) => change.add.includes(normalise(text)));
  if (twice !== undefined) throw { ...refusal("bad_request", "label_added_and_removed"), name: twice } satisfies Problem;
  return change;
}

function namesOf(texts: [text: string, name: string][], problem: (name: string) => NameProblem | undefined): string[] {
  if (texts.length > MOST_PER_CHANGE) throw refusal("too_large", "label_too_many");
  for (const [text, name] of texts) {
    const found = problem(name);
    if (found) throw { ...refusal("bad_request", `label_${found.rule}`), name: text, ...(found.character && { character: found.character }) } satisfies Problem;
  }
  return [...new Set(texts.map(([, name]) => name))];
}

/** A request that did not get through; maybe says that it may have taken effect all the same. */
interface Failure {
  fault: Fault;
  maybe: boolean;
}

/**
 * Sends until it is answered with success or there is no point in going on: reading, adding a label that is there and
 * removing one that is not do no harm. Rejects with a Failure.
 */
async function attempts<T>(call: () => Promise<T>, time: { until: number; patience: number }, clock: Clock, stop?: AbortSignal): Promise<T> {
  let maybe = false;
  for (let attempt = 1; ; attempt++) {
    if (stop?.aborted) return new Promise(() => undefined); // nobody waits
    const left = time.until - clock.now();
    if (left <= 0) throw { fault: refusal("upstream", "deadline"), maybe } satisfies Failure;
    const late = left <= ATTEMPT_WITHIN ? "deadline" : "timeout";
    try {
      return await Promise.race([call(), clock.sleep(Math.min(left, ATTEMPT_WITHIN)).then(() => Promise.reject(late))]);
    } catch (error) {
      const status = statusOf(error);
      const fault = error === late ? refusal("upstream", late) : faultOf(status);
      maybe ||= status === 0 || status >= 500;
      // Spread, so that those who failed together do not return together.
      const wait = (status === 429 ? 2_000 : 250) * 2 ** (attempt - 1) * (0.7 + 0.6 * Math.random());
      if (status === 429) fault.retryAfter = Math.ceil(wait / 1_000);
      const again = error !== late && [0, 429, 502, 503, 504].includes(status) && attempt < MOST_ATTEMPTS;
      if (!again || wait > time.patience || clock.now() + wait >= time.until) throw { fault, maybe } satisfies Failure;
      time.patience -= wait;
      await clock.sleep(wait);
    }
  }
}

const FAULTS: Record<number, [Kind, reason: string]> = {
  0: ["upstream", "connection"],
  400: ["bad_request", "confluence_refuses"],
  401: ["anonymous", "no_account"], // they were logged in when the page was opened
  403: ["forbidden", "not_permitted"],
  404: ["not_found", "no_such_content"],
  409: ["conflict", "confluence_conflict"],
  410: ["upstream", "endpoint_gone"],
  413: ["too_large", "confluence_too_large"],
  429: ["rate_limited", "endpoint_limit"],
};

/** What a status of Confluence means. */
export function faultOf(status: number): Fault {
  const reason = status >= 500 ? "confluence_failed" : status >= 300 && status < 400 ? "redirect" : "unexpected_status";
  return refusal(...(FAULTS[status] ?? (["upstream", reason] as const)));
}

/** All labels there are, of every prefix. Rejects also with what is no Failure, if that cannot be understood. */
async function labelsAt(path: string, read: (address: string) => Promise<unknown>): Promise<Label[]> {
  const labels: Label[] = [];
  const seen = new Set([""]);
  for (let cursor = ""; ; ) {
    const listing = (await read(`${path}/labels?limit=250${cursor && `&cursor=${encodeURIComponent(cursor)}`}`)) as {
      results: { id?: unknown; name?: unknown; prefix?: unknown }[];
      _links?: { next?: string };
    };
    const text = (value: unknown) => String(value ?? "");
    labels.push(...listing.results.map(({ id, name, prefix }) => ({ id: text(id), prefix: text(prefix) || "global", name: text(name) })));
    if (!listing._links?.next) return labels;
    // A list that does not end must not pass for a whole one.
    cursor = nextCursor(listing);
    if (seen.has(cursor) || seen.size === MOST_LISTS) throw new Error("paging");
    seen.add(cursor);
  }
}

/** What is there decides what was done, not what was answered. */
function answerOf(add: string[], remove: string[], labels: Label[], faults: Map<string, Fault>): LabelAnswer {
  const held = new Set(labels.filter(({ prefix }) => prefix === "global").map(({ name }) => name));
  const [added, missing] = split(add, (name) => held.has(name));
  const [left, removed] = split(remove, (name) => held.has(name));
  // Confluence answers 400 to this as to all else.
  const full = held.size + Math.min(missing.length, MOST_PER_REQUEST) > MOST_PER_PAGE;
  const why = (name: string, otherwise: string) => faults.get(name) ?? refusal("conflict", otherwise); // answered with success, and spelled otherwise
  const lost = removed.filter((name) => !isName(name));
  return {
    labels,
    added,
    removed,
    ...(lost.length && { lost }),
    failed: [
      ...missing.map((name) => {
        const fault = why(name, "name_not_kept");
        return { name, operation: "add" as const, ...(full && fault.kind === "bad_request" ? refusal("too_large", "page_full") : fault) };
      }),
      ...left.map((name) => ({ name, operation: "remove" as const, ...why(name, "name_still_held") })),
    ],
  };
}

function split(names: string[], test: (name: string) => boolean): [yes: string[], no: string[]] {
  return [names.filter(test), names.filter((name) => !test(name))];
}
