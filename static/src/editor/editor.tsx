// The macro editor: the parameters and what they make of the panel. The
// buttons that save and cancel are those of the host's dialog around it, where
// it has any. Loaded only where it is shown.

import { h, type JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Chips } from "../chips.tsx";
import type { Host } from "../host.ts";
import { normalise, problemOf } from "../name.ts";
import { DISPLAYS, type Parameters, type Shell } from "../shell.ts";
import type { Say } from "../strings.ts";
import { loadStyle } from "../style.ts";
import { loadWords, type Words } from "./words.ts";

await loadStyle("editor.css");

export async function view(host: Host, say: Say, { prefix, display }: Shell): Promise<JSX.Element> {
  return <Editor host={host} say={say} words={await loadWords()} saved={{ prefix, display }} />;
}

function Editor({ host, say, words, saved }: { host: Host; say: Say; words: Words; saved: Parameters }): JSX.Element {
  const [parameters, set] = useState(saved);
  const { prefix: typed, display } = parameters;
  const field = useRef<HTMLInputElement>(null);
  const prefix = normalise(typed);
  const problem = prefix ? problemOf(prefix) : undefined;

  const [ownButton, needOwnButton] = useState(false);
  const [failed, setFailed] = useState(false);

  const save = useRef(() => {});
  save.current = () => {
    setFailed(false);
    if (problem) field.current?.focus();
    else host.save({ ...parameters, prefix }).catch(() => setFailed(true));
  };
  useEffect(() => needOwnButton(!host.onSubmit(() => save.current())), []);

  const samples = prefix && !problem ? [`${prefix}blue`, `${prefix}green`, `${prefix}red`] : ["meeting-notes", "roadmap", "team-blue", "team-red"];
  return (
    <form class="editor" onSubmit={(event: Event) => (event.preventDefault(), save.current())}>
      <div>
        <label for="prefix">{words("macro.prefix")}</label>
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
          onInput={(event) => set({ ...parameters, prefix: event.currentTarget.value })}
        />
        <p id="prefix-help" class={problem ? "hint wrong" : "hint"} role={problem && "alert"}>
          {problem ? say(`wrong.${problem.rule}`, { character: problem.character }) : words("macro.prefix.description")}
        </p>
      </div>
      <fieldset>
        <legend>{words("macro.display")}</legend>
        {DISPLAYS.map((choice) => (
          <label key={choice}>
            <input type="radio" name="display" checked={choice === display} onChange={() => set({ ...parameters, display: choice })} /> {words(`display.${choice}`)}
          </label>
        ))}
      </fieldset>
      <section aria-label={words("preview")}>
        <p class="hint">{words("preview")}</p>
        <div class="row" data-display={display}>
          <Chips names={samples} say={say} linkTo={() => undefined} />
        </div>
      </section>
      {failed && <p class="hint wrong" role="alert">{words("notSaved")}</p>}
      {ownButton && <button type="submit" class="save">{words("save")}</button>}
    </form>
  );
}
