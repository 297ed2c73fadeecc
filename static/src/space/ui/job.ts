// A run that this tab works on: one at a time.

import { RUNS } from "../../propertykeys.ts";
import type { Host } from "../../host.ts";
import { propertiesInTab, propertiesOf } from "../../spaceproperties.ts";
import { dayOf } from "../day.ts";
import type { Keeper, Listener, Means, Outcome, Progress } from "../runner.ts";
import { runsIn, type Run } from "../runs.ts";
import type { Planned } from "../segments.ts";
import { renamed, unrenamed, unsaid, type Found, type Vocabulary } from "../vocabulary.ts";
import type { Model } from "./model.ts";
import { timeInWorker } from "./time.ts";

interface Job {
  what: "run" | "undo";
  progress: Progress | undefined;
  outcome: Outcome | undefined;
  stopping: boolean;
  /** Whether it is only tried on a few pages. */
  tried: boolean;
  /** Whether attachments change, too. */
  attachments: boolean;
  /** Keys of what was in the basket when it was planned here; it goes from there when it is done. */
  basket: string[];
  /** Calls a second that Confluence lets through now. */
  rate(): number;
  /** Renames that become synonyms in the vocabulary when it is done, or are none any more. */
  synonyms: [from: string, to: string][];
  /** What the run found in the vocabulary. */
  found: Found;
  /** "unseen" says that the vocabulary follows one that cannot be seen: then nobody knows here what it says of a name. */
  kept: "no" | "keeping" | "kept" | "failed" | "unseen";
}

/** How many pages somebody may change who cannot keep runs in the space. */
export const MOST_WITHOUT = 200;
export const TRIED = 3; // pages

export interface Jobs {
  job: Job | undefined;
  /** Runs that are kept in this tab only. */
  own: Run[];
  start(planned: Planned, most?: number): Promise<void>;
  goOn(run: Run): Promise<void>;
  undo(run: Run): Promise<void>;
  stop(): void;
  forget(): void;
  /** A run of this tab as text that takes it back, and the run in such a text. */
  text(run: Run): Promise<string>;
  from(text: string): Promise<Run | undefined>;
}

const synonymOf = ({ entries }: Vocabulary, from: string, to: string) => entries.some(({ label, was }) => label === to && was.some(({ name }) => name === from));

/** What a run says in the vocabulary when it is done, by its plan: what that said before is none of it. */
function saidBy({ renamedIn }: Pick<Loaded, "renamedIn">, plan: Planned | undefined): Job["synonyms"] {
  const said = new Set(plan?.said);
  return plan?.synonyms ? renamedIn(plan).filter(([from]) => !said.has(from)) : [];
}

const FORMAT = "labelup_run";

/** Names are of digits and small letters, and nobody else has the same. */
function newName(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => (byte % 36).toString(36)).join("");
}

/** What carries a run out, loaded when there is one. */
const load = () => import("./carry.ts");
type Loaded = Awaited<ReturnType<typeof load>>;

const NOTHING: Progress = { run: "", phase: "reading", step: "all", done: 0, of: 0, changed: 0, mended: 0, cannot: [], others: [], came: 0 };

