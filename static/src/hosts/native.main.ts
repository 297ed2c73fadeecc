// Entry of the bundle of the Forge app that has no server: the core's answers
// are made in the tab.

import { start } from "../main.tsx";
import { bridgeOf } from "./bridge.ts";
import { forgeHost, type Answer } from "./forge.ts";
import type { LabelChange } from "./labels.ts";

export * from "../main.tsx";

/** Loads a part from beside the bundle; a failure is not kept, it is asked for again. */
function part<T>(name: string): () => Promise<T> {
  let times = 0;
  let loading: Promise<T> | undefined;
  return () => (loading ??= (import(new URL(`${name}.js${times++ ? `?${times}` : ""}`, import.meta.url).href) as Promise<T>).catch((error: unknown) => {
    loading = undefined;
    throw error;
  }));
}
const labels = part<typeof import("./labels.ts")>("labels");

const write: Answer = async ({ host, shell }, body, stop) => (await labels()).labelWriter(host, shell)(body as LabelChange, stop);

void start(forgeHost(bridgeOf(globalThis), { "/api/labels": write }, (path) => path === "/api/labels" && void labels().catch(() => undefined)));
