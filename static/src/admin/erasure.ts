// How a site is erased: first what the app keeps in Confluence, which only the
// person can remove, then the record if there is one, after which the app cannot
// act any more.

import type { Host } from "../host.ts";
import type { Problem } from "../problem.ts";
import { clean, type Left, type Progress } from "./cleaning.ts";
import { eraseSite } from "./site.ts";

export type Step =
  | { name: "asking"; after?: "stopped" | "cleaned"; removed?: number }
  | { name: "cleaning"; progress: Progress; stopping: boolean }
  | { name: "left"; left: Left[]; removed: number }
  | { name: "erasing" }
  | { name: "failed"; problem: Problem }
  | { name: "erased" };

export interface Erasure {
  /** Cleans, and erases the record if nothing is left over. name is what the person typed. Again: goes on from where it stopped. */
  start(name: string): Promise<void>;
  /** Erases the record whatever is left over. */
  erase(): Promise<void>;
  /** Ends cleaning, as soon as the calls that are under way have been answered. */
  stop(): void;
}

// The kinds of an answer after which nothing was erased for sure: upstream is Confluence, asked for the rights before.
const NOTHING_DONE: Problem["kind"][] = ["bad_request", "forbidden", "anonymous", "unlicensed", "blocked", "not_found", "rate_limited", "upstream"];

/** show is called with each new step. */
export function erasure(host: Host, recorded: boolean, show: (step: Step) => void): Erasure {
  let confirmed = "";
  let removed = 0; // in all tries
  let asked = false; // the record may have gone already
  let stopping = new AbortController();
  let last: Progress | undefined;

  async function erase(): Promise<void> {
    show({ name: "erasing" });
    try {
      await eraseSite(host, confirmed);
      show({ name: "erased" });
    } catch (error) {
      const problem = error as Problem;
      // The service does not know a site of which it holds nothing.
      if (asked && problem.kind === "unauthorized") return show({ name: "erased" });
      asked ||= !NOTHING_DONE.includes(problem.kind) && problem.kind !== "unauthorized";
      show({ name: "failed", problem });
    }
  }

  return {
    async start(name) {
      confirmed = name;
      stopping = new AbortController();
      const before = removed;
      last = undefined;
      const cleaned = await clean(host, (progress) => report({ ...progress, removed: before + progress.removed }), stopping.signal);
      removed += cleaned.removed;
      if (cleaned.stopped) show({ name: "asking", after: "stopped", removed });
      else if (cleaned.left.length) show({ name: "left", left: cleaned.left, removed });
      else if (recorded) await erase();
      else show({ name: "asking", after: "cleaned", removed });
    },
    erase,
    stop() {
      stopping.abort();
      if (last) report(last);
    },
  };

  function report(progress: Progress): void {
    last = progress;
    show({ name: "cleaning", progress, stopping: stopping.signal.aborted });
  }
}
