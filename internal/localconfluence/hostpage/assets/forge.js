// The host side of Forge's bridge: what callBridge answers in an iframe of the
// app. An operation that is not here fails, and is counted as not played.

import { channel } from "./channel.js";
import { app, ask, message, page } from "./page.js";

// The sandbox of Forge's iframes.
const sandbox = "allow-downloads allow-forms allow-modals allow-pointer-lock allow-same-origin allow-scripts allow-popups allow-popups-to-escape-sandbox";

const frames = new Set(); // those that are open

// mount shows a module in an element. close is what view.close does, if it can be
// closed.
export function mount(element, use, close, submit) {
  const frame = document.createElement("iframe");
  const about = app.macros.find((m) => m.key === use.module) ?? [...app.byline, ...app.spacePages].find((one) => one.key === use.module);
  frame.title = about?.name ?? app.name;
  frame.setAttribute("sandbox", sandbox);
  frame.allow = "clipboard-write; fullscreen";
  element.replaceChildren(frame);
  show({ frame, element, use, close, submit, listeners: [] });
  return element;
}

async function show(f) {
  try {
    Object.assign(f, await ask("frame", f.use));
  } catch (error) {
    // A module without unlicensedAccess is not there for who is not signed in.
    f.element.replaceChildren(...(error.status === 403 ? [] : [message(`${app.name} cannot be shown.`)]));
    return;
  }
  f.frame.style.height = f.height || "0";
  frames.add(f);
  f.frame.src = f.url;
}

addEventListener("message", ({ data, origin, source, ports: [port] }) => {
  const f = [...frames].find(({ frame }) => frame.contentWindow === source);
  if (!f || origin !== app.origin || data?.forge !== 1 || !port) return;
  f.listeners = []; // the page in it is a new one
  const operations = { ...ops };
  f.call = channel(port, (op, payload) => {
    if (!Object.hasOwn(operations, op)) return unplayed(f, op);
    return operations[op](f, payload);
  }).call;
});

async function unplayed(f, op) {
  await ask("unplayed", f.use, op);
  throw new Error(`The local Confluence does not play ${op} of Forge's bridge`);
}

const alive = () => {
  for (const f of frames) if (!f.frame.isConnected) frames.delete(f);
  return frames;
};

const ops = {
  // The location is the whole address that the browser shows, what the app wrote into it included.
  getContext: ({ context }) => ({ ...context, extension: { ...context.extension, ...("location" in context.extension && { location: location.href }) } }),

  async invoke(f, payload) {
    if (payload?.invokeType !== "ui-remote-fetch") return unplayed(f, `invoke as ${payload?.invokeType ?? "a function"}`);
    const { rejected, ...answer } = await ask("invoke", f.use, payload);
    if (rejected) throw new Error(rejected);
    document.dispatchEvent(new Event("labels-may-have-changed"));
    return answer;
  },

  fetchProduct,
  fetchRemote,

  async submit(f, payload) {
    if (!f.submit) return false;
    if (payload === null || typeof payload !== "object" || "body" in payload) throw new Error("INVALID_PAYLOAD");
    if (payload.config === null || typeof payload.config !== "object") throw new Error("INVALID_CONFIG");
    try {
      await f.submit(payload.config);
    } catch (error) {
      throw new Error({ bad_request: "INVALID_CONFIG", conflict: "MACRO_NOT_FOUND" }[error.message] ?? error.message);
    }
    f.use.config = f.context.extension.config = payload.config;
    if (!payload.keepEditing) await closed(f);
    return true;
  },

  close(f, payload) {
    if (!f.close) return false;
    closed(f, payload);
    return true;
  },
  onClose(f, callback) {
    if (!f.close) return false;
    f.onClose = callback;
    return true;
  },
  open: () => false,
  refresh: () => false,

  enableTheming(f) {
    f.themed = true;
    return theme();
  },

  navigate(f, { type, ...to }) {
    const target = address(to);
    if (type === "new-tab") window.open(target, "_blank", "noopener");
    else location.assign(target);
  },
  getUrl: (f, to) => address(to).href,
  reload: () => location.reload(),

  createHistory,

  showFlag: (f, flag) => showFlag(flag),
  closeFlag: (f, { id }) => closeFlag(id),

  // Events reach all iframes of the app on this page, that of their sender too.
  on: (f, wanted) => listen(f, "private", wanted),
  onPublic: (f, wanted) => listen(f, "public", wanted),
  emit: (f, event) => tell("private", event),
  emitPublic: (f, event) => tell("public", event),

  // Not of Forge: what the scripts that stand for its own tell.
  resize(f, height) {
    if (!f.height && Number.isFinite(height)) f.frame.style.height = `${Math.min(Math.max(0, height), 100_000)}px`;
  },
};

