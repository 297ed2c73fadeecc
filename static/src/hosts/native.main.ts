// Entry of the bundle of the Forge app that has no server: the core's answers
// are made in the tab.

import { start } from "../main.tsx";
import { bridgeOf } from "./bridge.ts";
import { forgeHost, type Answer } from "./forge.ts";
import type { LabelChange } from "./labels.ts";
import { part, siteInTab } from "./part.ts";

export * from "../main.tsx";

const labels = part<typeof import("./labels.ts")>("labels");

const write: Answer = async ({ host, shell }, body, stop) => (await labels()).labelWriter(host, shell)(body as LabelChange, stop);

void start(forgeHost(bridgeOf(globalThis), { "/api/labels": write, "/api/site": siteInTab() }, (path) => path === "/api/labels" && void labels().catch(() => undefined)));
