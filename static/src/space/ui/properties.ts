// Properties of a space by their keys, as the viewer: each write says which
// version it replaces, so that of two writers one is told.

import type { Confluence } from "../../host.ts";

export interface Kept {
  id: string;
  version: number;
  value: unknown;
}

export interface Properties {
  get(key: string): Promise<Kept | undefined>;
  /** Replaces what was read, or makes the property where nothing was. Rejects with the status 409 or 400 if it is another one meanwhile. */
  put(key: string, value: unknown, before: Kept | undefined): Promise<Kept>;
  /** Says whether there was one. */
  remove(key: string): Promise<boolean>;
}

export function propertiesOf(confluence: Confluence, spaceId: string): Properties {
  const path = `/api/v2/spaces/${encodeURIComponent(spaceId)}/properties`;
  const keptIn = (value: unknown): Kept | undefined => {
    const { id, value: own, version } = (value ?? {}) as { id?: unknown; value?: unknown; version?: { number?: unknown } };
    return id === undefined ? undefined : { id: String(id), version: Number(version?.number) || 1, value: own };
  };
  const get = async (key: string) => {
    const { results } = ((await confluence.read(`${path}?key=${encodeURIComponent(key)}`)) ?? {}) as { results?: { key?: unknown }[] };
    return keptIn((Array.isArray(results) ? results : []).find((one) => one?.key === key));
  };
  return {
    get,
    async put(key, value, before) {
      const answer = before ? await confluence.write("PUT", `${path}/${encodeURIComponent(before.id)}`, { key, value, version: { number: before.version + 1 } }) : await confluence.write("POST", path, { key, value });
      const kept = keptIn(answer);
      return { id: kept?.id ?? before?.id ?? "", version: before ? before.version + 1 : (kept?.version ?? 1), value };
    },
    async remove(key) {
      const kept = await get(key);
      if (kept) await confluence.remove(`${path}/${encodeURIComponent(kept.id)}`);
      return !!kept;
    },
  };
}

/** The same for who may not write to the space: it is gone with the tab. */
export function propertiesInTab(): Properties {
  const all = new Map<string, Kept>();
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
