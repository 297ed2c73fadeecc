// What runs keep in a space: 1 MB at most, with runs as large as they come.

import assert from "node:assert/strict";
import test from "node:test";
import { RUNS } from "../src/propertykeys.ts";
import type { Decision } from "../src/space/decisions.ts";
import type { Time } from "../src/space/pace.ts";
import { begin, undo, type Listener, type Means } from "../src/space/runner.ts";
import { runsIn, runsValue, type Run } from "../src/space/runs.ts";
import { append, planKey, planParts, roomFor, segmentKey, segmentValue, type Segment } from "../src/space/segments.ts";
import { meansOf } from "../src/space/ui/means.ts";
import { propertiesOf } from "../src/spaceproperties.ts";
import { Clock } from "./clock.ts";
import { FakeSpace } from "./fake-space.ts";
import { seeded } from "./seeded.ts";

const MOST = 1_000_000; // bytes
const bytes = (value: unknown) => Buffer.byteLength(JSON.stringify(value));
const quiet: Listener = { told: () => undefined, changed: () => undefined, stop: () => false };

/** Ids as the pages of a space of Confluence have them, which has many others between. */
function idsOf(pages: number, seed: number): string[] {
  const { upTo } = seeded(seed);
  let at = 3_510_774_535;
  return Array.from({ length: pages }, () => String((at += 1 + upTo(2_000_000))));
}
const renames = (count: number): Decision[] => Array.from({ length: count }, (_, n) => ({ from: `release-note-${n}`, to: `release-notes-${n}` }));

/** The segments of a run over these pages, each of which has some of the labels. */
function segmentsOf(ids: readonly string[], decisions: readonly Decision[], seed: number): Segment[] {
  const { chance } = seeded(seed);
  const pages = ids.map((id) => {
    const own = decisions.filter((_, n) => n === 0 || chance(0.3));
    return { id, add: own.filter(() => chance(0.9)).map(({ to }) => to!), remove: own.map(({ from }) => from!) };
  });
  const segments: Segment[] = [{ owner: "", closed: false, batches: [] }];
  while (pages.length) {
    const { segment, taken } = append(segments.at(-1)!, "all", pages);
    if (taken) segments[segments.length - 1] = segment;
    else segments.push({ owner: "", closed: false, batches: [] });
    pages.splice(0, taken);
  }
  return segments;
}

for (const [count, decisions] of [[10_000, 1], [10_000, 4], [2_000, 20], [150, 2], [1, 1]] as const) {
  test(`a run of ${count} pages and ${decisions} renames comes to what it was said to need, at most, and not to much less`, (t) => {
    const ids = idsOf(count, 1);
    const segments = segmentsOf(ids, renames(decisions), 2);
    const own = segments.reduce((sum, segment) => sum + bytes(segmentValue(segment)), 0);
    const said = roomFor(ids, renames(decisions));
    t.diagnostic(`${own} bytes, said ${said}`);
    assert.ok(own <= said && said < 3 * own + 1_000, `${own} bytes, said ${said}`);
  });
}

const made = new Map<string[], Record<string, unknown>[]>();
/** Keeps a run of full size in a space, with all its properties. */
function keep(space: FakeSpace, line: Partial<Run> & { id: string }, ids: string[], decisions: Decision[]): void {
  const put = (key: string, value: unknown) => {
    const before = space.properties.get(key);
    space.properties.set(key, { id: before?.id ?? `p${space.properties.size}`, key, version: { number: (before?.version.number ?? 0) + 1 }, value });
  };
  const parts = planParts({ decisions, without: [] });
  const segments = made.get(ids) ?? segmentsOf(ids, decisions, 3).map(segmentValue);
  made.set(ids, segments);
  parts.forEach((part, n) => put(planKey(line.id, n), part));
  segments.forEach((segment, n) => put(segmentKey(line.id, n), segment));
  const all = [...parts, ...segments].reduce((sum, value) => sum + bytes(value), 0);
  const whole: Run = { began: 0, state: "done", undoes: "", renames: [["release-note-0", "release-notes-0"]], more: decisions.length - 1, changed: ids.length, attachments: false, results: {}, segments: segments.length, parts: parts.length, bytes: all, ...line };
  put(RUNS, runsValue([whole, ...runsIn(space.properties.get(RUNS)?.value)]));
}
const heldBy = (space: FakeSpace) => [...space.properties.values()].reduce((sum, { key, value }) => sum + (key.startsWith("labelup_run") ? bytes(value) : 0), 0);

