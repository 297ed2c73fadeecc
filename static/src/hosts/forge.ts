// The host over Forge's bridge. What answers the app's core differs: in the tab
// (native.main.ts) or on a server (remote.main.ts).

import { HostError, type Host, type News } from "../host.ts";
import { isProblem, type Problem } from "../problem.ts";
import { asShell, type Shell } from "../shell.ts";
import { ANSWER_WITHIN, LABELS_CHANGED, MOST_CHARACTERS } from "./bounds.ts";
import type { Bridge, Context } from "./bridge.ts";
import type { Engine } from "./engine.ts";
import { journal, newReference } from "./journal.ts";

/** Answers a call of the core. May reject with anything. */
export type Answer = (frame: Frame, body: object | undefined, stop: AbortSignal | undefined) => Promise<object>;
/** The frame that calls. */
export interface Frame {
  host: Host;
  shell: Shell;
  context: Context;
}

const CORE_WITHIN = 30_000; // ms; longer than Forge waits for a server, and than labels are written in the tab

/** The keys of the modules that show something, by what they show: forge/native/manifest.yml has them. */
const VIEWS: Record<string, Shell["view"]> = { "labelup-labels": "panel", "labelup-byline": "byline", "labelup-admin": "admin", "labelup-space": "space" };

/**
 * The host behind a bridge, whether or not it answers. core has the core's
 * answers, by path; engine gives what learns a space; expect is told which answers may be wanted soon.
 */
export function forgeHost(name: "native" | "remote", bridge: Bridge, core: Record<string, Answer>, engine: () => Promise<Pick<Engine, "learn">>, expect: (path: string) => void): Host {
  const events = journal();
  /** Does what is not worth a word when it fails. */
  const attempt = (call: Promise<unknown>) => void call.catch(() => undefined);
  const context = within(ANSWER_WITHIN, bridge.getContext());
  attempt(context);

  const request = (method: string, path: string, body?: unknown) =>
    events.record(`${method} ${path}`, ask(method, path, body), ({ error }) => ({ result: error ? String(error instanceof HostError ? error.status : 0) : "ok" }));

  async function ask(method: string, path: string, body?: unknown): Promise<string> {
    const headers = { accept: "application/json", ...(body !== undefined && { "content-type": "application/json" }) };
    const answer = await within(ANSWER_WITHIN, bridge.requestConfluence(`/wiki${path}`, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) }));
    if (typeof answer?.status !== "number") throw new HostError(0);
    if (answer.status < 200 || answer.status > 299) throw new HostError(answer.status, Number(answer.headers?.["retry-after"]) || 0);
    return answer.body ?? "";
  }

  async function json(method: string, path: string, body?: unknown): Promise<unknown> {
    const text = await request(method, path, body);
    if (text.length > MOST_CHARACTERS) throw new HostError(0);
    try {
      return JSON.parse(text);
    } catch {
      throw new HostError(0);
    }
  }

  const host: Host = {
    shell: async () => shellOf(await context),
    call: async (path, body, stop) => {
      const own = newReference();
      /** The reference that a server gave, which its log has; or else one of this tab. */
      const named = <T extends object>(told: T) => ({ ...told, requestId: (told as { requestId?: string } | null)?.requestId || own });
      const end = new AbortController(); // what is told to be late goes no further
      const answering = context
        .then((context) => core[path]!({ host, shell: shellOf(context), context }, body, end.signal))
        .then(named);
      const bounded = within(CORE_WITHIN, answering, stop).finally(() => end.abort()).catch((error: unknown) => {
        throw named<Problem>(isProblem(error) ? error : { kind: error instanceof Late ? "timeout" : "network" });
      });
      return events.record(path, bounded, ({ found, error }) => {
        const { kind, requestId, failed } = (found ?? error) as { kind?: string; requestId: string; failed?: Problem[] };
        return { result: kind ?? failed?.[0]?.kind ?? "ok", reference: requestId };
      });
    },
    expect,
    learn: async (known) => (await engine()).learn(known),
    withPageProperty: "labelupPageF = 1", // the alias of its "v" in the manifest
    theme: () => attempt(bridge.enableTheming()),
    locale: async () => text((await context).locale),
    site: async () => {
      const { protocol, origin } = new URL(text((await context).siteUrl));
      if (protocol !== "https:" && protocol !== "http:") throw new HostError(0);
      return `${origin}/wiki`;
    },
    read: (path) => json("GET", path),
    write: (method, path, body) => json(method, path, body),
    remove: async (path) => void (await request("DELETE", path)),
    resize: () => undefined, // Forge follows the height of the page
    tell: (news) => attempt(bridge.emit(LABELS_CHANGED, news)),
    listen: (hear) => attempt(bridge.on(LABELS_CHANGED, (news) => hear(news as News))),
    save: async (parameters) => {
      await within(ANSWER_WITHIN, bridge.submit(parameters));
    },
    onSubmit: () => false, // its dialog has no buttons
    close: () => attempt(bridge.close()),
    copySupport: async () => copy(await host.support!()),
    support: async () => {
      const { appVersion, environmentType } = await context.catch((): Context => ({}));
      return events.text({ host: name, version: text(appVersion), environment: text(environmentType) });
    },
  };
  // A link in the sandbox leads nowhere: Forge goes there.
  addEventListener("click", (event) => {
    const link = (event.target as Element | null)?.closest?.("a");
    if (!link?.href || link.hasAttribute("download") || event.defaultPrevented) return;
    event.preventDefault();
    const aside = event.ctrlKey || event.metaKey || event.shiftKey || link.target === "_blank";
    attempt(bridge.navigate(link.href, aside ? "new-tab" : "same-tab"));
  });
  return host;
}

function shellOf({ moduleKey, extension = {}, license, accountId }: Context): Shell {
  const { content, space, isEditing, config, macro, location } = extension;
  const configuring = macro?.isConfiguring === true;
  return asShell({
    view: configuring ? "editor" : VIEWS[text(moduleKey)],
    contentId: content?.id,
    contentType: content?.type,
    spaceId: space?.id,
    spaceKey: space?.key,
    location,
    preview: isEditing === true && !configuring && content?.subtype !== "live", // a live doc is read and edited in one
    // Only a paid app in production is told of a licence.
    licensed: license === undefined || license === null || (license as { active?: unknown }).active === true,
    signedIn: text(accountId) !== "" && accountId !== "unidentified",
    parameters: config,
  });
}

/** By selection: a frame of another origin may not be allowed the clipboard. What could not be copied stays to be copied by hand, with the focus. */
function copy(text: string): boolean {
  document.querySelector(".by-hand")?.remove();
  const focused = document.activeElement as HTMLElement | null;
  const place = document.createElement("aside");
  const box = document.createElement("textarea");
  Object.assign(box, { value: text, readOnly: true, rows: 8, ariaLabel: focused?.textContent ?? "" });
  place.className = "unseen";
  place.append(box);
  document.body.append(place);
  box.select();
  const copied = document.execCommand("copy");
  if (copied) {
    place.remove();
    focused?.focus();
  } else {
    place.className = "by-hand";
    box.focus();
  }
  return copied;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

class Late extends HostError {}

/** Rejects with a HostError when it is late or stopped; what it rejects with itself stays a HostError or a Problem. */
function within<T>(ms: number, answer: Promise<T>, stop?: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new Late(0));
    const timer = setTimeout(late, ms);
    stop?.addEventListener("abort", late);
    if (stop?.aborted) late();
    answer.then(resolve, (error: unknown) => reject(error instanceof HostError || isProblem(error) ? error : new HostError(0))).finally(() => clearTimeout(timer));
  });
}
