// Why a call of the page failed, and what helps.

import { h, type JSX } from "preact";
import type { Host } from "../host.ts";
import type { Problem } from "../problem.ts";
import { Reference } from "../reference.tsx";
import type { Key, Words } from "./words.ts";

/** The kinds of problem with a sentence of their own; the others share one. */
export const WHY = ["bad_request", "unauthorized", "anonymous", "blocked", "forbidden", "not_found", "rate_limited", "upstream", "unavailable", "internal", "timeout", "network"] as const;

interface Props {
  problem: Problem;
  host: Host;
  words: Words;
  again: (() => void) | undefined;
}

export function ProblemLine({ problem, host, words: { say }, again }: Props): JSX.Element {
  const kind = WHY.find((kind) => kind === problem.kind);
  return (
    <p class="notice wrong" role="alert">
      {say(kind ? (`why.${kind}` as Key) : "why.other")} {again && kind !== "blocked" && <button type="button" class="link" onClick={again}>{say("retry")}</button>}
      <Reference id={problem.requestId} host={host} say={say} />
    </p>
  );
}
