// Entry of the bundle of the Forge app that has no server: the core's answers
// are made in the tab.

import { start } from "../main.tsx";
import { bridgeOf } from "./bridge.ts";
import { forgeHost, type Answer } from "./forge.ts";
import type { LabelChange } from "./labels.ts";
import { engineInTab, part, siteInTab } from "./part.ts";

export * from "../main.tsx";

const labels = part<typeof import("./labels.ts")>("labels");
const engine = engineInTab();

const write: Answer = async ({ host, shell }, body, stop) => (await labels()).labelWriter(host, shell)(body as LabelChange, stop);
const suggest: Answer = async ({ shell }, body) => (await engine()).suggest(body ?? {}, shell);
const wanted: Record<string, () => Promise<unknown>> = { "/api/labels": labels, "/api/suggest": async () => (await engine()).load() };

void start(forgeHost("native", bridgeOf(globalThis), { "/api/labels": write, "/api/suggest": suggest, "/api/site": siteInTab() }, engine, (path) => void wanted[path]?.().catch(() => undefined)));
