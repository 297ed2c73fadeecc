// One label of the vocabulary, to be changed in its place in the list.

import { h, type JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { isComposing } from "../../../composing.ts";
import { MOST_TYPED, normalise, problemOf, textsIn } from "../../../name.ts";
import { isolated } from "../../../say.ts";
import { LONGEST_DESCRIPTION, LONGEST_SYNONYM, MOST_SYNONYMS, type Entry } from "../../vocabulary.ts";
import { wrongName, type Own } from "./words.ts";

interface Props {
  entry: Entry;
  isNew: boolean;
  hint: string; // "" for none
  groups: string[];
  labels: string[]; // of the list, to choose from
  taken(label: string): boolean;
  busy: boolean;
  own: Own;
  tell(line: string): void;
  save(entry: Entry): void;
  remove?: (() => void) | undefined;
  close(): void;
}

export function EntryForm({ entry, isNew, hint, groups, labels, taken, busy, own, tell, save, remove, close }: Props): JSX.Element {
  const { say } = own;
  const [draft, setDraft] = useState(entry);
  const [name, setName] = useState(entry.label);
  const [instead, setInstead] = useState(entry.replacement);
  const [synonym, setSynonym] = useState("");
  const [wrong, setWrong] = useState<{ of: "label" | "synonyms" | "replacement"; line: string }>();
  const form = useRef<HTMLFormElement>(null);
  const change = (more: Partial<Entry>) => setDraft((draft) => ({ ...draft, ...more }));
  useLayoutEffect(() => form.current?.querySelector<HTMLElement>("input")?.focus(), []);
  const field = (of: string) => form.current?.querySelector<HTMLElement>(`[name="${of}"]`);

  /** The synonyms with what is typed; undefined if there are too many. */
  function withTyped(text: string): string[] | undefined {
    const words = textsIn(text).map((one) => one.trim().slice(0, LONGEST_SYNONYM)).filter((one) => one && !draft.synonyms.includes(one) && normalise(one) !== normalise(name));
    const all = [...new Set([...draft.synonyms, ...words])];
    if (all.length <= MOST_SYNONYMS) return all;
    refuse("synonyms", say("synonyms.most", { count: MOST_SYNONYMS }));
    return undefined;
  }
  function addSynonyms(text: string): void {
    const synonyms = withTyped(text);
    if (!synonyms) return;
    change({ synonyms });
    setSynonym("");
    setWrong(undefined);
  }
  /** Takes what is typed; the synonyms of a list become chips. */
  function type(text: string): void {
    if (textsIn(text).length > 1) addSynonyms(text);
    else setSynonym(text);
  }
  function refuse(of: NonNullable<typeof wrong>["of"], line: string): void {
    setWrong({ of, line });
    tell(line);
    field(of)?.focus();
  }

  function submit(event: Event): void {
    event.preventDefault();
    if (busy) return;
    const label = normalise(name);
    const problem = problemOf(label);
    if (problem) return refuse("label", wrongName(own, problem));
    if (label !== entry.label && taken(label)) return refuse("label", say("taken", { label: isolated(label) }));
    const replacement = draft.retired ? normalise(instead) : "";
    const unfit = replacement ? problemOf(replacement) : undefined;
    if (unfit) return refuse("replacement", wrongName(own, unfit));
    if (replacement === label) return refuse("replacement", say("wrong.replacement", { text: isolated(label) }));
    const synonyms = withTyped(synonym);
    if (synonyms) save({ ...draft, label, replacement, synonyms: synonyms.filter((one) => one !== label) });
  }

  const becomes = (typed: string) => {
    const made = normalise(typed);
    return typed && made !== typed && !problemOf(made) && <span class="hint">{say("becomes", { name: isolated(made) })}</span>;
  };
  const invalid = (of: string) => wrong?.of === of && <span class="wrong" id="entry-wrong">{wrong.line}</span>;
  const marks = (of: string) => ({ name: of, "aria-invalid": wrong?.of === of || undefined, "aria-describedby": wrong?.of === of ? "entry-wrong" : undefined });
  return (
    <form class="card entry-form" ref={form} aria-label={isNew ? say("add") : say("changeOne", { label: isolated(entry.label) })} onSubmit={submit} onKeyDown={(event) => event.key === "Escape" && !isComposing(event) && close()}>
      <label class="named">
        <span>{say("label")}</span>
        <input class="field" value={name} maxLength={MOST_TYPED} autocomplete="off" {...marks("label")} onInput={(event) => setName(event.currentTarget.value)} />
        {becomes(name)}
        {invalid("label")}
      </label>
      <label class="named">
        <span>{say("group")}</span>
        <select class="field" value={draft.group} onChange={(event) => change({ group: event.currentTarget.value })}>
          <option value="">{say("noGroup")}</option>
          {[...new Set([...groups, ...(draft.group ? [draft.group] : [])])].map((group) => <option key={group} value={group}>{group}</option>)}
        </select>
      </label>
      <label class="named wide">
        <span>{say("description")}</span>
        <input class="field" value={draft.description} maxLength={LONGEST_DESCRIPTION} autocomplete="off" onInput={(event) => change({ description: event.currentTarget.value })} />
      </label>
      <div class="named wide">
        <label for="entry-synonyms">{say("synonyms")}</label>
        {draft.synonyms.length > 0 && (
          <ul class="synonyms">
            {draft.synonyms.map((one) => (
              <li key={one}>
                <bdi class="chip">
                  <span class="name">{one}</span>
                  <button type="button" class="remove" aria-label={say("synonyms.remove", { name: isolated(one) })} onClick={() => { change({ synonyms: draft.synonyms.filter((other) => other !== one) }); field("synonyms")?.focus(); }}>×</button>
                </bdi>
              </li>
            ))}
          </ul>
        )}
        <input
          id="entry-synonyms" class="field" value={synonym} autocomplete="off" {...marks("synonyms")}
          onInput={(event) => ((event as InputEvent).isComposing ? setSynonym : type)(event.currentTarget.value)}
          onCompositionEnd={(event) => type(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (isComposing(event)) return;
            if (event.key === "Enter" && synonym.trim()) {
              event.preventDefault();
              addSynonyms(synonym);
            }
            if (event.key === "Backspace" && !synonym && draft.synonyms.length) change({ synonyms: draft.synonyms.slice(0, -1) });
          }}
        />
        <span class="hint">{say("synonyms.hint")}</span>
        {invalid("synonyms")}
      </div>
      <label class="ticked">
        <input type="checkbox" checked={draft.retired} onChange={(event) => change({ retired: event.currentTarget.checked })} /> {say("isRetired")}
      </label>
      {draft.retired && (
        <label class="named">
          <span>{say("replacement")}</span>
          <input class="field" list="entry-labels" value={instead} maxLength={MOST_TYPED} autocomplete="off" {...marks("replacement")} onInput={(event) => setInstead(event.currentTarget.value)} />
          {becomes(instead)}
          {invalid("replacement")}
          <datalist id="entry-labels">{labels.map((label) => <option key={label} value={label} />)}</datalist>
        </label>
      )}
      <p class="hint wide">{hint || say("onlyList")}</p>
      <div class="buttons wide">
        <button type="submit" class="button primary" aria-disabled={busy}>{say("save")}</button>
        <button type="button" class="button" onClick={close}>{say("cancel")}</button>
        {remove && <button type="button" class="button" aria-disabled={busy} onClick={() => busy || remove()}>{say("delete")}</button>}
      </div>
    </form>
  );
}