async function closed(f, payload) {
  const { onClose } = f;
  f.onClose = undefined;
  await onClose?.(payload);
  f.close();
}

function listen(f, kind, { event, callback }) {
  const listener = { kind, event, callback };
  f.listeners.push(listener);
  return { unsubscribe: () => void (f.listeners = f.listeners.filter((other) => other !== listener)) };
}

function tell(kind, { event, payload }) {
  for (const f of alive()) {
    for (const listener of f.listeners) {
      if (listener.kind === kind && listener.event === event) listener.callback(payload).catch(() => {}); // its page may have gone
    }
  }
}

// --- Theme

const html = document.documentElement;
const systemIsDark = matchMedia("(prefers-color-scheme: dark)");

function theme() {
  const dark = html.dataset.colorMode === "dark" || (html.dataset.colorMode === "auto" && systemIsDark.matches);
  return { theme: html.dataset.theme, colorMode: dark ? "dark" : "light", sheets: ["light", "dark", "spacing"] };
}

function followTheme() {
  for (const f of alive()) if (f.themed) f.call("theme", theme()).catch(() => {});
}
new MutationObserver(followTheme).observe(html, { attributeFilter: ["data-color-mode"] });
systemIsDark.addEventListener("change", followTheme);

// --- Places

function address({ url, target, ...of }) {
  const space = encodeURIComponent(of.spaceKey ?? page.spaceKey ?? "");
  const inSpace = app.spacePages.find((one) => one.key === of.moduleKey);
  const path = {
    contentView: `/wiki/pages/${encodeURIComponent(of.contentId)}`,
    contentEdit: `/wiki/pages/${encodeURIComponent(of.contentId)}/edit`,
    contentList: `/wiki/spaces/${space}/pages`,
    spaceView: `/wiki/spaces/${space}`,
    module: inSpace ? `/wiki/spaces/${space}/${inSpace.path}` : `/wiki/plugins/servlet/ac/${app.extension.split("/")[0]}/${encodeURIComponent(of.moduleKey)}`,
  }[target];
  if (target !== undefined && !path) throw new Error(`There is no target ${target}`);
  const found = new URL(path ?? url, location.origin);
  if (!["http:", "https:", "mailto:"].includes(found.protocol)) throw new Error("The URL cannot be navigated to");
  return found;
}

// --- The history of a page in a space: what comes after its route in the address
// is the app's own.

function createHistory(f) {
  const about = app.spacePages.find((one) => one.key === f.use.module);
  if (!about) throw new Error("This module has no history of its own");
  const base = `/wiki/spaces/${encodeURIComponent(f.use.spaceKey)}/${about.path}`;
  const here = () => ({ pathname: location.pathname.slice(base.length) || "/", search: location.search, hash: location.hash, state: history.state?.app, key: history.state?.key });
  const heard = new Set();
  const tellAll = (action) => {
    if (!f.frame.isConnected) return removeEventListener("popstate", popped);
    for (const callback of heard) callback(here(), action).catch(() => heard.delete(callback)); // its page may have gone
  };
  const popped = () => tellAll("POP");
  addEventListener("popstate", popped);
  const go = (change, action) => (to) => {
    const { pathname = here().pathname, search = "", hash = "", state } = typeof to === "string" ? part(to) : to;
    history[change]({ app: state, key: Math.random().toString(36).slice(2, 8) }, "", base + (pathname.startsWith("/") ? pathname : `/${pathname}`) + search + hash);
    tellAll(action);
  };
  const part = (path) => {
    const { pathname, search, hash } = new URL(path, `${location.origin}${here().pathname}`);
    return { pathname, search, hash };
  };
  return {
    action: "POP", length: history.length, location: here(),
    push: go("pushState", "PUSH"), replace: go("replaceState", "REPLACE"),
    go: (by) => history.go(by), goBack: () => history.back(), goForward: () => history.forward(),
    createHref: ({ pathname = "/", search = "", hash = "" }) => base + pathname + search + hash,
    listen(callback) {
      heard.add(callback);
      return () => void heard.delete(callback);
    },
  };
}

