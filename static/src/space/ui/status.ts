/** The status of a call that failed, 0 if it has none. By shape: the class that the host throws is in another part of the bundle. */
export function statusOf(error: unknown): number {
  const { status } = (error ?? {}) as { status?: unknown };
  return typeof status === "number" ? status : 0;
}
