// A vocabulary as a file: JSON with all of it, a table of its labels for
// spreadsheets, and SKOS for other tools. What is written and read back is
// written again as the same bytes.
//
// Source: RFC 8259, csv.ts, and W3C's SKOS Reference and Turtle.

import { isName, normalise } from "../name.ts";
import { rowsIn, tableText } from "./csv.ts";
import { jsonOf, vocabularyIn, type Entry, type Vocabulary } from "./vocabulary.ts";

export function jsonText(vocabulary: Vocabulary): string {
  return JSON.stringify(jsonOf(vocabulary), null, 2) + "\n";
}

/** The vocabulary in a text; undefined if it is no JSON, or has no list of labels. */
export function fromJSON(text: string): Vocabulary | undefined {
  try {
    const value = JSON.parse(text.replace(/^\ufeff/, "")) as { labels?: unknown } | null;
    return Array.isArray(value?.labels) ? vocabularyIn(value) : undefined;
  } catch {
    return undefined;
  }
}

const COLUMNS = ["label", "group", "description", "synonyms", "retired", "replacement", "was"] as const;
type Column = (typeof COLUMNS)[number];

/** The labels as a table. Groups are named in it; what is said of groups is not. */
export function csvText({ entries }: Vocabulary): string {
  const cells = ({ label, group, description, synonyms, retired, replacement, was }: Entry): Record<Column, string> => ({
    label,
    group,
    description,
    synonyms: joined(synonyms),
    retired: retired ? "yes" : "",
    replacement,
    was: joined(was.map(({ name, until }) => `${name} ${until}`)),
  });
  return tableText([[...COLUMNS], ...entries.map((entry) => Object.values(cells(entry)))]);
}

interface Imported {
  vocabulary: Vocabulary;
  /** Lines that are left out: without a label that Confluence takes, or with one that an earlier line has. */
  left: number[];
}

const LONGEST_TABLE = 4_000_000; // UTF-16 code units

/** A vocabulary with the labels of a table, and else as it was. Columns are known by their names; in a table without them, the first one has labels. */
export function fromCSV(text: string, vocabulary: Vocabulary): Imported {
  const rows = rowsIn(text.slice(0, LONGEST_TABLE));
  const names = rows[0]?.cells.map((cell) => cell.trim().toLowerCase()) ?? [];
  const heads = names.includes("label");
  const at = (column: Column) => (heads ? names.indexOf(column) : COLUMNS.indexOf(column));
  const columns = Object.fromEntries(COLUMNS.map((column) => [column, at(column)])) as Record<Column, number>;
  const left: number[] = [];
  const labels = new Map<string, unknown>();
  for (const { line, cells } of rows.slice(heads ? 1 : 0)) {
    const cell = (column: Column) => (cells[columns[column]] ?? "").trim();
    const label = normalise(cell("label"));
    if (!isName(label) || labels.has(label)) {
      left.push(line);
      continue;
    }
    labels.set(label, {
      label,
      group: cell("group"),
      description: cell("description"),
      synonyms: split(cell("synonyms")),
      retired: /^(?:yes|true|x|1)$/i.test(cell("retired")),
      replacement: normalise(cell("replacement")),
      was: split(cell("was")).map((one) => ({ name: one.slice(0, -8), until: one.slice(-7) })),
    });
  }
  const { entries } = vocabularyIn({ labels: [...labels.values()] });
  const groups = new Set([...vocabulary.groups.map(({ name }) => name), ...entries.map(({ group }) => group).filter(Boolean)]);
  const known = new Map(vocabulary.groups.map((group) => [group.name, group]));
  return { vocabulary: { ...vocabulary, entries, groups: [...groups].map((name) => known.get(name) ?? { name, oneOf: false, required: false }) }, left };
}

// Several in one cell stand between bars, as no name and hardly any word has one.
function joined(texts: string[]): string {
  return texts.map((text) => text.replace(/[\\|]/g, "\\$&")).join("|");
}

function split(cell: string): string[] {
  const texts = [...cell.matchAll(/(?:^|\|)((?:[^\\|]|\\[^]?)*)/g)].map((found) => found[1]!.replace(/\\([^]?)/g, "$1").trim());
  return texts.filter(Boolean);
}

/** The vocabulary as a SKOS concept scheme in Turtle. base is an IRI, such as the address of the space; title is of the scheme. */
export function turtleText({ entries, groups }: Vocabulary, base: string, title: string): string {
  const root = base.replace(/[\p{Cc} <>"{}|^`\\]/gu, (character) => encodeURIComponent(character));
  const iri = (kind: string, name: string) => `<${root}#${kind}-${encodeURIComponent(name)}>`;
  const concept = (name: string) => iri("label", name);
  const several = (property: string, texts: string[]) => (texts.length ? [`${property} ${texts.map(literal).join(", ")}`] : []);
  const statement = (subject: string, parts: string[]) => `${subject} ${parts.join(" ;\n  ")} .\n`;
  const concepts = entries.map(({ label, description, synonyms, retired, replacement, was }) =>
    statement(concept(label), [
      "a skos:Concept",
      `skos:inScheme <${root}>`,
      ...several("skos:prefLabel", [label]),
      ...several("skos:altLabel", synonyms),
      ...several("skos:scopeNote", description ? [description] : []),
      ...several("skos:historyNote", was.map(({ name, until }) => `${name} until ${until}`)),
      ...(retired ? ["owl:deprecated true"] : []),
      ...(replacement ? [`dct:isReplacedBy ${concept(replacement)}`] : []),
    ]),
  );
  const collections = groups.map(({ name }) => {
    const members = entries.filter(({ group }) => group === name).map(({ label }) => concept(label));
    return statement(iri("group", name), ["a skos:Collection", ...several("skos:prefLabel", [name]), ...(members.length ? [`skos:member ${members.join(", ")}`] : [])]);
  });
  const prefixes = ["dct: <http://purl.org/dc/terms/>", "owl: <http://www.w3.org/2002/07/owl#>", "skos: <http://www.w3.org/2004/02/skos/core#>"];
  return [
    ...prefixes.map((prefix) => `@prefix ${prefix} .\n`),
    statement(`<${root}>`, ["a skos:ConceptScheme", ...several("dct:title", [title])]),
    ...concepts,
    ...collections,
  ].join("\n");
}

function literal(text: string): string {
  const escapes: Record<string, string> = { "\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r" };
  return `"${text.replace(/[\\"\n\r]/g, (character) => escapes[character]!)}"`;
}
