// The labels in use, for type-ahead: those of this space with how often they
// are used, then those of the site. Read through the host when somebody first
// adds a label or asks for suggestions, kept in memory while the frame lives.

import { labelsOf, listLabels, quoted, search, type Content } from "./confluence.ts";
import type { Host } from "./host.ts";
import { isName } from "./name.ts";
import { lacking, oneOfGroup, rulesOf, rulingOn, type Rules } from "./space/rules.ts";
import { EMPTY, type Vocabulary } from "./space/vocabulary.ts";
import { compare, formOf, type Form } from "./twin.ts";

/** A label that can be offered. uses counts pages of this space; 0 means elsewhere on the site, or in the vocabulary only. */
export interface Known {
  name: string;
  uses: number;
  form: Form; // kept because 5,000 are compared on each key press
}

const SPACE_REQUESTS = 2; // of 200 pages
const SITE_REQUESTS = 6; // of 250 labels
const MOST_NAMES = 5_000;

/** A space, with what was read of it, for all the parts of a frame. */
export interface Space {
  key: string;
  id: string;
  reading?: Promise<Content[]> | undefined;
  listing?: Promise<Vocabulary> | undefined;
  /** Which of the labels held go when these are added. Absent until the vocabulary is read. */
  replacedBy?: (names: readonly string[], held: readonly string[]) => string[];
}
export type ReadSpace = () => Promise<Content[]>;

