// What a run of changes keeps in Confluence so that whoever has the right can go
// on with it and take it back: what is planned, and batch by batch what is about
// to be changed of which page. A batch is written before its first page is
// changed, and each page of it says exactly what the run adds and removes, which
// is what it did not have and had. Account ids and titles are not in it.
//
// Batches are kept one after the other in a segment, a property of the space; a
// segment that is full is closed, and the next one begun. A batch that has
// another behind it, or is of a run that ended, is done. Where that failed, what
// was made of a page stands in a later batch of the same step, and that counts.
// Of an undo, a page of which less was made than was to be is tried again, and
// stands in a batch once more.

import type { Decision } from "./decisions.ts";
import type { Change } from "./plan.ts";
import { bytesOf, MOST_BYTES, packed } from "./packing.ts";
import type { Found, Had } from "./vocabulary.ts";

export const MOST_IN_BATCH = 100; // pages
const MOST_BATCHES = 5_000; // of a segment that is read
const MOST_PAGES = 100_000; // of a value that is read

/** What a run does in a batch: all of a change, or one half of it; or, between the halves, it mends lists. */
export type Step = "all" | "first" | "last" | "mend";
const STEPS: readonly Step[] = ["all", "first", "last", "mend"];

export interface Recorded extends Change {
  id: string;
  version?: number; // of a page with lists: the one that is replaced; without one, they were not mended
}
interface Batch {
  step: Step;
  pages: Recorded[];
}
export interface Segment {
  owner: string; // of the run; "" for nobody
  closed: boolean; // the run goes on in the next one
  batches: Batch[];
}

/** The key of a segment of a run, from 0, and of a part of its plan, as SPACE_PROPERTY has them. Runs are named with digits and small letters. */
export const segmentKey = (run: string, number: number) => `labelup_run_${run}_${number}`;
export const planKey = (run: string, part: number) => `labelup_run_${run}_plan_${part}`;

/**
 * The segment with as many pages as one batch takes, 100 at most, and how many
 * that are. 0 says that the segment is full; in an empty one, that the first page
 * cannot be recorded at all.
 */
export function append(segment: Segment, step: Step, pages: readonly Recorded[]): { segment: Segment; taken: number } {
  const most = Math.min(pages.length, MOST_IN_BATCH);
  const fitting = (count: number): Segment | undefined => {
    const longer = { ...segment, batches: [...segment.batches, { step, pages: pages.slice(0, count) }] };
    return pages.slice(0, count).every(({ id }) => ID.test(id)) && bytesOf(segmentValue(longer)) <= MOST_BYTES ? longer : undefined;
  };
  const whole = fitting(most);
  if (whole) return { segment: whole, taken: most };
  if (segment.batches.length) return { segment, taken: 0 };
  let [taken, tooMany] = [0, most];
  while (tooMany - taken > 1) {
    const middle = (taken + tooMany) >> 1;
    if (fitting(middle)) taken = middle;
    else tooMany = middle;
  }
  return { segment: taken ? fitting(taken)! : segment, taken };
}

/** About how many bytes the segments of a run over these pages come to, rather too many: the ids, and for each batch the changes that there may be. */
export function roomFor(ids: readonly string[], decisions: readonly Pick<Decision, "from" | "to">[]): number {
  const kinds = Math.min(MOST_IN_BATCH, 2 ** decisions.length);
  const batches = Math.ceil(ids.length / MOST_IN_BATCH);
  const own = ids.reduce((sum, id) => sum + id.length + 1, 0) + batches * kinds * (16 + 6 * Math.min(decisions.length, MOST_IN_BATCH));
  const names = bytesOf(decisions.map(({ from, to }) => [from, to])) + 100; // in each segment
  return own + Math.ceil(own / (MOST_BYTES / 2)) * Math.min(names, MOST_BYTES / 2);
}