// --- Calls

// Forge takes them out for browsers; whether it does so with the retry-after of a 429 is for browser-limit to say.
const hidden = /^(x-ratelimit-|beta-ratelimit|ratelimit|retry-after)/i;
const kept = (headers, status) => Object.fromEntries([...headers].filter(([name]) => !hidden.test(name) || (status === 429 && name.toLowerCase() === "retry-after")));

const bodyOf = ({ method, body }) => (["GET", "HEAD"].includes((method ?? "GET").toUpperCase()) ? undefined : (body ?? undefined));

async function fetchProduct(f, { product, restPath, fetchRequestInit: init, isMultipartFormData }) {
  if (product !== "confluence" || isMultipartFormData) return unplayed(f, `fetchProduct of ${product}${isMultipartFormData ? " with a form" : ""}`);
  const target = new URL(restPath, location.origin);
  if (target.origin !== location.origin || !/^\/wiki\/(rest|api)\//.test(target.pathname)) return unplayed(f, `fetchProduct of ${target.pathname}`);
  if (f.anonymousFails) throw new Error("Unable to make authenticated call. User is not signed in.");
  const answer = await fetch(target, {
    method: init.method ?? "GET",
    headers: { ...Object.fromEntries(init.headers ?? []), "Forge-App": f.app },
    body: bodyOf(init),
    cache: "no-store",
  });
  if (!["GET", undefined].includes(init.method)) document.dispatchEvent(new Event("labels-may-have-changed"));
  return { body: await answer.text(), headers: kept(answer.headers, answer.status), status: answer.status, statusText: answer.statusText, isAttachment: false };
}

// A call of the service itself, from this page: it must allow this page's origin.
async function fetchRemote(f, { remoteKey, fetchRequestInit: init, isMultipartFormData }) {
  if (isMultipartFormData) return unplayed(f, "fetchRemote with a form");
  const { url, token } = await ask("remote", f.use, { remoteKey, path: init.path });
  const answer = await fetch(url, {
    method: init.method ?? "GET",
    headers: { ...Object.fromEntries(init.headers ?? []), Authorization: `Bearer ${token}` },
    body: bodyOf(init),
    cache: "no-store",
    credentials: "omit",
  });
  return { body: await answer.text(), headers: Object.fromEntries(answer.headers), status: answer.status, statusText: answer.statusText, isAttachment: false };
}

// --- Flags

const flags = document.createElement("div");
flags.className = "flags";
flags.setAttribute("role", "status");
document.body.append(flags);
const flagOf = (id) => [...flags.children].find((flag) => flag.dataset.id === String(id));

function showFlag({ id, title, description, type, appearance, actions = [], isAutoDismiss }) {
  const flag = document.createElement("div");
  flag.className = "flag";
  flag.dataset.id = id;
  flag.dataset.type = appearance ?? type;
  for (const [tag, text] of [["strong", title], ["p", description]]) {
    if (!text) continue;
    const part = document.createElement(tag);
    part.textContent = text;
    flag.append(part);
  }
  for (const { text, onClick } of [...actions, { text: "Dismiss", onClick: () => closeFlag(id) }]) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button";
    button.textContent = text;
    button.addEventListener("click", () => onClick?.());
    flag.append(button);
  }
  flagOf(id)?.remove();
  flags.append(flag);
  if (isAutoDismiss) setTimeout(() => flag.remove(), 8000);
}

function closeFlag(id) {
  const flag = flagOf(id);
  flag?.remove();
  return Boolean(flag);
}

// --- Dialogs

// dialog shows a module in a dialog.
export function dialog(use, about, submit) {
  const box = document.createElement("dialog");
  box.className = "form-dialog forge-dialog";
  box.setAttribute("aria-label", about.name);
  const place = document.createElement("div");
  place.className = "app-module";
  const back = document.activeElement;
  box.append(place);
  box.style.width = about.width || "600px";
  box.addEventListener("close", () => {
    box.remove();
    back?.focus?.();
  });
  document.body.append(box);
  box.showModal();
  mount(place, use, () => box.close(), submit);
}

// popup: what happens in an iframe stays there, so the page of a byline item
// closes itself by Esc.
export function popup() {}

// configure opens the config of a macro, and hands what it submits to save.
export function configure(use, about, save) {
  dialog(use, { name: about.editor.editTitle || about.name, width: about.editor.width }, (config) => save({ config }));
}
