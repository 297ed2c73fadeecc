// Entry of the bundle of the Forge app whose core is on a server, behind Forge.
// The server keeps nothing, so a space is learned in the tab.

import { start } from "../main.tsx";
import { bridgeOf } from "./bridge.ts";
import { forgeHost } from "./forge.ts";
import { engineInTab, siteInTab } from "./part.ts";
import { serverAnswers } from "./remote.ts";

export * from "../main.tsx";

const bridge = bridgeOf(globalThis);
const { labels, suggest } = serverAnswers(bridge);

void start(forgeHost("remote", bridge, { "/api/labels": labels, "/api/suggest": suggest, "/api/site": siteInTab(labels) }, engineInTab(), () => undefined));
