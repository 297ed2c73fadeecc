// Runs on the page of a space whose tab is killed, under every failure, while a
// second person changes the very labels of the plan: what was going on is gone on
// with and taken back, and then each page is looked at.
//
// The second person changes pages that are done, and pages that are not reached
// yet. Of a page that is being read and written at that moment nobody can say
// what it had before. TRIALS and FIRST say which seeds are tried.

import assert from "node:assert/strict";
import { test } from "node:test";
import { plain, tell } from "./acts.mjs";
import { pagesAs, planFindings, preview, propertyOf, recorded, retire, visit } from "./spaceacts.mjs";

const TRIALS = Number(process.env.TRIALS ?? 3);
const FIRST = Number(process.env.FIRST ?? 1);
const TIMES = Number(process.env.TIMES ?? 16); // as fast as the app's time goes
const AHEAD = 120; // pages that the run looks at behind the last recorded one: it may have read those of a batch, and some
const STALE = 91_000; // ms

/** Numbers that follow from a seed (mulberry32). */
function seeded(seed) {
  const random = () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const upTo = (n) => Math.floor(random() * n);
  return { upTo, pick: (from) => from[upTo(from.length)], chance: (p) => random() < p };
}

const FAULTS = [
  { kind: "429-bare", probability: 0.01 },
  { kind: "429-burst", probability: 0.01, retryAfter: 1 },
  ...["500", "502", "503", "half", "drop-before", "drop-after"].map((kind) => ({ kind, probability: 0.004 })),
];
const misbehave = () => Promise.all(FAULTS.map((fault) => tell("misbehave", { ...fault, path: "/wiki/**" })));
const behave = () => tell("misbehave", {}, "DELETE");

// --- When a tab dies

