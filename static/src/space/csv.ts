// Tables as text: what spreadsheets read and write. A cell that a spreadsheet
// would take for a formula is written with an apostrophe before it, and read
// without.
//
// Source: RFC 4180; for formulas OWASP's "CSV Injection".

/** A row with the line of the text it starts at, from 1. */
interface Row {
  line: number;
  cells: string[];
}

const BOM = "\ufeff"; // without it Excel reads another encoding
const FORMULA = /^'*[=+\-@\t\r\n＝＋－＠]/;

/** Rows with commas and CRLF, after a byte order mark. */
export function tableText(rows: string[][]): string {
  const cell = (text: string) => {
    const safe = FORMULA.test(text) ? `'${text}` : text;
    return /[",;\t\r\n]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return BOM + rows.map((row) => row.map(cell).join(",") + "\r\n").join("");
}

/** The rows that are not empty. Commas, semicolons or tabs separate cells, whichever the first line has most of. A quote that does not end, ends with the text. */
export function rowsIn(text: string): Row[] {
  const start = text.startsWith(BOM) ? 1 : 0;
  const separator = separatorOf(text.slice(start));
  const rows: Row[] = [];
  let line = 1;
  let row: Row = { line, cells: [] };
  const endRow = () => {
    if (row.cells.some((cell) => cell.trim())) rows.push(row);
  };
  for (let at = start; at < text.length; ) {
    const cell = text[at] === '"' ? quotedAt(text, at, separator) : plainAt(text, at, separator);
    row.cells.push(FORMULA.test(cell.text) && cell.text[0] === "'" ? cell.text.slice(1) : cell.text);
    line += cell.text.split("\n").length - 1;
    at = cell.end;
    if (text[at] === separator) {
      if (++at === text.length) row.cells.push("");
      continue;
    }
    if (text[at] === "\r" && text[at + 1] === "\n") at++;
    at++;
    endRow();
    row = { line: ++line, cells: [] };
  }
  endRow();
  return rows;
}

function separatorOf(text: string): string {
  const first = /^(?:"(?:[^"]|"")*"|[^"\r\n])*/.exec(text.slice(0, 10_000))![0].replace(/"(?:[^"]|"")*"/g, "");
  const count = (separator: string) => first.split(separator).length;
  return [",", ";", "\t"].reduce((most, one) => (count(one) > count(most) ? one : most));
}

interface Cell {
  text: string;
  end: number;
}

/** What stands behind the closing quote belongs to the cell, as spreadsheets have it. */
function quotedAt(text: string, at: number, separator: string): Cell {
  let read = "";
  for (let from = at + 1; ; ) {
    const quote = text.indexOf('"', from);
    if (quote < 0) return { text: read + text.slice(from), end: text.length };
    read += text.slice(from, quote);
    if (text[quote + 1] !== '"') {
      const rest = plainAt(text, quote + 1, separator);
      return { text: read + rest.text, end: rest.end };
    }
    read += '"';
    from = quote + 2;
  }
}

function plainAt(text: string, at: number, separator: string): Cell {
  let end = at;
  while (end < text.length && text[end] !== separator && text[end] !== "\n" && text[end] !== "\r") end++;
  return { text: text.slice(at, end), end };
}
