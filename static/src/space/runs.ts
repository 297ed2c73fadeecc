// The list of the runs of a space, which is the history of its labels, and what
// of them is kept for how long. A line says when, what became what, and how
// many; it names no page and no person. This decides; who writes is elsewhere.

import { LAST_MOMENT } from "./day.ts";
import { renamePairs, resolve, type Decision } from "./decisions.ts";
import { bytesOf, MOST_BYTES } from "./packing.ts";

type RunState = "running" | "done" | "stopped";
const STATES: readonly RunState[] = ["running", "done", "stopped"];

export interface Run {
  id: string; // digits and small letters
  began: number; // ms since 1970
  state: RunState;
  undoes: string; // the run that it takes back; "" for none
  renames: Renamed[]; // the first ones
  more: number; // decisions that are not among them
  changed: number; // pages, and attachments
  attachments: boolean; // it changes those, too
  /** How many pages ended how, beside those that changed; of the newest runs only. */
  results: Record<string, number>;
  /** What of its pages is kept, in properties: segments, and parts of the plan; 0 where nothing is any more. */
  segments: number;
  parts: number;
  bytes: number; // of all of them; of a run that has not ended, what they may come to
}

/** A decision: names, "" for none; and of how many pages, where it is not of all. */
type Renamed = [from: string, to: string, pages?: number];

const KEPT_RUNS = 5; // with their pages
const KEPT_DAYS = 30; // the same, of more runs than that
const KEPT_RESULTS = 20; // runs
const MOST_KEPT = 1_000_000; // bytes of a space
const MOST_LINES = MOST_BYTES - 100; // bytes of all lines
const DAY = 86_400_000; // ms
const MOST_RENAMES = 10; // of a line
const LONGEST_RENAMES = 600; // bytes of them
const MOST_RESULTS = 12;
const MOST_RUNS = 1_000; // that are read

/** The decisions of a line: as many as it has room for. */
export function renamesOf(decisions: readonly Decision[]): Pick<Run, "renames" | "more"> {
  const all = decisions.map(({ from = "", to = "", pages }): Renamed => (pages ? [from, to, pages.length] : [from, to]));
  let left = LONGEST_RENAMES;
  const renames = all.slice(0, MOST_RENAMES).filter((pair) => (left -= bytesOf(pair)) >= 0);
  return { renames, more: all.length - renames.length };
}

/** What runs renamed wherever it was, the newest last, and nobody took back. One that was only tried, or stopped, is none of it. */
export function renamedBy(runs: readonly Run[]): Map<string, string> {
  const undone = new Set(runs.map(({ undoes }) => undoes));
  const renamed = new Map<string, string>();
  for (const { id, state, undoes, renames } of [...runs].sort((a, b) => a.began - b.began)) {
    if (undoes || undone.has(id) || state !== "done") continue;
    const { rules } = resolve(renames.flatMap(([from, to, pages]) => (from && to && pages === undefined ? [{ from, to }] : [])));
    for (const [from, to] of renamePairs(rules.everywhere)) {
      renamed.delete(to); // it is meant to be back
      for (const [name, end] of renamed) if (end === from) renamed.set(name, to);
      renamed.set(from, to);
    }
  }
  return renamed;
}

const FINAL = ["mended", "edited", "not_mended"]; // results that no other try changes

/** How many pages an undo left that it may take back later, when somebody goes on with it. */
export function leftBy({ undoes, results }: Pick<Run, "undoes" | "results">): number {
  if (!undoes) return 0;
  return Object.entries(results).reduce((sum, [why, count]) => (FINAL.includes(why) ? sum : sum + count), 0);
}

export interface Retention {
  runs: Run[]; // the newest first
  /** Runs whose pages go: their properties are removed after the list is written. */
  dropped: Run[];
  /** More than a space or the list has room for, with the runs that still run alone. */
  full: boolean;
}

/**
 * What is kept. The pages of a run that still runs always are, and of the one that it takes back; those of the last 5 runs,
 * of others for 30 days, and those of an undo that was stopped or left pages and of its run, as long as a space has room for
 * all, and the list for their lines; then the oldest go first, and what such an undo needs last. When the list is full, the
 * oldest lines without pages go, then names from the oldest of the others.
 */
