// The macro editor: the two parameters and what they make of the panel. The
// buttons that save and cancel are those of the host's dialog around it. Loaded
// only where it is shown.

import { h, type JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Chips } from "./chips.tsx";
import type { Host } from "./host.ts";
import { normalise, problemOf } from "./name.ts";
import { asDisplay, DISPLAYS, type Display } from "./shell.ts";
import type { Say } from "./strings.ts";
import { loadStyle } from "./style.ts";

await loadStyle("editor.css");

interface Parameters {
  prefix: string;
  display: Display;
}

export async function view(host: Host, say: Say): Promise<JSX.Element> {
  const saved = await host.parameters().catch(() => ({}) as Record<string, string>);
  return <Editor host={host} say={say} saved={{ prefix: saved["prefix"] ?? "", display: asDisplay(saved["display"]) }} />;
}

function Editor({ host, say, saved }: { host: Host; say: Say; saved: Parameters }): JSX.Element {
  const [{ prefix: typed, display }, set] = useState(saved);
  const field = useRef<HTMLInputElement>(null);
  const prefix = normalise(typed);
  const problem = prefix ? problemOf(prefix) : undefined;

  const save = useRef(() => {});
  save.current = () => (problem ? field.current?.focus() : host.save({ prefix, display }));
  useEffect(() => host.onSubmit(() => save.current()), []);

  const samples = prefix && !problem ? [`${prefix}blue`, `${prefix}green`, `${prefix}red`] : ["meeting-notes", "roadmap", "team-blue", "team-red"];
  return (
    <form class="editor" onSubmit={(event: Event) => (event.preventDefault(), save.current())}>
      <div>
        <label for="prefix">{say("editor.prefix")}</label>
        <input
          id="prefix"
          class="field"
          ref={field}
          value={typed}
          maxLength={255}
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          aria-invalid={Boolean(problem)}
          aria-describedby="prefix-help"
          onInput={(event) => set({ prefix: event.currentTarget.value, display })}
        />
        <p id="prefix-help" class={problem ? "hint wrong" : "hint"} role={problem && "alert"}>
          {problem ? say(`wrong.${problem.rule}`, { character: problem.character }) : say("editor.prefixHelp")}
        </p>
      </div>
      <fieldset>
        <legend>{say("editor.display")}</legend>
        {DISPLAYS.map((choice) => (
          <label key={choice}>
            <input type="radio" name="display" checked={choice === display} onChange={() => set({ prefix: typed, display: choice })} /> {say(`editor.${choice}`)}
          </label>
        ))}
      </fieldset>
      <section aria-label={say("editor.preview")}>
        <p class="hint">{say("editor.preview")}</p>
        <div class="row" data-display={display}>
          <Chips names={samples} say={say} linkTo={() => undefined} />
        </div>
      </section>
    </form>
  );
}
