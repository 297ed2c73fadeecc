import assert from "node:assert/strict";
import test from "node:test";
import { RUNS, SPACE_PROPERTY, VOCABULARY } from "../src/propertykeys.ts";
import { resolve, type Decision } from "../src/space/decisions.ts";
import { after, HELD_FOR, mayChange, mayTake, STALE_AFTER, type Event, type Lease } from "../src/space/lease.ts";
import { changeOf, inverse, onto, rest, type Change } from "../src/space/plan.ts";
import { renamedBy, renamesOf, retained, runsIn, runsValue, type Run } from "../src/space/runs.ts";
import { append, planKey, planParts, plannedIn, segmentIn, segmentKey, segmentValue, type Planned, type Recorded, type Segment } from "../src/space/segments.ts";
import { seeded } from "./seeded.ts";

const bytes = (value: unknown) => Buffer.byteLength(JSON.stringify(value));
const json = (value: unknown) => JSON.parse(JSON.stringify(value)) as unknown;
const EMPTY: Segment = { owner: "me", closed: false, batches: [] };
const pages = (count: number, change: (i: number) => Change, from = 3_510_774_535, step = 97_001): Recorded[] =>
  Array.from({ length: count }, (_, i) => ({ id: String(from + i * step), ...change(i) }));
const rename = (): Change => ({ add: ["release-notes"], remove: ["release-note"] });
const byId = (some: Recorded[]) => [...some].sort((a, b) => (BigInt(a.id) < BigInt(b.id) ? -1 : 1));

test("a segment is read as it was written, the pages of a batch in the order of their ids", () => {
  const { pick, upTo } = seeded(2);
  for (let round = 0; round < 30; round++) {
    const change = (): Change => ({ add: ["a", "b", "é", "日本"].slice(upTo(3), 2 + upTo(3)), remove: ["c", "d"].slice(upTo(3)) });
    let segment: Segment = { owner: pick(["", "me"]), closed: upTo(2) === 0, batches: [] };
    for (let n = 0; n < 4; n++) segment = append(segment, pick(["all", "first", "last"] as const), pages(1 + upTo(120), change, upTo(1e9), 1 + upTo(1e7))).segment;
    const back = segmentIn(json(segmentValue(segment)))!;
    const inOrder = (one: Segment) => ({ ...one, batches: one.batches.map((batch) => ({ ...batch, pages: byId(batch.pages) })) });
    assert.deepEqual(inOrder(back), inOrder(segment));
  }
});
test("a batch of 100 pages takes well below a kilobyte, and a segment has more than thirty", (t) => {
  let segment = EMPTY;
  for (let n = 0, taken = 100; taken; n++) ({ segment, taken } = append(segment, "all", pages(200, rename, 3_510_774_535 + n * 9_700_100)));
  t.diagnostic(`${segment.batches.length} batches of 100 pages in ${bytes(segmentValue(segment))} bytes`);
  assert.ok(segment.batches.length > 30 && segment.batches.every((batch) => batch.pages.length === 100));
  assert.ok(bytes(segmentValue(segment)) <= 24 * 1024);
});
test("a batch that has no room is cut in an empty segment, and waits for one in another", () => {
  const large = pages(100, (i) => ({ add: Array.from({ length: 20 }, (_, n) => `label-${i}-${n}`.padEnd(40, "x")), remove: [] }));
  const first = append(EMPTY, "all", large);
  assert.ok(first.taken > 10 && first.taken < 100 && bytes(segmentValue(first.segment)) <= 24 * 1024);
  assert.deepEqual(append(first.segment, "all", large), { segment: first.segment, taken: 0 });
});
test("a page that cannot be recorded is not", () => {
  const huge = { id: "1", add: [], remove: Array.from({ length: 500 }, (_, i) => `${i}`.padEnd(255, "語")) };
  assert.deepEqual(append(EMPTY, "all", [huge]), { segment: EMPTY, taken: 0 });
  assert.deepEqual(append(EMPTY, "all", [{ id: "x", ...rename() }]).taken, 0);
});
const one = segmentValue(append(EMPTY, "all", pages(3, rename)).segment);
const broken: [sentence: string, value: unknown][] = [
  ["nothing", undefined],
  ["a word", "RAW"],
  ["another form", { ...one, v: 2 }],
  ["no owner", { ...one, owner: 7 }],
  ["a name that is none", { ...one, names: [7, "b"] }],
  ["a name that is missing", { ...one, names: ["a"] }],
  ["a step that is none", { ...one, batches: [[7]] }],
  ["a batch that is none", { ...one, batches: [null] }],
  ["groups that are none", { ...one, batches: [[0, 7, "RAW"]] }],
  ["ids that are none", { ...one, batches: [[0, [[0], [1], "1,x"]]] }],
  ["more pages than a run has, in groups", { ...one, batches: [[0, ...[1, 2].map(() => [[0], [1], "1,".repeat(60_000) + "1"])]] }],
  ["more pages than a run has", { ...one, batches: [[0, [[0], [1], "1,".repeat(150_000) + "1"]]] }],
];
for (const [sentence, value] of broken) {
  test(`a segment that is ${sentence} is none`, () => assert.equal(segmentIn(value), undefined));
}