const path = { segments: "*/properties/*", labels: "*/content/*/label*", reads: "*include-operations*" };
const MOMENTS = [
  // Between what is written down and what is done of it.
  { name: "after a batch is written down", url: path.segments, stage: "Response", of: ({ postData = "" }) => postData.includes("labelup_run_"), most: 2 },
  { name: "before a batch is written down", url: path.segments, stage: "Request", of: ({ postData = "" }) => postData.includes("labelup_run_"), most: 2 },
  { name: "after a label is written, before the answer", url: path.labels, stage: "Response", of: () => true, most: 250 },
  { name: "before a label is written", url: path.labels, stage: "Request", of: () => true, most: 250 },
  { name: "while pages are read", url: path.reads, stage: "Response", of: ({ url }) => /\/(pages|blogposts)\//.test(url), most: 150 },
];

/** Kills the tab at a moment; died resolves when it is dead. */
async function kill({ page, context }, { url, stage, of }, nth, closes) {
  const cdp = await context.newCDPSession(page);
  let dead;
  const died = new Promise((resolve) => (dead = resolve));
  let seen = 0;
  cdp.on("Fetch.requestPaused", ({ requestId, request }) => {
    if (seen === nth) return; // it is dying
    if (of(request) && ++seen === nth) {
      const ended = closes ? context.close() : Promise.race([page.waitForEvent("crash"), cdp.send("Page.crash")]).then(() => context.close());
      ended.then(() => dead("dead"), () => dead("dead"));
    } else cdp.send("Fetch.continueRequest", { requestId }).catch(() => undefined);
  });
  await cdp.send("Fetch.enable", { patterns: [{ urlPattern: url, requestStage: stage }] });
  return { died, async spare() { await cdp.send("Fetch.disable").catch(() => undefined); } };
}

// --- The second person, and what each page should have

/** What becomes of the names of a page by the plan: a and c go, b and d take their places. */
function planned(held, [a, b, c, d]) {
  const next = new Set(held);
  for (const [from, to] of [[a, b], [c, d]]) if (next.delete(from)) next.add(to);
  return next;
}

/** Whether the plan changes a page that has these. */
const isChanged = (held, [a, , c]) => held.has(a) || held.has(c);

class Ledger {
  constructor(names, pages, editable, random) {
    Object.assign(this, { names, now: pages, editable, random });
    this.base = new Map(); // of pages that the run has reached, what they had
    this.undone = new Set();
    this.others = new Set(); // pages of which the undo has to say that somebody else changed them
    this.changes = 0;
    this.events = []; // what it knows of pages, for when a page is not as it should be
  }

  note(id, what) {
    this.events.push({ id, at: new Date().toISOString(), what });
  }

  /** Takes in what a run has recorded: each page as it is reached. */
  reach(batches, undoing) {
    for (const id of batches.flat()) {
      if (undoing ? this.undone.has(id) : this.base.has(id)) continue;
      if (undoing) this.back(id);
      else {
        this.base.set(id, new Set(this.now.get(id)));
        this.note(id, "recorded by the run");
        this.now.set(id, planned(this.now.get(id), this.names));
      }
    }
  }

  /** What the undo makes of a page: what the run took is put back, and what it gave is taken away. */
  back(id) {
    this.undone.add(id);
    this.note(id, "recorded by the undo");
    const before = this.base.get(id);
    const after = planned(before, this.names);
    const held = this.now.get(id);
    const next = new Set(held);
    for (const name of this.names) {
      if (before.has(name) === after.has(name)) continue;
      if (held.has(name) !== after.has(name)) this.others.add(id);
      if (before.has(name)) next.add(name);
      else next.delete(name);
    }
    this.now.set(id, next);
  }

  /** Changes one name of one page, as the second person. */
  async meddle(ids) {
    if (!ids.length) return;
    const id = this.random.pick(ids);
    const name = this.random.pick(this.names);
    const held = this.now.get(id);
    const has = held.has(name);
    const { refused } = await tell("second-person", { user: "editor", pages: [id], [has ? "remove" : "add"]: [name], count: 1 });
    assert.equal(refused, 0, `the second person changes ${id}`);
    if (has) held.delete(name);
    else held.add(name);
    this.changes++;
    this.note(id, `the second person ${has ? "removed" : "added"} ${name}`);
    return id;
  }
}

const runs = async () => (await propertyOf("labelup_runs"))?.value.runs ?? [];
/** The run that was not there before, or the one that takes it back. */
const fresh = async (undoing, before) => (await runs()).find(({ id, undoes }) => !!undoes === undoing && !before.has(id));

/** Changes pages that are done or far ahead, until it is told to stop. Of those in order, the run looks at the pages that it is to change. */
async function meddleAlongside(ledger, order, looks, undoing, before, stop) {
  const place = new Map(order.map((id, i) => [id, i]));
  for (; !stop.now; ) {
    const run = await fresh(undoing, before);
    const batches = run ? await recorded(run.id) : [];
    ledger.reach(batches, undoing);
    const done = batches.slice(0, -1).flat();
    const last = Math.max(-1, ...batches.flat().map((id) => place.get(id) ?? -1));
    const [from = order.length] = order.flatMap((id, i) => (i > last && looks.has(id) ? [i] : [])).slice(AHEAD);
    const ahead = batches.length ? order.slice(from).filter((id) => !batches.flat().includes(id)) : [];
    for (let n = 0; n < 4 && !stop.now; n++) {
      const id = await ledger.meddle(ahead.length && ledger.random.chance(0.5) ? ahead : done);
      if (!id || done.includes(id)) continue;
      // It was far ahead, or else nobody knows what the run has seen of it.
      const now = (await recorded(run.id)).flat();
      assert.ok(!now.includes(id), "the second person has come too close to the run");
    }
    await new Promise((wake) => setTimeout(wake, 15));
  }
}

const HEADINGS = /^(Done|Not all of it could be taken back|Stopped|Somebody else took over|It could not go on)/;

/** Goes on with a run, or with taking it back, through its deaths. start begins it in a tab that is open. */
async function toTheEnd(t, ledger, tab, start, { undoing, before, deaths, order }) {
  let kills = 0;
  for (let first = true; ; first = false) {
    if (!first) {
      tab = await visit(t, { tab: "runs", times: TIMES });
      start = () => tab.panel.getByRole("button", { name: "Go on" }).first().click();
    }
    const death = deaths.shift();
    const killing = death && (await kill(tab, death.moment, death.nth, death.closes));
    await misbehave();
    const looks = new Set(order.filter((id) => undoing || isChanged(ledger.now.get(id), ledger.names)));
    await start();
    const stop = { now: false };
    const second = meddleAlongside(ledger, order, looks, undoing, before, stop);
    const ended = (async () => {
      await tab.panel.locator(".plan[aria-busy=true]").waitFor(); // and no more what came of another run
      for (;;) {
        const heading = await tab.panel.locator(".plan h2").innerText({ timeout: 1_000 }).catch(() => "");
        if (HEADINGS.test(heading)) return heading;
        if (await tab.panel.getByText("Somebody else may still be working").count()) await tab.frame.evaluate((ms) => (window.skipped += ms), STALE);
        await new Promise((wake) => setTimeout(wake, 100));
      }
    })().catch(() => new Promise(() => undefined)); // the tab died
    const what = await Promise.race([ended, ...(killing ? [killing.died] : []), second.then(() => "")]);
    stop.now = true;
    await second;
    await behave();
    if (what === "dead") kills++;
    else if (killing) {
      await killing.spare();
      deaths.unshift(death); // the next one, where it ended before
    }
    await new Promise((wake) => setTimeout(wake, 200)); // what was on its way has come
    const run = await fresh(undoing, before);
    const batches = run ? await recorded(run.id) : [];
    ledger.reach(batches, undoing);
    if (what.startsWith("Done")) return { kills, tab, said: plain(await tab.panel.locator(".plan").innerText()) };
    if (what !== "dead") await tab.context.close();
    t.diagnostic(`${undoing ? "undo" : "run"}: ${what === "dead" ? `killed ${death.moment.name} (${death.nth})` : what}, ${batches.flat().length} pages recorded`);
    const held = new Set(batches.at(-1));
    const others = undoing ? order.filter((id) => !held.has(id)) : ledger.editable.filter((id) => !held.has(id));
    for (let n = 12; n > 0; n--) await ledger.meddle(others);
  }
}

async function trial(t, seed) {
  const random = seeded(seed);
  const names = ["a", "b", "c", "d"].map((name) => `k${seed}${name}`);
  const [a, b, c, d] = names;
  await behave();
  await tell("browser-limit", { writesPerSecond: 400, burst: 400, retryAfter: random.chance(0.5) });
  // A page that the administrator may not edit gets none of the names.
  const own = [...(await pagesAs("admin", names)).keys()];
  await tell("second-person", { user: "admin", pages: own, add: names, count: Math.ceil(own.length * 2.5), seed });
  await retire([[a, b], [c, d]]);
  const editable = [];
  for (const [id, held] of await pagesAs("admin", names)) if (held.size) editable.push(id);
  const ledger = new Ledger(names, await pagesAs("editor", names), editable, random);
  const begun = new Map([...ledger.now].map(([id, held]) => [id, new Set(held)]));
  /** All that is known of a page, in its order. */
  const history = async (id) => {
    const seen = (await tell("requests", {}, "GET")).filter(({ path }) => path.split("/").includes(id));
    const events = [...ledger.events.filter((event) => event.id === id), ...seen.map(({ at, method, path, status, fault }) => ({ at, what: `${method} ${path} ${status} ${fault ?? ""}` }))];
    return events.map(({ at, what }) => [Date.parse(at), `${at} ${what}`]).sort(([a], [b]) => a - b).map(([, line]) => line).join("\n");
  };
  const look = async (said) => {
    for (const [id, held] of await pagesAs("editor", names)) {
      const [is, should] = [[...held].sort(), [...ledger.now.get(id)].sort()];
      if (is.join() !== should.join()) assert.deepEqual(is, should, `seed ${seed}: page ${id}, at first ${[...begun.get(id)]}\n${await history(id)}\n${said}`);
    }
  };

  // Each kind of moment in turn, and in a small space early enough to come.
  const death = (kind) => {
    const moment = MOMENTS[kind % MOMENTS.length];
    return { moment, nth: 1 + random.upTo(Math.ceil(moment.most * Math.min(1, editable.length / 500))), closes: random.chance(0.3) };
  };
  const inOrder = (ids) => [...ids].sort((x, y) => x.length - y.length || (x < y ? -1 : 1));
  const tab = await visit(t, { times: TIMES });
  const before = new Set((await runs()).map(({ id }) => id));
  await planFindings(tab.panel, [[a, b], [c, d]]);
  const { run } = await preview(tab.panel);
  const ran = await toTheEnd(t, ledger, tab, () => run.click(), { undoing: false, before, deaths: [death(seed)], order: inOrder(editable) });
  for (const [id, held] of ledger.now) {
    if (ledger.base.has(id)) continue;
    const untouched = planned(held, names);
    assert.deepEqual([...held].sort(), [...untouched].sort(), `seed ${seed}: the run has left out page ${id}\n${ran.said}`);
  }
  await look(ran.said);

  ledger.undone.clear();
  for (let n = 10; n > 0; n--) await ledger.meddle([...ledger.base.keys()]);
  const line = await fresh(false, before);
  const order = (await recorded(line.id)).flat().reverse();
  const undo = () => ran.tab.panel.getByRole("button", { name: "Undo" }).click();
  const undone = await toTheEnd(t, ledger, ran.tab, undo, { undoing: true, before, deaths: seed % 2 ? [] : [death(seed + 2)], order });
  for (const id of order) if (!ledger.undone.has(id)) ledger.back(id); // nothing was left to be taken back
  await look(undone.said);
  const listed = Number(undone.said.match(/their changes stay:\s*([\d,]+)/)?.[1].replace(/\D/g, "") ?? 0);
  assert.equal(listed, ledger.others.size, `seed ${seed}: the pages that somebody else changed are listed\n${undone.said}`);
  await undone.tab.context.close();
  t.diagnostic(`${ledger.base.size} pages changed, ${ledger.changes} changes of the second person, ${ledger.others.size} of them met by the undo`);
  return ran.kills + undone.kills;
}

let kills = 0;
for (let seed = FIRST; seed < FIRST + TRIALS; seed++) {
  test(`killed, and beside a second person: the plan holds and its undo is exact (seed ${seed})`, async (t) => {
    kills += await trial(t, seed);
  });
}
test("tabs were killed", (t) => {
  t.diagnostic(`${kills} kills`);
  assert.ok(kills >= TRIALS);
});
