// Carries out a plan, batch by batch, so that whoever has the right can go on
// with it at any point and take it back: pages are read, what is about to be
// done to each is written to a property of the space, and then it is done. The
// same write says that somebody is at work. What failed is written after that.
// It calls Confluence only through what it is given, and that has the time, too.

import type { Renames } from "./clause.ts";
import { renamePairs, renamesIn, resolve } from "./decisions.ts";
import { after, mayChange, mayTake, STALE_AFTER, type Lease } from "./lease.ts";
import { each, inTurn, type Pace, type Time } from "./pace.ts";
import { changedSince, changeOf, globalOf, halves, inverse, madeOf, obstacle, onto, rest, type Change, type Obstacle, type PageState } from "./plan.ts";
import { bytesOf } from "./packing.ts";
import { leftBy, renamesOf, retained, runsIn, runsValue, type Run } from "./runs.ts";
import { append, MOST_IN_BATCH, planKey, plannedIn, planParts, roomFor, segmentIn, segmentKey, segmentValue, type Mending, type Planned, type Recorded, type Segment, type Step } from "./segments.ts";
import { mayPass, retryAfterOf, statusOf } from "../failure.ts";
import type { LabelCall } from "../hosts/labelcalls.ts";
import { RUNS } from "../propertykeys.ts";

/** A page with its labels, as it was read. */
export interface Seen extends PageState {
  mayEdit: boolean;
}

/** A page in one of its versions. */
export interface Body {
  title: string;
  status: string; // as Confluence names it
  version: number;
  message: string; // what is said of the version
  text: string; // in storage format
  mayEdit: boolean;
}

/** A property of the space. */
export interface KeptProperty {
  id: string;
  version: number;
  value: unknown;
}
export interface Keeper {
  get(key: string): Promise<KeptProperty | undefined>;
  /**
   * Replaces what was read, or makes the property where nothing was. Rejects with the status 409 or 400 if it is another one
   * meanwhile; one that is just what was to be written, in its version, is written.
   */
  put(key: string, value: unknown, before: KeptProperty | undefined): Promise<KeptProperty>;
  /** Says whether there was one. */
  remove(key: string): Promise<boolean>;
}

export interface Means extends Time {
  /** A page with its labels and what the viewer may do; undefined if there is none that the viewer may see. */
  read(id: string): Promise<Seen | undefined>;
  /** The requests of a change: those that add come first. */
  calls(id: string, change: Change): { adds: LabelCall[]; removes: LabelCall[] };
  /** The ids of the pages of the space that have a label now, whatever their status. */
  having(label: string): Promise<string[]>;
  /** The ids of the attachments of the space's pages that have a label now. */
  attachments(label: string): Promise<string[]>;
  /** A page as it is, or as it was in a version; undefined if there is none that the viewer may see. */
  body(id: string, version?: number): Promise<Body | undefined>;
  /** Makes the next version of a page that was read as a body: the same with another text. Rejects with the status 409 if there is one already. */
  edit(id: string, body: Body, text: string, message: string): Promise<unknown>;
  /** The rewriters of lists: what a text becomes, and what it was; undefined where that cannot be. */
  lists(): Promise<{ mended(text: string, renames: Renames): { body: string; changed: readonly unknown[] }; unmended(text: string, before: string, renames: Renames): string | undefined }>;
  keeper: Keeper;
  reads: Pace;
  writes: Pace;
  /** A name that nobody else has, digits and small letters. */
  name(): string;
}

/**
 * Why a page was not changed: what is in the way, or what Confluence answered. Of lists: the page is "edited" if it has
 * another version than the one that was read, and "not_mended" if its lists do not take the new names.
 */
export type Why = Obstacle | "not_permitted" | "not_found" | "refused" | "failed" | "edited" | "not_mended";

export interface Progress {
  run: string; // its id
  phase: "waiting" | "reading" | "writing";
  step: Step;
  done: number; // of the step
  of: number;
  changed: number; // pages with other labels
  mended: number; // pages with other names in their lists
  cannot: { id: string; why: Why }[];
  /** Labels that somebody else has changed since the run that is taken back; they stay. */
  others: { id: string; names: string[] }[];
  /** Pages that came up while it ran. */
  came: number;
}

export interface Outcome extends Progress {
  /**
   * done; left, of an undo that came to its end and may take back more when somebody goes on with it; stopped by who looks,
   * or after as many pages as were wanted; lost to somebody else who works on it; broken, where
   * what it keeps cannot be read or written any more; full, where a space has no room for what it would keep: then nothing
   * was written.
   */
  state: "done" | "left" | "stopped" | "lost" | "broken" | "full";
}

export interface Listener {
  told(progress: Progress): void;
  /** A page has these labels now. */
  changed(id: string, labels: string[]): void;
  /** Whether to stop before the next page. */
  stop(): boolean;
}

const MOST_TRIES = 8; // of a write of what it keeps
const LOOK_AGAIN = 5_000; // ms, at whether somebody still works
const MOST_TOLD = 10_000; // pages that are named
const MOST_SEGMENTS = 1_000; // of a run, and parts of its plan
const MOST_LOOKS = 5; // for pages that came up meanwhile
const MOST_UNREAD = 8; // pages in a row that Confluence fails to give, before it is more than those pages
const MOST_OF_MENDING = 40; // bytes that say of a page with lists which version it had

