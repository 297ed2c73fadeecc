// What the page of a space knows, for all its tabs. It is gone when the tab
// closes; what is to stay is in properties of the space.

import { allows, quoted, type Permitted } from "../../confluence.ts";
import { HostError, type Host } from "../../host.ts";
import { RUNS, VOCABULARY } from "../../propertykeys.ts";
import type { Shell } from "../../shell.ts";
import { keptOf, propertiesOf } from "../../spaceproperties.ts";
import { newClicks, type Clicks } from "../clicks.ts";
import { resolve, type Decision, type Resolved } from "../decisions.ts";
import { findings, type Finding, type Labelled } from "../findings.ts";
import type { Keeper, KeptProperty } from "../runner.ts";
import { renamedBy, runsIn, type Run } from "../runs.ts";
import { readKept, shardsOf, type Kept } from "../shards.ts";
import { spellingsIn } from "../spellings.ts";
import { newStore, type Store } from "../store.ts";
import type { InTree } from "../tree.ts";
import { EMPTY, setApart, withFollowed, type Joined, type Vocabulary } from "../vocabulary.ts";
import type { Dependent, Found, How } from "./lists/finding.ts";
import { patiently, readSpace, type Reading } from "./reading.ts";

export interface BasketItem {
  key: string;
  decision: Decision;
}

type ReadState = "reading" | "paused" | "stopped" | "done" | "failed";

export interface Model {
  /** Calls Confluence as what the person does, which goes before what a run does. */
  readonly host: Host;
  readonly clicks: Clicks;
  readonly shell: Shell;
  readonly store: Store;
  readonly properties: Keeper;
  reading: Reading & { state: ReadState };
  vocabulary: Kept;
  /** The same with the one that it follows. */
  joined: Joined;
  /** The one that it follows; undefined where there is none, or it may not be seen. */
  followed: Vocabulary | undefined;
  runs: Run[];
  /** Whether the viewer administers the space: undefined until it is known. */
  admin: boolean | undefined;
  findings: Finding[];
  /** Whether findings are of all that was read. */
  looked: boolean;
  ranks: Uint32Array;
  basket: BasketItem[];
  site: string;
  /** The lists that name labels, once they are looked for. */
  lists: Found & { state: "unread" | "reading" | "read" | "failed"; how: How; depending: Dependent[] };

  listen(hear: () => void): () => void;
  changed(): void;
  read(): Promise<void>;
  pause(paused: boolean): void;
  stop(): void;
  /** Looks for lists that name labels. What was found before stands until there is more. */
  readLists(how: How): Promise<void>;
  readRuns(): Promise<void>;
  rank(compare: (a: string, b: string) => number): void;
  /** What the basket comes to, with what of it cannot be. */
  resolved(): Resolved;
  put(items: BasketItem[]): void;
  take(key: string): void;
  /** Keeps that two labels are not the same, or may be again. Rejects with a HostError; 409 says that somebody else was first: try again. */
  setApart(a: string, b: string, apart: boolean): Promise<void>;
  /** Changes the vocabulary that is kept. Rejects as setApart does, and as change throws. */
  keep(change: (vocabulary: Vocabulary) => Vocabulary): Promise<void>;
  /** Reads it and the one that it follows again. */
  readVocabulary(): Promise<void>;
  look(): Promise<void>;
  /** All pages, those changed last first. */
  pages(): Promise<(Labelled & InTree)[]>;
  sleep(ms: number): Promise<void>;
}

class Stopped extends Error {}
const SLICE = 12; // ms of work without a break
const MOST_TEXTS = 60; // questions of a text
const DRAW_EVERY = 200; // ms, while answers come one after the other
const LOOK_EVERY = 25; // requests
const FEW_TRIES = 3; // before what is followed is taken for unseen

/** Does what stops after some work each, with breaks for others. */
export async function inSlices<T>(work: Generator<undefined, T>): Promise<T> {
  for (let begun = performance.now(); ; ) {
    const step = work.next();
    if (step.done) return step.value;
    if (performance.now() - begun < SLICE) continue;
    await new Promise((go) => setTimeout(go));
    begun = performance.now();
  }
}

