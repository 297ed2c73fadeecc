// The labels in use, for type-ahead: those of this space with how often they
// are used, then those of the site. Read through the host when somebody first
// adds a label, kept in memory while the frame lives.

import { globalNames, listLabels, nextCursor } from "./confluence.ts";
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

/** Reads the vocabulary piece by piece; what cannot be read is left out without a word. */
export async function loadVocabulary(host: Host, spaceKey: string, got: (known: Known[]) => void): Promise<void> {
  const uses = new Map<string, number>();
  const publish = () =>
    got(
      [...uses]
        .slice(0, MOST_NAMES)
        .map(([name, uses]) => ({ name, uses, key: twinKey(name) }))
        .sort((a, b) => b.uses - a.uses || (a.name < b.name ? -1 : 1)),
    );
  if (spaceKey) {
    await countInSpace(host, spaceKey, uses).catch(() => undefined);
    publish();
  }
  const site = await listLabels(host, "/api/v2/labels?prefix=global&limit=250", SITE_REQUESTS).catch(() => []);
  for (const name of site) if (!uses.has(name)) uses.set(name, 0);
  publish();
}

async function countInSpace(host: Host, spaceKey: string, uses: Map<string, number>): Promise<void> {
  const cql = `space="${spaceKey.replace(/["\\]/g, "\\$&")}" and type in (page,blogpost) order by lastmodified desc`;
  let cursor = "";
  for (let request = 0; request < SPACE_REQUESTS; request++) {
    const query = new URLSearchParams({ cql, expand: "metadata.labels", limit: "200", ...(cursor && { cursor }) });
    const body = (await host.read(`/rest/api/content/search?${query}`)) as {
      results?: { metadata?: { labels?: Parameters<typeof globalNames>[0] } }[];
      _links?: { next?: string };
    };
    for (const page of body.results ?? []) {
      for (const name of globalNames(page.metadata?.labels)) uses.set(name, (uses.get(name) ?? 0) + 1);
    }
    cursor = nextCursor(body);
    if (!cursor) return;
  }
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
