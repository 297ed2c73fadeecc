// Forge's bridge, called directly. npm @forge/bridge makes the same calls and
// brings 31 KB gzip of what is not used here; test/bridge.test.ts runs it beside
// this file and compares the calls. Nothing else calls the bridge.
//
// Source: npm @forge/bridge 7.2.0.

type CallBridge = (operation: string, payload?: unknown) => Promise<unknown>;

/** What Forge says of the frame. Its page may have been changed by anybody in their browser: it proves nothing. */
export interface Context {
  accountId?: unknown;
  moduleKey?: unknown;
  siteUrl?: unknown;
  locale?: unknown;
  appVersion?: unknown;
  environmentType?: unknown;
  license?: unknown;
  extension?: {
    content?: { id?: unknown; type?: unknown; subtype?: unknown };
    space?: { id?: unknown; key?: unknown };
    isEditing?: unknown;
    config?: unknown;
    location?: unknown;
    macro?: { isConfiguring?: unknown };
  };
}
/** An answer of Confluence, or of the app's own server when the page asks it itself. */
export interface Fetched {
  status: number;
  headers: Record<string, string>;
  body: string;
}
/** An answer of the app's own server that came through Forge. */
export interface Invoked {
  status: number;
  headers: Record<string, string | string[]>;
  body: unknown;
}
interface Init {
  method: string;
  headers: Record<string, string>;
  body?: string;
}

export interface Bridge {
  getContext(): Promise<Context>;
  requestConfluence(path: string, init: Init): Promise<Fetched>;
  requestRemote(remote: string, init: Init & { path: string }): Promise<Fetched>;
  /** body is at most 500 KB as JSON. Rejects where Forge could not get an answer that it accepts. */
  invokeRemote(call: { path: string; method: string; headers: Record<string, string>; body: unknown }): Promise<Invoked>;
  submit(config: Record<string, string>): Promise<void>;
  close(): Promise<unknown>;
  enableTheming(): Promise<unknown>;
  navigate(url: string, type: "same-tab" | "new-tab"): Promise<unknown>;
  emit(event: string, payload: unknown): Promise<unknown>;
  on(event: string, callback: (payload: unknown) => void): Promise<unknown>;
}

/** The bridge that Forge has put into the page. Every call rejects if there is none. */
export function bridgeOf(global: unknown): Bridge {
  const call: CallBridge = async (operation, payload) => (global as { __bridge: { callBridge: CallBridge } }).__bridge.callBridge(operation, payload);
  const init = ({ body, headers, ...rest }: Init) => ({
    ...rest,
    body: rest.method === "GET" ? null : (body ?? ""),
    headers: Object.entries(headers).sort(([a], [b]) => (a < b ? -1 : 1)), // as Headers has them
  });
  return {
    getContext: () => call("getContext") as Promise<Context>,
    requestConfluence: (path, { headers, ...rest }) =>
      call("fetchProduct", {
        product: "confluence",
        restPath: path,
        fetchRequestInit: init({ ...rest, headers: { ...headers, "x-atlassian-token": "no-check" } }),
        isMultipartFormData: false,
      }) as Promise<Fetched>,
    requestRemote: (remoteKey, request) => call("fetchRemote", { remoteKey, fetchRequestInit: init(request), isMultipartFormData: false }) as Promise<Fetched>,
    invokeRemote: async (request) => {
      const { success, payload, error } = (await call("invoke", { ...request, invokeType: "ui-remote-fetch" })) as { success: boolean; payload: Invoked; error: Invoked };
      return success ? payload : error;
    },
    submit: async (config) => {
      if ((await call("submit", { config })) === false) throw new Error("not submittable");
    },
    close: () => call("close"),
    enableTheming: () => call("enableTheming"),
    navigate: (url, type) => call("navigate", { url, type }),
    emit: (event, payload) => call("emit", { event, payload }),
    on: (event, callback) => call("on", { event, callback }),
  };
}