// How a run ends before its last page.
/** Somebody wants it to stop, or it was only tried: it is given up between two batches. */
class Halt extends Error {}
/** Somebody else works on it, or has taken it back. */
class Lost extends Error {}
/** What it keeps cannot be read or written. */
class Broken extends Error {}
/** A page was looked at too long ago: it is looked at anew. */
class Old extends Error {}
/** There is nothing to do, or no room for it. */
class Over extends Error {
  constructor(readonly state: "full" | "stopped" | "done") {
    super(state);
  }
}

/** Starts a run of decisions, on so many pages at most. */
export async function begin(means: Means, planned: Planned, listener: Listener, most = Infinity): Promise<Outcome> {
  const parts = planParts(planned);
  const line: Run = { ...newLine(means), ...renamesOf(planned.decisions), attachments: planned.attachments === true, parts: parts.length };
  return guarded(means, line, async (worker) => {
    const source = decided(means, planned);
    const pages = await source.pages();
    const times = source.mends.length ? 2 : 1; // that a page is recorded
    line.bytes = parts.reduce((sum, part) => sum + bytesOf(part), times * roomFor(pages, planned.decisions) + source.mends.length * MOST_OF_MENDING);
    await changeList(means, (runs) => [...otherRuns(runs, line), line], "begins");
    for (const [part, value] of parts.entries()) await inTurn(() => means.keeper.put(planKey(line.id, part), value, undefined), means.writes, means);
    await worker.start();
    let known: string[] | undefined = pages;
    const once = async () => {
      const ids = known ?? (await source.pages());
      known = undefined;
      return ids;
    };
    await work(means, worker, listener, { ...source, pages: once }, most);
  });
}

/** Goes on with a run, whoever began it, when nobody works on it any more. It is lost if somebody has taken it back meanwhile, and done if somebody has ended it. */
export async function goOn(means: Means, line: Run, listener: Listener): Promise<Outcome> {
  return guarded(means, line, async (worker) => {
    const standing = (runs: readonly Run[]) => {
      const now = runs.find(({ id }) => id === line.id);
      if (!now || runs.some(({ undoes }) => undoes === line.id)) throw new Lost();
      if (now.state === "done") {
        worker.progress.changed = now.changed;
        throw new Over("done");
      }
      stillThere(runs, line.id);
      if (line.undoes) stillThere(runs, line.undoes);
      return now;
    };
    standing(runsIn((await inTurn(() => means.keeper.get(RUNS), means.reads, means))?.value)); // or what is gone would be begun anew
    const source = line.undoes ? await takingBack(means, line.undoes, worker) : decided(means, await planOf(means, line, worker));
    await worker.take(listener, source);
    await changeList(
      means,
      (runs) => {
        const now = standing(runs);
        return runs.map((run) => (run === now ? { ...run, state: "running" } : run)); // so that nobody takes it back meanwhile
      },
      "goes on",
    );
    await worker.finish(listener, source);
    await work(means, worker, listener, source, Infinity);
  });
}

/**
 * Takes a run back, by what it recorded; it is lost if somebody has taken the run back meanwhile. Of one that has not ended,
 * what was begun is ended first, when nobody works on it any more: then it is known of each page what was done.
 */
export async function undo(means: Means, undone: Run, listener: Listener): Promise<Outcome> {
  if (undone.state === "running") {
    let waiting = false;
    const told = (progress: Progress) => {
      waiting = progress.phase === "waiting";
      listener.told(progress);
    };
    const halted = await goOn(means, undone, { ...listener, told, stop: () => !waiting || listener.stop() });
    if (halted.state !== "stopped" && halted.state !== "done") return halted;
  }
  const line: Run = { ...newLine(means), undoes: undone.id, renames: undone.renames.map(([from, to, pages]) => (pages === undefined ? [to, from] : [to, from, pages])), more: undone.more, attachments: undone.attachments };
  return guarded(means, line, async (worker) => {
    let source: Source;
    line.bytes = undone.bytes;
    await changeList(
      means,
      async (runs) => {
        const others = otherRuns(runs, line);
        const now = others.find(({ id }) => id === undone.id);
        if (!now && undone.state === "running") throw new Over("stopped");
        if (!now || now.state === "running" || others.some(({ undoes }) => undoes === undone.id)) throw new Lost();
        stillThere(others, undone.id);
        source = await takingBack(means, undone.id, worker); // who goes on with it meanwhile changes the list
        return [...others, line];
      },
      "begins",
    );
    await worker.start();
    await work(means, worker, listener, source!, Infinity);
  });
}

/** What a run recorded was read, and is whole if the list still says that it is kept: what goes is taken from the list first. */
function stillThere(runs: readonly Run[], id: string): void {
  if (!runs.find((run) => run.id === id)?.segments) throw new Broken();
}

/** The runs but for one that may be there by now: of a write that arrived and was not answered. */
const otherRuns = (runs: readonly Run[], line: Run) => runs.filter(({ id }) => id !== line.id);

function newLine({ name, now }: Means): Run {
  return { id: name(), began: now(), state: "running", undoes: "", renames: [], more: 0, changed: 0, attachments: false, results: {}, segments: 1, parts: 0, bytes: 0 };
}

