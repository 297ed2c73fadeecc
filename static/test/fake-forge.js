// Stands in for Forge's global-bridge.js: defines __bridge as far as the panel
// uses it, and misbehaves as SCENE says (the stage writes SCENE above this file).
(() => {
  const scene = SCENE;
  if (scene.missing) return;
  const seen = (window.seen = { saved: null, closed: 0, hidden: 0, went: [], calls: [], heights: [] });
  // The frame is made as high as its page, by a script that Forge puts into it.
  addEventListener("DOMContentLoaded", () => {
    const root = document.getElementById("labelup");
    new ResizeObserver(() => seen.heights.push(["100%", `${Math.ceil(root.getBoundingClientRect().height)}px`])).observe(root);
  });
  const never = new Promise(() => {});
  const channel = new BroadcastChannel("labelup-fake-bridge");
  const listeners = [];
  const deliver = (event, payload) => listeners.forEach((l) => l.event === event && l.callback(payload));
  channel.onmessage = ({ data }) => deliver(data.event, data.payload);
  const { shell } = scene;
  const operations = {
    getContext: async () => (
      await new Promise((go) => setTimeout(go, scene.contextAfter ?? 0)),
      scene.noContext
        ? never
        : {
            accountId: shell.signedIn ? "5f0000000000000000000001" : "unidentified",
            moduleKey: { panel: "labelup-labels", editor: "labelup-labels", byline: "labelup-byline", admin: "labelup-admin", space: "labelup-space" }[shell.view],
            siteUrl: scene.site.replace(/\/wiki$/, ""),
            locale: scene.locale,
            appVersion: "2.1.0",
            environmentType: "PRODUCTION",
            ...(shell.licensed ? {} : { license: { active: false } }),
            extension: {
              type: "macro",
              ...(shell.contentId && { content: { id: shell.contentId, type: shell.contentType, subtype: scene.subtype ?? null } }),
              space: { id: shell.spaceId, key: shell.spaceKey },
              isEditing: shell.preview,
              location: scene.location,
              config: scene.macro ?? shell.parameters,
              macro: { isConfiguring: shell.view === "editor" },
            },
          }
    ),
    fetchProduct: async ({ restPath, fetchRequestInit: { method, body, headers } }) => {
      if (scene.noRequest) return never;
      const response = await fetch("/confluence" + restPath.replace(/^\/wiki/, ""), { method, body, headers });
      return { body: await response.text(), headers: Object.fromEntries(response.headers), status: response.status, statusText: "" };
    },
    enableTheming: () => {
      window.setTheme = setTheme;
    },
    on: ({ event, callback }) => void listeners.push({ event, callback }),
    emit: ({ event, payload }) => (channel.postMessage({ event, payload }), deliver(event, payload)),
    submit: ({ config }) => {
      if (scene.refuses) throw new Error("INVALID_CONFIG");
      return (seen.saved = config), seen.closed++, true;
    },
    close: () => (seen.hidden++, true),
    navigate: ({ url, type }) => void seen.went.push([url, type]),
  };
  window.__bridge = {
    callBridge: async (operation, payload) => {
      seen.calls.push(operation);
      return operations[operation](payload);
    },
  };
})();
