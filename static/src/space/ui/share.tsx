// An address that can be shared: in a field from which it is copied.

import { h, type JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Words } from "./words.ts";

export function Share({ link, words: { say } }: { link: string; words: Words }): JSX.Element | null {
  const [shown, show] = useState(false);
  const [copied, setCopied] = useState(""); // the link that was
  const field = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    if (!shown || !field.current) return;
    field.current.select();
    if (document.execCommand("copy")) setCopied(link); // by selection: a frame of another origin may not be allowed the clipboard
  }, [shown]); // another link takes neither the focus nor the place of what somebody copied since
  if (!link) return null;
  return (
    <span class="share">
      <button type="button" class="link" aria-expanded={shown} onClick={() => show(!shown)}>{say("share")}</button>
      {shown && <input class="field" readOnly value={link} aria-label={say("share")} ref={field} />}
      {shown && copied === link && <span class="hint" role="status">{say("copied")}</span>}
    </span>
  );
}