/** What a run does: to which pages, and what to each. */
interface Source {
  pages(): Promise<string[]>;
  /** All of the change of a page; again says that the page was given some of it before. */
  change(seen: Seen, again: boolean): Change;
  /** A page that this run recorded in another tab, before it changed the page. */
  recorded(step: Step, page: Recorded): void;
  /** Whether pages may come up while it runs. */
  grows: boolean;
  /** Pages with lists, in the version that is replaced. */
  mends: Mending[];
  /** What becomes of such a page, or why it cannot be mended. */
  mended(page: Mending, text: string): Promise<{ text: string } | { why: Why }>;
  /** What is said of a version that mends lists. */
  message: string;
}

const LONGEST_MESSAGE = 200; // UTF-16 code units

/** Whether a version of a page is the run's. Confluence may write the text of a page in another way than it was sent, and what is said of a version as it was. */
const isOurs = (body: Body, version: number, message: string) => body.version === version && body.message === message;

function messageOf(renames: Renames, back = false): string {
  const texts = Array.from(renames, ([from, to]) => (to === null ? `${back ? "+" : "−"} ${from}` : back ? `${to} → ${from}` : `${from} → ${to}`));
  return `Label UP: ${texts.join(", ")}`.slice(0, LONGEST_MESSAGE).replace(/[\s\uD800-\uDBFF]+$/, ""); // a half of a character would not come back
}

/** What a run of decisions does. */
function decided(means: Means, { decisions, without, mends = [], attachments }: Planned): Source {
  const { having, reads, lists } = means;
  const { rules } = resolve(decisions);
  const renames = renamesIn(rules, decisions);
  const out = new Set(without);
  return {
    grows: decisions.some(({ pages }) => !pages),
    change: (seen) => changeOf(rules, seen),
    recorded: () => undefined,
    async pages() {
      const ids = new Set<string>();
      for (const { pages } of decisions) for (const id of pages ?? []) ids.add(id);
      for (const name of renames.keys()) {
        for (const id of await inTurn(() => having(name), reads, means)) ids.add(id);
        if (attachments) for (const id of await inTurn(() => means.attachments(name), reads, means)) ids.add(id);
      }
      return [...ids].filter((id) => !out.has(id)).sort(byNumber);
    },
    mends,
    message: messageOf(renames),
    async mended(_, text) {
      const { body, changed } = (await lists()).mended(text, renames);
      return changed.length ? { text: body } : { why: "not_mended" };
    },
  };
}

const byNumber = (a: string, b: string) => a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);

/** What an undo does: by what the run recorded that it takes back. */
async function takingBack(means: Means, undone: string, worker: Worker): Promise<Source> {
  const { all, first, last, mend } = recordsIn((await readSegments(means, undone)).flatMap(({ segment }) => segment.batches));
  const mends = [...mend.values()].flatMap(({ id, version }) => (version === undefined ? [] : [{ id, version: version + 1 }]));
  const records = new Map<string, Change>();
  for (const { id, add, remove } of [all, first, last].flatMap((pages) => [...pages.values()])) {
    const before = records.get(id);
    // A page that was recorded in two steps was changed in both. One of which nothing was changed is none of the run's.
    if (before) records.set(id, { add: [...new Set([...before.add, ...add])], remove: [...new Set([...before.remove, ...remove])] });
    else if (add.length || remove.length) records.set(id, { add, remove });
  }
  const renames = mends.length ? await renamesOfRun(means, undone) : new Map<string, string | null>();
  const { others } = worker.progress;
  function tellOthers(id: string, names: string[]): void {
    const before = others.findIndex((one) => one.id === id); // a page may be read twice
    if (before >= 0) others.splice(before, 1);
    if (names.length && others.length < MOST_TOLD) others.push({ id, names });
  }
  return {
    grows: false,
    pages: async () => [...records.keys()].reverse(),
    change(seen, again) {
      const record = records.get(seen.id)!;
      const held = heldBy(seen);
      if (!again) tellOthers(seen.id, changedSince(record, held));
      return onto(inverse(record), held);
    },
    recorded(step, { id, add, remove }) {
      // What it was not about to take back, somebody else had changed.
      const record = records.get(id);
      if (!record || step === "mend") return;
      const missing = [...(step === "first" ? [] : record.add.filter((name) => !remove.includes(name))), ...(step === "last" ? [] : record.remove.filter((name) => !add.includes(name)))];
      tellOthers(id, [...new Set([...(others.find((one) => one.id === id)?.names ?? []), ...missing])]);
    },
    mends,
    message: messageOf(renames, true),
    async mended({ id, version }, text) {
      const before = await worker.ask(() => means.body(id, version - 1));
      if ("why" in before) return { why: before.why === "not_found" ? "not_mended" : before.why }; // the page is there
      const back = (await means.lists()).unmended(text, before.found.text, renames);
      return back === undefined ? { why: "not_mended" } : { text: back };
    },
  };
}

async function renamesOfRun(means: Means, id: string): Promise<Renames> {
  const kept = await inTurn(() => means.keeper.get(RUNS), means.reads, means);
  const line = runsIn(kept?.value).find((run) => run.id === id);
  if (!line) throw new Broken();
  return renamesOfPlan(await readPlan(means, line));
}

const renamesOfPlan = ({ decisions }: Planned) => renamesIn(resolve(decisions).rules, decisions);

/** What a plan renames wherever it is. */
export const renamedIn = (planned: Planned): [from: string, to: string][] => renamePairs(renamesOfPlan(planned));