const ids = (count: number) => Array.from({ length: count }, (_, i) => String(1_000_000_000 + i * 7_919));
test("a plan is read from its parts as it was written, and not from some of them", () => {
  const planned: Planned = { decisions: [{ from: "a", to: "Release Notes" }, { to: "b", pages: ids(2_500) }, { from: "c" }, { from: "d", pages: [] }], without: ids(4_000) };
  const parts = planParts(planned).map(json);
  assert.ok(parts.length > 1 && parts.every((part) => bytes(part) < 24 * 1024));
  assert.deepEqual(plannedIn(parts), planned);
  assert.equal(plannedIn(parts.slice(1)), undefined);
  assert.equal(plannedIn([...parts].reverse()), undefined);
  for (const items of [7, [null, 7], [{ on: "1" }], [{ from: 7 }], [{ from: "a", on: "x" }], [{ not: {} }]]) assert.equal(plannedIn([{ v: 1, part: 0, parts: 1, items }]), undefined);
});

test("pages with lists are planned and recorded with their version, and attachments with a word", () => {
  const mends = Array.from({ length: 500 }, (_, i) => ({ id: String(9_000 + i), version: 1 + (i % 3) }));
  const planned: Planned = { decisions: [{ from: "a", to: "b" }], without: ["7"], mends, attachments: true, synonyms: true, said: ["c", "d"], made: ["b", "e"], had: [{ name: "a", retired: false, replacement: "" }, { name: "f", retired: true, replacement: "" }, { name: "g", retired: true, replacement: "h" }] };
  assert.deepEqual(plannedIn(planParts(planned).map(json)), planned);
  const most = planParts({ ...planned, mends: [...mends, { id: "1", version: 1 }] });
  assert.deepEqual(plannedIn(most)!.mends, mends, "as many as are read");
  for (const item of [{ mend: "x", version: 1 }, { mend: "1" }, { mend: "1", version: 0 }, { mend: 1, version: 1 }, { said: 7 }, { made: 7 }, { had: 7 }, { had: "a", replacement: 7 }]) assert.equal(plannedIn([{ v: 1, part: 0, parts: 1, items: [item] }]), undefined);
  const pages = mends.slice(0, 100).map((page) => ({ ...page, add: [], remove: [] }));
  const { segment, taken } = append({ owner: "me", closed: false, batches: [] }, "mend", pages);
  assert.equal(taken, 100);
  const [batch] = segmentIn(json(segmentValue(segment)))!.batches;
  assert.equal(batch!.step, "mend");
  assert.deepEqual(batch!.pages.sort((a, b) => Number(a.id) - Number(b.id)), pages);
  for (const version of [0, "1", 1.5, null]) assert.equal(segmentIn({ v: 1, owner: "", names: [], batches: [[3, [[], [], "1", version]]] }), undefined);
});

test("what a space keeps of runs is known as the app's, and erased with all else", () => {
  for (const key of [RUNS, segmentKey("a1", 0), planKey("a1", 12), VOCABULARY, `${VOCABULARY}_50`]) assert.match(key, SPACE_PROPERTY);
  for (const key of ["labelup_run_a1", "labelup_run__0", "labelup_run_A_0", "labelup_runs_0", "labelup_vocabularyx", "xlabelup_runs"]) assert.doesNotMatch(key, SPACE_PROPERTY);
});

