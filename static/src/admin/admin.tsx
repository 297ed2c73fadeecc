// The page for the site's administrators: how the app is doing on this site,
// what is held about it, and the way to have that erased. Loaded only where it
// is shown.

import { Fragment, h, type JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Host } from "../host.ts";
import type { Problem } from "../problem.ts";
import { loadStyle } from "../style.ts";
import { Bundle } from "./bundle.tsx";
import type { Trouble } from "./bundle.ts";
import { Erase, Remains } from "./erase.tsx";
import { Health } from "./health.tsx";
import { WhatIsHeld } from "./held.tsx";
import { ProblemLine } from "./problem.tsx";
import { readSite, type Site, type SiteRecord } from "./site.ts";
import { loadScopes, loadWords, type Words } from "./words.ts";

const MOST_TROUBLES = 50;

export async function view(host: Host): Promise<JSX.Element> {
  const [words] = await Promise.all([loadWords(host), loadStyle("admin.css")]);
  return <Admin host={host} words={words} />;
}

interface State {
  site?: Site;
  problem?: Problem | undefined;
  reading: boolean;
}

// Whoever gets one of these is not shown what was there before.
const CLOSED: Problem["kind"][] = ["forbidden", "anonymous", "unauthorized"];

function Admin({ host, words }: { host: Host; words: Words }): JSX.Element {
  const { say, date, language } = words;
  const [{ site, problem, reading }, set] = useState<State>({ reading: true });
  const [scopes, explain] = useState<Record<string, string>>({});
  const [erasing, setErasing] = useState(false);
  const [erased, setErased] = useState<SiteRecord>();
  const [line, tell] = useState("");
  const troubles = useRef<Trouble[]>([]);
  const heading = useRef<HTMLHeadingElement>(null);

  function failed(call: Trouble["call"], problem: Problem): void {
    const { kind, requestId } = problem;
    troubles.current = [...troubles.current, { at: new Date().toISOString(), call, kind, ...(requestId && { requestId }) }].slice(-MOST_TROUBLES);
  }

  async function read(): Promise<void> {
    set((state) => ({ ...state, reading: true }));
    try {
      const site = await readSite(host);
      if (site.scopes.some((scope) => scope.includes(":"))) explain(await loadScopes(language));
      set({ site, reading: false });
      tell(say("checked", { time: date(site.now) }));
    } catch (error) {
      const problem = error as Problem;
      failed("read", problem);
      set((state) => ({ ...(!CLOSED.includes(problem.kind) && state.site && { site: state.site }), problem, reading: false }));
    }
  }
  useEffect(() => void read(), []);

  // The button that was pressed is gone then.
  useLayoutEffect(() => {
    if (erased || (document.activeElement === document.body && document.hasFocus() && !reading)) heading.current?.focus();
  }, [erased, site, problem]);

  return (
    <div class="admin">
      <p class="unseen" role="status">{line}</p>
      <h1 tabIndex={-1} ref={heading}>{erased ? say("erased") : say("title")}</h1>
      {erased ? (
        <div class="erased">
          <p>{say("erasedText")}</p>
          <h2>{say("stays")}</h2>
          <ul class="plain"><Remains record={erased} words={words} /></ul>
          <p>{say("erasedNext")}</p>
        </div>
      ) : site ? (
        <>
          <p class="lead"><bdi>{site.url.host}</bdi></p>
          <Health host={host} site={site} scopes={scopes} words={words} busy={reading || erasing} again={() => void read()} problem={problem} />
          <WhatIsHeld site={site} words={words} tell={tell} />
          <Bundle host={host} site={site} words={words} troubles={() => troubles.current} tell={tell} />
          <Erase
            host={host}
            site={site}
            words={words}
            tell={tell}
            failed={(problem) => failed("erase", problem)}
            busy={setErasing}
            erased={() => {
              tell(say("erased"));
              setErased(site.record);
            }}
          />
        </>
      ) : problem ? (
        <ProblemLine problem={problem} host={host} words={words} again={reading ? undefined : () => void read()} />
      ) : (
        <div class="loading" aria-busy="true">
          <p class="hint">{say("loading")}</p>
          <div class="bone" />
          <div class="bone" />
          <div class="bone" />
        </div>
      )}
    </div>
  );
}