/** Whether less was made of a page than was to be. */
const isLess = (made: Recorded, planned: Recorded) =>
  made.add.length < planned.add.length || made.remove.length < planned.remove.length || (made.version === undefined && planned.version !== undefined);

/** What is recorded of a page to which nothing was done. */
const nothingOf = (id: string): Recorded => ({ id, add: [], remove: [] });

const heldBy = ({ labels }: PageState) => new Set(globalOf(labels));

/** The plan of a run; rejects where it is not whole. */
export async function readPlan({ keeper, reads, ...time }: Means, { id, parts }: Run): Promise<Planned> {
  const values: unknown[] = [];
  for (let part = 0; part < parts; part++) values.push((await inTurn(() => keeper.get(planKey(id, part)), reads, time))?.value);
  const planned = plannedIn(values);
  if (!planned || !parts) throw new Broken();
  return planned;
}

/** The plan of a run. One whose plan was never kept whole has changed nothing, and is forgotten. */
async function planOf(means: Means, line: Run, worker: Worker): Promise<Planned> {
  try {
    return await readPlan(means, line);
  } catch (error) {
    if (!(error instanceof Broken) || (await readSegments(means, line.id)).length) throw error;
    await worker.start(); // or who begins it now would still do it
    await changeList(means, (runs) => runs.filter(({ id }) => id !== line.id), "ends");
    for (const key of [segmentKey(line.id, 0), ...Array.from({ length: line.parts }, (_, part) => planKey(line.id, part))]) await means.keeper.remove(key).catch(() => false);
    throw new Over("stopped");
  }
}

async function readSegments({ keeper, reads, ...time }: Means, id: string): Promise<{ segment: Segment; kept: KeptProperty }[]> {
  const segments: { segment: Segment; kept: KeptProperty }[] = [];
  for (let number = 0; number < MOST_SEGMENTS; number++) {
    const kept = await inTurn(() => keeper.get(segmentKey(id, number)), reads, time);
    if (!kept) break;
    const segment = segmentIn(kept.value);
    if (!segment) throw new Broken();
    segments.push({ segment, kept });
  }
  return segments;
}

/**
 * Changes the list of runs, as often as somebody else changes it meanwhile. One that begins needs room for all that it will
 * keep. hold makes sure of what must still be so when the list is written as it was read.
 */
async function changeList(means: Means, change: (runs: Run[]) => Run[] | Promise<Run[]>, when: "begins" | "goes on" | "ends", hold?: () => Promise<void>): Promise<void> {
  const { keeper, writes, reads, now } = means;
  for (let tries = 1; ; tries++) {
    const kept = await inTurn(() => keeper.get(RUNS), reads, means);
    const { runs, dropped, full } = retained(await change(runsIn(kept?.value)), now());
    if (full && when === "begins") throw new Over("full");
    try {
      await inTurn(() => keeper.put(RUNS, runsValue(runs), kept), writes, means, hold);
    } catch (error) {
      if (error instanceof Lost) throw error;
      const status = statusOf(error);
      if ((status === 409 || status === 400) && tries < MOST_TRIES) continue;
      throw new Broken();
    }
    // Of a run whose tab died, the list may know fewer properties than there are.
    for (const { id } of dropped) {
      for (const keyOf of [segmentKey, planKey]) for (let n = 0; n < MOST_SEGMENTS && (await keeper.remove(keyOf(id, n)).catch(() => false)); n++);
    }
    return;
  }
}

/** What a run recorded last of each page, by the step. */
type Records = Record<Step, Map<string, Recorded>>;

function recordsIn(batches: readonly { step: Step; pages: readonly Recorded[] }[]): Records {
  const records: Records = { all: new Map(), first: new Map(), last: new Map(), mend: new Map() };
  for (const { step, pages } of batches) for (const page of pages) records[step].set(page.id, page);
  return records;
}

/** Who carries out a run in this tab, with what is known of the run. */
interface Worker {
  progress: Progress;
  /** How many pages were told, by the reason. */
  results: Record<string, number>;
  records: Records;
  /** Pages whose labels could not be changed. */
  refused: Set<string>;
  /** Whether what could not be done is tried again by who goes on, as of an undo; what a run could not do is left alone. */
  retries: boolean;
  /** Whether a page has had its turn in a step. */
  had(step: Step, id: string): boolean;
  /** The step of the last batch, where there is one. */
  at: Step | undefined;
  lease: Lease;
  /** Begins a run of which nothing is recorded. */
  start(): Promise<void>;
  /** Takes a run over, and tells its source of the pages that it has recorded. */
  take(listener: Listener, source: Source): Promise<void>;
  /** Ends the batch of a run that was taken over of which nobody knows how far it came. */
  finish(listener: Listener, source: Source): Promise<void>;
  /** Records as many of the pages as one batch takes, and says how many. */
  record(step: Step, pages: Recorded[]): Promise<number>;
  /**
   * Changes pages of a batch, as they were looked at, and records what was made of those that failed; corrected has what is
   * known of others of the batch.
   */
  apply(step: Step, pages: readonly Recorded[], listener: Listener, looks: ReadonlyMap<string, Look>, corrected?: Recorded[]): Promise<void>;
  /** Takes note that the lists of a page are as they are to be. */
  mended(id: string): void;
  /** As apply, of pages with lists. */
  edit(pages: readonly Edit[], message: string, listener: Listener, corrected?: Recorded[]): Promise<void>;
  /** What is read of a page, or why it is not given. Rejects where that is not about this page. */
  ask<T>(read: () => Promise<T | undefined>): Promise<{ found: T } | { why: Why }>;
  /** The same; undefined where it is not given, which is told. */
  see<T>(id: string, read: () => Promise<T | undefined>): Promise<T | undefined>;
  /** How much of the run is kept. */
  size(): { segments: number; bytes: number };
  /** Makes sure that the run is still ours. */
  hold(): Promise<void>;
  /** A page as it is; undefined where it is not given, which is told. */
  look(id: string): Promise<Look | undefined>;
  /** Whether it is too long ago that a page was looked at, as where the computer has slept since. */
  isOld(look: Look): boolean;
  /** Gives the run up. */
  release(): Promise<void>;
  /** Tells why a page was not changed, or not wholly. */
  tell(id: string, why: Why): void;
}

