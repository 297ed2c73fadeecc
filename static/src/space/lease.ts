// Who works on a run: one at a time, though nobody can ask the others. Each
// batch is written to a property before its pages are changed, and Confluence
// takes such a write only from who knows the property's version: so it is also
// the sign of life, and the way to take a run over. This decides from what was
// seen and answered; it reads no clock and calls nobody.
//
// Times are ms of one clock that goes on while the computer sleeps. Only what is
// seen here counts, never another's clock.

/** A run whose property has not moved for so long is anybody's. */
export const STALE_AFTER = 90_000;
/** Whose last write was sent so long ago writes again before the next change: before others may think it gone. */
export const HELD_FOR = 60_000;

export type Lease =
  /** Nothing is known yet. */
  | { state: "unknown" }
  /** Nobody works on the run; mark is the property and its version. */
  | { state: "free"; mark: string }
  /** Somebody else does. since is when the mark was first seen here. */
  | { state: "theirs"; mark: string; since: number }
  /** We do. since is when the write was sent that says so. */
  | { state: "mine"; mark: string; since: number }
  /** A write of ours was not answered: only reading tells. */
  | { state: "unsure"; before: Lease; mark: string; since: number }
  /** It was ours, or was to be, and is not: nothing is written any more. */
  | { state: "lost" };

export type Event =
  /** The property was read: who owns the run, "" for nobody. */
  | { kind: "read"; mark: string; owner: string }
  /** A write as the owner was sent, and answered with a status, 0 for no answer. mark is what it makes of the property. */
  | { kind: "wrote"; mark: string; sent: number; status: number }
  /** A write gave the run up, and was answered with success. */
  | { kind: "gave_up"; mark: string };

/** The lease after an event. me is a name that nobody else has. A lost one stays lost. */
export function after(lease: Lease, event: Event, me: string, now: number): Lease {
  if (lease.state === "lost") return lease;
  switch (event.kind) {
    case "wrote":
      return afterWrite(lease, event);
    case "gave_up":
      return { state: "free", mark: event.mark };
    case "read":
      return afterRead(lease, event, me, now);
  }
}

function afterWrite(lease: Lease, { mark, sent, status }: { mark: string; sent: number; status: number }): Lease {
  if (status >= 200 && status < 300) return { state: "mine", mark, since: sent };
  if (status === 429) return lease; // it was not looked at
  if (status === 0 || status >= 500) return { state: "unsure", before: lease, mark, since: sent };
  return { state: "lost" }; // 409 and 400: somebody else was first; else the property or the right is gone
}

function afterRead(lease: Lease, { mark, owner }: { mark: string; owner: string }, me: string, now: number): Lease {
  if (lease.state === "unsure") {
    if (owner === me && mark === lease.mark) return { state: "mine", mark, since: lease.since };
    // It may still be on its way: what was before stands, and the next write finds out.
    return "mark" in lease.before && mark === lease.before.mark ? lease.before : afterRead(lease.before, { mark, owner }, me, now);
  }
  if (lease.state === "mine") return owner === me && mark === lease.mark ? lease : { state: "lost" };
  if (!owner) return { state: "free", mark };
  return lease.state === "theirs" && lease.mark === mark ? lease : { state: "theirs", mark, since: now };
}

/** Whether a page may be changed now. */
export function mayChange(lease: Lease, now: number): boolean {
  return lease.state === "mine" && now >= lease.since && now - lease.since < HELD_FOR;
}

/** Whether the run may be taken over, which is a write like any other. */
export function mayTake(lease: Lease, now: number): boolean {
  return lease.state === "free" || (lease.state === "theirs" && now - lease.since >= STALE_AFTER);
}
