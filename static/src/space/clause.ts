// Reads and rewrites the names of labels in the value of a macro's parameter: a
// query in CQL, or the older list of names. A rewrite changes names and nothing
// else, byte for byte; where that cannot be done right it changes nothing and
// says why. It runs no query and judges none.
//
// Source: Atlassian's "Advanced searching using CQL" (label with =, !=, in and
// not in), and the macros' lists of labels, in which +name is required and -name excluded.

import { normalise } from "../name.ts";
import { decode, type Decoded } from "./storage.ts";

export type Form = "cql" | "list";

/** A label that a value names. */
export interface Named {
  name: string;
  excludes: boolean; // what has the label is not shown
}

/** From a name to the one that takes its place, or to null where it goes without. */
export type Renames = ReadonlyMap<string, string | null>;

/**
 * Why a value is left as it is:
 * - "empty": nothing would be left to ask for;
 * - "contradicts": it would ask for a label and exclude it;
 * - "not_understood": it is broken, or written in a way that does not take the name.
 */
export type Refusal = "empty" | "contradicts" | "not_understood";

const LONGEST = 20_000; // UTF-16 code units of a value; nothing is named in a longer one

/** The labels that a value names, in its order, as often as it does. */
export function namedIn(raw: string, form: Form): Named[] {
  return read(raw, form).places.map(({ name, excludes }) => ({ name, excludes }));
}

/** The value with other names; the same text if it names none of them. */
export function rename(raw: string, form: Form, renames: Renames): { text: string } | { refused: Refusal } {
  const { places, mixed, decoded, broken } = read(raw, form);
  const changed = places.map((place) => (renames.has(place.name) ? renames.get(place.name)! : place.name));
  if (places.every(({ name }, i) => changed[i] === name)) return { text: raw };
  if (broken) return { refused: "not_understood" };

  const edits: { start: number; end: number; text: string }[] = [];
  for (const list of listsOf(places)) {
    const gone = leaving(list, places, changed);
    const includes = (n: number) => !places[n]!.excludes;
    const stay = list.filter((n) => !gone.has(n));
    if (!stay.length || (list.some(includes) && !stay.some(includes))) return { refused: "empty" };
    if (gone.size && mixed.has(places[list[0]!]!.list)) return { refused: "not_understood" };
    let first = true; // of those that stay
    for (const [i, n] of list.entries()) {
      const { start, end, name } = places[n]!;
      if (gone.has(n)) {
        // With what separates it from the one before; of the first ones, from the one after.
        edits.push(first ? { start, end: places[list[i + 1]!]!.start, text: "" } : { start: places[list[i - 1]!]!.end, end, text: "" });
        continue;
      }
      first = false;
      if (changed[n] === name) continue;
      const text = written(changed[n]!, places[n]!);
      if (text === undefined) return { refused: "not_understood" };
      const quote = places[n]!.quote.length; // stays as it is
      edits.push({ start: start + quote, end: end - quote, text });
    }
  }
  const before = new Set([...contradictions(places)].map((name) => renames.get(name) ?? name));
  const after = contradictions(places.flatMap(({ excludes }, i) => (changed[i] === null ? [] : [{ name: changed[i]!, excludes }])));
  if ([...after].some((name) => !before.has(name))) return { refused: "contradicts" };

  let text = "";
  let at = 0;
  for (const edit of edits) {
    const [start, end] = [decoded.starts[edit.start]!, decoded.ends[edit.end - 1]!];
    if (raw.slice(start, end).includes("<")) return { refused: "not_understood" }; // it reaches over the edge of a CDATA section
    text += raw.slice(at, start) + edit.text;
    at = end;
  }
  return { text: text + raw.slice(at) };
}

/**
 * The query as plain text that asks now for what the value will ask for when pages of a space (key) that have one of the
 * names in also have its key instead; undefined where that cannot be asked for. With no names it asks for what the value does.
 */
export function asking(raw: string, also: ReadonlyMap<string, readonly string[]>, space: string): string | undefined {
  const { places, mixed, decoded, broken } = read(raw, "cql");
  if (broken) return undefined;
  let text = "";
  let at = 0;
  for (const list of listsOf(places)) {
    const names = list.map((n) => places[n]!.name);
    const { clause, list: number } = places[list[0]!]!;
    const before = names.flatMap((name) => also.get(name) ?? []);
    if (!before.length) continue;
    if (mixed.has(number) || (clause.turned && clause.not)) return undefined;
    const having = (some: readonly string[]) => `label in (${some.map((name) => `"${escaped(name, '"')}"`).join(",")})`;
    text += `${decoded.text.slice(at, clause.start)}${clause.turned ? "not " : ""}(${having(names)} or (${having(before)} and space = "${escaped(space, '"')}"))`;
    at = clause.end;
  }
  return text + decoded.text.slice(at);
}

