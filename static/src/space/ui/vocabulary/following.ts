// The other space whose vocabulary a space follows: found by what a person
// types, and whether it can be followed.

import { addressIn } from "../../../address.ts";
import { statusOf } from "../../../failure.ts";
import type { Confluence } from "../../../host.ts";
import { keptOf } from "../../../spaceproperties.ts";
import { whyNotFollow } from "../../vocabulary.ts";

export interface Other {
  id: string;
  key: string;
  name: string;
}
export type Refusal = "itself" | "circle" | "chain" | "unseen" | "nowhere" | "failed";

function otherIn(value: unknown): Other | undefined {
  const { id, key, name } = (value ?? {}) as Partial<Record<keyof Other, unknown>>;
  return /^\d{1,20}$/.test(String(id)) && typeof key === "string" ? { id: String(id), key, name: String(name || key) } : undefined;
}

/** The space with that id, as far as the viewer sees it. */
export async function otherWith(confluence: Confluence, id: string): Promise<Other | undefined> {
  return otherIn(await confluence.read(`/api/v2/spaces/${encodeURIComponent(id)}`).catch(() => undefined));
}

/** The key in what somebody typed: a key, or the address of a space or of a page in it on this site; "" if it is neither. */
export function keyIn(typed: string, site: string): string {
  const text = typed.normalize("NFKC").trim();
  const url = addressIn(text);
  if (!url) return /^~?[\w.-]{1,255}$/.test(text) ? text : "";
  const here = addressIn(site);
  if (here && url.host !== here.host) return "";
  return /\/(?:spaces|display)\/(~?[\w.-]{1,255})(?:\/|$)/.exec(url.pathname.replace(/%7e/gi, "~"))?.[1] ?? "";
}

/** The space that somebody means. */
export async function otherNamed(confluence: Confluence, typed: string, site: string): Promise<Other | Refusal> {
  const key = keyIn(typed, site);
  if (!key) return "nowhere";
  try {
    const answer = (await confluence.read(`/api/v2/spaces?${new URLSearchParams({ keys: key, limit: "1" })}`)) as { results?: unknown } | null;
    const found = otherIn(Array.isArray(answer?.results) ? answer.results[0] : undefined);
    return found?.key.toLowerCase() === key.toLowerCase() ? found : "nowhere";
  } catch {
    return "failed";
  }
}

/** Why a space cannot follow another one; undefined if it can. */
export async function whyNot(confluence: Confluence, space: string, other: string): Promise<Refusal | undefined> {
  try {
    return whyNotFollow(space, other, (await keptOf(confluence, other)).vocabulary);
  } catch (error) {
    return statusOf(error) === 404 || statusOf(error) === 403 ? "unseen" : "failed";
  }
}