/** Reads the space's latest pages with their labels once, for all who ask; again only after a failure. */
export function spaceReader(host: Host, space: Pick<Space, "key" | "reading">): ReadSpace {
  const cql = `space=${quoted(space.key)} and type in (page,blogpost) order by lastmodified desc`;
  return async () => {
    if (!space.key) return [];
    space.reading ??= search(host, cql, { expand: "metadata.labels", limit: 200, requests: SPACE_REQUESTS });
    return space.reading.catch((error: unknown) => {
      space.reading = undefined;
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

/**
 * Reads the labels in use piece by piece; what the service would spell otherwise cannot be
 * chosen. Resolves when no more comes: with false if a part could not be read, which is left out.
 */
export async function loadInUse(host: Host, readSpace: ReadSpace, got: (known: Known[]) => void): Promise<boolean> {
  let whole = true;
  const without = (): never[] => ((whole = false), []);
  const uses = countLabels(await readSpace().catch(without));
  const forms = new Map<string, Form>();
  const formOnce = (name: string) => {
    const form = forms.get(name) ?? formOf(name);
    forms.set(name, form);
    return form;
  };
  const publish = () =>
    got(
      [...uses]
        .filter(([name]) => isName(name))
        .slice(0, MOST_NAMES)
        .map(([name, uses]) => ({ name, uses, form: formOnce(name) }))
        .sort((a, b) => b.uses - a.uses || (a.name < b.name ? -1 : 1)),
    );
  if (uses.size) publish();
  const site = await listLabels(host, "/api/v2/labels?prefix=global&limit=250", SITE_REQUESTS).catch(without);
  for (const name of site) if (!uses.has(name)) uses.set(name, 0);
  publish();
  return whole;
}

/** The labels in use, and those of the vocabulary that are not: before those of other spaces. */
export function withListed(known: Known[], { entries }: Rules): Known[] {
  const used = new Set(known.map(({ name }) => name));
  const unused = [...entries.keys()].flatMap((name) => (used.has(name) ? [] : [{ name, uses: 0, form: formOf(name) }]));
  const here = known.findIndex(({ uses }) => !uses);
  return here < 0 ? [...known, ...unused] : [...known.slice(0, here), ...unused, ...known.slice(here)];
}

/** One choice that is offered while somebody types. */
export interface Offer {
  /** A label in use or in the vocabulary, one that is nearly what was typed, or what was typed as a new label. */
  kind: "known" | "twin" | "create";
  name: string;
  uses: number;
  /** The synonym or retired name by which it was found, "" if by its own. */
  by: string;
}

const MOST_OFFERS = 8;
const MOST_TWINS = 2;
const NO_RULES = /* @__PURE__ */ rulesOf(EMPTY);

/**
 * What to offer for a normalised name: what it is a synonym of, what begins with
 * it (this space before the site), what has a synonym that does, near-twins, what
 * contains it, and last the name itself if it is new or the vocabulary advises against
 * it. For no name what a required group lacks, then the most used. Labels on the
 * page are never offered, nor what the vocabulary has another label for, and of known only right names come here.
 */
export function offersFor(name: string, known: Known[], held: string[], prefix: string, rules: Rules = NO_RULES): Offer[] {
  const onPage = new Set(held);
  if (!name) return mostUsed(known.filter((label) => !onPage.has(label.name) && label.name.startsWith(prefix) && isOffered(label.name, rules)), held, prefix, rules);
  const form = formOf(name);
  const means = rules.instead.get(name);
  const begin: Offer[] = [];
  const led: Offer[] = [];
  const twins: Offer[] = [];
  const contain: { offer: Offer; rank: number }[] = [];
  const last: Offer[] = [];
  let isKnown = false;
  for (const label of known) {
    if (onPage.has(label.name) || !label.name.startsWith(prefix)) continue;
    const same = label.name === name;
    const offered = isOffered(label.name, rules);
    if (!offered && !(same && !rulingOn(name, rules)!.refused)) continue;
    const at = label.name.indexOf(name);
    const by = means === label.name ? name : ((at !== 0 && rules.ways.get(label.name)?.find((way) => way.startsWith(name))) || "");
    const kind = !same && !by && compare(form, label.form) !== "no" ? "twin" : "known";
    const offer: Offer = { kind, name: label.name, uses: label.uses, by };
    isKnown ||= same;
    if (!offered) last.push(offer);
    else if (same || by === name) begin.unshift(offer);
    else if (at === 0) begin.push(offer);
    else if (by) led.push(offer);
    else if (kind === "twin") twins.push(offer);
    else if (at > 0) contain.push({ offer, rank: (label.uses ? 0 : 2) + (/[\p{L}\p{N}]/u.test(label.name[at - 1]!) ? 1 : 0) });
  }
  contain.sort((a, b) => a.rank - b.rank); // stable: by uses within a rank
  const near = isKnown ? [] : twins.slice(0, MOST_TWINS);
  const offers = [...[...begin, ...led].slice(0, MOST_OFFERS - near.length), ...near, ...contain.map((c) => c.offer)].slice(0, MOST_OFFERS);
  if (!isKnown && !onPage.has(name) && isName(name) && !rulingOn(name, rules)?.refused) last.push({ kind: "create", name, uses: 0, by: "" });
  return [...offers, ...last];
}

/** Whether a label is offered to who did not type it. */
function isOffered(name: string, rules: Rules): boolean {
  const ruling = rulingOn(name, rules);
  return !ruling || (ruling.why === "unlisted" && !ruling.refused);
}

/** What the page lacks first, what would take the place of a label last; then a group's labels one after the other. */
function mostUsed(known: Known[], held: string[], prefix: string, rules: Rules): Offer[] {
  const lacks = lacking(held, prefix, rules);
  const groupOf = (name: string) => rules.entries.get(name)?.group ?? "";
  const taken = new Set(held.map((label) => oneOfGroup(label, rules)));
  const rank = (name: string) => (lacks.includes(groupOf(name)) ? 0 : oneOfGroup(name, rules) && taken.has(groupOf(name)) ? 2 : 1);
  const ranks: Known[][] = [[], [], []];
  for (const label of known) ranks[rank(label.name)]!.push(label);
  const offers = ranks.flat().slice(0, MOST_OFFERS);
  const groups = [...new Set(offers.map(({ name }) => groupOf(name)))];
  return groups.flatMap((group) => offers.filter(({ name }) => groupOf(name) === group)).map(({ name, uses }) => ({ kind: "known", name, uses, by: "" }));
}

/** The label in use that a new name is another spelling of, or may be with an error: the most used. */
export function twinInUse(name: string, known: Known[], prefix: string): string | undefined {
  if (known.some((label) => label.name === name)) return undefined;
  return likest(name, known.filter((label) => label.name.startsWith(prefix)));
}

/** The label on the page that name is another spelling of, or may be with an error, if there is one. */
export function twinOnPage(name: string, held: string[]): string | undefined {
  return likest(name, held.filter((label) => label !== name).map((label) => ({ name: label, form: formOf(label) })));
}

/** The first that is surely the same label, else the first that perhaps is. */
function likest(name: string, labels: { name: string; form: Form }[]): string | undefined {
  const form = formOf(name);
  const likely = labels.map((label) => compare(form, label.form));
  const sure = likely.indexOf("sure");
  return labels[sure < 0 ? likely.indexOf("perhaps") : sure]?.name;
}
