// JSON with the lines of its objects and lists, so that a person who wrote it
// can be told where something is wrong. JSON.parse says it differently in each
// browser, and in some not at all.
//
// Source: RFC 8259.

interface Lines {
  value: unknown;
  /** Of each object and list the line at which it begins, from 1. */
  lines: ReadonlyMap<unknown, number>;
}

const DEEPEST = 20; // objects and lists in each other
const SPACE = /[ \t\r\n]*/y;
const PLAIN = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

class Wrong extends Error {}

/** The value in a text; or the line from which on it is no JSON, or is nested too deeply. */
export function linesIn(text: string): Lines | { wrong: number } {
  const lines = new Map<unknown, number>();
  let at = 0;
  let line = 1;
  let counted = 0;

  function lineHere(): number {
    for (; counted < at; counted++) if (text[counted] === "\n") line++;
    return line;
  }
  function space(): void {
    SPACE.lastIndex = at;
    SPACE.test(text);
    at = SPACE.lastIndex;
  }
  /** Whether that character comes next, which is then read. */
  function next(character: string): boolean {
    space();
    if (text[at] !== character) return false;
    at++;
    return true;
  }
  function expect(character: string): void {
    if (!next(character)) throw new Wrong();
  }
  function string(): string {
    let end = at + 1;
    for (; text[end] !== '"'; end++) {
      if (end >= text.length) throw new Wrong();
      if (text[end] === "\\") end++;
    }
    const value: unknown = JSON.parse(text.slice(at, end + 1));
    at = end + 1;
    return value as string;
  }
  function value(depth: number): unknown {
    space();
    if (depth > DEEPEST) throw new Wrong();
    const character = text[at];
    if (character === '"') return string();
    if (character !== "{" && character !== "[") {
      PLAIN.lastIndex = at;
      const [plain] = PLAIN.exec(text) ?? [];
      if (plain === undefined) throw new Wrong();
      at += plain.length;
      return JSON.parse(plain);
    }
    const begun = lineHere();
    at++;
    const list: unknown[] = [];
    const fields: [string, unknown][] = [];
    const end = character === "{" ? "}" : "]";
    for (let first = true; !next(end); first = false) {
      if (!first) expect(",");
      if (end === "]") {
        list.push(value(depth + 1));
        continue;
      }
      space();
      if (text[at] !== '"') throw new Wrong();
      const key = string();
      expect(":");
      fields.push([key, value(depth + 1)]);
    }
    const made = end === "]" ? list : Object.fromEntries(fields);
    lines.set(made, begun);
    return made;
  }

  try {
    const read = value(0);
    space();
    if (at < text.length) throw new Wrong();
    return { value: read, lines };
  } catch {
    return { wrong: lineHere() };
  }
}
