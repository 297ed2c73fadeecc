// The host over Atlassian Connect's bridge (all.js, global AP) and the service
// that wrote this page.

import { HostError, type Host, type News } from "../host.ts";
import { asProblem, isProblem, type Problem } from "../problem.ts";
import { asShell } from "../shell.ts";
import { ANSWER_WITHIN, LABELS_CHANGED, MOST_CHARACTERS } from "./bounds.ts";

interface Bridge {
  context: { getToken(): Promise<string>; getContext(): Promise<{ url?: { displayUrl?: string } }> };
  user: { getLocale(done: (locale: string) => void): void };
  request(options: Call & { headers: Record<string, string> }): Promise<{ body: string }>;
  resize(width: string, height: string): void;
  theming?: { initializeTheming(): void };
  events: { on(event: string, hear: (news: News | [News]) => void): void; emit(event: string, args: [News]): void };
  confluence: {
    getMacroData(done: (data?: Record<string, string>) => void): void;
    saveMacro(parameters: Record<string, string>): void;
    closeMacroEditor(): void;
  };
  dialog?: { getButton?(name: string): { bind(press: () => boolean): void } | undefined };
  inlineDialog?: { hide(): void };
}

interface Call {
  url: string;
  type: "GET" | "POST" | "PUT" | "DELETE";
  contentType?: string;
  data?: string;
}

const NICETY_WITHIN = 2_000; // ms, for what it can: language and links
const SERVICE_WITHIN = 25_000; // ms from when a call is sent: longer than the service may take, see handlers/answertime.go

/** The host behind `window.AP`, whether or not it is there and answers. */
export function connectHost(bridge: unknown): Host {
  const ap = bridge as Bridge | undefined;

  function ask<T>(within: number, call: (ap: Bridge, done: (value: T) => void) => Promise<T> | void): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new HostError(0)), within);
      const settle = () => clearTimeout(timer);
      const fail = (error: unknown) => {
        settle();
        const status = (error as { xhr?: { status?: unknown } } | null)?.xhr?.status;
        reject(new HostError(typeof status === "number" ? status : 0));
      };
      try {
        const answer = call(ap!, (value) => (settle(), resolve(value)));
        answer?.then((value) => (settle(), resolve(value)), fail);
      } catch (error) {
        fail(error); // no bridge, or one without this call
      }
    });
  }

  /** Does what is not worth a word when it fails. */
  function attempt(call: (ap: Bridge) => void): void {
    try {
      call(ap!);
    } catch {
      // The panel works without it.
    }
  }

  const send = (call: Call) => ask(ANSWER_WITHIN, (ap) => ap.request({ ...call, headers: { Accept: "application/json" } }));

  async function request(call: Call): Promise<unknown> {
    const answer = await send(call);
    if (typeof answer?.body !== "string" || answer.body.length > MOST_CHARACTERS) throw new HostError(0);
    try {
      return JSON.parse(answer.body);
    } catch {
      throw new HostError(0);
    }
  }

  /** A token proves to the service who is looking at which page. It lives for minutes: each call asks for one. */
  async function call(path: string, body?: object, stop?: AbortSignal): Promise<unknown> {
    const end = new AbortController();
    const { signal } = end;
    const abort = () => end.abort();
    if (stop?.aborted) abort();
    stop?.addEventListener("abort", abort);
    try {
      const token = await ask(ANSWER_WITHIN, (ap) => ap.context.getToken());
      AbortSignal.timeout(SERVICE_WITHIN).addEventListener("abort", abort);
      const response = await fetch(path, {
        method: body ? "POST" : "GET",
        headers: { Authorization: `JWT ${token}`, "Content-Type": "application/json" },
        body: body ? JSON.stringify(body) : null,
        credentials: "omit",
        signal,
      });
      const answer = await response.json().catch(() => null);
      if (!response.ok) throw asProblem(answer);
      return answer;
    } catch (error) {
      if (isProblem(error)) throw error;
      throw { kind: signal.aborted ? "timeout" : "network" } satisfies Problem;
    }
  }

  const parameters = () => ask<Record<string, string> | undefined>(NICETY_WITHIN, (ap, done) => ap.confluence.getMacroData(done));

  return {
    shell: async () => {
      // What the service proved of this page's address, and wrote into it: see macros/page.go.
      const given = JSON.parse(document.getElementById("shell")!.textContent);
      return asShell(given.view === "editor" ? { ...given, parameters: await parameters().catch(() => undefined) } : given);
    },
    call,
    expect: () => undefined,
    withPageProperty: "labelupPage = 1", // the alias of its "v" in atlassian-connect.json
    theme: () => attempt((ap) => ap.theming!.initializeTheming()),
    locale: () => ask<string>(NICETY_WITHIN, (ap, done) => ap.user.getLocale(done)),
    site: async () => {
      const context = await ask(NICETY_WITHIN, (ap) => ap.context.getContext());
      const url = new URL(context.url?.displayUrl ?? "");
      if (url.protocol !== "https:" && url.protocol !== "http:") throw new HostError(0);
      return url.origin + (url.pathname.replace(/\/$/, "") || "/wiki");
    },
    read: (url) => request({ url, type: "GET" }),
    write: (type, url, body) => request({ url, type, contentType: "application/json", data: JSON.stringify(body) }),
    remove: async (url) => void (await send({ url, type: "DELETE" })),
    resize: (height) => attempt((ap) => ap.resize("100%", `${height}px`)),
    tell: (news) => attempt((ap) => ap.events.emit(LABELS_CHANGED, [news])),
    listen: (hear) => attempt((ap) => ap.events.on(LABELS_CHANGED, (news) => hear(Array.isArray(news) ? news[0] : news))),
    save: async (parameters) => {
      try {
        ap!.confluence.saveMacro(parameters);
        ap!.confluence.closeMacroEditor();
      } catch {
        throw new HostError(0);
      }
    },
    onSubmit: (submit) => {
      try {
        ap!.dialog!.getButton!("submit")!.bind(() => {
          submit();
          return false; // save() closes the editor, and only when what is in the form may be saved
        });
        return true;
      } catch {
        return false;
      }
    },
    close: () => attempt((ap) => ap.inlineDialog!.hide()),
  };
}
