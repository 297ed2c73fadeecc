// What can go wrong with a call to the app's core, in the service's own words.

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
  retryAfter?: number; // seconds
}

export interface Problem extends Told {
  requestId?: string;
  name?: string; // that is refused
  character?: string; // for which it is
}

/** Whether the same change may well succeed in a moment. */
export function canRetry(kind: Kind): boolean {
  return ["rate_limited", "upstream", "unavailable", "internal", "timeout", "network"].includes(kind);
}

export function isProblem(error: unknown): error is Problem {
  return asKind((error as Problem | null)?.kind) !== undefined;
}

function asKind(value: unknown): Kind | undefined {
  return KINDS.find((kind) => kind === value);
}

/**
 * The problem that an answer with an error tells. What stands between us and
 * the service may answer in its place, and in another form: everything is
 * checked, nothing of it is shown.
 */
export function asProblem(answer: unknown): Problem {
  const { error } = (answer ?? {}) as { error?: Record<string, unknown> | null };
  const problem: Problem = { ...told(error, "unavailable"), ...reference(error?.["requestId"]) };
  const { detail } = error ?? {};
  const { name, character } = (detail ?? {}) as { name?: unknown; character?: unknown };
  if (typeof name === "string") problem.name = name;
  if (typeof character === "string") problem.character = character;
  return problem;
}

/** A reason that is called as a kind says nothing more: the kind `timeout` is the browser's own. */
export function told(fault: { kind?: unknown; reason?: unknown; retryAfter?: unknown } | null | undefined, otherwise: Kind): Told {
  const { kind, reason, retryAfter } = fault ?? {};
  return {
    kind: asKind(kind) ?? otherwise,
    ...(typeof reason === "string" && !asKind(reason) && { reason }),
    ...(typeof retryAfter === "number" && retryAfter > 0 && { retryAfter: Math.ceil(retryAfter) }),
  };
}

export function reference(requestId: unknown): { requestId?: string } {
  return typeof requestId === "string" && /^[\w.-]{1,64}$/.test(requestId) ? { requestId } : {};
}
