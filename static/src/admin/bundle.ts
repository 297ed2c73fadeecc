// The support bundle: what support needs, made here from what the page already
// has, so that nothing is sent that was not shown. It names the site by its
// hash at most: no address, and no value of the record.

import type { Kind } from "../problem.ts";
import type { Site, SiteRecord } from "./site.ts";

/** A call of this page that failed. */
export interface Trouble {
  at: string; // RFC 3339
  call: "read" | "erase";
  kind: Kind;
  requestId?: string;
}

export interface Environment {
  userAgent: string;
  language: string;
  minutesBehindUTC: number; // as of Date.getTimezoneOffset
  troubles: Trouble[];
  tab?: unknown; // what the host tells support of this tab, where it does
}

/** The text of the bundle, as JSON that people can read. */
export function bundleOf({ url: _address, record, ...site }: Site, { userAgent, language, minutesBehindUTC, troubles, tab }: Environment): string {
  const { held: _values, ...known } = record ?? {};
  const page = { browser: browserOf(userAgent), language, timeZone: offset(-minutesBehindUTC), errors: troubles };
  return JSON.stringify({ ...site, ...known, page, tab }, null, 2) + "\n";
}

const LONGEST_USER_AGENT = 500; // characters; looking for two words takes the square of it

// In this order: each says that it is those below it, too.
const BROWSERS: [name: string, pattern: RegExp][] = [
  ["Edge", /\bEdg(?:e|A|iOS)?\/(\d+)/],
  ["Opera", /\bOPR\/(\d+)/],
  ["Samsung Internet", /\bSamsungBrowser\/(\d+)/],
  ["Firefox", /\b(?:Firefox|FxiOS)\/(\d+)/],
  ["Chrome", /\b(?:Chrome|HeadlessChrome|CriOS)\/(\d+)/],
  ["Safari", /\bVersion\/(\d+).*\bSafari\//],
];

/** Name and main version, such as "Firefox 133"; nothing else of what a browser says of itself. */
export function browserOf(userAgent: string): string {
  for (const [name, pattern] of BROWSERS) {
    const version = pattern.exec(userAgent.slice(0, LONGEST_USER_AGENT))?.[1];
    if (version) return `${name} ${version}`;
  }
  return "another";
}

function offset(minutes: number): string {
  const two = (n: number) => String(n).padStart(2, "0");
  const away = Math.abs(minutes);
  return `UTC${minutes < 0 ? "-" : "+"}${two(Math.floor(away / 60))}:${two(away % 60)}`;
}

/** What a site admin downloads: all that is held, and for how long. */
export function heldAsJSON({ held, retention }: SiteRecord): string {
  return JSON.stringify({ held, retention }, null, 2) + "\n";
}
