// The work of a sitting on pages without labels: which is next, what is prepared
// of those ahead, what was applied and can be taken back. It lives as long as the
// page of the space, whichever tab is shown.

import { globalNames, readPage } from "../../../confluence.ts";
import { statusOf } from "../../../failure.ts";
import { faultOf, labelWriter, type LabelAnswer } from "../../../hosts/labels.ts";
import { canRetry, isProblem, type Kind, type Problem } from "../../../problem.ts";
import { asAnswer, MOST_SHOWN, type Reason, type Suggested } from "../../../suggest/request.ts";
import { oneOfGroup, replacedBy, rulesOf, type Rules } from "../../rules.ts";
import { ALL, type PageType } from "../../store.ts";
import { labelsIn } from "../../vocabulary.ts";
import { decisionsFor, sampleOf, together } from "../../tolabel.ts";
import { MOST_WITHOUT } from "../job.ts";
import { inSlices, type Model } from "../model.ts";
import { paced } from "../paced.ts";
import { dismissedOn, knownOf, MOST_LEARNED, questionOf, readOne, readTexts, treesOf, type ReadPage, type Why } from "./material.ts";

/** A label that can be ticked for a page. */
export interface Choice {
  label: string;
  ticked: boolean;
  guess: boolean;
  reasons: Reason[];
}
/** A page that is prepared. */
interface Prepared {
  read?: ReadPage;
  /** Labels that were dismissed on it. */
  dismissed: string[];
  /** There once the suggestions are, or cannot be had; what was typed is there before. */
  answered: boolean;
  trouble: boolean;
  choices: Choice[];
}
interface Done {
  id: string;
  /** Absent for a page that was skipped. */
  change?: { add: string[]; remove: string[] };
}
/** What could not be done on a page. */
export interface Failure {
  id: string;
  title: string;
  /** Labels that it did not get, and those that it lost for them all the same. */
  names: string[];
  lost: string[];
  /** Labels that it has now though a page has one of them at most: the one from before could not be removed. */
  both: string[];
  /** Labels of which nobody knows whether it got them. */
  maybe: string[];
  kind: Kind;
}
export type Order = "created" | "changed";
export interface Which {
  order: Order;
  below: string; // id of a page; "" for the whole space
  group: string; // of which they lack a label; "" for pages without any label
}
interface All {
  state: "working" | "stopping" | "stopped" | "none" | "done" | "failed";
  done: number;
  of: number;
  unsure: Set<string>; // pages without a label that is sure
}

export interface Sitting {
  readonly which: Which;
  choose(which: Partial<Which>): void;
  /** The groups of which a page needs a label. */
  groups(): string[];
  learning: { state: "waiting" | "learning" | "learned" | "failed"; read: number };
  learnAgain(): void;
  /** The pages that are left, in their order. */
  left(): string[];
  /** The page that is shown, "" for none. */
  current(): string;
  /** Prepares it, with those after it. */
  prepare(): void;
  go(id: string): void;
  prepared(id: string): Prepared | undefined;
  tick(label: string, ticked: boolean): void;
  type(names: string[]): void;
  /** Applies what is ticked, in the background, and goes on; returns what is ticked. */
  apply(): string[];
  skip(): void;
  /** How many pages were skipped, and why others are left out. */
  skipped(): number;
  unskip(): void;
  out(): ReadonlyMap<Why, number>;
  canBack(): boolean;
  /** Shows the page of the last step, and takes that back in the background; comes when it is done. Rejects with a Problem. */
  back(): Promise<void>;
  failures: Failure[];
  all: All | undefined;
  /** How many pages stay for a look of the person, after what was sure of all was planned. */
  unsure(): number;
  /** Works out what is ticked for all that is left, and puts it into the basket. Resolves with whether there is something in it. */
  applyAll(): Promise<boolean>;
  stopAll(): void;
}

const AHEAD = 6; // pages that are prepared beside the one that is shown
const AT_ONCE = 3; // of them
const KEPT = 40; // pages of which what was read is kept
export const MOST_OUT = 5_000; // pages that are planned at once

