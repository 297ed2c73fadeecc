// Entry of the bundle of the Forge app that has no server: the core's answers
// are made in the tab.

import { start } from "../main.tsx";
import { bridgeOf } from "./bridge.ts";
import type { Engine } from "./engine.ts";
import { forgeHost, type Answer } from "./forge.ts";
import type { LabelChange } from "./labels.ts";
import { part, siteInTab } from "./part.ts";

export * from "../main.tsx";

const labels = part<typeof import("./labels.ts")>("labels");
const engines = part<typeof import("./engine.ts")>("engine");
let only: Engine | undefined;
const engine = async () => {
  const { engine } = await engines(); // others may have come here in the meantime
  return (only ??= engine());
};

const write: Answer = async ({ host, shell }, body, stop) => (await labels()).labelWriter(host, shell)(body as LabelChange, stop);
const suggest: Answer = async ({ shell }, body) => (await engine()).suggest(body ?? {}, shell);
const wanted: Record<string, () => Promise<unknown>> = { "/api/labels": labels, "/api/suggest": async () => (await engine()).load() };

void start(forgeHost("native", bridgeOf(globalThis), { "/api/labels": write, "/api/suggest": suggest, "/api/site": siteInTab() }, (path) => void wanted[path]?.().catch(() => undefined), async (known) => (await engine()).learn(known)));
