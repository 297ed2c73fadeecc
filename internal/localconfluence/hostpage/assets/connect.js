// The host side of Atlassian's bridge: what AP.context, AP.confluence, AP.user,
// AP.navigator and AP.request answer in an iframe of the app. The bridge itself
// (events, dialogs, flags, sizes, themes) is connect-host.js, unmodified.
//
// The bridge reads a method's parameter names from its source and always hands
// over a callback as the last argument, with _context.extension of the caller;
// so every method here names one parameter more than its API has.

import { app, ask, data, message, page } from "./page.js";

// The sandbox of Confluence's iframes, as its pages have it.
const sandbox = "allow-downloads allow-forms allow-modals allow-popups allow-popups-to-escape-sandbox allow-scripts allow-same-origin allow-top-navigation-by-user-activation allow-storage-access-by-user-activation";

// Which module each iframe is, by the number it carries in its options. What
// it is stays on this side of the bridge.
const uses = new Map();
let lastUse = 0;

const last = (args) => args[args.length - 1];
const callerOf = (args) => last(args)._context.extension;
const useOf = (args) => uses.get(callerOf(args).options.localUse)?.use ?? { module: callerOf(args).key, part: "view", pageId: page.id };

function promised(method) {
  method.returnsPromise = true;
  return method;
}

// The iframe offers a method with a callback as one with a promise too.
const methods = {
  context: {
    getToken: promised(async function (callback) {
      return (await ask("token", useOf(arguments))).token;
    }),
    getContext: promised(async function (callback) {
      const use = useOf(arguments);
      const context = {
        confluence: page.id
          ? { content: { id: page.id, type: page.type, version: String(page.version) }, space: { id: page.spaceId, key: page.spaceKey } }
          : {},
        license: { active: app.licensed },
        url: { displayUrl: location.origin + "/wiki" },
      };
      if (use.macroId) context.confluence.macro = { id: use.macroId, hash: use.macroId, outputType: use.output };
      return context;
    }),
  },

  user: {
    getCurrentUser: promised(async function (callback) {
      return data.viewer.accountId ? { atlassianAccountId: data.viewer.accountId } : {};
    }),
    getLocale: function (callback) {
      last(arguments)(data.locale);
    },
    getTimeZone: function (callback) {
      last(arguments)(data.viewer.timeZone);
    },
  },

  confluence: {
    getMacroData: function (callback) {
      const { use, editor } = uses.get(callerOf(arguments).options.localUse) ?? {};
      last(arguments)(editor?.isNew ? undefined : use?.params);
    },
    getMacroBody: function (callback) {
      last(arguments)("");
    },
    saveMacro: function (params, body, callback) {
      const { editor } = uses.get(callerOf(arguments).options.localUse) ?? {};
      if (editor && params && typeof params === "object") editor.save(Object.fromEntries(Object.entries(params).map(([name, value]) => [name, String(value ?? "")])));
    },
    closeMacroEditor: function (callback) {
      const { editor } = uses.get(callerOf(arguments).options.localUse) ?? {};
      editor?.close();
    },
    getContentProperty: async function (key, callback) {
      last(arguments)(await readProperty(key));
    },
    syncPropertyFromServer: async function (key, callback) {
      last(arguments)(await readProperty(key));
    },
    setContentProperty: async function (property, callback) {
      last(arguments)(await writeProperty(property));
    },
  },

  navigator: {
    go: function (target, context, callback) {
      const to = destination(String(target).toLowerCase(), context ?? {});
      if (to) location.assign(to);
    },
    reload: function (callback) {
      location.reload();
    },
    getLocation: function (callback) {
      last(arguments)({
        target: data.editing ? "contentedit" : "contentview",
        context: { contentId: page.id, contentType: page.type, spaceKey: page.spaceKey, spaceId: page.spaceId },
      });
    },
  },

  inlineDialog: {
    hide: function (callback) {
      document.dispatchEvent(new Event("hide-inline-dialog"));
    },
  },
};

