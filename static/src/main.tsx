// Entry of the bundle: finds out where it is and shows the view asked for.

import { h, render } from "preact";
import { connectHost } from "./connect-host.ts";
import { Editor } from "./editor.tsx";
import { run } from "./effects.ts";
import { Panel } from "./panel.tsx";
import { asDisplay, readShell } from "./shell.ts";
import type { State } from "./state.ts";
import { loadStrings, type Say } from "./strings.ts";

const root = document.getElementById("labelup")!;
const shell = readShell(root.dataset);
const host = connectHost((globalThis as { AP?: unknown }).AP);

host.theme();
new ResizeObserver(() => host.resize(Math.ceil(root.getBoundingClientRect().height))).observe(root);
const strings = loadStrings(host.locale());

if (shell.view === "editor") {
  const parameters = host.parameters().catch(() => ({}) as Record<string, string>);
  const [say, saved] = await Promise.all([strings, parameters]);
  render(<Editor host={host} say={say} saved={{ prefix: saved["prefix"] ?? "", display: asDisplay(saved["display"]) }} />, root);
} else {
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