/** A page as it was when it was asked for. */
interface Look extends Seen {
  at: number;
}

/** A page with lists as it was read, and as it is to be. */
interface Edit {
  id: string;
  body: Body;
  text: string;
}

function workerFor(means: Means, line: Run): Worker {
  const { keeper, reads, writes, now, sleep } = means;
  const me = means.name();
  let number = 0; // of the segment
  let segment: Segment = { owner: "", closed: false, batches: [] };
  let kept: KeptProperty | undefined; // with the segment
  let bytes = 0; // of the segments before
  let beating: Promise<void> | undefined; // a sign of life that is on its way
  let unread = 0; // pages in a row
  let unfinished: Recorded[] = []; // of a run that was taken over: pages of which nobody knows how far they came

  const told = new Set<string>();
  const labelled = new Set<string>(); // pages with other labels
  const listed = new Set<string>(); // pages with other lists
  const changed = (id: string, pages = labelled) => {
    pages.add(id);
    worker.progress.changed = labelled.size;
    worker.progress.mended = listed.size;
  };

  const left = new Set<string>(); // steps of pages, where less was made of a page than its batch said
  /** Whether what is recorded next of a page is what is to be made of it, and not what was made. */
  const isPlan = (step: Step, id: string) => !worker.records[step].has(id) || left.has(`${step} ${id}`);
  const remember = (step: Step, pages: readonly Recorded[]) => {
    for (const page of pages) {
      if (isPlan(step, page.id)) left.delete(`${step} ${page.id}`);
      else if (isLess(page, worker.records[step].get(page.id)!)) left.add(`${step} ${page.id}`);
      worker.records[step].set(page.id, page);
    }
  };
  /** Records what was made of pages where that is not what their batch says. */
  const correct = async (step: Step, pages: Recorded[]) => {
    if (pages.length) await worker.record(step, pages);
  };

  const markOf = (at: number, version: number) => `${at}.${version}`;

  /** Writes a segment as its owner. Rejects with Lost when somebody else was first. */
  async function write(at: number, value: Segment, before: KeptProperty | undefined): Promise<void> {
    const wanted = (before?.version ?? 0) + 1;
    for (let tries = 1; ; tries++) {
      await writes.turn();
      const sent = now();
      let status = 200;
      let written: KeptProperty | undefined;
      try {
        written = await keeper.put(segmentKey(line.id, at), segmentValue(value), before);
        writes.ended(200);
      } catch (error) {
        status = statusOf(error);
        writes.ended(status, retryAfterOf(error));
      }
      worker.lease = after(worker.lease, { kind: "wrote", mark: markOf(at, wanted), sent, status }, me, now());
      if (worker.lease.state === "lost") throw new Lost();
      if (!written && worker.lease.state === "unsure") {
        await sleep(Math.min(250 * 2 ** tries, 8_000));
        const found = await inTurn(() => keeper.get(segmentKey(line.id, at)), reads, means).catch(() => {
          throw new Broken();
        });
        const owner = segmentIn(found?.value)?.owner ?? "";
        const mark = found || at === number ? markOf(at, found?.version ?? 0) : markOf(number, kept!.version); // where there is no next segment, the one before stands
        const arrived = found?.version === wanted && owner === value.owner; // nobody else can have made this version
        worker.lease = after(worker.lease, arrived && !owner ? { kind: "gave_up", mark } : { kind: "read", mark, owner }, me, now());
        if ((worker.lease as Lease).state === "lost") throw new Lost();
        if (arrived) written = found;
      }
      if (written) {
        if (at !== number) bytes += bytesOf(segmentValue(segment));
        number = at;
        segment = value;
        kept = written;
        return;
      }
      if (tries === MOST_TRIES) throw new Broken();
    }
  }

  /** Sends a write of a page in its turn, as long as the run is ours; unheard is told when a try may have arrived, however it ends. */
  const send = (call: () => Promise<unknown>, unheard: () => void, before = hold) =>
    inTurn(
      () =>
        call().catch((error: unknown) => {
          if (mayPass(statusOf(error))) unheard();
          throw error;
        }),
      writes,
      means,
      before,
    );

  /** Makes sure that the run is still ours before a page is changed. */
  async function hold(): Promise<void> {
    if (worker.lease.state === "lost") throw new Lost();
    if (mayChange(worker.lease, now())) return;
    beating ??= write(number, segment, kept).finally(() => (beating = undefined));
    await beating;
    if (!mayChange(worker.lease, now())) throw new Lost();
  }

  /** Does what is left of pages of a batch of which nobody knows how far they came. */
  async function resume(step: Step, pages: readonly Recorded[], listener: Listener, corrected: Recorded[] = []): Promise<void> {
    const looks = new Map<string, Look>();
    const left: Recorded[] = [];
    await each(pages, async ({ id, ...change }) => {
      const look = await worker.look(id);
      if (!look) {
        worker.refused.add(id);
        if (step === "first" || worker.retries) corrected.push(nothingOf(id)); // as where a request fails
        return;
      }
      looks.set(id, look);
      left.push({ id, ...rest(change, heldBy(look)) });
    });
    await worker.apply(step, left, listener, looks, corrected);
  }

  const worker: Worker = {
    progress: { run: line.id, phase: "reading", step: "all", done: 0, of: 0, changed: line.changed, mended: 0, cannot: [], others: [], came: 0 },
    results: {},
    records: recordsIn([]),
    refused: new Set(),
    retries: line.undoes !== "",
    had: (step, id) => worker.records[step].has(id) && !(worker.retries && left.has(`${step} ${id}`)),
    mended: (id) => changed(id, listed),
    at: undefined,
    lease: { state: "unknown" },
    async start() {
      await write(0, { owner: me, closed: false, batches: [] }, undefined);
    },
    async take(listener, source) {
      for (;;) {
        const all = await readSegments(means, line.id);
        const last = all.at(-1);
        if (!last) return worker.start();
        number = all.length - 1;
        ({ segment, kept } = last);
        bytes = all.slice(0, -1).reduce((sum, one) => sum + bytesOf(segmentValue(one.segment)), 0);
        worker.lease = after(worker.lease, { kind: "read", mark: markOf(number, kept.version), owner: segment.owner }, me, now());
        if (mayTake(worker.lease, now())) {
          const ended = !segment.owner; // it stopped between two batches
          // Who closed the segment may be about to make the next one: of the two, one is first.
          if (segment.closed) await write(number + 1, { owner: me, closed: false, batches: [] }, undefined);
          else await write(number, { ...segment, owner: me }, kept);
          worker.progress.phase = "reading";
          listener.told(worker.progress);
          worker.progress.changed = 0;
          for (const { segment: one } of all) {
            for (const { step, pages } of one.batches) {
              unfinished = pages.filter(({ id }) => isPlan(step, id)); // else the batch says what was made
              for (const page of unfinished) if (!worker.records[step].has(page.id)) source.recorded(step, page);
              remember(step, pages);
              worker.at = step;
            }
          }
          if (ended) unfinished = [];
          const open = new Set<unknown>(unfinished);
          for (const [step, pages] of Object.entries(worker.records)) {
            for (const page of pages.values()) {
              if (!open.has(page) && (page.add.length || page.remove.length || page.version !== undefined)) changed(page.id, step === "mend" ? listed : labelled);
            }
          }
          return;
        }
        worker.progress.phase = "waiting";
        listener.told(worker.progress);
        if (listener.stop()) throw new Lost();
        await sleep(LOOK_AGAIN);
      }
    },
    async finish(listener, source) {
      if (worker.at === "mend") {
        const edits: Edit[] = [];
        const stayed: Recorded[] = [];
        await each(unfinished, async ({ id, version = 0 }) => {
          const body = await worker.see(id, () => means.body(id));
          if (!body) return void (worker.retries && stayed.push(nothingOf(id)));
          if (isOurs(body, version + 1, source.message)) return changed(id, listed);
          const mended = body.version === version ? await source.mended({ id, version }, body.text) : { why: "edited" as const };
          if ("text" in mended) return void edits.push({ id, body, text: mended.text });
          worker.tell(id, mended.why);
          if (body.version <= version + 1) stayed.push(nothingOf(id)); // else ours may be among those before
        });
        return worker.edit(edits, source.message, listener, stayed);
      }
      await resume(worker.at ?? "all", unfinished, listener);
    },
    async record(step, pages) {
      let next = append(segment, step, pages);
      if (next.taken) await write(number, next.segment, kept);
      else {
        if (!segment.batches.length) throw new Broken();
        await write(number, { ...segment, closed: true }, kept);
        next = append({ owner: me, closed: false, batches: [] }, step, pages);
        if (!next.taken) throw new Broken();
        await write(number + 1, next.segment, undefined);
      }
      remember(step, pages.slice(0, next.taken));
      return next.taken;
    },
    async apply(step, pages, listener, looks, corrected = []) {
      const late: Recorded[] = [];
      await each(pages, async ({ id, add, remove }) => {
        const look = looks.get(id)!;
        const again = () => void late.push(worker.records[step].get(id)!);
        if (worker.isOld(look)) return again(); // without a turn: it is for those that are not
        const labels = heldBy(look);
        const { adds, removes } = means.calls(id, { add, remove });
        let unsure = false;
        const unheard = () => void (unsure = true);
        const before = async () => {
          await hold();
          if (worker.isOld(look)) throw new Old();
        };
        try {
          for (const { names, call } of adds) {
            await send(call, unheard, before);
            for (const name of names) labels.add(name);
          }
          for (const { names, call } of removes) {
            await send(call, unheard, before);
            for (const name of names) labels.delete(name);
          }
          changed(id);
          listener.changed(id, [...labels]);
        } catch (error) {
          if (error instanceof Old) return again();
          const status = statusOfOne(error);
          // Only the page says whether a request arrived that was not answered.
          const answer = unsure ? await worker.ask(() => means.read(id)) : undefined;
          const present = answer ? ("found" in answer ? heldBy(answer.found) : undefined) : labels;
          worker.tell(id, whyOf(status));
          worker.refused.add(id);
          // Where the page is not given, all of the change may have been made, and an undo looks at it. But who goes on after the
          // first half must not take what was never added for what somebody has taken away, and who goes on with an undo looks anew.
          if (present || step === "first" || worker.retries) {
            const made = madeOf(worker.records[step].get(id)!, present ?? labels);
            corrected.push({ id, ...made });
            if (made.add.length || made.remove.length) changed(id);
            listener.changed(id, [...(present ?? labels)]);
          }
        }
        worker.progress.done++;
        listener.told(worker.progress);
      });
      // Before what is known of others is recorded: who goes on would take the batch for done.
      if (late.length) await resume(step, late, listener, corrected);
      else await correct(step, corrected);
    },
    async edit(edits, message, listener, corrected = []) {
      await each(edits, async ({ id, body, text }) => {
        let unsure = false;
        try {
          await send(() => means.edit(id, body, text, message), () => void (unsure = true));
          changed(id, listed);
        } catch (error) {
          const status = statusOfOne(error);
          // Where there is a next version, it may be ours: of a write that was not answered.
          unsure ||= status === 409 || status === 400;
          const answer = unsure ? await worker.ask(() => means.body(id)) : undefined;
          const present = answer && "found" in answer ? answer.found : undefined;
          const next = body.version + 1;
          if (present && isOurs(present, next, message)) changed(id, listed);
          else {
            worker.tell(id, present && present.version !== body.version ? "edited" : whyOf(status));
            if (present ? present.version <= next : !unsure || worker.retries) corrected.push(nothingOf(id));
          }
        }
        worker.progress.done++;
        listener.told(worker.progress);
      });
      await correct("mend", corrected);
    },
    async ask(read) {
      try {
        const found = await inTurn(read, reads, means);
        unread = 0;
        return found === undefined ? { why: "not_found" } : { found };
      } catch (error) {
        const status = statusOfOne(error);
        if (++unread > MOST_UNREAD) throw error;
        return { why: whyOf(status) };
      }
    },
    async see(id, read) {
      const answer = await worker.ask(read);
      if ("found" in answer) return answer.found;
      worker.tell(id, answer.why);
      return undefined;
    },
    async look(id) {
      let at = 0;
      const seen = await worker.see(id, () => ((at = now()), means.read(id)));
      return seen && { ...seen, at };
    },
    isOld: ({ at }) => now() - at >= STALE_AFTER,
    size: () => ({ segments: number + 1, bytes: bytes + bytesOf(segmentValue({ ...segment, owner: "" })) }),
    hold,
    release: () => write(number, { ...segment, owner: "" }, kept),
    tell(id, why) {
      if (told.has(`${id} ${why}`)) return; // of its labels and of its lists, too
      told.add(`${id} ${why}`);
      worker.results[why] = (worker.results[why] ?? 0) + 1;
      if (worker.progress.cannot.length < MOST_TOLD) worker.progress.cannot.push({ id, why });
    },
  };
  return worker;
}