export function retained(runs: readonly Run[], now: number): Retention {
  const newest = [...runs].sort((a, b) => b.began - a.began || (a.id < b.id ? -1 : 1)).map((run, i) => (i < KEPT_RESULTS ? run : { ...run, results: {} }));
  const hasPages = ({ segments, parts }: Run) => segments > 0 || parts > 0;
  const needed = new Set(newest.flatMap(({ id, state, undoes }) => (state === "running" ? [id, undoes] : [])));
  const halfway = new Set(newest.flatMap(({ id, state, undoes }) => (state === "stopped" && undoes ? [id, undoes] : [])));
  const wanted = newest.filter((run, i) => needed.has(run.id) || (hasPages(run) && (halfway.has(run.id) || i < KEPT_RUNS || now - run.began < KEPT_DAYS * DAY)));
  let bytes = MOST_BYTES; // of the list itself
  let least = 0; // bytes of their lines
  for (const run of wanted) {
    bytes += run.bytes;
    least += roomOf(bare(run));
  }
  const isFull = () => bytes > MOST_KEPT || least > MOST_LINES;
  const going = wanted.filter(({ id }) => !needed.has(id)).reverse().sort((a, b) => Number(halfway.has(a.id)) - Number(halfway.has(b.id)));
  while (isFull() && going.length) {
    const oldest = going.shift()!;
    bytes -= oldest.bytes;
    least -= roomOf(bare(oldest));
    wanted.splice(wanted.indexOf(oldest), 1);
  }
  const keeps = new Set(wanted);
  const dropped = newest.filter((run) => hasPages(run) && !keeps.has(run));
  let left = MOST_LINES - wanted.reduce((sum, run) => sum + roomOf(run), 0);
  const shortened = new Map<Run, Run>();
  for (const run of wanted.reverse()) {
    if (left >= 0) break;
    shortened.set(run, bare(run));
    left += roomOf(run) - roomOf(bare(run));
  }
  const lines = newest.flatMap((run) => {
    if (keeps.has(run)) return [shortened.get(run) ?? run];
    const line = { ...run, segments: 0, parts: 0, bytes: 0 };
    return (left -= roomOf(line)) < 0 ? [] : [line];
  });
  return { runs: lines, dropped, full: isFull() };
}

/** A line without names. */
const bare = (run: Run): Run => ({ ...run, renames: [], more: run.more + run.renames.length });

/** The bytes that a line takes in the list. */
const roomOf = (run: Run) => bytesOf(lineOf(run)) + 1;

/** The list as a JSON value. */
export function runsValue(runs: readonly Run[]): Record<string, unknown> {
  return { v: 1, runs: runs.map(lineOf) };
}

function lineOf({ id, began, state, undoes, renames, more, changed, attachments, results, segments, parts, bytes }: Run): Record<string, unknown> {
  return {
    id,
    began,
    state,
    ...(undoes && { undoes }),
    renames,
    ...(more && { more }),
    changed,
    ...(attachments && { attachments }),
    ...(Object.keys(results).length && { results }),
    ...(segments && { segments }),
    ...(parts && { parts }),
    ...(bytes && { bytes }),
  };
}

/** The runs in a value, as far as it has some. */
export function runsIn(value: unknown): Run[] {
  const { v, runs } = (value ?? {}) as Record<string, unknown>;
  if (v !== 1 || !Array.isArray(runs)) return [];
  const seen = new Set<string>();
  return runs.slice(0, MOST_RUNS).flatMap((one): Run[] => {
    const { id, began, state, undoes, renames, more, changed, attachments, results, segments, parts, bytes } = (one ?? {}) as Record<string, unknown>;
    if (typeof id !== "string" || !ID.test(id) || seen.has(id)) return [];
    seen.add(id);
    return [
      {
        id,
        began: Math.min(count(began), LAST_MOMENT),
        state: STATES.find((known) => known === state) ?? "stopped",
        undoes: typeof undoes === "string" && ID.test(undoes) ? undoes : "",
        renames: (Array.isArray(renames) ? renames : []).slice(0, MOST_RENAMES).flatMap((pair: unknown): Renamed[] => {
          const [from, to, pages] = Array.isArray(pair) ? (pair as unknown[]) : [];
          return typeof from === "string" && typeof to === "string" ? [pages === undefined ? [from, to] : [from, to, count(pages)]] : [];
        }),
        more: count(more),
        changed: count(changed),
        attachments: attachments === true,
        results: Object.fromEntries(Object.entries((results ?? {}) as object).slice(0, MOST_RESULTS).map(([key, number]) => [key.slice(0, 40), count(number)])),
        segments: Math.min(count(segments), 1_000),
        parts: Math.min(count(parts), 1_000),
        bytes: count(bytes),
      },
    ];
  });
}

const ID = /^[a-z\d]{1,20}$/;

function count(value: unknown): number {
  return typeof value === "number" && value > 0 && value < Number.MAX_SAFE_INTEGER ? Math.floor(value) : 0;
}
