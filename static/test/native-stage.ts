// The entry of the native host on the stage: its bridge, and in place of the
// engine and the label writer what the stage answers. What these do with a
// Confluence is the contract's (contract.test.ts).

import { bridgeOf } from "../src/hosts/bridge.ts";
import { forgeHost, type Answer } from "../src/hosts/forge.ts";
import { start } from "../src/main.tsx";
import { asProblem } from "../src/problem.ts";

export * from "../src/main.tsx";

const posted = (path: string): Answer => async (_, body, stop) => {
  const response = await fetch(path, { method: body ? "POST" : "GET", body: body ? JSON.stringify(body) : null, signal: stop ?? null });
  const answer = await response.json().catch(() => null);
  if (!response.ok) throw asProblem(answer);
  return answer;
};
const paths = ["/api/labels", "/api/suggest", "/api/site", "/api/site/erase"];

void start(forgeHost(bridgeOf(globalThis), Object.fromEntries(paths.map((path) => [path, posted(path)])), () => undefined));