/** The status with which Confluence refused one page. What is not about this page is thrown on: it would refuse each. */
function statusOfOne(error: unknown): number {
  const status = statusOf(error);
  if ([0, 401, 429].includes(status)) throw error;
  return status;
}

function whyOf(status: number): Why {
  return status === 403 || status === 401 ? "not_permitted" : status === 404 ? "not_found" : mayPass(status) ? "failed" : "refused";
}

/**
 * The steps that are left of a run, by the one of its last batch. On the pages on which it is only tried, all is done at once.
 * Of an undo, pages may be left in each.
 */
function stepsOf({ mends }: Source, { at, retries }: Worker, most: number): Step[] {
  if (!mends.length) return ["all"];
  if (retries) return ["first", "mend", "last"];
  if (at === "mend") return ["mend", "last"];
  if (at === "last") return ["last"];
  return [...(most < Infinity ? (["all"] as const) : []), "first", "mend", "last"];
}

async function work(means: Means, worker: Worker, listener: Listener, source: Source, most: number): Promise<void> {
  for (const step of stepsOf(source, worker, most)) {
    worker.progress.step = step;
    worker.progress.done = 0;
    if (step === "mend") await mendLists(means, worker, listener, source);
    else await changePages(worker, listener, source, step, most);
  }
}