const sittings = new WeakMap<Model, Sitting>();
export function sittingOf(model: Model): Sitting {
  return sittings.get(model) ?? sittings.set(model, newSitting(model)).get(model)!;
}

function newSitting(model: Model): Sitting {
  const { host, shell, store } = model;
  const call = paced(model.sleep);
  const treeOf = treesOf(store);
  const dismissed = dismissedOn(model, call);
  const pages = new Map<string, Prepared>();
  const preparing = new Set<string>();
  const skipped = new Set<string>();
  const out = new Map<string, Why>();
  const doing: string[] = []; // pages that wait to be written, the first of them is
  const done: Done[] = [];
  let writing: Promise<unknown> = Promise.resolve();
  let current = "";
  let wanted = ""; // was gone back to: it is shown though somebody else has labelled it
  let listed: { key: string; ids: string[] } = { key: "", ids: [] };
  let asking: Promise<(question: object) => Promise<object>> | undefined;
  let rules: { of: object; rules: Rules } | undefined;

  const rulesNow = () => {
    const { vocabulary } = model.joined;
    if (rules?.of !== vocabulary) rules = { of: vocabulary, rules: rulesOf(vocabulary) };
    return rules.rules;
  };
  /** The labels of a group that a page may be given. */
  const offeredOf = (group: string) => labelsIn(model.joined.vocabulary, group).filter((label) => !rulesNow().entries.get(label)!.retired);
  const typeOf = (id: string): PageType => {
    const row = store.rowOf(id);
    return row === undefined ? "page" : store.page(row).type;
  };

  function left(): string[] {
    const { order, below, group } = sitting.which;
    const key = [store.version, order, below, group, skipped.size, out.size, doing.join()].join("\n");
    if (listed.key === key) return listed.ids;
    const lacks = group ? labelsIn(model.joined.vocabulary, group) : [];
    const rows = Array.from(store.rows({ ...ALL, below, ...(lacks.length ? { lacks } : { unlabelled: true }) }), (row) => store.page(row));
    rows.sort((a, b) => b[order] - a[order]);
    listed = { key, ids: rows.flatMap(({ id }) => (skipped.has(id) || out.has(id) || doing.includes(id) ? [] : [id])) };
    return listed.ids;
  }

  /** Shows the page after the one that is shown, as it stood in a list. */
  function next(before: string[]): void {
    const now = new Set(left());
    const at = before.indexOf(current);
    show([...before.slice(at + 1), ...before.slice(0, Math.max(at, 0))].find((id) => now.has(id)));
  }

  function show(id = left()[0] ?? "", kept = ""): void {
    current = id;
    wanted = kept;
    prepare();
    model.changed();
  }

  /** Prepares what is shown and what comes after it, some at a time. */
  function prepare(): void {
    learn();
    const ids = left();
    const at = Math.max(0, ids.indexOf(current));
    const ahead = [...(current ? [current] : []), ...ids.slice(at + (ids.includes(current) ? 1 : 0), at + 1 + AHEAD)];
    for (const id of pages.keys()) if (pages.size > KEPT && !ahead.includes(id)) pages.delete(id);
    for (const id of ahead) {
      if (preparing.size >= AT_ONCE) return;
      const known = pages.get(id);
      // While a page is written, what would be read of it is soon not so.
      if (preparing.has(id) || doing.includes(id) || (known?.read && (known.answered || !asking))) continue;
      preparing.add(id);
      void prepareOne(id).finally(() => {
        preparing.delete(id);
        prepare();
        model.changed();
      });
    }
  }

  async function prepareOne(id: string): Promise<void> {
    const type = typeOf(id);
    const page: Prepared = pages.get(id) ?? { dismissed: [], answered: false, trouble: false, choices: [] };
    pages.set(id, page);
    if (!page.read) {
      const [read, names] = await Promise.all([readOne(model, call, type, id), dismissed(type, id)]);
      page.dismissed = names;
      page.read = read;
      if (read.why) leaveOut(id, read.why);
      else if (read.labels.length) store.set(id, read.labels); // somebody was faster than the search
      model.changed();
      if (read.why) return;
    }
    if (!asking) return;
    try {
      const { read, dismissed } = page;
      const { suggestions } = asAnswer(await (await asking)(questionOf(id, read, read.labels, treeOf(id), dismissed, sitting.which.group !== "")), "");
      offer(page, suggestions);
    } catch {
      page.trouble = true;
    }
    page.answered = true;
  }

  function leaveOut(id: string, why: Why): void {
    const before = left();
    out.set(id, why);
    if (id === current) next(before);
  }

  /** Those of a group that the page lacks come first, and are all there to choose from. */
  function offer(page: Prepared, suggestions: Suggested[]): void {
    const wanted = sitting.which.group ? new Set(offeredOf(sitting.which.group)) : undefined;
    const plain = [...(wanted ?? [])].map((label): Suggested => ({ label, ticked: false, guess: false, reasons: [] }));
    const all = wanted ? [...suggestions.filter(({ label }) => wanted.has(label)), ...plain.filter(({ label }) => !suggestions.some((one) => one.label === label))] : suggestions;
    const shown = all.slice(0, MOST_SHOWN);
    const own = page.choices; // what was typed while nothing was known
    const ticked = new Set(together(tickedOf([...own, ...shown]), page.read!.labels, rulesNow()));
    page.choices = [...shown.map(({ label, guess, reasons }) => ({ label, guess, reasons, ticked: ticked.has(label) })), ...own.filter(({ label }) => !shown.some((one) => one.label === label))];
  }

  function learn(): void {
    if (asking || sitting.learning.state === "failed" || model.reading.state === "reading") return;
    if (store.size === 0) return;
    sitting.learning = { state: "learning", read: 0 };
    model.changed();
    asking = teach();
    asking.then(
      () => (sitting.learning.state = "learned"),
      () => {
        sitting.learning.state = "failed";
        asking = undefined;
      },
    ).finally(model.changed);
  }

  async function teach(): Promise<(question: object) => Promise<object>> {
    host.expect("/api/suggest");
    const sample = sampleOf(await inSlices(store.all()), MOST_LEARNED);
    const known = await knownOf(model, call, sample, (read) => {
      sitting.learning.read = read;
      model.changed();
    });
    return host.learn!(known);
  }

  /** Writes one change after the other, so that each takes back what was there before it. Who leaves meanwhile is asked. */
  function write(id: string, work: () => Promise<void>): Promise<void> {
    addEventListener("beforeunload", leave); // is there once, however often
    doing.push(id);
    const written = writing.then(work).finally(() => {
      doing.shift();
      if (!doing.length) removeEventListener("beforeunload", leave);
      model.changed();
    });
    writing = written.catch(() => undefined);
    return written;
  }
  const leave = (event: BeforeUnloadEvent) => event.preventDefault();

  async function change(id: string, { add, remove }: { add: string[]; remove: string[] }): Promise<Pick<LabelAnswer, "added" | "removed" | "failed">> {
    try {
      const answer = await labelWriter(host, { ...shell, contentId: id, contentType: typeOf(id) })({ contentId: id, add, remove });
      store.set(id, globalNames({ results: answer.labels }));
      return answer;
    } catch (error) {
      const { kind, reason = "" } = problemOf(error);
      if (reason !== "written_not_verified") throw error;
      // It may have been written, and could not be read back: what is there now says it.
      const { names } = await call(() => readPage(host, typeOf(id), id)).catch(() => Promise.reject(error));
      store.set(id, names);
      const [missing, left] = [add.filter((name) => !names.includes(name)), remove.filter((name) => names.includes(name))];
      const failed = [...missing.map((name) => ({ name, operation: "add" as const, kind, reason })), ...left.map((name) => ({ name, operation: "remove" as const, kind, reason }))];
      return { added: add.filter((name) => names.includes(name)), removed: remove.filter((name) => !names.includes(name)), failed };
    }
  }

  async function applyTo(step: Done, names: string[]): Promise<void> {
    const { id } = step;
    const title = store.title(id);
    try {
      // Read just before: to be taken back is only what was not there.
      const { names: held, mayEdit } = await call(() => readPage(host, typeOf(id), id));
      if (!mayEdit) throw faultOf(403);
      const add = names.filter((name) => !held.includes(name));
      const remove = replacedBy(add, held, rulesNow());
      if (!add.length) return store.set(id, held);
      step.change = { add, remove };
      const answer = await change(id, { add, remove });
      step.change = { add: answer.added, remove: answer.removed };
      const failed = answer.failed.filter(({ operation }) => operation === "add");
      const taken = (label: string) => replacedBy(answer.added, [label], rulesNow()).length > 0;
      const left = answer.failed.flatMap(({ operation, name }) => (operation === "remove" && taken(name) ? [name] : []));
      const both = [...answer.added.filter((label) => replacedBy(left, [label], rulesNow()).length), ...left];
      if (failed.length || both.length) sitting.failures.push({ id, title, names: failed.map(({ name }) => name), lost: answer.removed.filter((label) => !taken(label)), both, maybe: [], kind: (failed[0] ?? answer.failed[0])!.kind });
    } catch (error) {
      const { kind, reason } = problemOf(error);
      const maybe = reason === "written_not_verified"; // then all of it is taken back
      sitting.failures.push({ id, title, names: maybe ? [] : names, lost: [], both: [], maybe: maybe ? names : [], kind });
      if (!maybe && done.includes(step)) done.splice(done.indexOf(step), 1); // nothing to take back
    }
  }

  async function workOut(all: All, ids: readonly string[]): Promise<Map<string, string[]>> {
    const wanted = sitting.which.group ? new Set(offeredOf(sitting.which.group)) : undefined;
    const most = model.admin === false ? MOST_WITHOUT : ids.length;
    const ask = await (asking ?? Promise.reject({ kind: "unavailable" } satisfies Problem));
    const found = new Map<string, string[]>();
    const going = () => all.state === "working" && found.size < most;
    const texts = readTexts(model, call, ids);
    let ahead = texts.next();
    ahead.catch(() => undefined);
    while (going()) {
      const { value, done } = await ahead;
      if (done) break;
      ahead = texts.next(); // is read while these are worked out
      ahead.catch(() => undefined);
      for (const [id, text] of value) {
        if (!going()) break;
        const mine = pages.get(id);
        const held = text.labels;
        const ticked = mine?.answered
          ? tickedOf(mine.choices)
          : asAnswer(await ask(questionOf(id, text, held, treeOf(id), [], wanted !== undefined)), "").suggestions.filter(({ label, ticked }) => ticked && (!wanted || wanted.has(label))).map(({ label }) => label);
        const names = together(ticked, held, rulesNow());
        if (names.length) found.set(id, names);
        else all.unsure.add(id);
        all.done++;
        model.changed();
      }
    }
    return found;
  }

  const sitting: Sitting = {
    which: { order: "created", below: "", group: "" },
    choose(which) {
      const before = sitting.which.group;
      Object.assign(sitting.which, which);
      if (sitting.which.group !== before) {
        sitting.all?.unsure.clear(); // of the group that is chosen now, nothing is worked out
        for (const [id, page] of pages) if (!preparing.has(id)) pages.set(id, { ...page, answered: false, choices: [] });
      }
      show();
    },
    groups: () => model.joined.vocabulary.groups.filter(({ name, required }) => required && offeredOf(name).length > 0).map(({ name }) => name),
    learning: { state: "waiting", read: 0 },
    learnAgain() {
      sitting.learning = { state: "waiting", read: 0 };
      for (const page of pages.values()) if (page.trouble) Object.assign(page, { answered: false, trouble: false });
      asking = undefined;
      prepare();
      model.changed();
    },
    left,
    current() {
      const ids = left();
      return current && (current === wanted || ids.includes(current)) ? current : (ids[0] ?? "");
    },
    prepare() {
      current = sitting.current();
      prepare();
    },
    go(id) {
      skipped.delete(id);
      show(id, id);
    },
    prepared: (id) => pages.get(id),
    tick(label, ticked) {
      const page = pages.get(current);
      if (!page) return;
      const group = oneOfGroup(label, rulesNow());
      page.choices = page.choices.map((one) => (one.label === label ? { ...one, ticked } : ticked && group && oneOfGroup(one.label, rulesNow()) === group ? { ...one, ticked: false } : one));
      model.changed();
    },
    type(names) {
      const page = pages.get(current);
      if (!page) return;
      for (const label of names) {
        if (!page.choices.some((one) => one.label === label)) page.choices = [...page.choices, { label, ticked: true, guess: false, reasons: [] }];
        sitting.tick(label, true);
      }
    },
    apply() {
      const names = tickedOf(pages.get(current)?.choices ?? []);
      if (!current || !names.length) return [];
      const id = current;
      const step: Done = { id, change: { add: [], remove: [] } };
      const before = left();
      sitting.failures = sitting.failures.filter((failure) => failure.id !== id);
      done.push(step);
      void write(id, () => applyTo(step, names));
      next(before);
      return names;
    },
    skip() {
      if (!current) return;
      const before = left();
      skipped.add(current);
      done.push({ id: current });
      next(before);
    },
    skipped: () => skipped.size,
    unskip() {
      skipped.clear();
      prepare();
      model.changed();
    },
    out() {
      const counts = new Map<Why, number>();
      for (const why of out.values()) counts.set(why, (counts.get(why) ?? 0) + 1);
      return counts;
    },
    canBack: () => done.length > 0,
    async back() {
      const step = done.pop();
      if (!step) return;
      const { id } = step;
      const written = step.change && write(id, async () => {
        const { add, remove } = step.change!;
        if (!add.length && !remove.length) return;
        const { failed } = await change(id, { add: remove, remove: add });
        if (failed.length) throw { kind: failed[0]!.kind } satisfies Problem;
      });
      sitting.go(id); // at once: later, it would come under the hands of who has gone on
      try {
        await written;
      } catch (error) {
        const problem = problemOf(error);
        if (canRetry(problem.kind)) done.push(step); // else it would be in the way of those before it
        throw problem;
      } finally {
        const read = pages.get(id)?.read;
        if (read && written) read.labels = [...store.page(store.rowOf(id)!).labels];
      }
      sitting.failures = sitting.failures.filter((failure) => failure.id !== id);
      model.changed();
    },
    failures: [],
    all: undefined,
    unsure: () => (sitting.all?.state === "done" ? left().filter((id) => sitting.all!.unsure.has(id)).length : 0),
    async applyAll() {
      if (sitting.all?.state === "working" || sitting.all?.state === "stopping") return false;
      const ids = left().slice(0, MOST_OUT);
      const all: All = { state: "working", done: 0, of: ids.length, unsure: new Set() };
      sitting.all = all;
      model.changed();
      try {
        const found = await workOut(all, ids);
        if (all.state === "working") {
          all.state = found.size ? "done" : "none";
          // What was worked out before of other pages stays.
          const again = new Set(ids);
          const before = model.basket.flatMap(({ key, decision: { to, pages } }) => (key === keyOf(to) ? [{ to: to!, pages: pages!.filter((id) => !again.has(id)) }] : []));
          before.forEach(({ to }) => model.take(keyOf(to)));
          model.put(decisionsFor(found, before).map((decision) => ({ key: keyOf(decision.to), decision })));
        } else all.state = "stopped";
      } catch {
        all.state = "failed";
      }
      model.changed();
      return all.state === "done";
    },
    stopAll() {
      if (sitting.all?.state === "working") sitting.all.state = "stopping";
      model.changed();
    },
  };
  return sitting;
}

const tickedOf = (choices: readonly { label: string; ticked: boolean }[]) => choices.flatMap(({ label, ticked }) => (ticked ? [label] : []));

/** What a decision for many pages is known by in the basket. */
const keyOf = (to: string | undefined) => `tolabel\n${to}`;

/** Why a change was not made, in the words of the panel. */
function problemOf(error: unknown): Problem {
  return isProblem(error) ? error : faultOf(statusOf(error));
}
