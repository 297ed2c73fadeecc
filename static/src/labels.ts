// The call that changes a page's labels as the viewer: POST /api/labels.

import type { Host } from "./host.ts";
import { reference, told, type Problem, type Told } from "./problem.ts";

export interface Failed extends Told {
  name: string;
  operation: "add" | "remove";
}

export interface Answer {
  names: string[]; // what Confluence holds now
  added: string[];
  removed: string[];
  lost: string[]; // of removed, what Confluence would not take again: no undo brings it back
  failed: Failed[];
  requestId?: string;
}

/** Writes a change. Rejects with a Problem, never with anything else. */
export async function writeLabels(host: Host, change: { contentId: string; add: string[]; remove: string[] }): Promise<Answer> {
  return asAnswer(await host.call("/api/labels", change));
}

function asAnswer(answer: unknown): Answer {
  const body = answer as { labels?: unknown; added?: unknown; removed?: unknown; lost?: unknown; failed?: unknown; requestId?: unknown } | null;
  if (!Array.isArray(body?.labels)) throw { kind: "unavailable" } satisfies Problem;
  const strings = (value: unknown) => (Array.isArray(value) ? value.filter((v) => typeof v === "string") : []);
  const objects = (value: unknown) => (Array.isArray(value) ? value.filter((v) => typeof v?.name === "string") : []);
  return {
    names: objects(body.labels).flatMap((l) => ((l.prefix ?? "global") === "global" ? [l.name] : [])),
    added: strings(body.added),
    removed: strings(body.removed),
    lost: strings(body.lost),
    failed: objects(body.failed).map((f) => ({
      name: f.name,
      operation: f.operation === "remove" ? "remove" : "add",
      ...told(f, "upstream"),
    })),
    ...reference(body.requestId),
  };
}