async function changePages(worker: Worker, listener: Listener, source: Source, step: Step, most: number): Promise<void> {
  const { progress, records } = worker;
  const looked = new Set<string>();
  // A page that was not given what is added keeps what is to go.
  const skip = (id: string) => looked.has(id) || (["all", "last", step] as const).some((one) => worker.had(one, id)) || (step === "last" && worker.refused.has(id));
  let left = most;
  for (let look = 0; look < (source.grows ? MOST_LOOKS : 1); look++) {
    progress.phase = "reading";
    listener.told(progress);
    const pending = (await source.pages()).filter((id) => !skip(id));
    if (look) progress.came += pending.length;
    if (!pending.length) return;
    progress.of = progress.done + pending.length;
    while (pending.length) {
      if (listener.stop() || left <= 0) throw new Halt();
      progress.phase = "reading";
      let ready: Recorded[] = [];
      const looks = new Map<string, Look>();
      await each(pending.splice(0, Math.min(MOST_IN_BATCH, left)), async (id) => {
        const seen = await worker.look(id);
        looked.add(id);
        const all = seen && source.change(seen, step === "last" || (["all", "first", "last"] as const).some((one) => records[one].has(id)));
        const none = all && !all.add.length && !all.remove.length;
        const why = !all || none ? undefined : (obstacle(seen!, all) ?? (seen!.mayEdit ? undefined : "not_permitted"));
        if (why) worker.tell(id, why);
        if (why || !all) worker.refused.add(id);
        const change = all && half(all, step, records.first.get(id)?.add);
        if (why || !change || (!change.add.length && !change.remove.length)) progress.done++;
        else {
          ready.push({ id, ...change });
          looks.set(id, seen!);
        }
      });
      listener.told(progress);
      // What is recorded is what a page had just before it is changed.
      const old = new Set(ready.flatMap(({ id }) => (worker.isOld(looks.get(id)!) ? [id] : [])));
      pending.unshift(...old);
      ready = ready.filter(({ id }) => !old.has(id));
      if (!ready.length) continue;
      ready.sort((a, b) => byNumber(a.id, b.id));
      const taken = await worker.record(step, ready);
      progress.phase = "writing";
      // Those for which there was no room are read anew: until it is their turn, somebody may change them.
      pending.unshift(...ready.splice(taken).map(({ id }) => id));
      left -= taken;
      await worker.apply(step, ready, listener, looks);
    }
  }
}

