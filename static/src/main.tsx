// Shows the view that the host asks for. Each host has an entry of its own that
// starts this: hosts/*.main.ts.

import { h, render, type JSX } from "preact";
import { run } from "./effects.ts";
import type { Host } from "./host.ts";
import { Panel } from "./panel.tsx";
import { Reference } from "./reference.tsx";
import type { Shell } from "./shell.ts";
import type { State } from "./state.ts";
import { loadStrings, type Say } from "./strings.ts";

// What the parts loaded later render with: there must be one of it (build.mjs).
export { Fragment, h } from "preact";
export { useEffect, useImperativeHandle, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";

/** What a part that is a view exports as view. Rejects never: it shows why not. */
export type View = (host: Host, say: Say, shell: Shell) => Promise<JSX.Element>;

/** Not awaited by an entry: a part loaded later waits until the entry has run to its end. */
export async function start(host: Host): Promise<void> {
  const root = document.getElementById("labelup")!;
  root.replaceChildren(); // what is said where this script does not come
  host.theme();
  new ResizeObserver(() => host.resize(Math.ceil(root.getBoundingClientRect().height))).observe(root);
  const strings = loadStrings(host.locale());
  const shell = await host.shell().catch(() => undefined);
  if (!shell) {
    const say = await strings;
    render(<p class="status wrong" role="alert">{say("unreadable")} <button type="button" class="link" onClick={() => location.reload()}>{say("retry")}</button> <Reference host={host} say={say} /></p>, root);
    return;
  }
  root.dataset["view"] = shell.view;
  if (shell.view === "editor" || shell.view === "admin" || shell.view === "space") await showPart(shell.view);
  else await showPanel(shell);

  /** Shows a view that is a part of its own, editor/editor.tsx, admin/admin.tsx or space/ui/space.tsx. */
  async function showPart(name: string): Promise<void> {
    const part = (import(new URL(name + ".js", import.meta.url).href) as Promise<{ view: View }>).catch(() => undefined);
    const say = await strings;
    const view = (await part)?.view;
    if (view) render(await view(host, say, shell!), root);
    else root.textContent = say("why.network");
  }

  async function showPanel(shell: Shell): Promise<void> {
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
}