function destination(target, context) {
  const id = encodeURIComponent(context.contentId ?? "");
  switch (target) {
    case "contentview":
      return "/wiki/pages/" + id;
    case "contentedit":
      return "/wiki/pages/" + id + "/edit";
    case "contentlist":
      return `/wiki/spaces/${encodeURIComponent(context.spaceKey ?? page.spaceKey)}/pages`;
    case "spaceview":
      return "/wiki/spaces/" + encodeURIComponent(context.spaceKey ?? page.spaceKey);
    case "dashboard":
      return "/wiki/home";
    case "site": {
      const to = new URL(context.absoluteUrl ?? "/wiki" + (context.relativeUrl ?? "/"), location.href);
      return to.protocol === "https:" || to.origin === location.origin ? to.href : null;
    }
  }
  return null;
}

const properties = `/wiki/api/v2/${page.type === "blogpost" ? "blogposts" : "pages"}/${page.id}/properties`;

async function readProperty(key) {
  const answer = await fetch(`${properties}?key=${encodeURIComponent(key)}`, { headers: forApp });
  if (!answer.ok) return undefined;
  return (await answer.json()).results[0];
}

async function writeProperty({ key, value, version }) {
  const old = await readProperty(key);
  const answer = await fetch(old ? `${properties}/${old.id}` : properties, {
    method: old ? "PUT" : "POST",
    headers: { ...forApp, "Content-Type": "application/json" },
    body: JSON.stringify(old ? { key, value, version: version ?? { number: old.version.number + 1 } } : { key, value }),
  });
  return answer.ok ? { property: await answer.json() } : { error: answer.statusText || String(answer.status) };
}

// Requests that the browser makes for the app say so: REST then applies the
// app's scopes besides the person's permissions.
const forApp = { Accept: "*/*", "X-Atlassian-Token": "no-check", "AP-Client-Key": app?.key ?? "" };

// Headers that an app may send, and those it is shown of the answer.
const sentHeaders = new Set(["if-match", "if-none-match"]);
const shownHeaders = ["content-type", "etag"];

const maxResponse = 16 << 20; // characters