/**
 * What a step does of a change. What came up after the first half gets all of it at once; what that half added and
 * somebody has taken away stays away.
 */
function half(change: Change, step: Step, added: readonly string[] = []): Change {
  const [first, last] = halves(change);
  return step === "first" ? first : step === "last" ? { ...last, add: change.add.filter((name) => !added.includes(name)) } : change;
}

async function mendLists(means: Means, worker: Worker, listener: Listener, source: Source): Promise<void> {
  const { progress, records } = worker;
  const pending = source.mends.filter(({ id }) => !worker.had("mend", id));
  progress.of = pending.length;
  while (pending.length) {
    if (listener.stop()) throw new Halt();
    progress.phase = "reading";
    listener.told(progress);
    const edits: Edit[] = [];
    await each(pending.splice(0, MOST_IN_BATCH), async (page) => {
      const body = await worker.see(page.id, () => means.body(page.id));
      // A page that the run did not come to write is in the version before: an undo has nothing to do there.
      if (!body || body.version < page.version) return void progress.done++;
      if (records.mend.has(page.id) && isOurs(body, page.version + 1, source.message)) {
        worker.mended(page.id); // it was not known
        return void progress.done++;
      }
      const stays = body.status !== "current" ? "not_current" : body.version !== page.version ? "edited" : body.mayEdit ? undefined : "not_permitted";
      const mended = stays ? { why: stays } as const : await source.mended(page, body.text);
      if ("why" in mended) worker.tell(page.id, mended.why);
      if ("why" in mended || mended.text === body.text) progress.done++;
      else edits.push({ id: page.id, body, text: mended.text });
    });
    if (!edits.length) continue;
    edits.sort((a, b) => byNumber(a.id, b.id));
    const taken = await worker.record("mend", edits.map(({ id, body }) => ({ id, add: [], remove: [], version: body.version })));
    progress.phase = "writing";
    pending.unshift(...edits.splice(taken).map(({ id, body }) => ({ id, version: body.version })));
    await worker.edit(edits, source.message, listener);
  }
}

/**
 * Has a worker act for a run, and says how that ended. A run that is done or stopped is given up, after the list says so:
 * whoever takes it then writes the list after us.
 */
async function guarded(means: Means, line: Run, act: (worker: Worker) => Promise<void>): Promise<Outcome> {
  const worker = workerFor(means, line);
  const end = async (how: "done" | "stopped") => {
    const { segments, bytes } = worker.size();
    const results = worker.retries ? {} : { ...line.results };
    for (const [why, count] of Object.entries(worker.results)) results[why] = (results[why] ?? 0) + count;
    if (worker.progress.mended) results["mended"] = worker.progress.mended;
    const left = how === "done" && leftBy({ ...line, results }) > 0;
    const state = left ? "stopped" : how;
    const kept = state === "done" ? bytes : Math.max(bytes, line.bytes); // it may be gone on with
    await changeList(means, (runs) => runs.map((run) => (run.id === line.id ? { ...run, state, changed: worker.progress.changed, results, segments, bytes: kept } : run)), "ends", worker.hold);
    await worker.release().catch(() => undefined); // the list says how it ended, and what nobody gives up is anybody's after a while
    return { ...worker.progress, state: left ? ("left" as const) : state };
  };
  try {
    await act(worker);
    return await end("done");
  } catch (error) {
    if (error instanceof Halt) {
      try {
        return await end("stopped");
      } catch (failed) {
        error = failed;
      }
    }
    return { ...worker.progress, state: error instanceof Lost ? "lost" : error instanceof Over ? error.state : "broken" };
  }
}
