// The pages of a space as they are read, in columns: 10,000 pages are a few
// numbers each beside their title, and looking through all of them takes no
// object. It is kept in the tab, and nowhere else.

import type { Labelled } from "./findings.ts";
import { partsBelow, sizesOf, type InTree } from "./tree.ts";

export type PageType = "page" | "blogpost";

/** A page as it was read. Times are ms since 1970, 0 if unknown. */
export interface Read {
  id: string;
  type: PageType;
  title: string;
  parent: string; // id; "" for none
  created: number;
  changed: number;
  labels: readonly string[]; // that everybody sees
}

/** What a label's pages say of it. */
export interface LabelRow {
  name: string;
  pages: number;
  newest: number; // when the newest page with it was made
  changed: number; // when one with it was changed last
}

/** Which pages are wanted: those that are all of this. */
export interface Filter {
  text: string; // in the title
  has: readonly string[];
  without: readonly string[];
  unlabelled: boolean;
  /** Labels of a group of which the page has none; empty for no such wish. */
  lacks: readonly string[];
  type: "" | PageType;
  below: string; // id of a page, which is found with all below it; "" for the whole tree
  after: number; // changed then or later; 0 for any time
  before: number; // changed before; 0 for any time
}
export const ALL: Filter = { text: "", has: [], without: [], unlabelled: false, lacks: [], type: "", below: "", after: 0, before: 0 };

export type PageOrder = "title" | "changed" | "labels";

export interface Store {
  readonly size: number;
  /** Goes up with every change. */
  readonly version: number;
  /** Takes pages in; one that is there already is read anew. */
  add(pages: Iterable<Read>): void;
  /** A page has these labels for sure: a search that still says otherwise lags, for some minutes. */
  set(id: string, labels: readonly string[]): void;
  /** Forgets the pages that are not among these. Rows are other ones then. */
  keepOnly(stay: ReadonlySet<string>): void;
  page(row: number): Read;
  rowOf(id: string): number | undefined;
  title(id: string): string;
  labels(): LabelRow[];
  /** How many pages have labels. */
  labelled(): number;
  rows(filter: Filter): Uint32Array;
  /** The rows in an order; ranks are how the titles stand, for rows that have one. */
  sorted(rows: Uint32Array, by: PageOrder, descending: boolean, ranks: Uint32Array): Uint32Array;
  /** How the titles stand, by rows. It stops after some work each, for to compare as people expect is dear. */
  ranks(compare: (a: string, b: string) => number): Generator<undefined, Uint32Array>;
  /** The largest parts of the tree: how many pages each has, the one that it is below included. */
  parts(most: number): { id: string; pages: number }[];
  /** All pages for what findings and coverage are made of, those changed last first. It stops after some work each. */
  all(): Generator<undefined, (Labelled & InTree)[]>;
}

const LAG = 600_000; // ms after a change that a search may not know it
const RUN = 500; // titles that are put in order at once

/** A column that grows. */
class Column<T extends Float64Array | Uint32Array> {
  length = 0;
  constructor(private make: (size: number) => T, public values = make(1_024)) {}
  push(value: number): void {
    if (this.length === this.values.length) {
      const longer = this.make(this.length * 2);
      longer.set(this.values as never);
      this.values = longer;
    }
    this.values[this.length++] = value;
  }
}
const numbers = () => new Column((size) => new Uint32Array(size));
const times = () => new Column((size) => new Float64Array(size));

