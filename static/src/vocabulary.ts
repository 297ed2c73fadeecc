// The labels in use, for type-ahead: those of this space with how often they
// are used, then those of the site. Read through the host when somebody first
// adds a label or asks for suggestions, kept in memory while the frame lives.

import { labelsOf, listLabels, search, type Content } from "./confluence.ts";
import type { Host } from "./host.ts";
import { areTwins, twinKey } from "./twin.ts";

/** A label in use. uses counts pages of this space; 0 means elsewhere on the site. */
export interface Known {
  name: string;
  uses: number;
  key: string; // twinKey(name), kept because 5,000 are compared on each key press
}

const SPACE_REQUESTS = 2; // of 200 pages
const SITE_REQUESTS = 6; // of 250 labels
const MOST_NAMES = 5_000;

export type ReadSpace = () => Promise<Content[]>;

/** Reads the space's latest pages with their labels once, for all who ask; again only after a failure. */
export function spaceReader(host: Host, spaceKey: string): ReadSpace {
  const cql = `space="${spaceKey.replace(/["\\]/g, "\\$&")}" and type in (page,blogpost) order by lastmodified desc`;
  let reading: Promise<Content[]> | undefined;
  return async () => {
    if (!spaceKey) return [];
    reading ??= search(host, cql, { expand: "metadata.labels", limit: 200, requests: SPACE_REQUESTS });
    return reading.catch((error: unknown) => {
      reading = undefined;
      throw error;
    });
  };
}

/** Each label with how many of the pages have it. */
export function countLabels(pages: Content[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const page of pages) {
    for (const name of labelsOf(page)) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

/** Reads the vocabulary piece by piece; what cannot be read is left out without a word. */
export async function loadVocabulary(host: Host, readSpace: ReadSpace, got: (known: Known[]) => void): Promise<void> {
  const uses = countLabels(await readSpace().catch(() => []));
  const publish = () =>
    got(
      [...uses]
        .slice(0, MOST_NAMES)
        .map(([name, uses]) => ({ name, uses, key: twinKey(name) }))
        .sort((a, b) => b.uses - a.uses || (a.name < b.name ? -1 : 1)),
    );
  if (uses.size) publish();
  const site = await listLabels(host, "/api/v2/labels?prefix=global&limit=250", SITE_REQUESTS).catch(() => []);
  for (const name of site) if (!uses.has(name)) uses.set(name, 0);
  publish();
}

/** One line of the type-ahead list. */
export type Offer =
  | { kind: "known"; name: string; uses: number }
  | { kind: "twin"; name: string; uses: number }
  | { kind: "create"; name: string }
  | { kind: "many"; names: string[] };

const MOST_OFFERS = 8;

/**
 * What to offer for a normalised name: the same spelling in use, near-twins,
 * what contains it (this space before the site, beginnings before middles),
 * and last a new label. Labels on the page are never offered.
 */
export function offersFor(name: string, known: Known[], held: string[], prefix: string): Offer[] {
  const onPage = new Set(held);
  const key = twinKey(name);
  const exact: Offer[] = [];
  const twins: Offer[] = [];
  const matches: { offer: Offer; rank: number }[] = [];
  for (const label of known) {
    if (onPage.has(label.name) || !label.name.startsWith(prefix)) continue;
    const offer: Offer = { kind: "known", name: label.name, uses: label.uses };
    const at = label.name.indexOf(name);
    if (label.name === name) exact.push(offer);
    else if (name && areTwins(key, label.key)) twins.push({ ...offer, kind: "twin" });
    else if (at >= 0) matches.push({ offer, rank: (label.uses ? 0 : 3) + (at === 0 ? 0 : /[\p{L}\p{N}]/u.test(label.name[at - 1]!) ? 2 : 1) });
  }
  matches.sort((a, b) => a.rank - b.rank); // stable: by uses within a rank
  const offers = [...exact, ...(exact.length ? [] : twins), ...matches.map((m) => m.offer)].slice(0, MOST_OFFERS);
  if (name && !exact.length && !onPage.has(name)) offers.push({ kind: "create", name });
  return offers;
}

/**
 * Which offer Enter takes when none was chosen: the first that is the name, a
 * spelling of it or begins with it. What only contains it must be chosen.
 */
export function likeliest(offers: Offer[], name: string): number {
  return Math.max(0, offers.findIndex((o) => o.kind !== "known" || o.name.startsWith(name)));
}

/** The label on the page that name is nearly the same as, if there is one. */
export function twinOnPage(name: string, held: string[]): string | undefined {
  const key = twinKey(name);
  return held.find((label) => label !== name && areTwins(key, twinKey(label)));
}