/** A runner that looks after each write at what the space holds. */
function runnerOn(space: FakeSpace, time: Time, most: { bytes: number }): Means {
  const plain = space.confluence();
  const looked = <T>(answer: T): T => ((most.bytes = Math.max(most.bytes, heldBy(space))), answer);
  const confluence = { ...plain, write: async (method: "POST" | "PUT", path: string, body: unknown) => looked(await plain.write(method, path, body)) };
  let n = 0;
  return meansOf(confluence, { spaceId: "1", typeOf: () => "page" }, propertiesOf(confluence, "1"), time, () => `new${n++}`);
}
function spaceOf(pages: number): FakeSpace {
  const space = new FakeSpace();
  for (const id of idsOf(pages, 9)) space.page(id, ["old"]);
  return space;
}
const planned = { decisions: [{ from: "old", to: "new" }], without: [] };
const day = 86_400_000;
const LARGE = idsOf(10_000, 1);
const SMALLER = LARGE.slice(0, 2_600);
/** Fills the space with runs, the oldest first, until there is next to no room. */
function fill(space: FakeSpace, more: Partial<Run> = {}): void {
  for (let n = 0; n <= 12; n++) keep(space, { id: `r${n}`, began: (80 + n) * day, ...more }, n < 12 ? LARGE : SMALLER, renames(1));
}
const withPages = (space: FakeSpace) => runsIn(space.properties.get(RUNS)?.value).filter(({ segments }) => segments).map(({ id }) => id);

test("a space never holds more than 1 MB of runs: for a new one the pages of the oldest go, and their lines stay", async (t) => {
  const space = spaceOf(300);
  const clock = new Clock();
  clock.at = 100 * day;
  fill(space);
  const before = heldBy(space);
  assert.ok(before > 0.9 * MOST && before <= MOST, `${before} bytes to begin with`);
  const most = { bytes: 0 };
  const outcome = await clock.until(begin(runnerOn(space, clock, most), planned, quiet));
  assert.ok(outcome !== "dead" && outcome.state === "done" && outcome.changed === 300);
  t.diagnostic(`${before} bytes before, ${most.bytes} at most, ${withPages(space).length} runs with their pages`);
  assert.deepEqual([withPages(space).includes("r0"), withPages(space).includes("r11")], [false, true]);
  assert.equal(runsIn(space.properties.get(RUNS)?.value).length, 14);
  assert.equal([...space.properties.keys()].some((key) => key.startsWith("labelup_run_r0_")), false);
  assert.ok(most.bytes <= MOST, `${most.bytes} bytes`);
});

test("where runs that are not finished hold all of it, a new one is refused before it writes anything", async () => {
  const space = spaceOf(300);
  const clock = new Clock();
  clock.at = 100 * day;
  fill(space, { state: "running" });
  const before = JSON.stringify([...space.properties]);
  const outcome = await clock.until(begin(runnerOn(space, clock, { bytes: 0 }), planned, quiet));
  assert.ok(outcome !== "dead");
  assert.deepEqual([outcome.state, outcome.changed, space.counted.posts, space.counted.properties], ["full", 0, 0, 0]);
  assert.equal(JSON.stringify([...space.properties]), before);
});

test("what is taken back keeps its pages, and others make room", async () => {
  const space = spaceOf(0);
  const clock = new Clock();
  clock.at = 100 * day;
  const ids = idsOf(200, 50);
  for (const id of ids) space.page(id, ["release-notes-0"]);
  keep(space, { id: "first", began: 60 * day }, ids, renames(1));
  fill(space);
  const run = runsIn(space.properties.get(RUNS)?.value).find(({ id }) => id === "first")!;
  const most = { bytes: 0 };
  const outcome = await clock.until(undo(runnerOn(space, clock, most), run, quiet));
  assert.ok(outcome !== "dead" && outcome.state === "done");
  assert.ok([...space.pages.values()].every(({ labels }) => labels.has("release-note-0")));
  assert.ok(most.bytes <= MOST, `${most.bytes} bytes`);
});
