// Stands in for Atlassian's all.js: defines AP as far as the panel uses it,
// and misbehaves as SCENE says (the stage writes SCENE above this file).
(() => {
  const scene = SCENE;
  if (scene.missing) return;
  const seen = (window.seen = { tokens: 0, heights: [], saved: null, closed: 0, hidden: 0, submit: null });
  const never = new Promise(() => {});
  const channel = new BroadcastChannel("labelup-fake-bridge");
  const listeners = [];
  const deliver = (event, args) => listeners.forEach((l) => l.event === event && l.hear(...args));
  channel.onmessage = ({ data }) => deliver(data.event, data.args);
  window.AP = {
    context: {
      getToken: () => (seen.tokens++, scene.noToken ? never : Promise.resolve(`token-${seen.tokens}`)),
      getContext: () => (scene.noContext ? never : Promise.resolve({ url: { displayUrl: scene.site } })),
    },
    user: { getLocale: (done) => scene.locale && done(scene.locale) },
    request: async ({ url, type, headers, data, contentType }) => {
      if (scene.noRequest) return never;
      const response = await fetch("/confluence" + url, { method: type, headers: { ...headers, ...(contentType && { "Content-Type": contentType }) }, body: data });
      const body = await response.text();
      if (!response.ok) throw { xhr: { status: response.status, responseText: body }, err: "nope" };
      return { body, xhr: { status: response.status } };
    },
    resize: (width, height) => seen.heights.push([width, height]),
    theming: {
      initializeTheming: () => {
        window.setTheme = setTheme;
      },
    },
    events: {
      on: (event, hear) => listeners.push({ event, hear }),
      emit: (event, args) => (channel.postMessage({ event, args }), deliver(event, args)),
    },
    confluence: {
      getMacroData: (done) => done(scene.macro),
      saveMacro: (parameters) => (seen.saved = parameters),
      closeMacroEditor: () => seen.closed++,
    },
    dialog: { getButton: (name) => ({ bind: (press) => name === "submit" && (seen.submit = press) }) },
    inlineDialog: { hide: () => seen.hidden++ },
  };
})();
