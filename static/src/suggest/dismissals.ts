// "Not this one", remembered with the page: the names in a content property.
// Whoever may edit the page may write there, other apps too, so what it says is
// a hint about what not to suggest and nothing more. It never holds who said it.

import { statusOf } from "../failure.ts";
import type { Host } from "../host.ts";
import { PAGE_PROPERTY as KEY, PAGE_PROPERTY_FORMAT as v } from "../propertykeys.ts";
import { isName } from "../name.ts";

const MOST_NAMES = 200;
const MOST_BYTES = 4_096; // of the value as JSON

interface Kept {
  names: string[]; // the latest last
  property?: { id: string; version: number }; // absent until there is one
}

/** What was dismissed on the page whose v2 path is given. Rejects with HostError. */
export async function dismissedIn(host: Host, path: string): Promise<Kept> {
  const body = (await host.read(`${path}/properties?key=${KEY}`)) as { results?: { id?: unknown; key?: unknown; value?: unknown; version?: { number?: unknown } }[] } | null;
  const property = (Array.isArray(body?.results) ? body.results : []).find((p) => p?.key === KEY);
  const { dismissed } = (property?.value ?? {}) as { dismissed?: unknown };
  const names = Array.isArray(dismissed) ? [...new Set(dismissed.filter(isName))].slice(-MOST_NAMES) : [];
  const version = property?.version?.number;
  const known = typeof property?.id === "string" && typeof version === "number";
  return { names, ...(known && { property: { id: property.id as string, version } }) };
}

/**
 * Returns what remembers and forgets names, one after the other, each after
 * reading what is there. Rejects with HostError when a name could not be kept.
 */
export function dismissals(host: Host, path: string): (name: string, dismissed: boolean) => Promise<void> {
  let queue: Promise<void> = Promise.resolve();

  async function keep(name: string, dismissed: boolean): Promise<void> {
    const { names, property } = await dismissedIn(host, path);
    const rest = names.filter((n) => n !== name);
    const value = { v, dismissed: fitting(dismissed ? [...rest, name] : rest) };
    if (property) await host.write("PUT", `${path}/properties/${encodeURIComponent(property.id)}`, { key: KEY, value, version: { number: property.version + 1 } });
    else await host.write("POST", `${path}/properties`, { key: KEY, value });
  }

  return (name, dismissed) => {
    const kept = queue.then(() =>
      keep(name, dismissed).catch((error: unknown) => {
        // Somebody else wrote in between, which is answered with either: once more, on top of theirs.
        const status = statusOf(error);
        if (status === 409 || status === 400) return keep(name, dismissed);
        throw error;
      }),
    );
    queue = kept.catch(() => undefined);
    return kept;
  };
}

/** The latest names, as many as may be kept. */
function fitting(names: string[]): string[] {
  let fit = names.slice(-MOST_NAMES);
  while (new TextEncoder().encode(JSON.stringify({ v, dismissed: fit })).length > MOST_BYTES) fit = fit.slice(1);
  return fit;
}
