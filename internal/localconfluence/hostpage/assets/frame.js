// What every page does: menus that close, and the switch between light and dark.

const html = document.documentElement;
const systemIsDark = matchMedia("(prefers-color-scheme: dark)");

const isDark = () => html.dataset.colorMode === "dark" || (html.dataset.colorMode === "auto" && systemIsDark.matches);

// AUI has a dark mode of its own, by a class.
const followTheme = () => document.body.classList.toggle("aui-theme-dark", isDark());
new MutationObserver(followTheme).observe(html, { attributeFilter: ["data-color-mode"] });
systemIsDark.addEventListener("change", followTheme);
followTheme();

document.querySelector("[data-toggle-theme]")?.addEventListener("click", async () => {
  const theme = isDark() ? "light" : "dark";
  html.dataset.colorMode = theme; // the bridge watches this and tells the apps
  const form = new URLSearchParams({ theme, back: "/wiki/home" });
  await fetch("/wiki/host/session", { method: "POST", body: form, redirect: "manual" });
});

const menus = () => document.querySelectorAll("details[data-menu][open]");
document.addEventListener("click", (event) => {
  for (const menu of menus()) {
    if (!menu.contains(event.target) || event.target.closest("[data-insert]")) menu.open = false;
  }
});
window.addEventListener("blur", () => menus().forEach((menu) => (menu.open = false)));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of menus()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