const DAY = 86_400_000;
const NOW = 2_000_000_000_000;
const run = (id: number, days: number, more: Partial<Run> = {}): Run => ({
  id: `r${id}`, began: NOW - days * DAY, state: "done", undoes: "", renames: [["a", "b"]], more: 0, changed: 9, attachments: false, results: { archived: 1 }, segments: 1, parts: 1, bytes: 20_000, ...more,
});
const kept: [sentence: string, runs: Run[], pages: string][] = [
  ["the last five, however old", [1, 2, 3, 4, 5, 6, 7].map((n) => run(n, 100 + n)), "r1 r2 r3 r4 r5"],
  ["all of the last 30 days", [1, 2, 3, 4, 5, 6, 7, 8].map((n) => run(n, n * 4)), "r1 r2 r3 r4 r5 r6 r7"],
  ["as much as a space has room for", [1, 2, 3, 4].map((n) => run(n, n, { bytes: 300_000 })), "r1 r2 r3"],
  ["less, where one runs that may come to more", [1, 2, 3, 4].map((n) => run(n, n, { bytes: 300_000, ...(n === 1 && { state: "running", bytes: 500_000 }) })), "r1 r2"],
  ["what still runs, however old", [run(1, 1, { bytes: 600_000 }), run(2, 200, { state: "running", bytes: 600_000 })], "r2"],
  ["what is taken back, however old", [run(1, 1, { state: "running", undoes: "r3", bytes: 400_000 }), run(2, 2, { bytes: 400_000 }), run(3, 200, { bytes: 400_000 })], "r1 r3"],
  ["what is half taken back, before others", [run(1, 1, { bytes: 400_000 }), run(2, 200, { state: "stopped", undoes: "r3", bytes: 200_000 }), run(3, 201, { bytes: 200_000 }), run(4, 2, { bytes: 400_000 })], "r1 r2 r3"],
  ["no more than there is room for, though it is half taken back", [run(1, 1, { state: "running", bytes: 500_000 }), run(2, 2, { state: "stopped", undoes: "r3", bytes: 300_000 }), run(3, 3, { bytes: 300_000 })], "r1 r2"],
];
for (const [sentence, runs, wanted] of kept) {
  test(`of runs the pages are kept: ${sentence}`, () => {
    const { runs: lines, dropped } = retained(runs, NOW);
    const has = lines.filter(({ segments }) => segments).map(({ id }) => id);
    assert.equal(has.join(" "), wanted);
    assert.deepEqual([...has, ...dropped.map(({ id }) => id)].sort(), runs.map(({ id }) => id).sort());
    assert.ok(dropped.every(({ segments }) => segments), "what is to be removed is known");
    assert.equal(lines.length, runs.length, "the lines stay");
  });
}
test("the results of 20 runs are kept, and lines as long as the list has room: a space has 1 MB at most", () => {
  const { runs } = retained(Array.from({ length: 900 }, (_, i) => run(i, i)), NOW);
  assert.equal(runs.filter(({ results }) => results["archived"]).length, 20);
  assert.ok(runs.length > 150 && runs.length < 900, `${runs.length} lines`);
  assert.ok(bytes(runsValue(runs)) <= 24 * 1024);
  const all = runs.reduce((sum, { bytes: own }) => sum + own, bytes(runsValue(runs)));
  assert.ok(all <= 1_000_000, `${all}`);
});
const LONG = Array.from({ length: 10 }, (_, i): [string, string] => [`a-name-that-is-rather-long-${i}`, `a-name-that-is-longer-${i}`]);
test("a run that can be taken back is in the list, whatever the others renamed: names go from the oldest lines first", () => {
  const runs = Array.from({ length: 60 }, (_, i) => run(i, i / 3, { renames: LONG, more: 2, bytes: 1_000 }));
  const { runs: lines, dropped, full } = retained(runs, NOW);
  assert.deepEqual([lines.map(({ id }) => id), dropped, full], [runs.map(({ id }) => id), [], false]);
  assert.ok(lines.every(({ segments, parts, bytes }) => segments && parts && bytes), "with all that is known of its pages");
  const named = lines.map(({ renames }) => renames.length);
  assert.deepEqual([named[0], named.at(-1)], [10, 0]);
  assert.deepEqual(named, [...named].sort((a, b) => b - a));
  assert.ok(lines.every(({ renames, more }) => renames.length + more === 12), "how many there are is told");
  assert.ok(bytes(runsValue(lines)) <= 24 * 1024);
});
test("lines that nothing hangs on go before names do", () => {
  const runs = [...Array.from({ length: 20 }, (_, i) => run(i, i, { renames: LONG })), ...Array.from({ length: 30 }, (_, i) => run(100 + i, 100 + i, { renames: LONG, segments: 0, parts: 0, bytes: 0 }))];
  const { runs: lines } = retained(runs, NOW);
  assert.ok(lines.length > 20 && lines.length < 50, `${lines.length} lines`);
  assert.deepEqual(lines.map(({ id }) => id), runs.slice(0, lines.length).map(({ id }) => id));
  assert.ok(lines.every(({ renames }) => renames.length === 10));
  assert.ok(bytes(runsValue(lines)) <= 24 * 1024);
});
test("where there is no room for a line, the pages of its run go, too, and never those of one that still runs", () => {
  const runs = [
    ...Array.from({ length: 400 }, (_, i) => run(i, i / 20, { bytes: 1_000 })),
    run(900, 21, { state: "stopped", undoes: "r901", bytes: 1_000 }),
    run(901, 22, { bytes: 1_000 }),
    run(902, 90, { state: "running", bytes: 1_000 }),
    run(903, 91, { state: "running", undoes: "r904", bytes: 1_000 }),
    run(904, 92, { bytes: 1_000 }),
  ];
  const { runs: lines, dropped, full } = retained(runs, NOW);
  assert.ok(!full && bytes(runsValue(lines)) <= 24 * 1024);
  const has = lines.filter(({ segments }) => segments).map(({ id }) => id);
  assert.deepEqual([...has, ...dropped.map(({ id }) => id)].sort(), runs.map(({ id }) => id).sort(), "nothing is left of which the list does not know");
  assert.deepEqual(has.slice(-5), ["r900", "r901", "r902", "r903", "r904"]);
  assert.ok(has.length > 150, `${has.length} runs`);
  const running = retained(runs.map((one) => ({ ...one, state: "running" as const })), NOW);
  assert.deepEqual([running.full, running.runs.length, running.dropped], [true, runs.length, []]);
});
test("the list is read as it was written, and what is none is none", () => {
  const runs = [run(1, 1, { state: "running", undoes: "r0", more: 3, attachments: true }), run(2, 40, { results: {}, segments: 0, parts: 0, bytes: 0 })];
  assert.deepEqual(runsIn(json(runsValue(runs))), runs);
  for (const value of [undefined, "RAW", { v: 2, runs: [] }, { v: 1, runs: 7 }, { v: 1, runs: [null, 7, {}, { id: "A b" }] }]) assert.deepEqual(runsIn(value), []);
  const [odd] = runsIn({ v: 1, runs: [{ id: "x", began: "RAW", state: "RAW", renames: [7, ["a"], ["a", "b"]], results: "RAW", segments: 1e9, bytes: -1 }] });
  assert.deepEqual(odd, { id: "x", began: 0, state: "stopped", undoes: "", renames: [["a", "b"]], more: 0, changed: 0, attachments: false, results: { 0: 0, 1: 0, 2: 0 }, segments: 1_000, parts: 0, bytes: 0 });
});
test("a run that somebody says began after the last moment that a date can be can be shown", () => {
  const [{ began } = { began: NaN }] = runsIn({ v: 1, runs: [{ id: "x", began: 9e15 }] });
  assert.match(new Intl.DateTimeFormat("en").format(began), /\d/);
});
test("a line has the first decisions, and how many there are beside", () => {
  const many = Array.from({ length: 30 }, (_, i): Decision => ({ from: `a${i}`, to: "b" }));
  assert.deepEqual([renamesOf(many).renames.length, renamesOf(many).more], [10, 20]);
  assert.deepEqual(renamesOf([{ to: "x".repeat(700), pages: [] }, { from: "a" }]), { renames: [], more: 2 });
});