// request is AP.request: a call to this site's REST API as the person who
// looks. It can reach nothing else of the site.
const request = promised(async function (url, options, callback) {
  const wanted = typeof url === "string" ? { ...(typeof options === "object" ? options : {}), url } : { ...url };
  const target = new URL("/wiki" + wanted.url, location.origin);
  const failed = (status, statusText, responseText, headers) => {
    throw { err: statusText || String(status), xhr: { status, statusText, responseText, headers } };
  };
  if (target.origin !== location.origin || !/^\/wiki\/(rest|api)\//.test(target.pathname)) failed(404, "Not Found", "", {});

  const method = String(wanted.type ?? "GET").toUpperCase();
  const headers = { ...forApp };
  for (const [name, value] of Object.entries(wanted.headers ?? {})) {
    if (sentHeaders.has(name.toLowerCase())) headers[name] = String(value);
  }
  let body;
  if (wanted.data !== undefined && wanted.data !== null) {
    body = typeof wanted.data === "object" ? new URLSearchParams(wanted.data).toString() : String(wanted.data);
    if (method === "GET" || method === "HEAD") {
      target.search += (target.search ? "&" : "?") + body;
      body = undefined;
    } else {
      headers["Content-Type"] = wanted.contentType ?? "application/x-www-form-urlencoded; charset=UTF-8";
    }
  }

  let answer;
  try {
    answer = await fetch(target, { method, headers, body, cache: "no-store" });
  } catch {
    failed(0, "error", "", {});
  }
  const text = (await answer.text()).slice(0, maxResponse);
  const shown = Object.fromEntries(shownHeaders.filter((name) => answer.headers.has(name)).map((name) => [name, answer.headers.get(name)]));
  if (method !== "GET") document.dispatchEvent(new Event("labels-may-have-changed"));
  if (answer.status >= 400) failed(answer.status, answer.statusText, text, shown);
  return { body: text, xhr: { status: answer.status, statusText: answer.statusText, responseText: text, headers: shown } };
});

// extension describes an iframe to the bridge. It has no URL: the bridge asks
// the content resolver for a freshly signed one.
function extension(use, editor) {
  const number = ++lastUse;
  uses.set(number, { use, editor });
  const macro = app.macros.find((m) => m.key === use.module);
  const product = { "content.id": page.id, "content.type": page.type, "content.version": String(page.version), "space.id": page.spaceId, "space.key": page.spaceKey };
  if (use.macroId) product["macro.id"] = use.macroId;
  return {
    addon_key: app.key,
    key: use.module,
    options: {
      autoresize: true,
      hostOrigin: location.origin,
      origin: app.origin,
      moduleType: macro ? "dynamicContentMacros" : page.id ? "contentBylineItems" : "adminPages",
      moduleLocation: page.id ? "content" : "system.admin/marketplace_confluence",
      productCtx: JSON.stringify(product),
      structuredContext: JSON.stringify({ confluence: { content: { id: page.id, type: page.type, version: String(page.version) }, space: { id: page.spaceId, key: page.spaceKey } } }),
      sandbox,
      localUse: number,
    },
  };
}

// mount shows a module in an element and returns the element.
export function mount(element, use) {
  const about = app.macros.find((m) => m.key === use.module) ?? app.byline.find((b) => b.key === use.module);
  if (!window.connectHost) {
    element.append(message("The bridge library is not installed: run npm ci in the folder static."));
    return element;
  }
  const described = extension(use);
  if (about?.width && use.part === "view") described.options.width = about.width;
  if (about?.height) described.options.height = about.height;
  described.options.title = about?.name ?? app.name;
  element.replaceChildren(window.connectHost.create(described)[0]);
  return element;
}

// dialog shows a module in a dialog.
export function dialog(use, about) {
  window.connectHost.dialog.create(extension(use), { chrome: true, header: about.name, width: about.width || "480px", height: about.height || "420px" });
}

// popup closes what a byline item opened by what happens in an iframe, which
// reaches this page only through the bridge: Esc in its own, a click in another.
export function popup({ isOpen, close }) {
  window.connectHost?.onIframeEstablished(({ $el, extension: { id } }) => {
    if (!isOpen($el[0])) return;
    window.connectHost.onKeyEvent(id, 27, [], () => close(true));
    $el[0].focus();
  });
  window.connectHost?.onFrameClick((frame) => {
    if (!isOpen(frame)) close(false);
  });
  document.addEventListener("hide-inline-dialog", () => close(true));
}

// configure opens the app's editor of a macro, of a new one if it has no id, and
// hands what it saved to save.
export function configure(use, about, save, isNew) {
  const back = document.activeElement;
  // An app may save more than once before it closes; the last one counts.
  let wanted = null;
  const described = extension(use, {
    isNew,
    save: (params) => (wanted = params),
    close: async () => {
      window.connectHost.dialog.close(app.key);
      if (wanted) await save({ params: wanted });
      back?.focus?.();
    },
  });
  window.connectHost.dialog.create(described, {
    id: "macro-editor",
    chrome: true,
    header: (isNew ? about.editor.insertTitle : about.editor.editTitle) || about.name,
    submitText: isNew ? "Insert" : "Save",
    cancelText: "Cancel",
    width: about.editor.width || "600px",
    height: about.editor.height || "400px",
  });
}

if (window.connectHost) {
  for (const [name, module] of Object.entries(methods)) window.connectHost.defineModule(name, module);
  window.connectHost.defineModule({ request });
  window.connectHost.registerContentResolver.resolveByExtension((wanted) => {
    const resolved = window.jQuery.Deferred();
    const use = uses.get(wanted.options?.localUse)?.use ?? { module: wanted.key, part: "view", pageId: page.id };
    ask("iframe", use).then(
      ({ url }) => resolved.resolve({ addon_key: wanted.addon_key, key: wanted.key, url, options: wanted.options }),
      (error) => resolved.reject({}, { text: error.message }),
    );
    return resolved.promise();
  });
  // The name of an iframe is what a screen reader says of it.
  window.connectHost.onIframeEstablished(({ $el, extension: { key } }) => {
    const about = app.macros.find((m) => m.key === key) ?? app.byline.find((b) => b.key === key);
    $el?.attr("title", about?.name ?? app.name);
  });
  window.connectHost.onIframeTimeout(({ extension: { id } }) => {
    document.getElementById(id)?.before(message(`${app.name} is not answering.`));
  });
}
