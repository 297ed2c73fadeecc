// The platform that brings the app: Connect or Forge. Each has a script of its
// own, with the same functions, and a page loads only the one it needs.

import { app } from "./page.js";

const none = { mount() {}, dialog() {}, popup() {}, configure() {} };

export const host = app ? await import(`./${app.script}.js`) : none;

// mountAll fills the places that the server left in the page for modules.
export function mountAll(root) {
  for (const place of root.querySelectorAll(".app-module[data-use]")) host.mount(place, JSON.parse(place.dataset.use));
}
