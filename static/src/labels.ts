// The calls to the app's own service; here the one that changes a page's
// labels as the viewer.

import type { Host } from "./host.ts";

/** fault.Kind of the service, and the two ways in which there is no answer. */
export const KINDS = [
  "bad_request",
  "unauthorized",
  "anonymous",
  "unlicensed",
  "blocked",
  "forbidden",
  "not_found",
  "conflict",
  "too_large",
  "rate_limited",
  "upstream",
  "unavailable",
  "internal",
  "timeout",
  "network",
] as const;
export type Kind = (typeof KINDS)[number];

/** What is told of a fault. Its reason is for a sentence of its own, where the catalogue has one. */
export interface Told {
  kind: Kind;
  reason?: string;
}

export interface Problem extends Told {
  retryAfter?: number; // seconds
  requestId?: string;
  name?: string; // that is refused
  character?: string; // for which it is
}

export interface Failed extends Told {
  name: string;
  operation: "add" | "remove";
}

export interface Answer {
  names: string[]; // what Confluence holds now
  added: string[];
  removed: string[];
  lost: string[]; // of removed, what Confluence would not take again: no undo brings it back
  failed: Failed[];
  requestId?: string;
}

const ANSWER_WITHIN = 25_000; // ms from when it is sent: longer than the service may take, see handlers/answertime.go

/** Writes a change. Rejects with a Problem, never with anything else. */
export async function writeLabels(host: Host, change: { contentId: string; add: string[]; remove: string[] }): Promise<Answer> {
  return asAnswer(await ask(host, "/api/labels", undefined, change));
}

/**
 * POSTs a body as JSON to the service, or GETs where there is none, with a proof of who asks. Waits for the answer until
 * stop says not to, or until none can come any more. Rejects with a Problem, never with anything else.
 */
export async function ask(host: Host, path: string, stop?: AbortSignal, body?: object): Promise<unknown> {
  const end = new AbortController();
  const { signal } = end;
  const abort = () => end.abort();
  if (stop?.aborted) abort();
  stop?.addEventListener("abort", abort);
  try {
    const token = await host.token();
    AbortSignal.timeout(ANSWER_WITHIN).addEventListener("abort", abort);
    const response = await fetch(path, {
      method: body ? "POST" : "GET",
      headers: { Authorization: `JWT ${token}`, "Content-Type": "application/json" },
      body: body ? JSON.stringify(body) : null,
      credentials: "omit",
      signal,
    });
    const answer = await response.json().catch(() => null);
    if (!response.ok) throw asProblem(answer?.error);
    return answer;
  } catch (error) {
    if (isProblem(error)) throw error;
    throw { kind: signal.aborted ? "timeout" : "network" } satisfies Problem;
  }
}

function isProblem(error: unknown): error is Problem {
  return asKind((error as Problem | null)?.kind) !== undefined;
}

function asKind(value: unknown): Kind | undefined {
  return KINDS.find((kind) => kind === value);
}

// What stands between us and the service may answer in its place, and in
// another form: everything is checked, nothing of it is shown.
function asProblem(error: Record<string, unknown> | undefined): Problem {
  const problem: Problem = { ...told(error, "unavailable"), ...reference(error?.["requestId"]) };
  const { retryAfter, detail } = error ?? {};
  if (typeof retryAfter === "number" && retryAfter > 0) problem.retryAfter = Math.ceil(retryAfter);
  const { name, character } = (detail ?? {}) as { name?: unknown; character?: unknown };
  if (typeof name === "string") problem.name = name;
  if (typeof character === "string") problem.character = character;
  return problem;
}

/** A reason that is called as a kind says nothing more: the kind `timeout` is the browser's own. */
function told(fault: { kind?: unknown; reason?: unknown } | undefined, otherwise: Kind): Told {
  const { kind, reason } = fault ?? {};
  return { kind: asKind(kind) ?? otherwise, ...(typeof reason === "string" && !asKind(reason) && { reason }) };
}

function reference(requestId: unknown): { requestId?: string } {
  return typeof requestId === "string" && /^[\w.-]{1,64}$/.test(requestId) ? { requestId } : {};
}

function asAnswer(answer: unknown): Answer {
  const body = answer as { labels?: unknown; added?: unknown; removed?: unknown; lost?: unknown; failed?: unknown; requestId?: unknown } | null;
  if (!Array.isArray(body?.labels)) throw { kind: "unavailable" } satisfies Problem;
  const strings = (value: unknown) => (Array.isArray(value) ? value.filter((v) => typeof v === "string") : []);
  const objects = (value: unknown) => (Array.isArray(value) ? value.filter((v) => typeof v?.name === "string") : []);
  return {
    names: objects(body.labels).flatMap((l) => ((l.prefix ?? "global") === "global" ? [l.name] : [])),
    added: strings(body.added),
    removed: strings(body.removed),
    lost: strings(body.lost),
    failed: objects(body.failed).map((f) => ({
      name: f.name,
      operation: f.operation === "remove" ? "remove" : "add",
      ...told(f, "upstream"),
    })),
    ...reference(body.requestId),
  };
}
