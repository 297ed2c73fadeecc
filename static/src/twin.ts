// Twins: names that are most likely two spellings of one label, such as
// release-note and release-notes. Only ever offered, never substituted. The rule
// is the one of internal/twin; both are tested with its testdata/pairs.jsonl.

/** A name made ready to be compared. */
export interface Form {
  /** The name without case, width, accents, separators and a leading "the". */
  key: string;
  /** The keys that it has, too: of its singular, with ue for ü, its initials. */
  others: string[];
  /** Its initials if they are a word or a name, which says something else as likely. */
  words: string[];
  /** Its words, in the singular. */
  parts: string[];
}

/** sure: two spellings of one label; perhaps: one may be the other with an error in it, or its initials that are a word as well. */
export type Likeness = "no" | "perhaps" | "sure";

const MOST_PARTS = 16;
const MOST_KEYS = 16;

const GAP = "(?:(?![#*%])[\\p{White_Space}\\p{P}\\p{Cc}\\p{Cf}|~=])";
const GAPS = /* @__PURE__ */ new RegExp(`${GAP}+`, "u");
const SILENT = /[.'’@]+/gu;
const BETWEEN_WORDS = /* @__PURE__ */ new RegExp(`(?:(?![.'’@])${GAP})+`, "u");
const BETWEEN_DIGITS = /* @__PURE__ */ new RegExp(`(?<=\\p{Nd})${GAP}+(?=\\p{Nd})`, "gu");
const ENDS_IN_JS = /(?<!(?:^|[-_ ])(?:and|und|et|y))[-_ ]js$/; // node-js, but not html-and-js
const DOT = "\uffff"; // until the silent dots are gone

function setOf(words: string): Set<string> {
  return new Set(words.split(" "));
}
const ANDS = /* @__PURE__ */ setOf("and und et y");
const NOT_PLURAL = /* @__PURE__ */ setOf("https ftps smtps imaps ldaps aids hdfs nats rtos news canvas pandas windows customs goods works arms means glasses species series sales corps temps pays mars");
const LITTLE_ENGLISH = /* @__PURE__ */ setOf("a an and at by for in of on or the to with");
const LITTLE = /* @__PURE__ */ setOf("au aux d de des du en et l la le les pour das dem den der die fur im und von zu al da del di do dos e el i los para y");

/** What ends a plural, in how many letters at least, and what ends its singulars. */
const PLURALS = /* @__PURE__ */ rulesIn(
  "topics6:topic metrics7:metric epics5:epic ics0 cpus4:cpu gpus4:gpu menus5:menu us0 " +
  "ais6:al,ai pis4:pi kis4:ki jis4:ji uis4:ui xis5:xi is0 ies5:y,ie eaux5:eau eux4:eu aux5:al,au oes5:o,oe,ao ches5:ch,che shes5:sh,she sses5:ss,sse alyzes8:alyze,alysis taxes5:tax axes4:ax,axe,axis bases5:base,basis buses5:bus,buse xes5:x,xe zzes7:zz,z zes5:z,ze " +
  "ses6:se,s,sis ices6:ice,ex,ix,iz ces5:ce,z lves6:lf,lve yes5:y,ye des7:de,d les7:le,l nes7:ne,n res7:re,r ss0 js0 ins3:in ons3:on tos3:to ups3:up children8:child criteria8:criterion people6:person s4: " +
  "ungen7:ung heiten8:heit keiten8:keit schaften10:schaft ionen7:ion taten8:tat en6:e hte7:ht kte7:kt lle7:ll nte7:nt pte7:pt rte8:rt sse7:ss ste7:st",
);

function rulesIn(table: string): string[][] {
  return table.split(" ").map((rule) => rule.split(/(\d+)/));
}

const PLAIN = /* @__PURE__ */ tableOf("ß:ss æ:ae œ:oe ø:o ł:l đ:d ð:d þ:th ħ:h ŧ:t ı:i ё:е ñ:ñ ٱ:ا ة:ه ى:ي ی:ي ک:ك");
const AMERICAN: Record<string, string> = { isation: "ization", our: "or", tre: "ter", logue: "log", lling: "ling", lled: "led" };

/** Names of one thing that no other rule brings together. */
const ALIASES = /* @__PURE__ */ tableOf("analyse:analyze c#:csharp c++:cpp defence:defense licence:license metre:meter offence:offense postgresql:postgres a11y:accessibility i18n:internationalization k8s:kubernetes l10n:localization");

/** Ordinary nouns and abbreviations of something else, by all but the first letter, with which first ones: initials that are one are only perhaps meant. */
const ORDINARY = /* @__PURE__ */ tableOf(
  "at:bcefhmr ap:cgmst ar:bcjw as:gn ay:dpw aw:l ax:t ag:bt et:jnpsv en:pt ed:br ea:pst eb:w ew:n it:bfhk in:bpw ia:v op:chpt ot:hlp ow:nr og:dl od:p on:st ox:b ub:hpt ug:b un:frs us:b ut:co up:c ct:a ge:a ir:a pp:a rm:ac rt:a nd:e il:o ll:a eam:t lan:p est:bt ask:t ost:chp ata:d age:p ode:cmn ist:l ink:l ool:t ews:n ork:w cp:gt df:p dm:m dn:c la:s li:c ls:t ml:x ms:cds ns:d os:i pi:ak pn:v ql:s rl:u rp:e sh:s sl:s so:s ss:c sv:c tl:e tml:h tp:f ws:a",
);

function tableOf(table: string): Map<string, string> {
  return new Map(table.split(" ").map((entry) => entry.split(":") as [string, string]));
}

/** A text as two people may have typed it: lower case, usual width, no accents but that of ñ, no hamza. internal/words has the same. */
function plainOf(text: string): string {
  if (/^[\0-\x7f]*$/.test(text)) return text.toLowerCase();
  const lower = text.normalize("NFKC").toLowerCase().replaceAll("ς", "σ");
  return lower.replace(/[\u00c0-\u{10ffff}]/gu, (c) => PLAIN.get(c) ?? (/[\p{sc=Latn}\p{sc=Grek}\p{sc=Arab}]/u.test(c) ? [...c.normalize("NFD")][0]! : /[\u0300-\u036f]/u.test(c) ? "" : c)) || lower;
}

/** The words of a plain name. Between two digits every separator is a dot: 5-0-8 is 5.0.8 and not 508. */
function partsOf(plain: string): string[] {
  let parts = plain.replace(/^\.net(?![\p{L}\p{Nd}])/u, "dotnet").replace(BETWEEN_DIGITS, DOT).replace(SILENT, "").split(GAPS).filter(Boolean).map((t) => commonly(american(shortened(t.replaceAll(DOT, ".")))));
  if (parts.length > MOST_PARTS) parts = [...parts.slice(0, MOST_PARTS - 1), parts.slice(MOST_PARTS - 1).join("")];
  if (parts.length > 1 && parts[0] === "the") parts.shift();
  for (let i = parts.length - 2; i > 0; i--) if (ANDS.has(parts[i]!) && !/\p{Nd}$/u.test(parts[i - 1]!)) parts.splice(i, 1);
  return parts;
}

/** Katakana without the long vowel that many leave out at the end, and with large vowels. */
function shortened(part: string): string {
  if (!/[ァ-ヺー]/.test(part)) return part;
  return part.replace(/(?<=[ァ-ヺー]{3})ー(?![ァ-ヺー])/gu, "").replace(/[ァィゥェォ]/gu, (c) => String.fromCharCode(c.charCodeAt(0) + 1));
}

function american(part: string): string {
  return part.replace(/(?<=...)(?:isation|our|tre|logue|lling|lled)(?=s?$)/u, (british) => AMERICAN[british]!);
}

/** A word as most write it who mean the same, in the plural, too; a number at its end has no leading zeros. */
function commonly(part: string): string {
  return ALIASES.get(part) ?? ALIASES.get(part.replace(/s$/, ""))?.concat("s") ?? part.replace(/^([^0-9]*)0+(?=[0-9]+$)/, "$1");
}

function singulars(word: string): string[] {
  if (!/[aesnx]$/.test(word) || NOT_PLURAL.has(word)) return [];
  const n = [...word].length;
  const [ending = "", , ends] = PLURALS.find(([ending, least]) => n >= +least! && word.endsWith(ending!)) ?? [];
  return ends ? ends.slice(1).split(",").map((end) => word.slice(0, -ending.length) + end) : [];
}

/** The keys of a name with any of its words in the singular. */
function forms(parts: string[]): string[] {
  let keys = [""];
  for (const part of parts) {
    let choices = [part, ...singulars(part)];
    if (keys.length * choices.length > MOST_KEYS) choices = [part];
    keys = choices.flatMap((choice) => keys.map((key) => key + choice));
  }
  return keys;
}

/** A letter of an alphabet or of kana, of which one more or less may be a slip. */
const ALPHABETIC = /^(?![\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff\u{20000}-\u{10ffff}])\p{L}$/u;

/** A long word by its first letter, how many follow, and its last: i18n. */
function numbered(letters: string[]): string {
  return letters.length < 10 || !letters.every((c) => ALPHABETIC.test(c)) ? "" : letters[0]! + (letters.length - 2) + letters.at(-1)!;
}

/** The first letters of a name of three words or more: of all, of those that mean something, and with a 2 for "to" (e2e). The letters of u.s. count one by one. */
function initials(plain: string): string[] {
  const words = plain.split(BETWEEN_WORDS).filter(Boolean).filter((word, i) => !LITTLE.has(word) && (i || word !== "the"));
  const all = words.flatMap(firstLetters);
  if ([...plain].length === all.length || !all.every((c) => ALPHABETIC.test(c))) return [];
  const some = words.filter((word) => !LITTLE_ENGLISH.has(word)).flatMap(firstLetters);
  return [...new Set([all, some, words.flatMap((word, i) => (i && word === "to" ? "2" : firstLetters(word)))].filter((letters) => letters.length > 2).map((letters) => letters.join("")))];
}

function firstLetters(word: string): string[] {
  return /^(?:[^.]\.)*[^.]\.*$/u.test(word) ? [...word.replaceAll(".", "")] : [...word].slice(0, 1);
}

export function formOf(name: string): Form {
  const plain = plainOf(name);
  const parts = partsOf(plain);
  const key = parts.join("");
  if (!key) return { key: name, others: [], words: [], parts: [] };
  const single = parts.map((t) => singulars(t)[0] ?? t);
  const others = forms(parts);
  const words: string[] = [];
  for (const letters of initials(plain)) {
    const ordinary = ORDINARY.get(letters.slice(1))?.includes(letters[0]!);
    (ordinary ? words : others).push(letters, ...(ordinary && letters.length > 3 ? [] : [letters + "s"])); // a longer one would be taken for a misspelling
  }
  if (/[äöü]/iu.test(name)) others.push(partsOf(plainOf(name.replace(/[äöü]/giu, (c) => c.normalize("NFD")[0] + "e"))).join(""));
  if (parts.length === 1) others.push(numbered([...key]));
  if (parts.length === 1 || ENDS_IN_JS.test(plain)) others.push((/^(?!angularjs$)(.{4,})js$/u.exec(key) ?? [])[1] ?? "");
  return { key, others: [...new Set(others)].filter((other) => other && other !== key), words, parts: single };
}

/** Judges two names that are not equal by how they are written alone. */
export function compare(a: Form, b: Form): Likeness {
  if (a.key === b.key || a.others.includes(b.key) || b.others.includes(a.key)) return "sure";
  return misspelt(a.parts, b.parts) || a.words.includes(b.key) || b.words.includes(a.key) ? "perhaps" : "no";
}

/** Whether two names are the same but for one letter, in a long word two, of one word: more, less, other, or two neighbours swapped. */
function misspelt(a: string[], b: string[]): boolean {
  if (a.length !== b.length) return false;
  const at = a.findIndex((part, i) => part !== b[i]);
  if (at < 0 || a.some((part, i) => i > at && part !== b[i]) || Math.abs(a[at]!.length - b[at]!.length) > 4) return false; // thousands are compared
  let x = [...a[at]!];
  let y = [...b[at]!];
  const least = Math.min(x.length, y.length);
  if (least < 5 || Math.max(x.length, y.length) > 40 || x[0] !== y[0]) return false;
  const sameEnd = x.at(-1) === y.at(-1);
  while (x.length && x[0] === y[0]) [x, y] = [x.slice(1), y.slice(1)];
  while (x.length && x.at(-1) === y.at(-1)) [x, y] = [x.slice(0, -1), y.slice(0, -1)];
  if (!sameEnd && (x.length !== 2 || !within(x, y, 1))) return false; // another ending makes another word, but for neighbours swapped
  const most = least < 10 || Math.max(x.length, y.length) < 3 ? 1 : 2; // two side by side are another word: onboarding, offboarding
  return [...x, ...y].every((c) => ALPHABETIC.test(c)) && within(x, y, most);
}

/** Whether so many errors make one word of another: a letter more, less, other or two neighbours swapped. */
function within(x: string[], y: string[], errors: number): boolean {
  while (x.length && x[0] === y[0]) [x, y] = [x.slice(1), y.slice(1)];
  if (!x.length && !y.length) return true;
  return errors > 0 && [[1, 1], [1, 0], [0, 1], [2, 2]].some(([i, j]) => (i! < 2 || (x[0] === y[1] && x[1] === y[0])) && within(x.slice(i), y.slice(j), errors - 1));
}
