// What a call to Confluence that failed says. By shape: the class of the error
// that the host throws may be in another part of the bundle.

/** The HTTP status, 0 without one. */
export function statusOf(error: unknown): number {
  const { status } = (error ?? {}) as { status?: unknown };
  return typeof status === "number" ? status : 0;
}

/** The seconds it asks to wait, 0 if it does not. */
export function retryAfterOf(error: unknown): number {
  const { retryAfter } = (error ?? {}) as { retryAfter?: unknown };
  return typeof retryAfter === "number" ? retryAfter : 0;
}

/** Whether the same call may succeed later: Confluence was too busy, failed, or did not answer. */
export function mayPass(status: number): boolean {
  return status === 0 || status === 429 || status >= 500;
}
