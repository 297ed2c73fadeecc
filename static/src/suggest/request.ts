// The call that asks for suggestions: POST /api/suggest.

import type { Host } from "../host.ts";
import { isName } from "../name.ts";
import type { Problem } from "../problem.ts";

/** The text of a page as Confluence gives it; the service makes sense of it, here it is only passed on. */
export interface Body {
  format: "adf" | "storage";
  value: string;
}
export interface Neighbour {
  id: string;
  title: string;
  labels: string[];
  body?: Body;
}
interface Count {
  label: string;
  pages: number;
}
export interface Tree {
  parent: string[];
  siblings: Count[];
  of: number; // pages beside this one
}
/** An entry of the space's vocabulary. */
export interface Term {
  label: string;
  synonyms: string[];
  description: string;
  group: string; // what it belongs to
  retired: boolean;
}
export interface Request {
  contentId: string;
  page: { title: string; body?: Body; labels: string[] };
  neighbours: Neighbour[];
  tree?: Tree;
  vocabulary: Term[];
  inUse: Count[];
  onlyListed: boolean;
  dismissed: string[];
  refined: boolean; // the answer names no search any more
  limit: number;
  certainty?: number[]; // of an earlier answer from the same space
}

export const KINDS = ["title", "heading", "text", "synonym", "similar", "profile", "parent", "siblings", "phrase", "description"] as const;
/** Why a label was suggested; what a kind does not use is "" or 0. */
export interface Reason {
  kind: (typeof KINDS)[number];
  text: string;
  where: string;
  count: number;
  of: number;
  words: string[];
  titles: string[]; // of similar pages
}
export interface Suggested {
  label: string;
  ticked: boolean;
  guess: boolean; // more often wrong than right, and the best that is known; never ticked
  reasons: Reason[]; // the strongest first
}
export const NOTHING = ["too_short", "no_language", "all_applied", "none_fits"] as const;
export type Nothing = (typeof NOTHING)[number];

export interface Answer {
  suggestions: Suggested[];
  removals: string[]; // labels of the page that nothing speaks for
  nothing: Nothing | undefined; // why there are no suggestions
  truncated: boolean; // not all that was sent was read
  search: string; // CQL for pages like this one, "" for none
  certainty?: number[]; // how far each kind of evidence can be trusted here; the service's own, only passed on
}

export const MOST_SHOWN = 5;
export const MOST_ASKED = 20; // where not all of them are to be shown
const MOST_REMOVALS = 3;
const MOST_REASONS = 6;
const LONGEST_TEXT = 200; // characters of what a reason quotes
const LONGEST_SEARCH = 4_000; // characters
const NUMBERS_OF_CERTAINTY = 9;

/** Asks once. Rejects with a Problem, never with anything else. */
export async function suggest(host: Host, request: Request, prefix: string, signal: AbortSignal): Promise<Answer> {
  return asAnswer(await host.call("/api/suggest", request, signal), prefix);
}

/** The answer as far as it is one. A panel that shows only labels with a prefix suggests only such. */
export function asAnswer(body: unknown, prefix: string): Answer {
  const { suggestions, removals, nothing, truncated, search, certainty } = (body ?? {}) as Record<string, unknown>;
  if (!Array.isArray(suggestions)) throw { kind: "unavailable" } satisfies Problem;
  const found = new Map<string, Suggested>();
  for (const one of objects(suggestions)) {
    const { label, ticked, guess, reasons } = one;
    if (!isName(label) || !label.startsWith(prefix) || found.has(label)) continue;
    found.set(label, { label, ticked: ticked === true && guess !== true, guess: guess === true, reasons: objects(reasons).flatMap(asReason).slice(0, MOST_REASONS) });
  }
  return {
    suggestions: [...found.values()].slice(0, MOST_ASKED),
    removals: objects(removals).flatMap(({ label }) => (typeof label === "string" && label.startsWith(prefix) ? [label] : [])).slice(0, MOST_REMOVALS), // those on the page are shown
    nothing: found.size ? undefined : (NOTHING.find((known) => known === nothing) ?? "none_fits"),
    truncated: truncated === true,
    search: typeof search === "string" && search.length <= LONGEST_SEARCH ? search : "",
    ...(isCertainty(certainty) && { certainty }),
  };
}

function isCertainty(value: unknown): value is number[] {
  return Array.isArray(value) && value.length === NUMBERS_OF_CERTAINTY && value.every(Number.isSafeInteger);
}

function asReason({ kind, text, where, count, of, words, pages }: Record<string, unknown>): Reason[] {
  const known = KINDS.find((k) => k === kind);
  if (!known) return [];
  const texts = (values: unknown) => (Array.isArray(values) ? values.map(asText).filter(Boolean).slice(0, 3) : []);
  return [{ kind: known, text: asText(text), where: asText(where), count: asCount(count), of: asCount(of), words: texts(words), titles: texts(objects(pages).map((p) => p["title"])) }];
}

function objects(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter((v) => typeof v === "object" && v !== null) : [];
}

// What turns the direction of a text would reach beyond a quotation, to our own words.
const TURNS = /[\u202a-\u202e\u2066-\u2069]/g;

function asText(value: unknown): string {
  return typeof value === "string" ? value.slice(0, LONGEST_TEXT).replace(TURNS, "") : "";
}

function asCount(value: unknown): number {
  return typeof value === "number" && value > 0 ? Math.floor(value) : 0;
}
