// What is held about this site: a record, field by field, and all of it as a
// file, or nothing; and what is inside Confluence.

import { Fragment, h, type JSX } from "preact";
import { PAGE_PROPERTY, VOCABULARY } from "../propertykeys.ts";
import { heldAsJSON } from "./bundle.ts";
import { download } from "../download.ts";
import { nameOf, type Site, type SiteRecord } from "./site.ts";
import type { Words } from "./words.ts";

export function WhatIsHeld({ site, words, tell }: { site: Site; words: Words; tell(line: string): void }): JSX.Element {
  const { say } = words;
  const { record } = site;
  return (
    <section aria-labelledby="held">
      <div class="head">
        <h2 id="held">{say("held")}</h2>
        {record && <button type="button" class="button" onClick={() => tell(say("downloaded", { name: download(nameOf(site), heldAsJSON(record)) }))}>{say("download")}</button>}
      </div>
      {record ? <TheRecord record={record} words={words} /> : <p>{say(site.logged ? "held.log" : "held.nothing")}</p>}
      <h3>{say("inside")}</h3>
      <ul class="plain">
        <li>{say("inside.pages", { key: PAGE_PROPERTY })}</li>
        <li>{say("inside.spaces", { key: VOCABULARY })}</li>
      </ul>
    </section>
  );
}

function TheRecord({ record: { held, retention }, words: { say, language } }: { record: SiteRecord; words: Words }): JSX.Element {
  return (
    <>
      <p>{say("held.lead")}{language !== "en" && ` ${say("held.english")}`}</p>
      <ul class="fields">
        {held.map(({ name, value, origin, purpose, kept, protection }) => (
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
        <li>{say("uninstalled", { count: retention.uninstalledDays })}</li>
        <li>{say("backups", { count: retention.backupDays })}</li>
        <li>{say("logs", { count: retention.logDays })}</li>
      </ul>
      <p>{say("notHeld")}</p>
      <p><a href="/privacy" target="_blank" rel="noopener">{say("privacy")}</a></p>
    </>
  );
}
