// The entry of the native host on the stage: its bridge, its answer about the
// site, and in place of the engine and the label writer what the stage answers. What these do with a
// Confluence is the contract's (contract.test.ts). The engine itself learns a space.

import { bridgeOf } from "../src/hosts/bridge.ts";
import { forgeHost, type Answer } from "../src/hosts/forge.ts";
import { engineInTab, siteInTab } from "../src/hosts/part.ts";
import { start } from "../src/main.tsx";
import { asProblem } from "../src/problem.ts";

export * from "../src/main.tsx";

const posted = (path: string): Answer => async (_, body, stop) => {
  const response = await fetch(path, { method: "POST", body: JSON.stringify(body), signal: stop ?? null });
  const answer = await response.json().catch(() => null);
  if (!response.ok) throw asProblem(answer);
  return answer;
};

void start(forgeHost("native", bridgeOf(globalThis), { "/api/labels": posted("/api/labels"), "/api/suggest": posted("/api/suggest"), "/api/site": siteInTab() }, engineInTab(), () => undefined));