/** A name where it stands in the decoded value, with its quotes. */
interface Place extends Named {
  start: number;
  end: number;
  clause: { start: number; end: number; turned: boolean; not: boolean }; // of a query; turned says that the operator itself excludes, not that a word before it does
  quote: '"' | "'" | "";
  sign: string; // of an item of a list
  list: number; // names with the same number are items of one list
}

/** Places by the list they are in, in their order. */
function listsOf(places: Place[]): number[][] {
  const lists = new Map<number, number[]>();
  for (const [i, { list }] of places.entries()) {
    if (lists.has(list)) lists.get(list)!.push(i);
    else lists.set(list, [i]);
  }
  return [...lists.values()];
}

/** Which items of a list go: those without another name, and those renamed to what another item is by now. What the list had twice before, it keeps. */
function leaving(list: number[], places: Place[], changed: (string | null)[]): Set<number> {
  const key = (n: number) => places[n]!.sign + changed[n];
  const stays = (n: number) => changed[n] === places[n]!.name;
  const before = new Map(list.filter(stays).map((n) => [key(n), places[n]!.name])); // what an item that stays was called
  const gone = new Set<number>();
  for (const n of list) {
    if (stays(n)) continue;
    const { name } = places[n]!;
    if (changed[n] === null || (before.get(key(n)) ?? name) !== name) gone.add(n);
    else before.set(key(n), name);
  }
  return gone;
}

function contradictions(named: Named[]): Set<string> {
  const excluded = new Set(named.filter(({ excludes }) => excludes).map(({ name }) => name));
  return new Set(named.filter(({ name, excludes }) => !excludes && excluded.has(name)).map(({ name }) => name));
}

const RESERVED = new Set(["and", "or", "not", "in", "is", "null", "empty", "order", "by", "asc", "desc"]);

/** The name as it is written there, within the quotes that there are; undefined if it cannot be. No name needs an entity: "&", "<" and ">" are in none. */
function written(name: string, { quote, list, sign }: Place): string | undefined {
  if (list === NO_CQL) return /^[-+]/.test(name) && !sign ? undefined : sign + name; // it would be read as a sign
  if (quote) return escaped(name, quote);
  const plain = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}_-]*$/u.test(name) && !RESERVED.has(name);
  return plain ? name : `"${escaped(name, '"')}"`;
}

function escaped(name: string, quote: string): string {
  return name.replaceAll("\\", "\\\\").replaceAll(quote, `\\${quote}`);
}

interface Places {
  places: Place[];
  mixed: Set<number>; // lists that have something else among their names
  broken: boolean;
}

function read(raw: string, form: Form): Places & { decoded: Decoded } {
  const decoded = decode(raw.length > LONGEST ? "" : raw);
  return { ...(form === "list" ? listed(decoded.text) : queried(decoded.text)), decoded };
}

/** The label that a text means; "" if it is none: no label has a blank in it, and my: and team: are not labels of a page. */
function labelOf(text: string): string {
  const trimmed = text.trim();
  return /[\s:]/.test(trimmed) ? "" : normalise(trimmed);
}

const NO_CQL = -1;

/** The items of a list with commas or blanks. */
function listed(text: string): Places {
  const items = [...text.matchAll(/[^\s,]+/g)];
  const places = items.flatMap((item): Place[] => {
    const [, sign = "", rest = ""] = /^([-+]?)([^]*)$/.exec(item[0])!;
    const name = labelOf(rest);
    return name ? [{ name, excludes: sign === "-", start: item.index, end: item.index + item[0].length, clause: { start: 0, end: text.length, turned: false, not: false }, quote: "", sign, list: NO_CQL }] : [];
  });
  return { places, mixed: new Set(places.length < items.length ? [NO_CQL] : []), broken: false };
}

interface Piece {
  kind: "word" | "text" | "sign";
  text: string; // of a text, what its escapes mean
  start: number;
  end: number;
}