/** The segment as a JSON value. Pages with the same change stand together, and names once. */
export function segmentValue({ owner, closed, batches }: Segment): Record<string, unknown> {
  const names = new Map<string, number>();
  const number = (name: string) => names.get(name) ?? (names.set(name, names.size), names.size - 1);
  const written = batches.map(({ step, pages }) => {
    const groups = new Map<string, { add: number[]; remove: number[]; version: number | undefined; ids: string[] }>();
    for (const { id, add, remove, version } of pages) {
      const group = { add: add.map(number), remove: remove.map(number), version, ids: [] as string[] };
      const key = JSON.stringify([group.add, group.remove, version]);
      if (!groups.has(key)) groups.set(key, group);
      groups.get(key)!.ids.push(id);
    }
    return [STEPS.indexOf(step), ...[...groups.values()].map(({ add, remove, version, ids }) => [add, remove, idsText(ids), ...(version === undefined ? [] : [version])])];
  });
  return { v: 1, owner, ...(closed && { closed }), names: [...names.keys()], batches: written };
}

/** The segment in a value; undefined if it is none: then nothing of the run can be taken back by it. */
export function segmentIn(value: unknown): Segment | undefined {
  const { v, owner, closed, names, batches } = (value ?? {}) as Record<string, unknown>;
  if (v !== 1 || typeof owner !== "string" || !Array.isArray(names) || !Array.isArray(batches) || batches.length > MOST_BATCHES) return undefined;
  if (!names.every((name) => typeof name === "string" && name !== "")) return undefined;
  const named = (numbers: unknown) => {
    if (!Array.isArray(numbers)) return undefined;
    const read = numbers.map((number) => names[number as number] as unknown);
    return read.every((name): name is string => typeof name === "string") ? read : undefined;
  };
  let left = MOST_PAGES;
  const read: Batch[] = [];
  for (const batch of batches) {
    const [step, ...groups] = Array.isArray(batch) ? (batch as unknown[]) : [];
    const pages: Recorded[] = [];
    for (const group of groups) {
      const [adds, removes, texts, version] = Array.isArray(group) ? (group as unknown[]) : [];
      const [add, remove, ids] = [named(adds), named(removes), idsIn(texts, left)];
      if (!add || !remove || !ids || !(version === undefined || isVersion(version))) return undefined;
      left -= ids.length;
      pages.push(...ids.map((id) => ({ id, add, remove, ...(version !== undefined && { version }) })));
    }
    if (STEPS[step as number] === undefined) return undefined;
    read.push({ step: STEPS[step as number]!, pages });
  }
  return { owner, closed: closed === true, batches: read };
}

const ID = /^(?:0|[1-9]\d{0,18})$/;
const isVersion = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 0;

/** Ids in the order of their numbers, each but the first as what it is more than the one before. */
function idsText(ids: readonly string[]): string {
  const numbers = ids.map(BigInt).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return numbers.map((number, i) => (i ? number - numbers[i - 1]! : number)).join(",");
}

function idsIn(text: unknown, most: number): string[] | undefined {
  if (typeof text !== "string") return undefined;
  const steps = text.split(",", most + 1);
  if (steps.length > most || !steps.every((step) => ID.test(step))) return undefined;
  let at = 0n;
  return steps.map((step) => String((at += BigInt(step))));
}

/** A page of which the lists are to be mended, as long as it is in this version. */
export interface Mending {
  id: string;
  version: number;
}

/** What is planned: decisions, and pages that were left out of the preview by hand; and what was found of the vocabulary that it changes. */
export interface Planned extends Found {
  decisions: Decision[];
  without: string[]; // ids of pages
  mends?: Mending[]; // 500 at most
  attachments?: boolean; // those of the space's pages that have a label that goes change, too
  synonyms?: boolean; // old names become synonyms in the vocabulary when all is done
}

export const MOST_MENDS = 500; // pages

const IDS_TOGETHER = 1_000; // below 20 KB
const OVERHEAD = 100; // bytes of a part beside its items

/** An item of a plan: a decision, more pages of the one before it, pages that were left out, or what changes beside pages' labels. */
interface Item {
  from?: string;
  to?: string;
  on?: string; // ids
  not?: string; // ids
  mend?: string; // id
  version?: number;
  attachments?: true;
  synonyms?: true;
  said?: string; // an old name
  made?: string; // a new name
  had?: string; // an old name
  retired?: true;
  replacement?: string;
}