/** host is the plain one: what a run calls is not what the person does. */
export function jobsOf(model: Model, host: Host): Jobs {
  const tab = propertiesInTab();
  const kept = propertiesOf(host, model.shell.spaceId);
  const undoneBy = ({ undoes }: Run) => [...jobs.own, ...model.runs].find(({ id }) => id === undoes);
  const keeperOf = (run: Run): Keeper => (jobs.own.some(({ id }) => id === run.id) ? tab : kept);
  const means = ({ meansOf }: Loaded, keeper: Keeper): Means =>
    meansOf(host, { spaceId: model.shell.spaceId, typeOf: (id) => (model.store.rowOf(id) === undefined ? undefined : model.store.page(model.store.rowOf(id)!).type) }, keeper, timeInWorker(), newName, model.clicks);
  const leave = (event: BeforeUnloadEvent) => event.preventDefault();

  /** planned is the plan that is carried out, or taken back with the run that is undone. */
  async function act(job: Pick<Job, "what" | "tried" | "basket">, keeper: Keeper, run: (runner: Loaded, means: Means, listener: Listener) => Promise<Outcome>, planned: (runner: Loaded, means: Means) => Promise<Planned>, undone?: Run): Promise<void> {
    if (jobs.job && !jobs.job.outcome) return;
    const now: Job = { ...job, progress: undefined, outcome: undefined, stopping: false, attachments: false, rate: () => 0, synonyms: [], found: {}, kept: "no" };
    jobs.job = now;
    addEventListener("beforeunload", leave);
    model.changed();
    const listener: Listener = {
      told: (progress) => ((now.progress = progress), model.changed()),
      changed: (id, labels) => (model.store.set(id, labels), model.changed()),
      stop: () => now.stopping,
    };
    let pairs: Job["synonyms"] = [];
    let saidIn = async (_: Run): Promise<Job["synonyms"]> => [];
    now.outcome = await load().then(
      async (runner) => {
        const own = means(runner, keeper);
        now.rate = own.writes.rate;
        const plan = await planned(runner, own).catch(() => undefined); // before what is kept of it may go
        now.attachments = plan?.attachments === true;
        pairs = saidBy(runner, plan);
        now.found = plan ?? {};
        saidIn = async (line) => saidBy(runner, await runner.readPlan(own, line).catch(() => undefined));
        return run(runner, own, listener);
      },
      (): Outcome => ({ ...NOTHING, state: "broken" }),
    );
    removeEventListener("beforeunload", leave);
    jobs.own = runsIn((await tab.get(RUNS))?.value);
    model.changed();
    await model.readRuns().catch(() => undefined);
    if (undone && pairs.length) pairs = await saidAlone(undone, pairs, saidIn);
    if ((now.outcome.state === "done" || now.outcome.state === "left") && model.admin && pairs.length) await keepSynonyms(now, pairs);
    void model.look();
    if (now.outcome.mended) void model.readLists(model.lists.how);
  }

  /** Those of the pairs that nobody but a run that was taken back has said: one that was never done has said none, and what another one says that stands, stays. */
  async function saidAlone(undone: Run, pairs: Job["synonyms"], saidIn: (line: Run) => Promise<Job["synonyms"]>): Promise<Job["synonyms"]> {
    const { runs } = model;
    if ((runs.find(({ id }) => id === undone.id) ?? undone).state !== "done") return [];
    const back = new Set([undone.id, ...runs.map(({ undoes }) => undoes)]);
    const names = new Set(pairs.map(([from]) => from));
    const others: Job["synonyms"] = [];
    for (const run of runs) {
      if (run.state !== "done" || run.undoes || back.has(run.id) || !run.parts) continue;
      if (run.more || run.renames.some(([from]) => names.has(from))) others.push(...(await saidIn(run)));
    }
    return pairs.filter(([from, to]) => !others.some(([name, end]) => name === from && end === to));
  }

  async function keepSynonyms(job: Job, pairs: Job["synonyms"]): Promise<void> {
    job.kept = "keeping";
    const until = dayOf(Date.now()).slice(0, 7);
    const add = () => model.keep((vocabulary) => (job.what === "run" ? renamed(vocabulary, job.synonyms, until, model.joined.vocabulary) : unrenamed(vocabulary, job.synonyms, job.found, model.followed)));
    try {
      await model.readVocabulary(); // this tab may have been opened before the run
      job.synonyms = job.what === "run" ? unsaid(model.joined.vocabulary, pairs) : pairs.filter(([from, to]) => synonymOf(model.vocabulary.vocabulary, from, to));
      const unseen = job.synonyms.length > 0 && model.joined.unseen;
      if (job.synonyms.length && !unseen) await add().catch(add); // somebody else was first
      job.kept = unseen ? "unseen" : job.synonyms.length ? "kept" : "no";
    } catch {
      job.kept = "failed";
    }
    model.changed();
  }

  const jobs: Jobs = {
    job: undefined,
    own: [],
    start: (planned, most) => act({ what: "run", tried: most !== undefined, basket: model.basket.map(({ key }) => key) }, model.admin === false ? tab : kept, ({ begin }, means, listener) => begin(means, planned, listener, most), async () => planned),
    goOn: (run) => act({ what: run.undoes ? "undo" : "run", tried: false, basket: jobs.job?.progress?.run === run.id ? jobs.job.basket : [] }, keeperOf(run), ({ goOn }, means, listener) => goOn(means, run, listener), ({ readPlan }, means) => readPlan(means, undoneBy(run) ?? run), undoneBy(run)),
    undo: (run) => act({ what: "undo", tried: false, basket: [] }, keeperOf(run), ({ undo }, means, listener) => undo(means, run, listener), ({ readPlan }, means) => readPlan(means, run), run),
    stop() {
      if (jobs.job) jobs.job.stopping = true;
      model.changed();
    },
    forget() {
      jobs.job = undefined;
      model.changed();
    },
    async text(run) {
      const { planKey, segmentKey } = await load();
      const keys = [...Array.from({ length: run.parts }, (_, part) => planKey(run.id, part)), ...Array.from({ length: run.segments }, (_, number) => segmentKey(run.id, number))];
      const kept = await Promise.all(keys.map(async (key) => [key, (await tab.get(key))?.value] as const));
      return JSON.stringify({ format: FORMAT, space: model.shell.spaceId, run, kept: Object.fromEntries(kept) });
    },
    async from(text) {
      try {
        const { format, space, run, kept } = JSON.parse(text) as Record<string, unknown>;
        const [line] = runsIn({ v: 1, runs: [run] });
        if (format !== FORMAT || space !== model.shell.spaceId || !line || !kept || jobs.own.some(({ id }) => id === line.id)) return undefined;
        for (const [key, value] of Object.entries(kept)) if (key.startsWith(`labelup_run_${line.id}_`)) await tab.put(key, value, undefined);
        const list = await tab.get(RUNS);
        await tab.put(RUNS, { v: 1, runs: [run, ...jobs.own] }, list);
        jobs.own = runsIn((await tab.get(RUNS))?.value);
        model.changed();
        return line;
      } catch {
        return undefined; // it is no such text
      }
    },
  };
  return jobs;
}
