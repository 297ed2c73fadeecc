// Decisions about labels in a table that somebody has written, with the lines
// that are none. Apart from decisions.ts, which is loaded before anybody has a table.

import { normalise, problemOf, problemOfHeld } from "../name.ts";
import { rowsIn } from "./csv.ts";
import { resolve, type Decision, type Refusal } from "./decisions.ts";

const MOST_LINES = 10_000;
const LONGEST_TABLE = 2_000_000; // UTF-16 code units

interface DecisionTable {
  decisions: Decision[];
  /** Lines that are no decision. "columns": there is no second cell; "large": it is more than is read. */
  left: { line: number; why: Refusal | "columns" | "large"; text: string }[]; // text has the character that is forbidden
}

/** The changes in a table with the columns "from" and "to", with or without a line that says so. An empty "to" removes; without a second cell a line is none, or a list of labels would remove them all. */
export function decisionsIn(text: string): DecisionTable {
  const rows = rowsIn(text.slice(0, LONGEST_TABLE));
  const heads = rows[0]?.cells.slice(0, 2).map((cell) => cell.trim().toLowerCase()).join() === "from,to";
  const left: DecisionTable["left"] = [];
  const lines = new Map<Decision, number>();
  for (const [i, { line, cells }] of rows.slice(heads ? 1 : 0).entries()) {
    const [from, to] = cells.map(normalise);
    if (i >= MOST_LINES) {
      left.push({ line, why: "large", text: "" });
      break;
    }
    if (cells.slice(0, 2).join().includes("\ufffd")) left.push({ line, why: "not_unicode", text: "" });
    else if (to === undefined) left.push({ line, why: "columns", text: "" });
    else lines.set({ from: from!, ...(to && { to }) }, line);
  }
  const { refused } = resolve([...lines.keys()]);
  for (const { decision, reason } of refused) {
    left.push({ line: lines.get(decision)!, why: reason, text: (problemOfHeld(decision.from!) ?? problemOf(decision.to ?? "x"))?.character ?? "" });
    lines.delete(decision);
  }
  if (text.length > LONGEST_TABLE) left.push({ line: rows.at(-1)?.line ?? 1, why: "large", text: "" });
  const once = new Map([...lines.keys()].map((decision) => [decision.from, decision]));
  return { decisions: [...once.values()], left: left.sort((a, b) => a.line - b.line) };
}
