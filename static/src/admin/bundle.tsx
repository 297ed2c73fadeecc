// The support bundle is shown before it can go anywhere.

import { Fragment, h, type JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Host } from "../host.ts";
import { bundleOf, type Trouble } from "./bundle.ts";
import { download } from "../download.ts";
import type { Site } from "./site.ts";
import type { Words } from "./words.ts";

interface Props {
  host: Host;
  site: Site;
  words: Words;
  troubles(): Trouble[];
  tell(line: string): void;
}

export function Bundle({ host, site, words: { say, language }, troubles, tell }: Props): JSX.Element {
  const [text, setText] = useState("");
  const [copied, setCopied] = useState<boolean>();
  const box = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => {
    box.current?.focus();
    box.current?.setSelectionRange(0, 0); // to be read from its beginning
    box.current?.scrollTo(0, 0);
  }, [text]);

  async function make(): Promise<void> {
    const tab = await host.support?.();
    setText(bundleOf(site, { userAgent: navigator.userAgent, language, minutesBehindUTC: new Date().getTimezoneOffset(), troubles: troubles(), tab: tab && JSON.parse(tab) }));
  }

  /** By selection: a frame of another origin may not be allowed the clipboard. */
  function copy(): void {
    box.current!.select();
    const done = document.execCommand("copy");
    setCopied(done);
    tell(say(done ? "copied" : "selected"));
  }

  return (
    <section aria-labelledby="bundle">
      <h2 id="bundle">{say("bundle")}</h2>
      <p>{say("bundle.lead")}</p>
      {!text ? (
        <button type="button" class="button" onClick={() => void make()}>{say("bundle.make")}</button>
      ) : (
        <>
          <label for="bundle-text">{say("bundle.text")}</label>
          <textarea id="bundle-text" ref={box} readOnly rows={16} spellcheck={false} lang="en" dir="ltr" value={text} />
          <div class="buttons">
            <button type="button" class="button" onClick={() => tell(say("downloaded", { name: download(["support", site.record?.site].filter(Boolean).join("-"), text) }))}>{say("bundle.download")}</button>
            <button type="button" class="button" onClick={copy}>{say("copy")}</button>
            {copied !== undefined && <span class="hint">{say(copied ? "copied" : "selected")}</span>}
          </div>
        </>
      )}
    </section>
  );
}