/** now is a clock in ms; without one no change is ever old. */
export function newStore(now = () => 0): Store {
  const ids: string[] = [];
  const titles: string[] = [];
  const folded: string[] = []; // titles to look through
  const parents: string[] = [];
  const kept = new Map<string, string>(); // each id once, also as a parent
  const at = new Map<string, number>();
  const blog = numbers();
  const created = times();
  const changed = times();
  // A page's labels are a run in the pool. A page that changes gets another run.
  const from = numbers();
  const count = numbers();
  let pool = numbers();
  const names: string[] = [];
  const numberOf = new Map<string, number>();
  const own = new Map<string, readonly string[]>();
  let version = 0;
  let lastSet = 0;

  const number = (name: string) => {
    const known = numberOf.get(name);
    if (known !== undefined) return known;
    numberOf.set(name, names.length);
    return names.push(name) - 1;
  };
  const once = (id: string) => kept.get(id) ?? (kept.set(id, id), id);

  function place(row: number, labels: readonly string[]): void {
    from.values[row] = pool.length;
    count.values[row] = labels.length;
    for (const name of labels) pool.push(number(name));
    if (pool.length > 100_000 && pool.length > 4 * total()) tighten();
  }
  function total(): number {
    let sum = 0;
    for (let row = 0; row < ids.length; row++) sum += count.values[row]!;
    return sum;
  }
  function tighten(): void {
    const next = numbers();
    for (let row = 0; row < ids.length; row++) {
      const start = from.values[row]!;
      from.values[row] = next.length;
      for (let i = 0; i < count.values[row]!; i++) next.push(pool.values[start + i]!);
    }
    pool = next;
  }

  const labelsAt = (row: number) => Array.from(pool.values.subarray(from.values[row]!, from.values[row]! + count.values[row]!), (n) => names[n]!);
  const parentAt = (row: number) => (blog.values[row] ? undefined : parents[row]!);
  const same = (a: readonly string[], b: readonly string[]) => a.length === b.length && a.every((name) => b.includes(name));

  function addOne(read: Read): void {
    const mine = own.get(read.id);
    const late = now() - lastSet > LAG;
    if (mine && (late || same(mine, read.labels))) own.delete(read.id); // the search has caught up
    const labels = late ? read.labels : (mine ?? read.labels);
    let row = at.get(read.id);
    if (row === undefined) {
      row = ids.push(once(read.id)) - 1;
      at.set(read.id, row);
      titles.push("");
      folded.push("");
      parents.push("");
      for (const column of [blog, from, count]) column.push(0);
      for (const column of [created, changed]) column.push(0);
    }
    titles[row] = read.title;
    folded[row] = read.title.toLowerCase();
    parents[row] = once(read.parent);
    blog.values[row] = read.type === "blogpost" ? 1 : 0;
    created.values[row] = read.created;
    changed.values[row] = read.changed;
    place(row, labels);
  }

  /** For each row whether it is the page or below it: 1 or 0. */
  function below(id: string): Uint8Array {
    const known = new Uint8Array(ids.length); // 0 not known, 1 below, 2 not
    for (let row = 0; row < ids.length; row++) {
      const path: number[] = [];
      let answer = 0;
      for (let one: number | undefined = row; !answer; ) {
        path.push(one);
        const parent: string = parents[one]!;
        if (ids[one] === id || parent === id) answer = 1;
        else {
          one = at.get(parent);
          if (one === undefined || path.length > ids.length) answer = 2;
          else answer = known[one]!;
          if (one === undefined) break;
        }
      }
      for (const one of path) known[one] = answer;
    }
    return known.map((one) => (one === 1 ? 1 : 0));
  }

  return {
    get size() {
      return ids.length;
    },
    get version() {
      return version;
    },
    add(pages) {
      for (const read of pages) addOne(read);
      version++;
    },
    set(id, labels) {
      own.set(id, labels);
      lastSet = now();
      const row = at.get(id);
      if (row !== undefined) place(row, labels);
      version++;
    },
    keepOnly(stay) {
      const rows = Array.from(ids.keys()).filter((row) => stay.has(ids[row]!));
      if (rows.length === ids.length) return;
      for (const column of [blog, from, count, created, changed]) {
        for (const [i, row] of rows.entries()) column.values[i] = column.values[row]!;
        column.length = rows.length;
      }
      for (const texts of [ids, titles, folded, parents]) {
        for (const [i, row] of rows.entries()) texts[i] = texts[row]!;
        texts.length = rows.length;
      }
      at.clear();
      for (const [row, id] of ids.entries()) at.set(id, row);
      tighten();
      version++;
    },
    page: (row) => ({
      id: ids[row]!,
      type: blog.values[row] ? "blogpost" : "page",
      title: titles[row]!,
      parent: parents[row]!,
      created: created.values[row]!,
      changed: changed.values[row]!,
      labels: labelsAt(row),
    }),
    rowOf: (id) => at.get(id),
    title: (id) => titles[at.get(id) ?? -1] ?? "",
    labels() {
      const pages = new Uint32Array(names.length);
      const newest = new Float64Array(names.length);
      const latest = new Float64Array(names.length);
      for (let row = 0; row < ids.length; row++) {
        const start = from.values[row]!;
        for (let i = start; i < start + count.values[row]!; i++) {
          const n = pool.values[i]!;
          pages[n]!++;
          if (created.values[row]! > newest[n]!) newest[n] = created.values[row]!;
          if (changed.values[row]! > latest[n]!) latest[n] = changed.values[row]!;
        }
      }
      return names.flatMap((name, n) => (pages[n] ? [{ name, pages: pages[n]!, newest: newest[n]!, changed: latest[n]! }] : []));
    },
    labelled() {
      let some = 0;
      for (let row = 0; row < ids.length; row++) if (count.values[row]) some++;
      return some;
    },
    rows(filter) {
      const text = filter.text.trim().toLowerCase();
      const has = filter.has.map((name) => numberOf.get(name) ?? -1);
      const without = new Set(filter.without.map((name) => numberOf.get(name) ?? -1));
      const lacks = new Set(filter.lacks.map((name) => numberOf.get(name) ?? -1));
      const under = filter.below ? below(filter.below) : undefined;
      const found = new Uint32Array(ids.length);
      let size = 0;
      next: for (let row = 0; row < ids.length; row++) {
        const own = count.values[row]!;
        if (filter.unlabelled && own) continue;
        if (filter.type && (filter.type === "blogpost") !== (blog.values[row] === 1)) continue;
        if (filter.after && changed.values[row]! < filter.after) continue;
        if (filter.before && changed.values[row]! >= filter.before) continue;
        if (under && !under[row]) continue;
        if (text && !folded[row]!.includes(text)) continue;
        const start = from.values[row]!;
        const held = has.length || without.size || lacks.size ? pool.values.subarray(start, start + own) : undefined;
        if (held) {
          for (const n of has) if (!held.includes(n)) continue next;
          for (const n of held) if (without.has(n) || lacks.has(n)) continue next;
        }
        found[size++] = row;
      }
      return found.slice(0, size);
    },
    sorted(rows, by, descending, ranks) {
      const sign = descending ? -1 : 1;
      const rank = (row: number) => ranks[row] ?? row; // what came meanwhile stands last
      const order =
        by === "title"
          ? (a: number, b: number) => sign * (rank(a) - rank(b)) || a - b
          : by === "changed"
            ? (a: number, b: number) => sign * (changed.values[a]! - changed.values[b]!) || a - b
            : (a: number, b: number) => sign * (count.values[a]! - count.values[b]!) || a - b;
      return rows.slice().sort(order);
    },
    *ranks(compare) {
      let order: number[] = Array.from(ids.keys());
      const inOrder = (a: number, b: number) => compare(titles[a]!, titles[b]!) || a - b;
      const runs: number[][] = [];
      for (let start = 0; start < order.length; start += RUN) {
        runs.push(order.slice(start, start + RUN).sort(inOrder));
        yield;
      }
      while (runs.length > 1) {
        const [a, b] = [runs.shift()!, runs.shift()!];
        const merged: number[] = [];
        for (let i = 0, j = 0; i < a.length || j < b.length; ) {
          merged.push(j === b.length || (i < a.length && inOrder(a[i]!, b[j]!) < 0) ? a[i++]! : b[j++]!);
          if (merged.length % (4 * RUN) === 0) yield;
        }
        runs.push(merged);
        yield;
      }
      order = runs[0] ?? [];
      const ranks = new Uint32Array(order.length);
      for (const [rank, row] of order.entries()) ranks[row] = rank;
      return ranks;
    },
    parts(most) {
      const sizes = sizesOf(partsBelow(Array.from(ids, (id, row) => ({ id, parent: parentAt(row) })), ""));
      const parts = Array.from(sizes, ([id, pages]) => ({ id, pages })).filter(({ pages }) => pages > 1);
      return parts.sort((a, b) => b.pages - a.pages).slice(0, most);
    },
    *all() {
      const rows = Uint32Array.from(ids.keys()).sort((a, b) => changed.values[b]! - changed.values[a]! || a - b);
      const pages: (Labelled & InTree)[] = [];
      for (const row of rows) {
        if (row < ids.length) pages.push({ id: ids[row]!, parent: parentAt(row), labels: labelsAt(row) });
        if (pages.length % (2 * RUN) === 0) yield;
      }
      return pages;
    },
  };
}
