// How a vocabulary is kept in properties of its space: shards that are small
// enough for Confluence first, then the head, which says how many there are and
// what they sum up to. Shards are written beside those that the last head names,
// so that a write that stops half way leaves the last good vocabulary where it
// was. A small one is in the head as well: then one request reads it. This says
// which properties are needed and what they hold; who reads and writes is elsewhere.
//
// Source: docs/vocabulary.md. A property of Confluence holds 32 KB of JSON.

import { VOCABULARY } from "../propertykeys.ts";
import { bytesOf, MOST_BYTES, packed } from "./packing.ts";
import { EMPTY, jsonOf, vocabularyIn, type Vocabulary } from "./vocabulary.ts";

const MOST_SHARDS = 50; // 1.2 MB
const FIRSTS = [0, MOST_SHARDS]; // where shards begin, in turn

export interface Property {
  key: string;
  value: Record<string, unknown>;
}

/**
 * What is wrong with what is kept, although there is an answer:
 * - "foreign": something else has written the head;
 * - "torn": the shards are not those that the head was written with.
 */
export type Trouble = "foreign" | "torn";

export interface Kept {
  vocabulary: Vocabulary;
  revision: number; // 0 where none was ever written by the app
  first: number; // where its shards begin
  trouble?: Trouble;
}

interface Head {
  revision: number;
  first: number;
  shards: number;
  checksum: string;
}

/** The properties to write one after the other, the head last; undefined if it is too large. before is what was read. */
export function shardsOf(vocabulary: Vocabulary, before: Pick<Kept, "revision" | "first">): Property[] | undefined {
  const document = jsonOf(vocabulary);
  const contents = cut(document);
  if (contents.length > MOST_SHARDS) return undefined;
  const first = before.revision === 0 ? 0 : FIRSTS.find((one) => one !== before.first)!;
  const head: Head = { revision: before.revision + 1, first, shards: contents.length, checksum: checksumOf(document) };
  return [
    ...contents.map((content, part) => ({ key: keyOf(first + part), value: { ...head, part, ...content } })),
    { key: VOCABULARY, value: contents.length === 1 ? { ...head, ...document } : { ...head } },
  ];
}

/** The keys that are still to be read, or what is kept. values has what was read so far; a property that does not exist is undefined. Asks four times at most. */
export function keptIn(values: ReadonlyMap<string, unknown>): { need: string[] } | Kept {
  if (!values.has(VOCABULARY)) return { need: [VOCABULARY] };
  const raw = values.get(VOCABULARY);
  if (raw === undefined) return { vocabulary: EMPTY, revision: 0, first: 0 };
  const inHead = documentIn([raw]);
  const head = headIn(raw);
  const whole = Array.isArray(inHead["labels"]);
  const { revision, first } = head ?? { revision: 0, first: 0 };
  if (head ? checksumOf(inHead) === head.checksum : whole && !("checksum" in inHead)) {
    return { vocabulary: vocabularyIn(inHead), revision, first }; // people may write one by hand
  }
  if (head) {
    const named = shardsAt(values, head.first, head.shards);
    if ("need" in named) return named;
    if (named.head && named.head.checksum === head.checksum) return { ...named.kept, ...(whole && { trouble: "foreign" as const }) };
  }
  // The last good one, wherever it is.
  let best: Kept | undefined;
  const need: string[] = [];
  for (const from of FIRSTS) {
    const found = shardsAt(values, from);
    if ("need" in found) need.push(...found.need);
    else if (found.head && (!best || found.head.revision > best.revision)) best = found.kept;
  }
  if (need.length) return { need };
  const trouble = head && !whole ? "torn" : "foreign";
  // The next revision is newer than any, and does not go over the one that is good.
  if (best) return { ...best, revision: Math.max(best.revision, revision), trouble };
  return { vocabulary: whole ? vocabularyIn(inHead) : EMPTY, revision, first, trouble };
}

/** Reads what is kept, through read, which gives the value of a property or undefined. Rejects as read does. */
export async function readKept(read: (key: string) => Promise<unknown>): Promise<Kept> {
  const values = new Map<string, unknown>();
  for (;;) {
    const kept = keptIn(values);
    if (!("need" in kept)) return kept;
    await Promise.all(kept.need.map(async (key) => values.set(key, await read(key))));
  }
}

function keyOf(number: number): string {
  return `${VOCABULARY}_${number}`;
}