test("what was done on some pages only, tried or stopped is no rename of a label", () => {
  const runs = [
    run(1, 1, { renames: [...renamesOf([{ from: "some", to: "x", pages: ids(12) }, { from: "all", to: "y" }, { from: "gone" }, { to: "z" }]).renames] }),
    run(2, 2, { state: "stopped", renames: [["tried", "x"]] }),
    run(3, 3, { state: "running", renames: [["running", "x"]] }),
    run(4, 4, { renames: [["back", "x"]] }),
    run(5, 5, { undoes: "r4", renames: [["x", "back"]] }),
    run(6, 6, { renames: [["all", "older"]] }),
  ];
  assert.deepEqual(runs[0]!.renames[0], ["some", "x", 12]);
  assert.deepEqual(runsIn(json(runsValue(runs))), runs);
  assert.deepEqual([...renamedBy(runs)], [["all", "y"]]);
});

test("what was renamed back or on since is told of where it is now", () => {
  const after = (...renames: [from: string, to: string][][]) => Object.fromEntries(renamedBy(renames.map((pairs, i) => run(i, 9 - i, { renames: pairs }))));
  assert.deepEqual(after([["a", "b"]], [["b", "a"]]), { b: "a" });
  assert.deepEqual(after([["a", "b"]], [["b", "c"]]), { a: "c", b: "c" });
  assert.deepEqual(after([["b", "c"], ["a", "b"]]), { a: "c", b: "c" }, "at once");
  assert.deepEqual(after([["a", "b"]], [["b", "c"]], [["c", "a"]]), { b: "a", c: "a" });
});

