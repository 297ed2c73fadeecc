// What suggestions are made from, read from Confluence through the host, as
// the viewer. Everything but the page itself may be missing: then suggestions
// are only less good. Text is passed on as it came and never looked into here.

import { contentPath, labelsOf, search, type Content } from "../confluence.ts";
import type { Host } from "../host.ts";
import type { Shell } from "../shell.ts";
import type { Vocabulary as Listed } from "../space/vocabulary.ts";
import { countLabels, spaceReader, type Space } from "../inuse.ts";
import { vocabularyReader } from "../listed.ts";
import { dismissedIn } from "./dismissals.ts";
import { MOST_ASKED, MOST_SHOWN, type Body, type Neighbour, type Request, type Term, type Tree } from "./request.ts";

const PART_WITHIN = 3_000; // ms; what is later is left out

// The service refuses a request that is larger than it could be from here.
export const LONGEST_PAGE = 400_000; // characters
const LONGEST_NEIGHBOUR = 30_000; // characters
const MOST_NEIGHBOURS = 500;
const MOST_LABELS = 20; // of a neighbour; more say little
export const MOST_BYTES = 3_500_000; // of a request; the service takes 4 MiB
const MOST_TERMS = 5_000;
export const MOST_SIBLING_LABELS = 1_000;
const MOST_TERM_BYTES = 500_000; // of all of them as JSON
const MOST_SYNONYMS_IN_ALL = 10_000;

export interface Material {
  page: Request["page"];
  space: Content[];
  tree: Tree | undefined;
  vocabulary: Terms;
  dismissed: string[];
}
interface Terms {
  terms: Term[];
  only: boolean; // suggest nothing else
}

/** Reads all of it at the same time. Rejects with HostError if the page cannot be read. */
export async function gather(host: Host, shell: Shell, of: Space): Promise<Material> {
  const path = contentPath(shell.contentType, shell.contentId);
  const space = part(spaceReader(host, of)());
  const vocabulary = part(vocabularyReader(host, of)().then(termsOf));
  const dismissed = part(dismissedIn(host, path));
  const { above, ...page } = await readText(host, path, shell.contentType);
  const tree = part(readTree(host, above, shell));
  return { page, space: (await space) ?? [], tree: await tree, vocabulary: (await vocabulary) ?? { terms: [], only: false }, dismissed: (await dismissed)?.names ?? [] };
}

/** Comes to undefined when it fails or is late. */
function part<T>(reading: Promise<T>): Promise<T | undefined> {
  const late = new Promise<undefined>((now) => setTimeout(now, PART_WITHIN));
  return Promise.race([reading.catch(() => undefined), late]);
}

async function readText(host: Host, path: string, contentType: string): Promise<Request["page"] & { above: string }> {
  const query = contentType === "attachment" ? "" : "?body-format=atlas_doc_format"; // a file has a name and no body
  const page = (await host.read(path + query)) as Record<string, unknown> & { body?: { atlas_doc_format?: { value?: unknown } } };
  return {
    title: text(page["title"]),
    labels: [],
    ...bodyOf("adf", page.body?.atlas_doc_format?.value, LONGEST_PAGE),
    above: text(page["parentId"] ?? page["pageId"]),
  };
}

/** The labels of what is above the page and of what is beside it. A file is on a page, with nothing beside it. */
async function readTree(host: Host, above: string, { contentId, contentType }: Shell): Promise<Tree | undefined> {
  if (!/^\d+$/.test(above)) return undefined;
  const beside = contentType === "attachment" ? "" : ` or parent = ${above}`;
  const found = await search(host, `id = ${above}${beside}`, { expand: "metadata.labels", limit: 200, requests: 1 });
  const siblings = found.filter(({ id }) => text(id) !== above && text(id) !== contentId);
  const parent = found.find(({ id }) => text(id) === above);
  return { parent: parent ? labelsOf(parent) : [], siblings: counts(siblings).slice(0, MOST_SIBLING_LABELS), of: siblings.length };
}

/** A vocabulary as the service takes it. */
export function termsOf({ entries, mode }: Listed): Terms {
  const terms = entries.map(({ label, synonyms, description, group, retired }) => ({ label, synonyms, description, group: group ?? "", retired }));
  let bytes = MOST_TERM_BYTES;
  let synonyms = MOST_SYNONYMS_IN_ALL;
  return { terms: terms.filter((term) => (bytes -= bytesOf(term)) >= 0 && (synonyms -= term.synonyms.length) >= 0), only: mode === "listed" };
}

/** The labelled pages that a search of the service's own finds, with their text. */
export async function readSimilar(host: Host, cql: string, contentId: string): Promise<Neighbour[]> {
  const found = await search(host, cql, { expand: "metadata.labels,body.storage", limit: 25, requests: 2 });
  return neighboursIn(found, contentId);
}

function neighboursIn(found: Content[], contentId: string): Neighbour[] {
  return found.flatMap((content) => {
    const labels = labelsOf(content).slice(0, MOST_LABELS);
    const id = text(content.id);
    if (!labels.length || !id || id === contentId) return [];
    const body = bodyOf("storage", content.body?.storage?.value, LONGEST_NEIGHBOUR);
    return [{ id, title: text(content.title), labels, ...body }];
  });
}

/** What to ask the service. similar are pages read for this one; what was read of the space comes after them. */
export function requestFor(shell: Shell, material: Material, labels: string[], dismissed: string[], similar?: Neighbour[]): Request {
  const request: Request = {
    contentId: shell.contentId,
    page: { ...material.page, labels },
    neighbours: [],
    ...(material.tree && { tree: material.tree }),
    vocabulary: material.vocabulary.terms,
    inUse: counts(material.space),
    onlyListed: material.vocabulary.only,
    dismissed,
    refined: similar !== undefined,
    limit: shell.prefix ? MOST_ASKED : MOST_SHOWN, // those without the prefix are not shown
  };
  const known = new Set(similar?.map((n) => n.id));
  const others = neighboursIn(material.space, shell.contentId).filter((n) => !known.has(n.id));
  return { ...request, neighbours: fitting([...(similar ?? []), ...others], MOST_BYTES - bytesOf(request)) };
}

/** As many neighbours as there is room for, the first ones with their text. */
export function fitting(neighbours: Neighbour[], room: number): Neighbour[] {
  const fit: Neighbour[] = [];
  for (const neighbour of neighbours.slice(0, MOST_NEIGHBOURS)) {
    const { body: _, ...bare } = neighbour;
    const one = bytesOf(neighbour) <= room ? neighbour : bare;
    room -= bytesOf(one);
    if (room < 0) break;
    fit.push(one);
  }
  return fit;
}

/** The bytes of a value as JSON, with a comma behind it. */
export function bytesOf(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value)).length + 1;
}

function counts(pages: Content[]): { label: string; pages: number }[] {
  return [...countLabels(pages)].slice(0, MOST_TERMS).map(([label, pages]) => ({ label, pages }));
}

export function bodyOf(format: Body["format"], value: unknown, longest: number): { body?: Body } {
  return typeof value === "string" && value ? { body: { format, value: value.slice(0, longest) } } : {};
}

function text(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}
