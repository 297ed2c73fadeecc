// How the vocabulary is used: whether other labels are, which groups there are,
// and whose list it follows.

import { h, type JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { isComposing } from "../../../composing.ts";
import { isolated } from "../../../say.ts";
import { LONGEST_GROUP, MOST_GROUPS, type Mode, type Vocabulary } from "../../vocabulary.ts";
import type { Model } from "../model.ts";
import { otherNamed, whyNot, type Other, type Refusal } from "./following.ts";
import type { Key, Own } from "./words.ts";

interface Props {
  model: Model;
  base: Vocabulary;
  other: Other | undefined; // that is followed, where it can be seen
  busy: boolean;
  own: Own;
  tell(line: string): void;
  save(vocabulary: Vocabulary): void;
  close(): void;
}

interface Row {
  was: string; // "" for a new one
  name: string;
  oneOf: boolean;
  required: boolean;
}

const MODES: Mode[] = ["free", "advise", "listed"];
const LONGEST_ADDRESS = 2_000;

export function Settings({ model, base, other, busy, own, tell, save, close }: Props): JSX.Element {
  const { say } = own;
  const [mode, setMode] = useState(base.mode);
  const [rows, setRows] = useState<Row[]>(base.groups.map((group) => ({ ...group, was: group.name })));
  const [before] = useState(other?.key ?? base.follows); // where it comes late, its number stands there
  const [follow, setFollow] = useState(before);
  const [added, setAdded] = useState("");
  const [refused, setRefused] = useState<Refusal>();
  const [twice, setTwice] = useState(false);
  const [asking, ask] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  useLayoutEffect(() => form.current?.querySelector<HTMLElement>("select")?.focus(), []);
  const set = (i: number, more: Partial<Row>) => setRows(rows.map((row, at) => (at === i ? { ...row, ...more } : row)));

  function add(): void {
    const name = added.trim();
    setTwice(rows.some((row) => row.name.trim() === name));
    if (!name || rows.length >= MOST_GROUPS || rows.some((row) => row.name.trim() === name)) return;
    setRows([...rows, { was: "", name, oneOf: false, required: false }]);
    setAdded("");
  }

  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    if (busy || asking) return;
    const named = [...rows, ...(added.trim() && rows.length < MOST_GROUPS ? [{ was: "", name: added, oneOf: false, required: false }] : [])].map((row) => ({ ...row, name: row.name.trim() })).filter(({ name }) => name);
    const again = new Set(named.map(({ name }) => name)).size < named.length;
    setTwice(again);
    if (again) return tell(say("groups.taken"));
    ask(true);
    const follows = follow.trim() === before ? base.follows : follow.trim() === "" ? "" : await found();
    ask(false);
    if (follows === undefined) return;
    const now = new Map(named.flatMap(({ was, name }) => (was ? [[was, name] as const] : [])));
    const known = new Set(base.groups.map(({ name }) => name));
    save({
      ...base,
      mode,
      follows,
      groups: named.map(({ name, oneOf, required }) => ({ name, oneOf, required })),
      entries: base.entries.map((entry) => (known.has(entry.group) ? { ...entry, group: now.get(entry.group) ?? "" } : entry)),
    });
  }

  /** The id of the space that is to be followed; undefined if it cannot be. */
  async function found(): Promise<string | undefined> {
    const named = await otherNamed(model.host, follow, model.site);
    const refusal = typeof named === "string" ? named : await whyNot(model.host, model.shell.spaceId, named.id);
    if (!form.current) return undefined; // cancelled meanwhile
    setRefused(refusal);
    if (!refusal) return (named as Other).id;
    tell(say(`follow.${refusal}`));
    form.current.querySelector<HTMLElement>("[name=follow]")?.focus();
    return undefined;
  }

  return (
    <form class="card settings" ref={form} aria-label={say("settings")} onSubmit={(event) => void submit(event)} onKeyDown={(event) => event.key === "Escape" && !isComposing(event) && close()}>
      <label class="named">
        <span>{say("others")}</span>
        <select class="field" value={mode} onChange={(event) => setMode(event.currentTarget.value as Mode)}>
          {MODES.map((one) => <option key={one} value={one}>{say(`mode.${one}.short` as Key)}</option>)}
        </select>
      </label>
      <fieldset>
        <legend>{say("groups")}</legend>
        {rows.map((row, i) => (
          <div key={i} class="tools">
            <label class="named">
              <span>{say("groups.name")}</span>
              <input class="field" value={row.name} maxLength={LONGEST_GROUP} autocomplete="off" onInput={(event) => set(i, { name: event.currentTarget.value })} />
            </label>
            <label class="ticked" title={say("oneOf.hint")}><input type="checkbox" checked={row.oneOf} aria-label={`${row.name}: ${say("oneOf")}`} onChange={(event) => set(i, { oneOf: event.currentTarget.checked })} /> {say("oneOf")}</label>
            <label class="ticked" title={say("required.hint")}><input type="checkbox" checked={row.required} aria-label={`${row.name}: ${say("required")}`} onChange={(event) => set(i, { required: event.currentTarget.checked })} /> {say("required")}</label>
            <button type="button" class="button" aria-label={say("groups.remove", { group: isolated(row.name) })} onClick={() => { setRows(rows.filter((_, at) => at !== i)); form.current?.querySelector<HTMLElement>("[name=added]")?.focus(); }}>×</button>
          </div>
        ))}
        <div class="tools">
          <label class="named">
            <span>{say("groups.new")}</span>
            <input class="field" name="added" value={added} maxLength={LONGEST_GROUP} autocomplete="off" aria-invalid={twice || undefined} onInput={(event) => setAdded(event.currentTarget.value)} onKeyDown={(event) => { if (event.key === "Enter" && added.trim() && !isComposing(event)) { event.preventDefault(); add(); } }} />
          </label>
          <button type="button" class="button" onClick={add}>{say("groups.add")}</button>
        </div>
        {twice && <p class="wrong" role="alert">{say("groups.taken")}</p>}
      </fieldset>
      <label class="named wide">
        <span>{say("follow")}</span>
        <input class="field" name="follow" value={follow} maxLength={LONGEST_ADDRESS} autocomplete="off" aria-invalid={refused ? true : undefined} aria-describedby="follow-why" onInput={(event) => setFollow(event.currentTarget.value)} />
        <span class={refused ? "wrong" : "hint"} id="follow-why">{say(refused ? `follow.${refused}` : "follow.hint")}</span>
      </label>
      <div class="buttons">
        <button type="submit" class="button primary" aria-disabled={busy || asking}>{say("save")}</button>
        <button type="button" class="button" onClick={close}>{say("cancel")}</button>
      </div>
    </form>
  );
}
