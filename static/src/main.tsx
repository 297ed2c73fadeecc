// Entry of the bundle: finds out where it is and shows the view asked for.

import { h, render, type JSX } from "preact";
import { connectHost } from "./connect-host.ts";
import { run } from "./effects.ts";
import type { Host } from "./host.ts";
import { Panel } from "./panel.tsx";
import { readShell } from "./shell.ts";
import type { State } from "./state.ts";
import { loadStrings, type Say } from "./strings.ts";

// What the parts loaded later render with: there must be one of it (build.mjs).
export { Fragment, h } from "preact";
export { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";

/** What a part that is a view exports as view. Rejects never: it shows why not. */
export type View = (host: Host, say: Say) => Promise<JSX.Element>;

const root = document.getElementById("labelup")!;
root.replaceChildren(); // what is said where this script does not come
const shell = readShell(root.dataset);
const host = connectHost((globalThis as { AP?: unknown }).AP);

host.theme();
new ResizeObserver(() => host.resize(Math.ceil(root.getBoundingClientRect().height))).observe(root);
const strings = loadStrings(host.locale());

// Not awaited here: a part loaded later waits until this module has run to its end.
if (shell.view === "editor" || shell.view === "admin") void showPart(shell.view);
else void showPanel();

/** Shows a view that is a part of its own, editor/editor.tsx or admin/admin.tsx. */
async function showPart(name: string): Promise<void> {
  const part = (import(new URL(name + ".js", import.meta.url).href) as Promise<{ view: View }>).catch(() => undefined);
  const say = await strings;
  const view = (await part)?.view;
  if (view) render(await view(host, say), root);
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
