// What the app's core knows about the site, and the call that has a record of it
// erased: /api/site and /api/site/erase, for the site's administrators.

import { addressIn } from "../address.ts";
import type { Host } from "../host.ts";
import type { Problem } from "../problem.ts";

export interface Check {
  name: string;
  ok: boolean;
  kind: string; // of the fault, "" if there is none
}
/** The faults of one kind that the process has met for this site. */
export interface Fault {
  kind: string;
  reason: string;
  count: number;
  first: string;
  last: string;
  requestId: string; // of the last
  route: string;
}
/** A field of the record that is held. All of it comes in English. */
export interface Held {
  name: string;
  value: string;
  origin: string;
  purpose: string;
  kept: string;
  protection: string;
}
/** Times are in RFC 3339, "" where there is none. */
export interface Site {
  url: URL;
  version: string;
  now: string;
  licensed: boolean;
  scopes: string[];
  checks: Check[];
  logged: boolean; // by a server, beside what the record says
  record?: SiteRecord; // absent where nothing is held about the site
}
/** What a service holds about the site, and what it knows from that. */
export interface SiteRecord {
  site: string; // hash
  startedAt: string;
  enabled: boolean;
  installedAt: string;
  lastCall: string;
  errors: { since: string; entries: Fault[] };
  held: Held[]; // never empty
  retention: Retention;
}
/** In days. */
export interface Retention {
  uninstalledDays: number;
  logDays: number;
  backupDays: number;
}

/** Rejects with a Problem, never with anything else. */
export async function readSite(host: Host): Promise<Site> {
  return asSite(await host.call("/api/site"));
}

/** Erases what is held; name is what the person typed to confirm it. Rejects with a Problem, never with anything else. */
export async function eraseSite(host: Host, name: string): Promise<void> {
  const answer = (await host.call("/api/site/erase", { confirm: name })) as { erased?: unknown } | null;
  if (answer?.erased !== true) throw { kind: "unavailable" } satisfies Problem;
}

/** The name of the site that a person types to confirm. */
export function nameOf({ url }: Site): string {
  return url.host;
}

/** How many days it is remembered that the site was erased: one more than any backup from before is kept. */
export function markDays({ retention }: SiteRecord): number {
  return retention.backupDays + 1;
}

type Json = Record<string, unknown>;
const text = (value: unknown) => (typeof value === "string" ? value : "");
const whole = (value: unknown) => (typeof value === "number" && value >= 0 ? Math.round(value) : 0);
const objects = (value: unknown): Json[] => (Array.isArray(value) ? value.filter((v) => v && typeof v === "object") : []);
const object = (value: unknown): Json => (value && typeof value === "object" ? (value as Json) : {});

// What stands between us and the service may answer in its place.
function asSite(answer: unknown): Site {
  const site = object(answer);
  const url = addressIn(text(site["url"]));
  if (!Array.isArray(site["held"]) || !url) throw { kind: "unavailable" } satisfies Problem;
  return {
    url,
    version: text(site["version"]),
    now: text(site["now"]),
    licensed: site["licensed"] === true,
    scopes: Array.isArray(site["scopes"]) ? site["scopes"].map(text).filter(Boolean) : [],
    checks: objects(site["checks"]).map((c) => ({ name: text(c["name"]), ok: c["ok"] === true, kind: text(c["kind"]) })),
    logged: site["logged"] === true,
    ...(site["held"].length > 0 && { record: asRecord(site) }),
  };
}

function asRecord(site: Json): SiteRecord {
  const errors = object(site["errors"]);
  const retention = object(site["retention"]);
  return {
    site: text(site["site"]),
    startedAt: text(site["startedAt"]),
    enabled: site["enabled"] === true,
    installedAt: text(site["installedAt"]),
    lastCall: text(site["lastCall"]),
    errors: {
      since: text(errors["since"]),
      entries: objects(errors["entries"]).map((e) => ({
        kind: text(e["kind"]),
        reason: text(e["reason"]),
        count: whole(e["count"]),
        first: text(e["first"]),
        last: text(e["last"]),
        requestId: text(e["requestId"]),
        route: text(e["route"]),
      })),
    },
    held: objects(site["held"]).map((h) => ({
      name: text(h["name"]),
      value: text(h["value"]),
      origin: text(h["origin"]),
      purpose: text(h["purpose"]),
      kept: text(h["kept"]),
      protection: text(h["protection"]),
    })),
    retention: { uninstalledDays: whole(retention["uninstalledDays"]), logDays: whole(retention["logDays"]), backupDays: whole(retention["backupDays"]) },
  };
}