/** Words, quoted texts, and signs, up to a text that does not end. */
function piecesOf(query: string): { pieces: Piece[]; broken: boolean } {
  const pieces: Piece[] = [];
  for (const found of query.matchAll(/"((?:[^"\\]|\\[^])*)"|'((?:[^'\\]|\\[^])*)'|!=|!~|<=|>=|[=~<>(),!&|"']|[^\s=~<>(),!&|"']+/g)) {
    const [whole, double, single] = found;
    const quoted = double ?? single;
    const kind = quoted !== undefined ? "text" : /^[=~<>(),!&|"']/.test(whole) ? "sign" : "word";
    if (whole === '"' || whole === "'") return { pieces, broken: true };
    pieces.push({ kind, text: quoted === undefined ? whole : unescape(quoted), start: found.index, end: found.index + whole.length });
  }
  return { pieces, broken: false };
}

function unescape(text: string): string {
  return text.replace(/\\(u[\da-fA-F]{4}|[^])/g, (_, escaped: string) => {
    if (escaped.length > 1) return String.fromCharCode(parseInt(escaped.slice(1), 16));
    return { n: "\n", r: "\r", t: "\t" }[escaped] ?? escaped;
  });
}

const OPERATORS = new Set(["=", "!=", "~", "!~", "<", ">", "<=", ">="]);

/** The names in the label clauses of a query. "not" before a clause, or before what stands in parentheses, turns its meaning. */
function queried(query: string): Places {
  const { pieces, broken } = piecesOf(query);
  const places: Place[] = [];
  const mixed = new Set<number>();
  const around: boolean[] = []; // whether what is around each open parenthesis excludes
  let excluding = false;
  let not = false;
  let list = 0;
  let at = 0;
  const word = (i: number) => (pieces[i]?.kind === "word" ? pieces[i]!.text.toLowerCase() : "");
  const sign = (i: number) => (pieces[i]?.kind === "sign" ? pieces[i]!.text : "");
  /** Behind the value at i. A function has its arguments in parentheses. */
  const behindValue = (i: number): number => {
    if (sign(i + 1) !== "(" || pieces[i]?.kind !== "word") return i + 1;
    return behindParentheses(i + 1);
  };
  const behindParentheses = (i: number): number => {
    let depth = 0;
    for (; i < pieces.length; i++) {
      if (sign(i) === "(") depth++;
      else if (sign(i) === ")" && --depth === 0) return i + 1;
    }
    return i;
  };
  const name = (i: number, clause: Place["clause"]) => {
    const piece = pieces[i];
    if (!piece || piece.kind === "sign" || behindValue(i) > i + 1) return;
    const label = labelOf(piece.text);
    const quote = piece.kind === "text" ? (query[piece.start] as '"' | "'") : "";
    if (label) places.push({ name: label, excludes: excluding !== (not !== clause.turned), start: piece.start, end: piece.end, clause, quote, sign: "", list });
  };

  while (at < pieces.length) {
    const negated = word(at + 1) === "not" && word(at + 2) === "in";
    const isIn = negated || word(at + 1) === "in";
    const field = word(at);
    if (field === "order" && word(at + 1) === "by") break;
    if (field && field !== "not" && (isIn || OPERATORS.has(sign(at + 1)))) {
      list++;
      const { start } = pieces[at]!;
      const value = at + (negated ? 3 : 2);
      if (isIn && sign(value) === "(") {
        at = behindParentheses(value);
        if (field === "label") {
          const before = places.length;
          const clause = { start, end: pieces[at - 1]!.end, turned: negated, not };
          for (let i = value + 1; i < at - 1; i = behindValue(i)) name(i, clause);
          // Names, and a comma between two of them.
          if (at - 1 - (value + 1) !== 2 * (places.length - before) - 1) mixed.add(list);
        }
      } else {
        at = behindValue(value);
        if (field === "label" && !isIn && ["=", "!="].includes(sign(value - 1))) name(value, { start, end: pieces[value]?.end ?? query.length, turned: sign(value - 1) === "!=", not });
      }
      not = false;
      continue;
    }
    if (field === "not" || sign(at) === "!") not = !not;
    else if (sign(at) === "(") {
      around.push(excluding);
      excluding = excluding !== not;
      not = false;
    } else if (sign(at) === ")") excluding = around.pop() ?? false;
    else not = false;
    at++;
  }
  return { places, mixed, broken };
}
