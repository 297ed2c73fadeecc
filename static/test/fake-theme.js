// What a host does to a frame that asked for its theme; the stage writes it above
// either fake bridge.
function setTheme(mode, tokens) {
  const root = document.documentElement;
  root.dataset.colorMode = mode;
  if (!tokens) return;
  root.dataset.theme = "light:light dark:dark";
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = `/themes/atlaskit-tokens_${mode}.css`;
  document.head.append(link);
  return new Promise((loaded) => (link.onload = loaded));
}
