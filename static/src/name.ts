// What becomes of a label name somebody types. The service has the last word
// (internal/label); this says the same earlier, while the person still types.

/** The rules a name can break, in the words the service uses for them. */
export const RULES = ["empty", "too_long", "forbidden_character", "invisible_character"] as const;

/** The rule a name breaks; character is of forbidden_character, else "". */
export interface NameProblem {
  rule: (typeof RULES)[number];
  character: string;
}

const LONGEST = 255; // UTF-16 code units, as Confluence counts
const SPACE = "[\\t-\\r\\x1c- \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+"; // Unicode's and Java's; unlike \s not U+FEFF
const SPACES = new RegExp(SPACE, "gu");
const OUTER_SPACE = new RegExp(`^${SPACE}|${SPACE}$`, "gu");
const FORBIDDEN = /[:;,.?&[\]()#^*!@<>]/u;
const JOINERS = /[\u200c\u200d]/gu; // needed inside words and emoji; alone they are nothing
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}]/u; // a lone surrogate is nothing either

/** The name Confluence would hold for what was typed: NFC, lower case, each run of whitespace a hyphen. */
export function normalise(typed: string): string {
  return typed.replace(OUTER_SPACE, "").normalize("NFC").toLowerCase().normalize("NFC").replace(SPACES, "-");
}

/** What is wrong with a normalised name, if anything. */
export function problemOf(name: string): NameProblem | undefined {
  const visible = name.replace(JOINERS, "");
  if (INVISIBLE.test(visible)) return { rule: "invisible_character", character: "" };
  if (visible === "") return { rule: "empty", character: "" };
  const forbidden = FORBIDDEN.exec(name);
  if (forbidden) return { rule: "forbidden_character", character: forbidden[0] };
  return name.length > LONGEST ? { rule: "too_long", character: "" } : undefined;
}

/** The names in what was typed or pasted: commas and line ends separate them; each name once. */
export function namesIn(text: string): string[] {
  return [...new Set(text.split(/[,\n]/u).map(normalise).filter(Boolean))];
}