export function modelOf(plain: Host, shell: Shell): Model {
  const sleep = (ms: number) => new Promise<void>((wake) => setTimeout(wake, ms));
  const clicks = newClicks(sleep);
  const host: Host = {
    ...plain,
    read: (path) => clicks.first(() => plain.read(path)),
    write: (method, path, body) => clicks.first(() => plain.write(method, path, body)),
    remove: (path) => clicks.first(() => plain.remove(path)),
  };
  const listeners = new Set<() => void>();
  let told = false;
  let gate: { promise: Promise<void>; open(): void } | undefined;
  let reads = 0; // the last of them is the one that counts
  let halt = (_: Error) => {};
  let looks = 0;
  let missing: ReadonlySet<string> = new Set(); // names in lists that no page has

  // Whether the pages with a label write a spelling in their text, by "label\nspelling". What is not known yet is asked for.
  const answers = new Map<string, boolean>();
  const wanted = new Set<string>();
  function has(pagesWith: string, spelling: string): boolean | undefined {
    const key = `${pagesWith}\n${spelling}`;
    if (!answers.has(key) && answers.size < MOST_TEXTS) wanted.add(key);
    return answers.get(key);
  }
  async function askTexts(): Promise<void> {
    for (const key of [...wanted].slice(0, MOST_TEXTS - answers.size)) {
      const [label, spelling] = key.split("\n") as [string, string];
      const cql = `space=${quoted(shell.spaceKey)} and label=${quoted(label)} and text ~ ${quoted(quoted(spelling.replace(/[-_]/g, " ")))}`;
      const answer = (await patiently(() => host.read(`/rest/api/content/search?${new URLSearchParams({ cql, limit: "1" })}`), model.sleep).catch(() => undefined)) as { results?: unknown } | undefined;
      if (!Array.isArray(answer?.results)) return wanted.clear(); // then it stays unknown
      answers.set(key, answer.results.length > 0);
    }
    wanted.clear();
    await model.look();
  }

  let followed: { id: string; vocabulary: Vocabulary | undefined } = { id: "", vocabulary: undefined };
  async function show(kept: Kept): Promise<void> {
    const id = kept.vocabulary.follows;
    if (id !== followed.id) followed = { id, vocabulary: id ? await patiently(() => keptOf(host, id), model.sleep, FEW_TRIES).then(({ vocabulary }) => vocabulary, () => undefined) : undefined };
    model.vocabulary = kept;
    model.joined = withFollowed(kept.vocabulary, followed.vocabulary);
    model.followed = followed.vocabulary;
    model.changed();
    if (model.looked) void model.look();
  }

  const model: Model = {
    host,
    clicks,
    shell,
    store: newStore(Date.now),
    properties: propertiesOf(host, shell.spaceId),
    reading: { state: "reading", read: 0, of: 0, requests: 0 },
    vocabulary: { vocabulary: EMPTY, revision: 0, first: 0 },
    joined: { vocabulary: EMPTY, unseen: false },
    followed: undefined,
    runs: [],
    admin: undefined,
    findings: [],
    looked: false,
    ranks: new Uint32Array(),
    basket: [],
    site: "",
    lists: { state: "unread", how: "search", pages: [], whole: true, depending: [] },
    listen(hear) {
      listeners.add(hear);
      return () => listeners.delete(hear);
    },
    changed() {
      if (told) return;
      told = true;
      setTimeout(() => {
        told = false;
        for (const hear of listeners) hear();
      }, model.reading.state === "reading" ? DRAW_EVERY : 30);
    },
    sleep,
    async read() {
      const mine = ++reads;
      gate = undefined;
      model.reading = { state: "reading", read: 0, of: 0, requests: 0 };
      model.looked = false;
      model.changed();
      const state = (state: ReadState) => {
        model.reading = { ...model.reading, state };
        model.changed();
      };
      const there = new Set<string>();
      const halted = new Promise<never>((_, reject) => (halt = reject)); // at once, also while Confluence lets it wait
      try {
        const reading = readSpace(
          {
            read: plain.read, // not what the person does: a run need not wait for it
            sleep: model.sleep,
            go: async () => {
              await gate?.promise;
              if (mine !== reads) throw new Stopped();
            },
          },
          shell.spaceKey,
          (pages, reading) => {
            if (mine !== reads) return;
            model.store.add(pages);
            for (const { id } of pages) there.add(id);
            model.reading = { ...model.reading, ...reading };
            model.changed();
            if (reading.requests % LOOK_EVERY === 0) void model.look();
          },
        );
        await Promise.race([reading, halted]);
        if (there.size >= model.reading.of) model.store.keepOnly(there); // what was read before may be deleted since
        state("done");
      } catch (error) {
        state(error instanceof Stopped ? "stopped" : "failed");
      }
      await model.look();
      if (model.reading.state === "reading" || model.reading.state === "paused") return; // another one has begun
      model.looked = true;
      model.changed();
      if (model.reading.state === "done") await model.readLists("search");
    },
    async readLists(how) {
      if (model.lists.state === "reading") return;
      const { lists } = model;
      model.lists = { ...lists, state: "reading" };
      model.changed();
      try {
        const { findLists, dependingOn, nowhere } = await import("./lists/finding.ts");
        const means = { read: plain.read, sleep: model.sleep, go: async () => undefined };
        const used = new Set(model.store.labels().map(({ name }) => name));
        const found = await findLists(means, how, shell, used);
        const { depending, unused } = dependingOn(found.pages, shell.spaceKey, used);
        missing = await nowhere(means, unused);
        model.lists = { ...found, how, depending, state: "read" };
        void model.look();
      } catch {
        model.lists = { ...lists, state: "failed" };
      }
      model.changed();
    },
    pause(paused) {
      if (paused && model.reading.state === "reading") {
        let open = () => {};
        const promise = new Promise<void>((go) => (open = go));
        gate = { promise, open };
        model.reading = { ...model.reading, state: "paused" };
        void model.look();
      } else if (!paused && model.reading.state === "paused") {
        gate?.open();
        gate = undefined;
        model.reading = { ...model.reading, state: "reading" };
      }
      model.changed();
    },
    stop() {
      reads++;
      halt(new Stopped());
      gate?.open();
      gate = undefined;
    },
    async readRuns() {
      model.runs = runsIn((await model.properties.get(RUNS))?.value);
      model.changed();
    },
    rank(compare) {
      const { size } = model.store;
      if (model.ranks.length === size) return;
      void inSlices(model.store.ranks(compare)).then((ranks) => {
        model.ranks = ranks;
        model.changed();
      });
    },
    pages: () => inSlices(model.store.all()),
    async look() {
      const look = ++looks;
      const pages = await model.pages();
      await pause();
      const use = new Map(model.store.labels().map(({ name, pages }) => [name, pages]));
      await pause();
      const spellings = await inSlices(spellingsIn(use, pages, has));
      await pause();
      if (look !== looks) return; // a later one is on its way
      const { vocabulary } = model.joined;
      model.findings = findings({ pages, vocabulary, spellings, lists: model.lists.pages.flatMap(({ id, lists }) => lists.map((list) => ({ page: id, list }))), renames: renamedBy(model.runs), missing });
      model.changed();
      if (model.reading.state === "done" && wanted.size) await askTexts();
    },
    resolved: () => resolve(model.basket.map(({ decision }) => decision)),
    put(items) {
      const keys = new Set(items.map(({ key }) => key));
      model.basket = [...model.basket.filter(({ key }) => !keys.has(key)), ...items];
      model.changed();
    },
    take(key) {
      model.basket = model.basket.filter((item) => item.key !== key);
      model.changed();
    },
    setApart: (a, b, apart) => model.keep((vocabulary) => setApart(vocabulary, a, b, apart)),
    async keep(change) {
      const before = await readVocabulary(model.properties);
      const next = change(before.kept.vocabulary);
      const shards = shardsOf(next, before.kept);
      if (!shards) throw new HostError(413);
      for (const { key, value } of shards) {
        const now = before.read.has(key) ? before.read.get(key) : await model.properties.get(key);
        // Who was faster may have written it just now, and kept it with a head: to write over that is refused by no version.
        const theirs = Number((now?.value as { revision?: unknown } | undefined)?.revision) >= Number(value["revision"]);
        if (theirs && (await model.properties.get(VOCABULARY))?.version !== before.read.get(VOCABULARY)?.version) throw new HostError(409);
        await model.properties.put(key, value, now);
      }
      const kept: Kept = shards.length > 2 ? (await readVocabulary(model.properties)).kept : { vocabulary: next, revision: before.kept.revision + 1, first: Number(shards[0]!.value["first"]) || 0 };
      await show(kept);
      if (kept.trouble) throw new HostError(409); // somebody who then lost the head wrote over a shard
    },
    async readVocabulary() {
      followed.id = "";
      await show((await readVocabulary(model.properties)).kept);
    },
  };

  host.site().then((site) => ((model.site = site), model.changed()), () => undefined);
  const quietly = (reading: () => Promise<void>) => void patiently(reading, sleep).catch(() => undefined);
  quietly(() => readAdmin(model).then((admin) => ((model.admin = admin), model.changed())));
  quietly(model.readVocabulary);
  quietly(model.readRuns);
  return model;
}

const pause = () => new Promise((go) => setTimeout(go));

async function readAdmin({ host, shell }: Model): Promise<boolean> {
  const space = await host.read(`/api/v2/spaces/${encodeURIComponent(shell.spaceId)}?include-operations=true`);
  return allows(space as Permitted | null, "administer", "space");
}

async function readVocabulary(properties: Keeper): Promise<{ kept: Kept; read: Map<string, KeptProperty | undefined> }> {
  const read = new Map<string, KeptProperty | undefined>();
  const kept = await readKept(async (key) => {
    const found = await properties.get(key);
    read.set(key, found);
    return found?.value;
  });
  return { kept, read };
}

/** How many lists depend on the space's labels. */
export const listsOf = ({ lists }: Model) => lists.depending.reduce((sum, { lists }) => sum + lists, 0);