const told: [sentence: string, lease: Lease, event: Event, lease: Lease][] = [
  ["somebody is seen at work", { state: "unknown" }, { kind: "read", mark: "0.1", owner: "other" }, { state: "theirs", mark: "0.1", since: 500 }],
  ["their property has not moved", { state: "theirs", mark: "0.1", since: 100 }, { kind: "read", mark: "0.1", owner: "other" }, { state: "theirs", mark: "0.1", since: 100 }],
  ["their property has moved", { state: "theirs", mark: "0.1", since: 100 }, { kind: "read", mark: "0.2", owner: "other" }, { state: "theirs", mark: "0.2", since: 500 }],
  ["nobody is at work", { state: "theirs", mark: "0.1", since: 100 }, { kind: "read", mark: "0.2", owner: "" }, { state: "free", mark: "0.2" }],
  ["it is taken: our time counts from when we asked", { state: "free", mark: "0.1" }, { kind: "wrote", mark: "0.2", sent: 450, status: 200 }, { state: "mine", mark: "0.2", since: 450 }],
  ["a new property is made", { state: "mine", mark: "0.9", since: 100 }, { kind: "wrote", mark: "1.1", sent: 450, status: 201 }, { state: "mine", mark: "1.1", since: 450 }],
  ["another version is there: 409", { state: "mine", mark: "0.1", since: 100 }, { kind: "wrote", mark: "0.2", sent: 450, status: 409 }, { state: "lost" }],
  ["the same as 400", { state: "free", mark: "0.1" }, { kind: "wrote", mark: "0.2", sent: 450, status: 400 }, { state: "lost" }],
  ["the property is gone", { state: "mine", mark: "0.1", since: 100 }, { kind: "wrote", mark: "0.2", sent: 450, status: 404 }, { state: "lost" }],
  ["the right is gone", { state: "mine", mark: "0.1", since: 100 }, { kind: "wrote", mark: "0.2", sent: 450, status: 403 }, { state: "lost" }],
  ["it is too much at once: nothing was written", { state: "mine", mark: "0.1", since: 100 }, { kind: "wrote", mark: "0.2", sent: 450, status: 429 }, { state: "mine", mark: "0.1", since: 100 }],
  ["there is no answer", { state: "mine", mark: "0.1", since: 100 }, { kind: "wrote", mark: "0.2", sent: 450, status: 0 }, { state: "unsure", before: { state: "mine", mark: "0.1", since: 100 }, mark: "0.2", since: 450 }],
  ["the write without an answer was made", { state: "unsure", before: { state: "mine", mark: "0.1", since: 100 }, mark: "0.2", since: 450 }, { kind: "read", mark: "0.2", owner: "me" }, { state: "mine", mark: "0.2", since: 450 }],
  ["it was not made", { state: "unsure", before: { state: "mine", mark: "0.1", since: 100 }, mark: "0.2", since: 450 }, { kind: "read", mark: "0.1", owner: "me" }, { state: "mine", mark: "0.1", since: 100 }],
  ["somebody else's was", { state: "unsure", before: { state: "mine", mark: "0.1", since: 100 }, mark: "0.2", since: 450 }, { kind: "read", mark: "0.2", owner: "other" }, { state: "lost" }],
  ["it would have taken the run over, and was not made", { state: "unsure", before: { state: "theirs", mark: "0.1", since: 100 }, mark: "0.2", since: 450 }, { kind: "read", mark: "0.1", owner: "other" }, { state: "theirs", mark: "0.1", since: 100 }],
  ["somebody else took ours over", { state: "mine", mark: "0.1", since: 100 }, { kind: "read", mark: "0.2", owner: "other" }, { state: "lost" }],
  ["we gave it up", { state: "mine", mark: "0.1", since: 100 }, { kind: "gave_up", mark: "0.2" }, { state: "free", mark: "0.2" }],
  ["what is lost stays lost", { state: "lost" }, { kind: "read", mark: "0.2", owner: "" }, { state: "lost" }],
];
for (const [sentence, lease, event, wanted] of told) {
  test(`of a run it is known: ${sentence}`, () => assert.deepEqual(after(lease, event, "me", 500), wanted));
}
const times: [sentence: string, lease: Lease, now: number, change: boolean, take: boolean][] = [
  ["ours, just written", { state: "mine", mark: "", since: 0 }, 1, true, false],
  ["ours, written a while ago: write first", { state: "mine", mark: "", since: 0 }, HELD_FOR, false, false],
  ["ours, and the clock was turned back", { state: "mine", mark: "", since: 100 }, 1, false, false],
  ["theirs, moving", { state: "theirs", mark: "", since: 0 }, STALE_AFTER - 1, false, false],
  ["theirs, still for long", { state: "theirs", mark: "", since: 0 }, STALE_AFTER, false, true],
  ["nobody's", { state: "free", mark: "" }, 1, false, true],
  ["lost", { state: "lost" }, 1e9, false, false],
  ["unsure", { state: "unsure", before: { state: "free", mark: "" }, mark: "", since: 0 }, 1, false, false],
];
for (const [sentence, lease, now, change, take] of times) {
  test(`a run is ${sentence}`, () => assert.deepEqual([mayChange(lease, now), mayTake(lease, now)], [change, take]));
}

