// The core's answers where it is on a server, behind Forge.

import { asProblem, reference, type Problem } from "../problem.ts";
import type { Bridge, Invoked } from "./bridge.ts";
import type { Answer } from "./forge.ts";

const REMOTE = "service"; // its key in the manifest
const HEADERS = { "content-type": "application/json" };

/** The answers of the server that forge/remote/manifest.yml names. */
export function serverAnswers(bridge: Pick<Bridge, "invokeRemote" | "requestRemote">): { labels: Answer; suggest: Answer } {
  return {
    // Forge adds the person's token on the way, and takes no more than 500 KB.
    labels: async (_, body) => accepted(await bridge.invokeRemote({ path: "/api/labels", method: "POST", headers: HEADERS, body })),
    // Goes from the page itself, without the person's token: pages to compare with may be megabytes.
    suggest: async (_, body) => {
      const { status, headers, body: text } = await bridge.requestRemote(REMOTE, { path: "/api/suggest", method: "POST", headers: HEADERS, body: JSON.stringify(body) });
      return accepted({ status, headers, body: parsed(text) });
    },
  };
}

function accepted({ status, headers, body }: Invoked): object {
  if (status >= 200 && status <= 299 && body && typeof body === "object") return body;
  // Who is not proved to the service has its reference in the header alone.
  throw { ...reference([headers?.["x-request-id"]].flat()[0]), ...asProblem(body) } satisfies Problem;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
