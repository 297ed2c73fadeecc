// The reference of a call that failed, if it has one, and where no log has it a
// way to give support what it needs.

import { h, type JSX } from "preact";
import { useState } from "preact/hooks";
import type { Host } from "./host.ts";
import type { Speaker } from "./say.ts";

export function Reference({ id, host, say }: { id?: string | undefined; host: Host; say: Speaker<"reference" | "copySupport" | "copied"> }): JSX.Element | null {
  const [copied, setCopied] = useState(false);
  if (!id && !host.copySupport) return null;
  return (
    <small>
      {id && say("reference", { id })}{id && host.copySupport && " "}
      {host.copySupport && <button type="button" class="link" onClick={() => host.copySupport!().then(setCopied)}>{say(copied ? "copied" : "copySupport")}</button>}
    </small>
  );
}