test("never do two work on a run, whoever sleeps, and whatever answers are late or lost", () => {
  let taken = 0;
  for (let seed = 1; seed <= 80; seed++) {
    const { chance, upTo, pick } = seeded(seed);
    const property = { version: 1, owner: "" };
    const write = (owner: string, version: number) => {
      if (version !== property.version) return 409;
      property.version++;
      property.owner = owner;
      return 200;
    };
    const workers = ["a", "b", "c"].map((me) => ({ me, lease: { state: "unknown" } as Lease, asleepUntil: 0, reached: undefined as undefined | { at: number; version: number; sent: number }, answered: undefined as undefined | { at: number; event: Event } }));
    for (let now = 0; now < 900_000; now += 1_000) {
      for (const worker of workers) {
        // A write reaches Confluence late, also while the one who sent it sleeps.
        const { reached } = worker;
        if (reached && reached.at <= now) {
          worker.reached = undefined;
          const status = write(worker.me, reached.version);
          worker.answered = { at: now + upTo(20_000), event: { kind: "wrote", mark: String(reached.version + 1), sent: reached.sent, status: chance(0.1) ? 0 : status } };
        }
        if (worker.asleepUntil > now) continue;
        if (worker.answered && worker.answered.at <= now) {
          worker.lease = after(worker.lease, worker.answered.event, worker.me, now);
          worker.answered = undefined;
        }
        if (chance(0.01)) worker.asleepUntil = now + upTo(300_000);
        if (worker.reached || worker.answered || chance(0.5)) continue;
        const { lease } = worker;
        if (lease.state === "lost") worker.lease = { state: "unknown" };
        else if (mayTake(lease, now) || (lease.state === "mine" && chance(0.1))) {
          const version = Number("mark" in lease ? lease.mark : 0);
          if (mayTake(lease, now)) taken++;
          worker.reached = { at: now + upTo(pick([100, 80_000])), version, sent: now };
        } else worker.lease = after(lease, { kind: "read", mark: String(property.version), owner: property.owner }, worker.me, now);
      }
      const working = workers.filter(({ lease }) => mayChange(lease, now)).map(({ me }) => me);
      assert.ok(working.length <= 1, `seed ${seed}, ${now} ms: ${working}`);
    }
  }
  assert.ok(taken > 150, `the run was taken over ${taken} times`);
});