/** The plan in the parts that properties hold, in their order. */
export function planParts({ decisions, without, mends = [], attachments, synonyms, said = [], made = [], had = [] }: Planned): Record<string, unknown>[] {
  const chunks = (ids: readonly string[]) => Array.from({ length: Math.ceil(ids.length / IDS_TOGETHER) }, (_, i) => idsText(ids.slice(i * IDS_TOGETHER, (i + 1) * IDS_TOGETHER)));
  const items = decisions.flatMap(({ from, to, pages }): Item[] => {
    const names = { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
    const [on = "", ...others] = chunks(pages ?? []);
    return [{ ...names, ...(pages && { on }) }, ...others.map((on) => ({ on }))];
  });
  items.push(...chunks(without).map((not) => ({ not })), ...mends.slice(0, MOST_MENDS).map(({ id, version }) => ({ mend: id, version })));
  if (attachments) items.push({ attachments });
  if (synonyms) {
    items.push({ synonyms }, ...said.map((name) => ({ said: name })), ...made.map((name) => ({ made: name })));
    items.push(...had.map(({ name, retired, replacement }): Item => ({ had: name, ...(retired && { retired }), ...(replacement && { replacement }) })));
  }
  const parts = packed(items, MOST_BYTES - OVERHEAD, MOST_BYTES - OVERHEAD);
  return parts.map((some, part) => ({ v: 1, part, parts: parts.length, items: some }));
}

/** The plan in all its parts; undefined if they are not. */
export function plannedIn(values: readonly unknown[]): Planned | undefined {
  const planned: Planned = { decisions: [], without: [] };
  const mends: Mending[] = [];
  const saying: string[] = [];
  const making: string[] = [];
  const having: Had[] = [];
  let left = MOST_PAGES;
  const idsOf = (text: unknown): string[] | undefined => {
    const ids = text === "" ? [] : idsIn(text, left);
    left -= ids?.length ?? 0;
    return ids;
  };
  for (const [at, value] of values.entries()) {
    const { v, part, parts, items } = (value ?? {}) as Record<string, unknown>;
    if (v !== 1 || part !== at || parts !== values.length || !Array.isArray(items)) return undefined;
    for (const item of items as unknown[]) {
      const { from, to, on, not, mend, version, attachments, synonyms, said, made, had, retired, replacement = "" } = (item ?? {}) as Record<keyof Item, unknown>;
      if (attachments === true || synonyms === true) {
        planned[attachments === true ? "attachments" : "synonyms"] = true;
        continue;
      }
      const name = said ?? made ?? had;
      if (name !== undefined) {
        if (typeof name !== "string" || typeof replacement !== "string" || saying.length + making.length + having.length === MOST_PAGES) return undefined;
        if (said !== undefined) saying.push(name);
        else if (made !== undefined) making.push(name);
        else having.push({ name, retired: retired === true, replacement });
        continue;
      }
      if (mend !== undefined) {
        if (typeof mend !== "string" || !ID.test(mend) || !isVersion(version) || mends.length === MOST_MENDS) return undefined;
        mends.push({ id: mend, version });
        continue;
      }
      const last = planned.decisions.at(-1);
      const pages = idsOf(not ?? on ?? "");
      if (!pages || ![from, to].every((name) => name === undefined || typeof name === "string")) return undefined;
      if (not !== undefined) planned.without.push(...pages);
      else if (from !== undefined || to !== undefined) planned.decisions.push({ ...(from !== undefined && { from: from as string }), ...(to !== undefined && { to: to as string }), ...(on !== undefined && { pages }) });
      else if (last?.pages) last.pages = [...last.pages, ...pages];
      else return undefined;
    }
  }
  return { ...planned, ...(mends.length && { mends }), ...(saying.length && { said: saying }), ...(making.length && { made: making }), ...(having.length && { had: having }) };
}
