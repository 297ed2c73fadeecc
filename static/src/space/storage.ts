// Finds the parameters of macros in a page's storage format, and reads what
// they hold, with offsets, so that a value can be changed in place and not one
// byte besides. It builds no tree and mends nothing. Each body is walked once.
//
// Source: Confluence's storage format, which is XML with HTML's entities and
// without declared namespaces: so there is no "<" in an attribute. Macros are
// <ac:structured-macro>, formerly <ac:macro>.

/** A parameter of a macro. start and end are offsets of its value in the body. */
export interface Parameter {
  macro: string;
  name: string; // "" is the default parameter
  start: number;
  end: number;
}

export interface Found {
  parameters: Parameter[];
  /** Not so where a macro does not end, or a page has more parameters than are looked at: then there may be others. */
  whole: boolean;
}

const MOST_PARAMETERS = 5_000; // of a page
const CDATA = "<![CDATA[";
const ENDS: Record<string, string> = { [CDATA]: "]]>", "<!--": "-->" };

/** The parameters with a value of plain text, in their order. What stands in CDATA, such as an example of code, is text and no macro. */
export function parametersIn(body: string): Found {
  const parameters: Parameter[] = [];
  const open: string[] = []; // macros, the innermost last
  let within: Parameter | undefined; // the parameter that is open
  const start = /<!\[CDATA\[|<!--|<\/?ac:(?:structured-macro|macro|parameter)(?=[\s/>])/g;
  for (let found = start.exec(body); found; found = start.exec(body)) {
    const at = found.index;
    const ends = ENDS[found[0]];
    if (ends) {
      const end = body.indexOf(ends, at + found[0].length);
      if (end < 0) return { parameters, whole: false };
      start.lastIndex = end + ends.length;
      continue;
    }
    const tag = tagAt(body, at, start.lastIndex);
    if (!tag) return { parameters, whole: false };
    start.lastIndex = tag.end;
    if (!found[0].endsWith("parameter")) {
      within = undefined;
      if (tag.closes) open.pop();
      else if (!tag.empty) open.push(tag.attribute("ac:name"));
    } else if (!tag.closes) {
      within = !tag.empty && open.length ? { macro: open.at(-1)!, name: tag.attribute("ac:name"), start: tag.end, end: tag.end } : undefined;
    } else if (within) {
      if (parameters.length === MOST_PARAMETERS) return { parameters, whole: false };
      if (isText(body.slice(within.start, at))) parameters.push({ ...within, end: at });
      within = undefined;
    }
  }
  return { parameters, whole: !open.length && !within };
}

/** Whether a value has no tags: others have the space or the person that a link leads to. */
function isText(raw: string): boolean {
  return !raw.includes("<") || !raw.replace(/<!\[CDATA\[[^]*?\]\]>/g, "").includes("<");
}

interface Tag {
  closes: boolean;
  empty: boolean;
  end: number;
  attribute(name: string): string;
}

/** The tag at "<" whose name ends there; undefined if it does not end. A ">" in quotes is not its end. */
function tagAt(body: string, at: number, named: number): Tag | undefined {
  let end = named;
  for (; ; end++) {
    const character = body[end];
    if (character === undefined) return undefined;
    if (character === ">") break;
    if (character !== '"' && character !== "'") continue;
    end = body.indexOf(character, end + 1);
    if (end < 0) return undefined;
  }
  return {
    closes: body[at + 1] === "/",
    empty: body[end - 1] === "/",
    end: end + 1,
    attribute(wanted) {
      for (const [, key, double, single] of body.slice(named, end).matchAll(/(?<![^\s"'=/])([^\s"'=/]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)) {
        if (key === wanted) return decode(double ?? single ?? "").text;
      }
      return "";
    },
  };
}

/** What a value says, and where in the value each of its characters (UTF-16 code units) starts and ends. */
export interface Decoded {
  text: string;
  starts: number[];
  ends: number[];
}

/** Reads entities and CDATA. An entity that is not known stays as it is written. */
export function decode(raw: string): Decoded {
  let text = "";
  const starts: number[] = [];
  const ends: number[] = [];
  const take = (decoded: string, at: number, length = 0) => {
    for (let i = 0; i < decoded.length; i++) {
      starts.push(length ? at : at + i);
      ends.push(length ? at + length : at + i + 1);
    }
    text += decoded;
  };
  for (const { 0: whole, 1: cdata, 2: entity, index } of raw.matchAll(/<!\[CDATA\[([^]*?)\]\]>|&(#\d{1,7}|#[xX][\da-fA-F]{1,6}|[A-Za-z]\w{1,9});|[^<&]+|[<&]/g)) {
    const character = entity === undefined ? undefined : characterOf(entity);
    if (cdata !== undefined) take(cdata, index + CDATA.length);
    else if (character !== undefined) take(character, index, whole.length);
    else take(whole, index);
  }
  return { text, starts, ends };
}

function characterOf(entity: string): string | undefined {
  if (entity[0] !== "#") return NAMED.get(entity);
  const code = /^#x/i.test(entity) ? parseInt(entity.slice(2), 16) : parseInt(entity.slice(1), 10);
  return code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? String.fromCodePoint(code) : undefined;
}

// HTML 4's entities for what is in names of labels: XML's own, Latin-1 from U+00A0 on, Greek from U+0391 on, and some signs.
const LATIN_1 =
  "nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest " +
  "Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig " +
  "agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml";
const GREEK =
  "Alpha Beta Gamma Delta Epsilon Zeta Eta Theta Iota Kappa Lambda Mu Nu Xi Omicron Pi Rho - Sigma Tau Upsilon Phi Chi Psi Omega - - - - - - - " +
  "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigmaf sigma tau upsilon phi chi psi omega";
const from = (code: number, names: string): [string, string][] => names.split(" ").map((name, i) => [name, String.fromCharCode(code + i)]);
const NAMED = /* @__PURE__ */ new Map<string, string>([
  ["quot", '"'], ["apos", "'"], ["amp", "&"], ["lt", "<"], ["gt", ">"],
  ...from(0xa0, LATIN_1),
  ...from(0x391, GREEK),
  ["OElig", "Œ"], ["oelig", "œ"], ["Scaron", "Š"], ["scaron", "š"], ["Yuml", "Ÿ"], ["fnof", "ƒ"],
  ["zwnj", "\u200c"], ["zwj", "\u200d"], ["ndash", "–"], ["mdash", "—"], ["lsquo", "‘"], ["rsquo", "’"], ["sbquo", "‚"],
  ["ldquo", "“"], ["rdquo", "”"], ["bdquo", "„"], ["bull", "•"], ["hellip", "…"], ["euro", "€"], ["trade", "™"],
]);