test("a run that is killed anywhere, gone on with and taken back, by others, leaves what was there and what somebody else changed", () => {
  let kills = 0;
  for (let seed = 1; seed <= 25; seed++) {
    const { pick, chance, upTo } = seeded(seed);
    const NAMES = ["a", "b", "c", "d", "x"];
    const all = Array.from({ length: 260 }, (_, i) => String(1_000 + i * 3));
    const site = new Map(all.map((id) => [id, new Set(NAMES.filter(() => chance(0.4)))]));
    const meddled = new Map<string, Set<string>>(); // page: names that the second person changed
    const meddle = (id: string) => {
      const name = pick(NAMES);
      const held = site.get(id)!;
      held.delete(name) || held.add(name);
      const names = meddled.get(id) ?? meddled.set(id, new Set()).get(id)!;
      names.delete(name) || names.add(name);
    };
    const store: unknown[] = []; // the segments, as Confluence keeps them
    const { rules } = resolve([{ from: "a", to: "b" }, { from: "c", to: "d" }]);
    class Killed extends Error {}
    const step = () => {
      if (chance(0.002)) throw (kills++, new Killed());
    };
    const write = (id: string, change: Change) => {
      const held = site.get(id)!;
      step();
      for (const name of change.add) held.add(name); // one request
      for (const name of change.remove) {
        step();
        held.delete(name);
      }
    };
    /** Goes on with a run whose pages are in the list, each page's change made of what it has. */
    const goOn = (segments: unknown[], list: string[], changeOn: (id: string) => Change) => {
      const segment = (segments.length ? segmentIn(segments.at(-1)) : undefined) ?? EMPTY;
      for (const { id, ...change } of segment.batches.at(-1)?.pages ?? []) write(id, rest(change, site.get(id)!));
      const done = new Set(segments.flatMap((value) => segmentIn(value)!.batches.flatMap((batch) => batch.pages.map(({ id }) => id))));
      let left = list.filter((id) => !done.has(id));
      let current = segment;
      while (left.length) {
        const batch = left.slice(0, 30).map((id) => ({ id, ...changeOn(id) }));
        const appended = append(current, "all", batch);
        current = appended.segment;
        segments[Math.max(segments.length - 1, 0)] = json(segmentValue(current));
        for (const { id, ...change } of batch.slice(0, appended.taken)) write(id, change);
        left = left.slice(appended.taken);
        // The second person changes pages that are done for sure, or not reached.
        for (let n = upTo(6); n > 0; n--) meddle(pick(all.filter((id) => !batch.some((page) => page.id === id))));
      }
    };
    const untilDone = (run: () => void) => {
      for (;;) {
        try {
          return run();
        } catch (error) {
          if (!(error instanceof Killed)) throw error;
        }
      }
    };
    const before = new Map<string, Set<string>>(); // what a page had when it was reached, without what came later
    untilDone(() => goOn(store, all, (id) => (before.set(id, new Set(site.get(id))), meddled.delete(id), changeOf(rules, { id, labels: [...site.get(id)!].map((name) => ({ name, prefix: "global" })) }))));
    for (const id of all) {
      const mine = meddled.get(id);
      for (const [from, to] of [["a", "b"], ["c", "d"]] as const) {
        if (!mine?.has(from)) assert.ok(!site.get(id)!.has(from), `seed ${seed}: ${from} is on ${id}`);
        if (before.get(id)!.has(from) && !mine?.has(to)) assert.ok(site.get(id)!.has(to), `seed ${seed}: ${to} is not on ${id}`);
      }
    }
    const records = new Map(store.flatMap((value) => segmentIn(value)!.batches.flatMap((batch) => batch.pages.map((page) => [page.id, page] as const))));
    const undone: unknown[] = [];
    const wanted = new Map<string, Set<string>>();
    untilDone(() =>
      goOn(undone, [...records.keys()].reverse(), (id) => {
        const held = site.get(id)!;
        wanted.set(id, new Set(NAMES.filter((name) => (meddled.get(id)?.has(name) ? held : before.get(id)!).has(name))));
        meddled.delete(id);
        return onto(inverse(records.get(id)!), held);
      }),
    );
    for (const id of all) {
      // What the second person changed after the page was taken back is on top.
      const now = NAMES.filter((name) => wanted.get(id)!.has(name) !== (meddled.get(id)?.has(name) ?? false));
      assert.deepEqual([...site.get(id)!].sort(), now, `seed ${seed}: ${id}`);
    }
  }
  assert.ok(kills > 30, `${kills} kills`);
});
