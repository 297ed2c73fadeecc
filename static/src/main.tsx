// Entry of the bundle: finds out where it is and shows the view asked for.

import { h, render } from "preact";
import { connectHost } from "./connect-host.ts";
import { run } from "./effects.ts";
import { Panel } from "./panel.tsx";
import { asDisplay, readShell } from "./shell.ts";
import type { State } from "./state.ts";
import { loadStrings, type Say } from "./strings.ts";

// What the parts loaded later render with: there must be one of it (build.mjs).
export { Fragment, h } from "preact";
export { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

const root = document.getElementById("labelup")!;
const shell = readShell(root.dataset);
const host = connectHost((globalThis as { AP?: unknown }).AP);

host.theme();
new ResizeObserver(() => host.resize(Math.ceil(root.getBoundingClientRect().height))).observe(root);
const strings = loadStrings(host.locale());

// Not awaited here: a part loaded later waits until this module has run to its end.
if (shell.view === "editor") void showEditor();
else void showPanel();

async function showEditor(): Promise<void> {
  const parameters = host.parameters().catch(() => ({}) as Record<string, string>);
  const editor = (import(new URL("editor.js", import.meta.url).href) as Promise<typeof import("./editor.tsx")>).catch(() => undefined);
  const [part, say, saved] = await Promise.all([editor, strings, parameters]);
  if (part) render(<part.Editor host={host} say={say} saved={{ prefix: saved["prefix"] ?? "", display: asDisplay(saved["display"]) }} />, root);
  else root.textContent = say("why.network");
}

async function showPanel(): Promise<void> {
  let say: Say | undefined;
  let site = "";
  let state: State;
  const show = () => say && render(<Panel shell={shell} host={host} say={say} site={site} state={state} dispatch={dispatch} />, root);
  const dispatch = run(shell, host, (next) => {
    state = next;
    show();
  });
  host.site().then((found) => ((site = found), show()), () => undefined);
  say = await strings;
  show();
}
