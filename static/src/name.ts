// What becomes of a label name somebody types. The service has the last word
// (internal/label); this says the same earlier, while the person still types.
// internal/label/testdata/names.jsonl has what both must do, and a test there
// compares them over all of Unicode.

/** The rule a name breaks: the service's label.Reason, without "label_". character is of forbidden_character, else "". */
export interface NameProblem {
  rule: "empty" | "too_long" | "forbidden_character" | "invisible_character" | "not_unicode";
  character: string;
}

const LONGEST = 255; // UTF-16 code units, as Confluence counts
/** Of a longer text nothing is looked at: it is too long for a name, however it is written. */
export const MOST_TYPED = 4_096; // UTF-16 code units

const SPACE = "\\t-\\r\\x1c- \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000"; // Unicode's and Java's; unlike \s not U+FEFF
const SPACES = /* @__PURE__ */ new RegExp(`[${SPACE}]+`, "gu");
const BLANK = /* @__PURE__ */ new RegExp(`[${SPACE}\\u2800]`, "u"); // braille without a dot is as blank
const FORBIDDEN = /* @__PURE__ */ new RegExp(`[:;,.?&[\\]()#^*@!<>${SPACE}]`, "u");
const SURROGATE = /\p{Cs}/u; // one without the other
const NOT_UNICODE = /[\p{Cs}\ufffd]/u; // a lone surrogate, and what decoders make of one
// Where libraries differ, or make what looks like another label.
const LAST_SIGMA = /Σ(?<=\p{L}\p{M}*Σ)(?!\p{M}*\p{L})/gu; // looks back only from a sigma, or a run of marks would take its square
const DOTTED_I = /i\u0307+/gu; // looks like "i": lower case makes it of "İ"
const UNREMARKABLE = /^[!-~\u00a1-\u00ac\u00ae-\u02ff\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff]*$/u; // what most names are of: nothing in it is invisible

// What is not to be seen: controls, format characters and what may be left out
// when it cannot be shown, but not the signs that stand before numbers.
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/u;
const BEFORE_NUMBERS = /[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u{110bd}\u{110cd}]/u;

