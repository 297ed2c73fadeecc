// Ours, in the place of https://forge.cdn.prod.atlassian-dev.net/global-bridge.js,
// which is not published: it gives the page __bridge.callBridge. channel and site
// stand before it.

const { port1, port2 } = new MessageChannel();
parent.postMessage({ forge: 1 }, site, [port2]);

const followed = { theme: showTheme };
const { call } = channel(port1, (name, payload) => followed[name](payload));

async function callBridge(op, payload) {
  if (op === "enableTheming") return showTheme(await call(op));
  return call(op, payload);
}

// showTheme sets the page's theme and its style sheets. The policy of the page
// allows no style elements, so they are links.
function showTheme({ theme, colorMode, sheets }) {
  const html = document.documentElement;
  html.dataset.theme = theme;
  html.dataset.colorMode = colorMode;
  for (const name of sheets) {
    if (document.head.querySelector(`link[data-sheet="${name}"]`)) continue;
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = `/forge/themes/atlaskit-tokens_${name}.css`;
    link.dataset.sheet = name;
    document.head.append(link);
  }
}

// The resizer tells the height of the page by this.
globalThis.__forgeResize = (height) => call("resize", height).catch(() => {});

Object.defineProperty(globalThis, "__bridge", { value: Object.freeze({ callBridge }) });