/** The vocabulary in the shards from there on, if they belong together. Without a count, the first of them says how many. */
function shardsAt(values: ReadonlyMap<string, unknown>, first: number, count?: number): { need: string[] } | { head?: undefined } | { head: Head; kept: Kept } {
  const start = keyOf(first);
  if (!values.has(start)) return { need: count ? keysFrom(first, count) : [start] };
  const head = headIn(values.get(start));
  if (head?.first !== first || (count !== undefined && head.shards !== count)) return {};
  const keys = keysFrom(first, head.shards);
  const need = keys.filter((key) => !values.has(key));
  if (need.length) return { need };
  const parts = keys.map((key) => values.get(key));
  const together = parts.every((part, i) => {
    const own = headIn(part);
    return own?.revision === head.revision && (part as { part?: unknown }).part === i;
  });
  const document = documentIn(parts);
  if (!together || checksumOf(document) !== head.checksum) return {};
  return { head, kept: { vocabulary: vocabularyIn(document), revision: head.revision, first } };
}

function keysFrom(first: number, count: number): string[] {
  return Array.from({ length: count }, (_, i) => keyOf(first + i));
}

function headIn(value: unknown): Head | undefined {
  const { revision, first, shards, checksum } = (value ?? {}) as Partial<Record<keyof Head, unknown>>;
  const whole = (number: unknown, least: number, most: number): number is number => Number.isInteger(number) && (number as number) >= least && (number as number) <= most;
  if (!whole(revision, 1, 1e9) || !whole(shards, 1, MOST_SHARDS) || !FIRSTS.includes(first as number) || typeof checksum !== "string") return undefined;
  return { revision, first: first as number, shards, checksum };
}

const OF_SHARDS = new Set(["revision", "first", "shards", "part"]);

/** What values hold beside what is said of shards: lists one after the other. */
function documentIn(values: unknown[]): Record<string, unknown> {
  const document: Record<string, unknown> = {};
  for (const value of values) {
    if (!value || typeof value !== "object" || Array.isArray(value)) continue;
    for (const [key, content] of Object.entries(value)) {
      if (OF_SHARDS.has(key) || key === "__proto__") continue;
      const before = document[key];
      document[key] = Array.isArray(before) && Array.isArray(content) ? [...before, ...content] : (before ?? content);
    }
  }
  return document;
}

const LISTS = ["groups", "labels", "apart"] as const;
const OVERHEAD = 250; // bytes of what is said of shards, and of the names of the lists

/** A document in pieces that fit into a shard: its lists are divided, the rest is in the first piece. */
function cut({ groups, labels, apart, ...rest }: Record<string, unknown>): Record<string, unknown>[] {
  const lists = { groups, labels, apart } as Record<(typeof LISTS)[number], unknown[] | undefined>;
  const items = LISTS.flatMap((name) => (lists[name] ?? []).map((one) => [name, one] as const));
  return packed(items, MOST_BYTES - OVERHEAD - bytesOf(rest), MOST_BYTES - OVERHEAD).map((pack, i) => {
    const piece: Record<string, unknown> = i ? {} : { ...rest, labels: [] };
    for (const [name, one] of pack) ((piece[name] ??= []) as unknown[]).push(one);
    return piece;
  });
}

/** Of a document, whatever the order of its fields: Confluence may give them back in another one. */
function checksumOf({ checksum: _, ...document }: Record<string, unknown>): string {
  return crc32(new TextEncoder().encode(JSON.stringify(sorted(document, 0)))).toString(16).padStart(8, "0");
}

const DEEPEST = 10; // lists and objects in each other; a vocabulary has four

function sorted(value: unknown, depth: number): unknown {
  if (!value || typeof value !== "object") return value;
  if (depth > DEEPEST) return null;
  if (Array.isArray(value)) return value.map((one) => sorted(one, depth + 1));
  return Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, one]) => [key, sorted(one, depth + 1)]);
}

const CRC = /* @__PURE__ */ Uint32Array.from({ length: 256 }, (_, byte) => {
  for (let bit = 0; bit < 8; bit++) byte = (byte >>> 1) ^ (byte & 1 ? 0xedb88320 : 0);
  return byte;
});

/** The checksum of ISO 3309: against accidents, and not against who means it. */
function crc32(bytes: Uint8Array): number {
  let sum = ~0;
  for (const byte of bytes) sum = (sum >>> 8) ^ CRC[(sum ^ byte) & 0xff]!;
  return ~sum >>> 0;
}
