// Ours, in the place of Forge's iframeResizer.contentWindow.min.js: it tells the
// site's page how high the body is, as that one does by default.
(() => {
  const tell = globalThis.__forgeResize;
  delete globalThis.__forgeResize;
  let told = 0;
  const measure = () => {
    const { marginTop, marginBottom } = getComputedStyle(document.body);
    const height = Math.ceil(document.body.offsetHeight + parseFloat(marginTop) + parseFloat(marginBottom));
    if (height !== told) tell((told = height));
  };
  addEventListener("DOMContentLoaded", () => {
    new ResizeObserver(measure).observe(document.body);
    measure();
  });
  addEventListener("load", measure);
})();