const NON_JOINER = "\u200c";
const JOINER = "\u200d";
const AS_EMOJI = "\ufe0f";
const KEYCAP = "\u20e3";
const SKIN_TONE = /[\u{1f3fb}-\u{1f3ff}]/u;
const EMOJI = /(?![0-9*#])\p{Emoji}/u;
const MARK_OF_NO_SCRIPT = /(?=\p{Script=Inherited})\p{Mn}/u;
// Scripts in which a joiner or a non-joiner changes the shape of letters: Arabic to Chorasmian, and Devanagari to Javanese.
const JOINING =
  /[\p{sc=Arab}\p{sc=Syrc}\p{sc=Mand}\p{sc=Nkoo}\p{sc=Mong}\p{sc=Phag}\p{sc=Mani}\p{sc=Phlp}\p{sc=Rohg}\p{sc=Sogd}\p{sc=Adlm}\p{sc=Chrs}\p{sc=Deva}\p{sc=Beng}\p{sc=Guru}\p{sc=Gujr}\p{sc=Orya}\p{sc=Taml}\p{sc=Telu}\p{sc=Knda}\p{sc=Mlym}\p{sc=Sinh}\p{sc=Khmr}\p{sc=Mymr}\p{sc=Bali}\p{sc=Java}]/u;
const VIRAMA = /[\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca]/u; // takes a letter of India its vowel

/** The name Confluence would hold for what was typed: NFC, lower case, nothing around it that cannot be seen, each run of whitespace a hyphen. */
export function normalise(typed: string): string {
  if (typed.length > MOST_TYPED || NOT_UNICODE.test(typed)) return typed; // no name, and no work
  const sigmas = typed.normalize("NFC").replace(LAST_SIGMA, "ς").replaceAll("Σ", "σ");
  const lower = sigmas.toLowerCase().replace(DOTTED_I, "i").normalize("NFC");
  return trimUnseen(lower).replace(SPACES, "-");
}

/** What is wrong with a normalised name, if anything. */
export function problemOf(name: string): NameProblem | undefined {
  if (name.length > MOST_TYPED) return problem("too_long");
  if (NOT_UNICODE.test(name)) return problem("not_unicode");
  if (name === "") return problem("empty");
  if (!UNREMARKABLE.test(name)) {
    const text = [...name];
    if (text.some((character, i) => isInvisible(character) && !shapes(text, i))) return problem("invisible_character");
  }
  return problemOfEvery(name);
}

/** What is wrong with the name of a label that is held: it is removed by the spelling it has, which nobody could give it any more. */
export function problemOfHeld(name: string): NameProblem | undefined {
  if (SURROGATE.test(name)) return problem("not_unicode");
  return name === "" ? problem("empty") : problemOfEvery(name);
}

/** What no name of Confluence may have or be. */
function problemOfEvery(name: string): NameProblem | undefined {
  const forbidden = FORBIDDEN.exec(name);
  if (forbidden) return problem("forbidden_character", forbidden[0]);
  return name.length > LONGEST ? problem("too_long") : undefined;
}

function problem(rule: NameProblem["rule"], character = ""): NameProblem {
  return { rule, character };
}

/** Whether a value is a name as Confluence holds it, and takes it. */
export function isName(value: unknown): value is string {
  return typeof value === "string" && normalise(value) === value && !problemOf(value);
}

function isInvisible(character: string): boolean {
  return INVISIBLE.test(character) && !BEFORE_NUMBERS.test(character);
}

/**
 * Whether the invisible character at i changes how its neighbours look, so that
 * the name needs it: a joiner in a script whose letters join, a joiner that makes
 * one emoji of two, and what shows a character as an emoji.
 */
function shapes(text: string[], i: number): boolean {
  const [before = "", after = ""] = [text[i - 1], text[i + 1]];
  const joins = (character: string | undefined = "") => JOINING.test(character) && !isInvisible(character);
  switch (text[i]) {
    case AS_EMOJI:
      return (EMOJI.test(before) && !SKIN_TONE.test(before)) || (/[0-9]/.test(before) && after === KEYCAP);
    case JOINER: {
      const whole = before === AS_EMOJI || SKIN_TONE.test(before) ? text[i - 2] : before;
      if (EMOJI.test(after) && EMOJI.test(whole ?? "")) return true;
      // An old way to write the final letters of Malayalam, and half letters.
      return joins(letterBefore(text, i)) && (joins(after) || VIRAMA.test(before));
    }
    case NON_JOINER:
      return joins(letterBefore(text, i)) && joins(after);
  }
  return false;
}

/** What stands before i, without the marks that are of no script. */
function letterBefore(text: string[], i: number): string | undefined {
  for (i--; MARK_OF_NO_SCRIPT.test(text[i] ?? "") && !isInvisible(text[i]!); i--);
  return text[i];
}

/** Takes away what cannot be seen at either end, but not what shapes the character before it. */
function trimUnseen(name: string): string {
  const text = [...name];
  const unseen = (i: number) => BLANK.test(text[i]!) || (isInvisible(text[i]!) && !shapes(text, i));
  let start = 0;
  while (start < text.length && unseen(start)) start++;
  // What is before the start shapes nothing: it was seen by itself only.
  while (text.length > start && unseen(text.length - 1)) text.pop();
  return text.slice(start).join("");
}

// What stands between the names of a list. A tag begins with "#", which no name has.
const BETWEEN = /[,;\u060c\u061b\u3001\uff0c\uff1b\t\n\r\u2028\u2029]|\s(?=#)/u; // with the commas and semicolons of Arabic, Japanese and Chinese
const BEFORE_NAME = /^[\s#]+/u;

/** The texts in a list that is typed or pasted, in order; of a text that is no list itself. The last one may not be finished. */
export function textsIn(list: string): string[] {
  return list.split(BETWEEN).map((text) => text.replace(BEFORE_NAME, ""));
}

/** The names in what was typed or pasted, each once, whether they are right or not. */
export function namesIn(list: string): string[] {
  return [...new Set(textsIn(list).filter((text) => text.trim()).map(normalise))];
}
