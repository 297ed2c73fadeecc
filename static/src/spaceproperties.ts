// Properties of a space by their keys, as the viewer: each write says which
// version it replaces, so that of two writers one is told.

import { statusOf } from "./failure.ts";
import type { Confluence } from "./host.ts";
import type { Keeper, KeptProperty } from "./space/runner.ts";
import { readKept, type Kept } from "./space/shards.ts";

const pathOf = (spaceId: string) => `/api/v2/spaces/${encodeURIComponent(spaceId)}/properties`;

function propertyIn(value: unknown): KeptProperty | undefined {
  const { id, value: own, version } = (value ?? {}) as { id?: unknown; value?: unknown; version?: { number?: unknown } };
  return id === undefined ? undefined : { id: String(id), version: Number(version?.number) || 1, value: own };
}

/** The property of this key; undefined if there is none. */
export async function propertyOf(confluence: Confluence, spaceId: string, key: string): Promise<KeptProperty | undefined> {
  const { results } = ((await confluence.read(`${pathOf(spaceId)}?key=${encodeURIComponent(key)}`)) ?? {}) as { results?: ({ key?: unknown } | null)[] };
  return propertyIn((Array.isArray(results) ? results : []).find((one) => one?.key === key));
}

/** The vocabulary that a space itself keeps, read by key: its other properties may be large. Rejects with HostError. */
export async function keptOf(confluence: Confluence, spaceId: string): Promise<Kept> {
  return readKept(async (key) => (await propertyOf(confluence, spaceId, key))?.value);
}

export function propertiesOf(confluence: Confluence, spaceId: string): Keeper {
  const path = pathOf(spaceId);
  const get = (key: string) => propertyOf(confluence, spaceId, key);
  return {
    get,
    async put(key, value, before) {
      const number = before ? before.version + 1 : 1;
      try {
        const answer = before ? await confluence.write("PUT", `${path}/${encodeURIComponent(before.id)}`, { key, value, version: { number } }) : await confluence.write("POST", path, { key, value });
        const kept = propertyIn(answer);
        return { id: kept?.id ?? before?.id ?? "", version: before ? number : (kept?.version ?? number), value };
      } catch (error) {
        // A browser sends a write again by itself where the connection is closed without an answer, and the second one is refused.
        // Where it cannot be read, nobody knows, and what is thrown says so.
        const now = [400, 409].includes(statusOf(error)) ? await get(key) : undefined;
        if (now?.version !== number || !isSame(now.value, value)) throw error;
        return now;
      }
    },
    async remove(key) {
      const kept = await get(key);
      if (kept) await confluence.remove(`${path}/${encodeURIComponent(kept.id)}`);
      return !!kept;
    },
  };
}

/** Whether two JSON values say the same, in whatever order. */
function isSame(a: unknown, b: unknown): boolean {
  if (typeof a !== "object" || typeof b !== "object" || !a || !b) return a === b;
  const fields = Object.entries(a);
  return fields.length === Object.keys(b).length && fields.every(([name, value]) => name in b && isSame(value, (b as Record<string, unknown>)[name]));
}

/** The same for who may not write to the space: it is gone with the tab. */
export function propertiesInTab(): Keeper {
  const all = new Map<string, KeptProperty>();
  return {
    get: async (key) => all.get(key),
    async put(key, value, before) {
      const now = all.get(key);
      if (now?.version !== before?.version) throw Object.assign(new Error("another version"), { status: 409 });
      const kept = { id: key, version: (before?.version ?? 0) + 1, value: structuredClone(value) };
      all.set(key, kept);
      return kept;
    },
    remove: async (key) => all.delete(key),
  };
}
