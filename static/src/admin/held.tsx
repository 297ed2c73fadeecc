// What is held about this site, field by field, and all of it as a file.

import { h, type JSX } from "preact";
import { heldAsJSON } from "./bundle.ts";
import { download } from "./download.ts";
import { nameOf, type Site } from "./site.ts";
import type { Words } from "./words.ts";

export function HeldRecord({ site, words, tell }: { site: Site; words: Words; tell(line: string): void }): JSX.Element {
  const { say, language } = words;
  const { uninstalledDays, logDays, backupDays } = site.retention;

  function save(): void {
    const name = download(nameOf(site), heldAsJSON(site));
    tell(say("downloaded", { name }));
  }

  return (
    <section aria-labelledby="held">
      <div class="head">
        <h2 id="held">{say("held")}</h2>
        <button type="button" class="button" onClick={save}>{say("download")}</button>
      </div>
      <p>{say("held.lead")}{language !== "en" && ` ${say("held.english")}`}</p>
      <ul class="fields">
        {site.held.map(({ name, value, origin, purpose, kept, protection }) => (
          <li key={name}>
            <h3><code>{name}</code></h3>
            <p class="value">{value || <span class="hint">{say("held.empty")}</span>}</p>
            <dl>
              {([["origin", origin], ["purpose", purpose], ["kept", kept], ["protection", protection]] as const).map(
                ([term, text]) => text && <div key={term}><dt>{say(term)}</dt><dd lang="en">{text}</dd></div>,
              )}
            </dl>
          </li>
        ))}
      </ul>
      <ul class="plain">
        <li>{say("uninstalled", { count: uninstalledDays })}</li>
        <li>{say("backups", { count: backupDays })}</li>
        <li>{say("logs", { count: logDays })}</li>
      </ul>
      <p>{say("notHeld")}</p>
      <p><a href="/privacy" target="_blank" rel="noopener">{say("privacy")}</a></p>
    </section>
  );
}
