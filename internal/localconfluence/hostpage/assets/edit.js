// The editor: storage format on one side, the page with its macros on the other.

import { host, mountAll } from "./host.js";
import { app, page, post } from "./page.js";

const editor = document.querySelector("[data-editor]");
const source = editor.querySelector("[name=storage]");
const title = editor.querySelector("[name=title]");
const result = editor.querySelector("[data-result]");
const problem = editor.querySelector("[data-problem]");
const previewButton = editor.querySelector("[data-do=preview]");

source.setSelectionRange(source.value.length, source.value.length); // macros go to the end unless told where

let macros = []; // the app's macros in the storage, as the server read them
let preview = false;
let dirty = false;

const sentences = {
  conflict: "Somebody else changed this page in the meantime. Copy your text, open the page again and repeat your change.",
  forbidden: "You may not do this.",
  too_large: "The page is too large.",
  bad_request: "The storage format or the title is not valid.",
};

function tell(error) {
  problem.hidden = !error;
  problem.textContent = error ? (sentences[error.message] ?? "That did not work. Try again.") : "";
  if (error) problem.scrollIntoView({ block: "center" });
}

// latest makes an answer that was overtaken by a newer request do nothing.
let latest = 0;
async function render() {
  const mine = ++latest;
  try {
    const answer = await post("editor/render", { pageId: page.id, spaceKey: page.spaceKey, storage: source.value, output: preview ? "preview" : "edit" });
    if (mine !== latest) return;
    macros = answer.macros;
    result.innerHTML = answer.html; // sanitised by the server; the policy of the page forbids inline script besides
    if (preview) mountAll(result);
    tell(null);
  } catch (error) {
    tell(error);
  }
}

let waiting;
source.addEventListener("input", () => {
  dirty = true;
  clearTimeout(waiting);
  waiting = setTimeout(render, 300);
});
title.addEventListener("input", () => (dirty = true));
addEventListener("beforeunload", (event) => {
  if (dirty) event.preventDefault();
});

// --- Macros

const bytes = (text) => new TextEncoder().encode(text).length;

// openMacro lets the app's own editor, or a plain form, edit a macro. macro is
// undefined for a new one, which goes to where the cursor is.
function openMacro(key, macro) {
  const about = app.macros.find((m) => m.key === key);
  const at = bytes(source.value.slice(0, source.selectionEnd));
  let index = macro ? macro.index : -1;

  // place writes the macro into the page, or throws.
  async function place(values) {
    const answer = await post("editor/macro", { storage: source.value, index, at, key, ...values });
    source.value = answer.storage;
    index = answer.macro.index; // an editor may save again
    dirty = true;
    await render();
  }
  const save = (values) => place(values).catch(tell);

  if (about.editor && (macro || about.editor.onInsert)) {
    const use = { module: key, part: "editor", pageId: page.id, macroId: macro?.id ?? "", params: macro?.params ?? {}, config: macro?.config ?? null };
    host.configure(use, about, app.script === "forge" ? place : save, !macro);
  } else if (about.editor) {
    save({});
  } else {
    openForm(about, macro, (params) => save({ params }));
  }
}

// openForm is for macros without an editor of their own.
function openForm(about, macro, save) {
  const dialog = document.createElement("dialog");
  dialog.className = "form-dialog";
  const form = document.createElement("form");
  form.method = "dialog";
  const heading = document.createElement("h2");
  heading.textContent = about.name;
  form.append(heading);
  for (const parameter of about.parameters ?? []) {
    const label = document.createElement("label");
    label.textContent = parameter.name || parameter.identifier;
    let field;
    if (parameter.type === "enum") {
      field = document.createElement("select");
      field.append(...(parameter.values ?? []).map((value) => new Option(value, value)));
    } else {
      field = document.createElement("input");
      field.type = parameter.type === "boolean" ? "checkbox" : "text";
      field.value = parameter.type === "boolean" ? "true" : "";
    }
    field.name = parameter.identifier;
    field.required = parameter.required && field.type !== "checkbox";
    const value = macro?.params[parameter.identifier] ?? parameter.default;
    if (field.type === "checkbox") field.checked = value === "true";
    else if (value) field.value = value;
    label.append(field);
    form.append(label);
  }
  const row = document.createElement("div");
  row.className = "form-buttons";
  for (const [text, kind] of [[macro ? "Save" : "Insert", "button primary"], ["Cancel", "button"]]) {
    const button = document.createElement("button");
    button.className = kind;
    button.textContent = text;
    button.value = text;
    button.formNoValidate = text === "Cancel";
    row.append(button);
  }
  form.append(row);
  dialog.append(form);
  dialog.addEventListener("close", () => {
    if (dialog.returnValue && dialog.returnValue !== "Cancel") save(Object.fromEntries(new FormData(form)));
    dialog.remove();
  });
  document.body.append(dialog);
  dialog.showModal();
}

result.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-do]");
  const card = event.target.closest(".macro-card");
  if (!button || !card) return;
  const macro = macros.find((m) => m.index === Number(card.dataset.index));
  if (button.dataset.do === "edit") {
    openMacro(macro.key, macro);
    return;
  }
  try {
    source.value = (await post("editor/remove", { storage: source.value, index: macro.index })).storage;
    dirty = true;
    await render();
  } catch (error) {
    tell(error);
  }
});

for (const button of editor.querySelectorAll("[data-insert]")) {
  button.addEventListener("click", () => openMacro(button.dataset.insert));
}

previewButton.addEventListener("click", () => {
  preview = !preview;
  previewButton.setAttribute("aria-pressed", String(preview));
  editor.classList.toggle("previewing", preview);
  render();
});

// --- Saving

async function save(publish) {
  if (!title.reportValidity()) return;
  try {
    const { location: to } = await post(`pages/${encodeURIComponent(page.id)}/save`, {
      title: title.value,
      storage: source.value,
      baseVersion: Number(editor.dataset.baseVersion),
      publish,
    });
    dirty = false;
    location.assign(to);
  } catch (error) {
    tell(error);
  }
}

editor.querySelector("[data-do=publish]").addEventListener("click", () => save(true));
editor.querySelector("[data-do=draft]")?.addEventListener("click", () => save(false));

for (const button of editor.querySelectorAll("[data-do], [data-insert]")) button.disabled = false; // now that a click does something
render();
