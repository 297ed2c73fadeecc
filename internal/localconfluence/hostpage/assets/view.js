// A page as people read it: the app's macros, its byline items, and the labels
// the page has now.

import { host, mountAll } from "./host.js";
import { app, page } from "./page.js";

mountAll(document);

// --- The labels below the page follow what Confluence holds.

const footer = document.querySelector("[data-labels]");
const pollEvery = 700; // milliseconds, so that a click is seen within a second
let shown = "";

function chip({ prefix, name }) {
  const item = document.createElement("li");
  const link = document.createElement("a");
  link.className = "label";
  link.href = "/wiki/label/" + encodeURIComponent(name);
  link.textContent = (prefix === "global" ? "" : prefix + ":") + name;
  item.append(link);
  return item;
}

async function refreshLabels() {
  if (document.hidden) return;
  const answer = await fetch(`/wiki/host/pages/${encodeURIComponent(footer.dataset.labels)}/labels`).catch(() => null);
  if (!answer?.ok) return;
  const text = await answer.text();
  if (text === shown) return;
  shown = text;
  const labels = JSON.parse(text);
  footer.querySelector("ul").replaceChildren(...labels.map(chip));
  footer.querySelector("[data-no-labels]").hidden = labels.length > 0;
}

async function poll() {
  await refreshLabels();
  setTimeout(poll, pollEvery);
}
poll();
document.addEventListener("labels-may-have-changed", refreshLabels);
document.addEventListener("visibilitychange", refreshLabels);

// --- Byline items open below their button and close with Esc or a click elsewhere.

let open = null; // {button, box}

function close(focusBack) {
  if (!open) return;
  const { button, box } = open;
  open = null;
  box.remove();
  button.setAttribute("aria-expanded", "false");
  if (focusBack) button.focus();
}

function show(button) {
  const item = app.byline.find((b) => b.key === button.dataset.byline);
  const use = { module: item.key, part: "view", pageId: page.id, version: page.shown };
  if (item.target === "dialog") {
    host.dialog(use, item);
    return;
  }
  if (item.target === "page") {
    location.assign("/wiki/pages/" + page.id);
    return;
  }
  const box = document.createElement("div");
  box.className = "inline-dialog";
  box.setAttribute("role", "dialog");
  box.setAttribute("aria-label", item.name);
  const width = Math.min(parseInt(item.width, 10) || 420, document.documentElement.clientWidth - 32);
  const place = button.getBoundingClientRect();
  box.style.width = width + "px";
  box.style.top = place.bottom + scrollY + 6 + "px";
  box.style.left = Math.max(16, Math.min(place.left + scrollX, document.documentElement.clientWidth - width - 16)) + "px";
  document.body.append(box);
  open = { button, box };
  host.mount(box, use, () => close(true));
  button.setAttribute("aria-expanded", "true");
  box.querySelector("iframe")?.focus();
}

for (const button of document.querySelectorAll("[data-byline]")) {
  button.disabled = false; // now that a click does something
  button.addEventListener("click", () => {
    const again = open?.button === button;
    close(again);
    if (!again) show(button);
  });
}
document.addEventListener("pointerdown", (event) => {
  if (open && !open.box.contains(event.target) && !open.button.contains(event.target)) close(false);
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") close(true);
});
host.popup({ isOpen: (frame) => !open || open.box.contains(frame), close });
