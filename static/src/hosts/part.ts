// What a host loads only when it is wanted.

import type { Engine } from "./engine.ts";
import type { Answer } from "./forge.ts";

/** Loads a part from beside the bundle; a failure is not kept, it is asked for again. */
export function part<T>(name: string): () => Promise<T> {
  let times = 0;
  let loading: Promise<T> | undefined;
  return () => (loading ??= (import(new URL(`${name}.js${times++ ? `?${times}` : ""}`, import.meta.url).href) as Promise<T>).catch((error: unknown) => {
    loading = undefined;
    throw error;
  }));
}

/** The one engine of the tab. */
export function engineInTab(): () => Promise<Engine> {
  const load = part<typeof import("./engine.ts")>("engine");
  let only: Engine | undefined;
  return async () => {
    const { engine } = await load(); // others may have come here in the meantime
    return (only ??= engine());
  };
}

/** Answers "/api/site" in the tab; server is what changes labels where the tab does not. */
export function siteInTab(server?: Answer): Answer {
  const load = part<typeof import("./site.ts")>("site");
  return async (frame) => (await load()).site(frame, server);
}
