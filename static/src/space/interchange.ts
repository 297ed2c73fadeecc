// A vocabulary as a file: JSON with all of it, a table of its labels for
// spreadsheets, and SKOS for other tools. What is written and read back is
// written again as the same bytes.
//
// Source: RFC 8259, csv.ts, and W3C's SKOS Reference and Turtle.

import { normalise, problemOf, type NameProblem } from "../name.ts";
import { rowsIn, tableText } from "./csv.ts";
import { linesIn } from "./jsonlines.ts";
import { EMPTY, jsonOf, LONGEST_DESCRIPTION, LONGEST_GROUP, LONGEST_SYNONYM, MOST_ENTRIES, MOST_GROUPS, MOST_SYNONYMS, vocabularyIn, type Entry, type Vocabulary } from "./vocabulary.ts";

export function jsonText(vocabulary: Vocabulary): string {
  return JSON.stringify(jsonOf(vocabulary), null, 2) + "\n";
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

/** What is wrong in a line of a file: the rule that a name breaks, or what the line has is not what it can be. */
export interface Fault {
  line: number;
  why: NameProblem["rule"] | "twice" | "description" | "synonyms" | "group" | "retired" | "replacement" | "was" | "many" | "mode" | "follows" | "groups" | "apart" | "labels" | "json" | "large";
  text: string; // what is wrong, "" if that is not one thing
}

/** A file with a fault is not taken: what is left out of it would be gone from the list. */
interface Imported {
  vocabulary: Vocabulary;
  faults: Fault[];
}

const LONGEST_FILE = 4_000_000; // UTF-16 code units
const MOST_FAULTS = 100;

/** A label as a file has it. */
interface Raw {
  line: number;
  label: string;
  group: string;
  description: string;
  synonyms: string[];
  retired: boolean | undefined; // undefined if it is neither
  replacement: string;
  was: unknown[];
}

/** The vocabulary in a JSON text. */
export function fromJSON(text: string): Imported {
  const unread = whyNotRead(text);
  if (unread) return refused(unread);
  const read = linesIn(text.replace(/^\ufeff/, ""));
  if ("wrong" in read) return refused({ line: read.wrong, why: "json", text: "" });
  const value = (read.value ?? {}) as Record<string, unknown>;
  const { labels } = value;
  if (!Array.isArray(labels)) return refused({ line: 1, why: "labels", text: "" });
  const lineOf = (one: unknown) => read.lines.get(one) ?? read.lines.get(labels)!;
  const others = vocabularyIn({ ...value, labels: [] });
  const faults: Fault[] = [];
  const wrong = (why: Fault["why"], at: unknown) => faults.push({ line: lineOf(at), why, text: "" });
  if (value["mode"] !== undefined && value["mode"] !== others.mode) wrong("mode", read.value);
  if (value["follows"] !== undefined && value["follows"] !== others.follows) wrong("follows", read.value);
  for (const list of ["groups", "apart"] as const) {
    const given = value[list];
    if (given !== undefined && (!Array.isArray(given) || given.length !== others[list].length)) wrong(list, given);
  }
  const texts = (list: unknown): string[] => (Array.isArray(list) ? list.map((one) => (typeof one === "string" ? one : "")) : list === undefined ? [] : [""]);
  const raws = labels.map((one: unknown): Raw => {
    const { label, group, description, synonyms, retired, replacement, was } = (one && typeof one === "object" ? one : {}) as Partial<Record<Column, unknown>>;
    const text = (value: unknown) => (typeof value === "string" ? value : "");
    return { line: lineOf(one), label: text(label), group: text(group), description: text(description), synonyms: texts(synonyms), retired: retired === undefined || typeof retired === "boolean" ? retired === true : undefined, replacement: text(replacement), was: Array.isArray(was) ? was : was === undefined ? [] : [was] };
  });
  return checked(raws, others, faults);
}

/** A vocabulary with the labels of a table, and else as it was. Columns are known by their names; in a table without them, the first one has labels. */
export function fromCSV(text: string, vocabulary: Vocabulary): Imported {
  const unread = whyNotRead(text);
  if (unread) return refused(unread);
  const rows = rowsIn(text);
  const names = rows[0]?.cells.map((cell) => cell.trim().toLowerCase()) ?? [];
  const heads = names.includes("label");
  const at = (column: Column) => (heads ? names.indexOf(column) : COLUMNS.indexOf(column));
  const columns = Object.fromEntries(COLUMNS.map((column) => [column, at(column)])) as Record<Column, number>;
  const raws = rows.slice(heads ? 1 : 0).map(({ line, cells }): Raw => {
    const cell = (column: Column) => (cells[columns[column]] ?? "").trim();
    const retired = cell("retired");
    return {
      line,
      label: cell("label"),
      group: cell("group"),
      description: cell("description"),
      synonyms: split(cell("synonyms")),
      retired: /^(?:yes|true|x|1)$/i.test(retired) ? true : /^(?:no|false|0)?$/i.test(retired) ? false : undefined,
      replacement: cell("replacement"),
      was: split(cell("was")).map((one) => ({ name: one.slice(0, -8), until: one.slice(-7) })),
    };
  });
  if (!raws.length && !heads) return refused({ line: 1, why: "labels", text: "" });
  const imported = checked(raws, vocabulary, []);
  const { entries } = imported.vocabulary;
  // A group that is only named in the table is one, too.
  const groups = new Map(vocabulary.groups.map((group) => [group.name, group]));
  for (const { group, label } of entries) {
    if (!group || groups.has(group)) continue;
    if (groups.size === MOST_GROUPS) return { ...imported, faults: [...imported.faults, { line: raws.find((raw) => normalise(raw.label) === label)!.line, why: "groups", text: group }] };
    groups.set(group, { name: group, oneOf: false, required: false });
  }
  return { ...imported, vocabulary: { ...imported.vocabulary, groups: [...groups.values()] } };
}

function whyNotRead(text: string): Fault | undefined {
  if (text.length > LONGEST_FILE) return { line: 1, why: "large", text: "" };
  const at = text.indexOf("\ufffd"); // what decoders make of another encoding
  return at < 0 ? undefined : { line: text.slice(0, at).split("\n").length, why: "not_unicode", text: "" };
}

function refused(fault: Fault): Imported {
  return { vocabulary: EMPTY, faults: [fault] };
}

/** A vocabulary with the labels of a file in place of its own. */
function checked(raws: Raw[], vocabulary: Vocabulary, faults: Fault[]): Imported {
  const labels = new Map<string, unknown>();
  const wrong = (line: number, why: Fault["why"], text = "") => void (faults.length < MOST_FAULTS && faults.push({ line, why, text }));
  for (const raw of raws) {
    const { line, synonyms, was } = raw;
    const label = normalise(raw.label);
    const problem = problemOf(label);
    if (problem) wrong(line, problem.rule, problem.character || raw.label);
    else if (labels.has(label)) wrong(line, "twice", label);
    else {
      const replacement = normalise(raw.replacement);
      const [entry] = vocabularyIn({ labels: [{ ...raw, label, replacement }] }).entries;
      if (raw.description.trim().length > LONGEST_DESCRIPTION) wrong(line, "description", label);
      if (raw.group.trim().length > LONGEST_GROUP) wrong(line, "group", raw.group);
      if (synonyms.some((one) => !one.trim() || one.length > LONGEST_SYNONYM) || new Set(synonyms).size > MOST_SYNONYMS) wrong(line, "synonyms", label);
      if (raw.retired === undefined) wrong(line, "retired", label);
      if (replacement !== entry!.replacement) wrong(line, "replacement", raw.replacement);
      if (was.length !== entry!.was.length) wrong(line, "was", label);
      labels.set(label, entry);
      if (labels.size === MOST_ENTRIES + 1) wrong(line, "many", label);
    }
  }
  const { entries } = vocabularyIn({ labels: [...labels.values()] });
  return { vocabulary: { ...vocabulary, entries }, faults };
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
