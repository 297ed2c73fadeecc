// The tab with the labels that a space has agreed on: everybody reads it, the
// space's administrators change it. Nothing is kept that was not looked at, and
// nothing is written over what somebody else has changed since.

import { Fragment, h, type JSX } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { download } from "../../../download.ts";
import { statusOf } from "../../../failure.ts";
import { normalise } from "../../../name.ts";
import { isolated } from "../../../say.ts";
import { loadStyle } from "../../../style.ts";
import { onTop, sameVocabulary } from "../../difference.ts";
import { draftOf } from "../../draft.ts";
import type { Fault } from "../../interchange.ts";
import { insteadOf, setApart, type Entry, type Vocabulary as Listed } from "../../vocabulary.ts";
import type { Model } from "../model.ts";
import type { Words } from "../words.ts";
import { Conflict, Preview, type Clash } from "./differing.tsx";
import { EntryForm } from "./entry.tsx";
import { otherWith, whyNot, type Other } from "./following.ts";
import { Settings } from "./settings.tsx";
import { lineOf, loadOwn, type Key, type Own } from "./words.ts";

interface Props {
  model: Model;
  words: Words;
  tell(line: string): void;
}

const AT_ONCE = 100; // rows
const LEAST_USED = 2; // pages, to be in a draft
const LARGEST_FILE = 8_000_000; // bytes
const BLANK: Entry = { label: "", description: "", group: "", synonyms: [], retired: false, replacement: "", was: [] };
const GROUPS = { any: "", none: "\n", retired: "\r" }; // beside the groups by their names

/** Loads what the tab needs, and gives it. */
export async function load(): Promise<(props: Props) => JSX.Element> {
  const [own] = await Promise.all([loadOwn(), loadStyle("vocabulary.css")]);
  return (props) => <Vocabulary {...props} own={own} />;
}

const files = () => import("../../interchange.ts"); // few people ever read or write one

/** What is in place of the list's head: a form, what would be kept, or two people's changes. */
type Doing =
  | { what: "entry"; label: string; base: Listed }
  | { what: "settings"; base: Listed }
  | { what: "preview"; title: string; notes: string[]; base: Listed; mine: Listed }
  | { what: "conflict"; clash: Clash };

function Vocabulary({ model, words, own, tell }: Props & { own: Own }): JSX.Element {
  const { say, month } = own;
  const [text, setText] = useState("");
  const [group, setGroup] = useState(GROUPS.any);
  const [most, setMost] = useState(AT_ONCE);
  const [doing, setDoing] = useState<Doing>();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const [faults, setFaults] = useState<Fault[]>([]);
  const [read, setRead] = useState<"reading" | "read" | "failed">("reading");
  const [apartShown, showApart] = useState(false);
  const [other, setOther] = useState<Other & { chain: boolean }>();
  const focus = useRef(""); // what has the focus when it is drawn: a label, or "add"
  const list = useRef<HTMLDivElement>(null);
  const latest = useRef(doing);
  latest.current = doing;
  const late = useRef<{ base: Listed; mine: Listed } | undefined>(undefined); // what was kept from here after the form that is open was opened

  const { vocabulary: { vocabulary: kept, trouble }, joined: { vocabulary: all, unseen }, store } = model;
  const whole = model.looked && model.reading.state === "done";
  const admin = model.admin && read !== "failed"; // else it would be changed unseen
  const named = useMemo(() => new Map(kept.entries.map((entry) => [entry.label, entry])), [kept]);
  const pages = useMemo(() => new Map(store.labels().map(({ name, pages }) => [name, pages])), [store.version]);

  const readAgain = () => (setRead("reading"), model.readVocabulary().then(() => setRead("read"), () => setRead("failed")));
  useEffect(() => void readAgain(), []);
  useEffect(() => {
    const id = kept.follows;
    setOther(undefined);
    if (!id) return undefined;
    let left = false;
    void Promise.all([otherWith(model.host, id), whyNot(model.host, model.shell.spaceId, id)]).then(([space, why]) => !left && space && setOther({ ...space, chain: why === "chain" || why === "circle" }));
    return () => void (left = true);
  }, [kept.follows]);

  useLayoutEffect(() => {
    if (!focus.current || doing) return;
    const name = focus.current;
    focus.current = "";
    if (document.activeElement !== document.body) return; // who has gone on to something else stays there
    const at = [...list.current!.querySelectorAll<HTMLElement>("[data-change]")].find(({ dataset }) => dataset["change"] === name) ?? list.current!.querySelector<HTMLElement>("[data-home]");
    at?.focus();
  });

  function begin(next: Doing): void {
    setDoing(next);
    late.current = undefined;
    tell(""); // the same said twice is heard once
  }

  function close(to = "add"): void {
    focus.current = to;
    setDoing(undefined);
    setProblem("");
  }

  /** Keeps what was made of a vocabulary, if that is still there; else both are shown. What is begun meanwhile stays as it is. */
  async function keep(base: Listed, mine: Listed, to?: string): Promise<void> {
    const begun = doing;
    if (late.current && sameVocabulary(base, late.current.base)) [base, mine] = [late.current.mine, onTop(base, mine, late.current.mine)];
    if (sameVocabulary(base, mine) && !trouble) return close(to);
    setBusy(true);
    setProblem("");
    try {
      const theirs = await keepOver(model, base, mine);
      const there = latest.current === begun;
      if (theirs) {
        if (there) setDoing({ what: "conflict", clash: { base, mine, theirs } });
        else setProblem(words.say("why.conflict"));
        await model.readVocabulary();
      } else {
        if (there) close(to);
        else late.current = { base, mine };
        tell(say("kept"));
      }
    } catch (error) {
      const status = statusOf(error);
      setProblem(status === 413 ? say("why.large") : words.say(status === 403 || status === 404 ? "why.notAdmin" : status === 409 ? "why.conflict" : "why.failed"));
    }
    setBusy(false);
  }

  function saveEntry(base: Listed, before: string, entry: Entry): void {
    const renamed = (label: string) => (before && label === before ? entry.label : label);
    const is = base.entries.some(({ label }) => label === before);
    const others = base.entries.map((one) => (one.label === before ? entry : { ...one, replacement: renamed(one.replacement) }));
    void keep(base, { ...base, entries: is ? others : [...base.entries, entry] }, entry.label);
  }

  function draft(): void {
    const instead = insteadOf(all);
    const listed = new Set(all.entries.map(({ label }) => label));
    const use = new Map([...pages].filter(([name]) => !listed.has(name) && !instead.has(name)));
    const spellings = model.findings.flatMap(({ kind, labels: [goes, stays] }) => (kind === "spellings" ? [{ goes: goes!, stays: stays! }] : []));
    const made = draftOf(use, spellings, LEAST_USED, all.entries);
    const entries = new Map([...kept.entries, ...made.vocabulary.entries].map((entry) => [entry.label, entry])); // those of the draft have more synonyms
    const mine = { ...kept, entries: [...entries.values()] };
    const notes = [
      ...(made.vocabulary.entries.length ? [] : [say("draft.nothing")]),
      ...(made.rare ? [say("draft.rare", { count: made.rare })] : []),
      ...(made.spellings ? [say("draft.spellings", { count: made.spellings })] : []),
      ...(made.more ? [say("draft.more", { count: made.more })] : []),
    ];
    setDoing({ what: "preview", title: say("preview.draft"), notes, base: kept, mine });
  }

  const failed = () => setProblem(words.say("part.failed"));
  async function take(file: File): Promise<void> {
    setFaults([]);
    setProblem("");
    setDoing(undefined);
    if (file.size > LARGEST_FILE) return setFaults([{ line: 1, why: "large", text: "" }]);
    const [content, { fromCSV, fromJSON }] = await Promise.all([file.text(), files()]);
    const { vocabulary: mine, faults } = /\.json$/i.test(file.name) || /^\ufeff?\s*[{[]/.test(content) ? fromJSON(content) : fromCSV(content, kept);
    if (faults.length) return setFaults(faults);
    const refusal = mine.follows && mine.follows !== kept.follows ? await whyNot(model.host, model.shell.spaceId, mine.follows) : undefined;
    if (refusal) return setProblem(say(`follow.${refusal}`));
    // A form may be open by now.
    setDoing((now) => (now && now.what !== "preview" ? now : { what: "preview", title: say("preview.import"), notes: [], base: kept, mine }));
  }

  async function give(as: "csv" | "json" | "ttl"): Promise<void> {
    const { spaceKey } = model.shell;
    const { csvText, jsonText, turtleText } = await files();
    const content = as === "csv" ? csvText(kept) : as === "json" ? jsonText(kept) : turtleText(kept, `${model.site}/spaces/${encodeURIComponent(spaceKey)}`, spaceKey);
    tell(say("saved", { name: download(`vocabulary-${spaceKey}`, content, as) }));
  }

  const wanted = normalise(text);
  const typed = text.trim().toLowerCase();
  const found = useMemo(
    () =>
      all.entries.filter(({ label, description, group: own, synonyms, retired, was }) => {
        if (group === GROUPS.none ? own : group === GROUPS.retired ? !retired : group !== GROUPS.any && own !== group) return false;
        return !typed || label.includes(wanted) || [description, own, ...synonyms, ...was.map(({ name }) => name)].some((one) => one.toLowerCase().includes(typed));
      }),
    [all, typed, group],
  );
  const groups = [...new Set([...all.groups.map(({ name }) => name), ...all.entries.map(({ group }) => group)])].filter(Boolean); // some lists say nothing of the groups that their labels are in
  const from = other?.name ?? kept.follows;
  const editing = doing?.what === "entry" ? doing : undefined;
  const first = found.slice(0, most);
  // What is being changed stays, whatever is searched meanwhile.
  const shown = editing?.label && !first.some(({ label }) => label === editing.label) ? all.entries.filter((entry) => entry.label === editing.label || first.includes(entry)) : first;

  const form = (entry: Entry, base: Listed) => (
    <EntryForm
      key={entry.label} entry={entry} isNew={!entry.label} hint={entry.label && !named.has(entry.label) ? say("here", { space: isolated(from) }) : ""}
      groups={groups} labels={kept.entries.slice(0, 500).map(({ label }) => label)} taken={(label) => named.has(label)} busy={busy} own={own} tell={tell}
      save={(next) => saveEntry(base, entry.label, next)}
      remove={named.has(entry.label) ? () => void keep(base, { ...base, entries: base.entries.filter(({ label }) => label !== entry.label) }) : undefined}
      close={() => close(entry.label || "add")}
    />
  );
  return (
    <div class="vocabulary" ref={list}>
      {read === "failed" && (
        <p class="notice wrong" role="alert">
          {say("unread")} <button type="button" class="link" onClick={() => void readAgain()}>{words.say("part.again")}</button>
        </p>
      )}
      {trouble && (
        <p class="notice wrong">
          {say(`trouble.${trouble}`)} {admin && !doing && <button type="button" class="link" onClick={() => busy || void keep(kept, kept)}>{say("mend")}</button>}
        </p>
      )}
      {unseen && <p class="notice">{say("unseen")}</p>}
      {other?.chain && <p class="notice">{say("chain")}</p>}
      {problem && <p class="notice wrong" role="alert">{problem}</p>}
      {faults.length > 0 && (
        <div class="notice wrong" role="alert">
          <p>{say("file.refused")}</p>
          <ul>{faults.slice(0, 20).map((fault, i) => <li key={i}>{lineOf(own, fault)}</li>)}</ul>
          {faults.length > 20 && <p>{words.say("more", { count: faults.length - 20 })}</p>}
        </div>
      )}
      <div class="used">
        {!all.entries.length && read === "read" && <p>{say("none")}</p>}
        <p>{all.entries.length > 0 && `${say("intro")} ${say(`mode.${all.mode}` as Key)}`} {other && say("follows", { space: isolated(other.name) })}</p>
        {all.groups.length > 0 && (
          <ul class="groups" aria-label={say("groups")}>
            {all.groups.map(({ name, oneOf, required }) => (
              <li key={name}>
                <bdi class="chip"><span class="name">{name}</span></bdi>
                {oneOf && <span class="lozenge" title={say("oneOf.hint")}>{say("oneOf")}</span>}
                {required && <span class="lozenge" title={say("required.hint")}>{say("required")}</span>}
              </li>
            ))}
          </ul>
        )}
        {model.admin === false && <p class="hint">{say("readOnly")}</p>}
      </div>
      {doing?.what === "settings" && <Settings model={model} base={doing.base} other={other} busy={busy} own={own} tell={tell} save={(mine) => void keep(doing.base, mine)} close={() => close()} />}
      {doing?.what === "preview" && <Preview {...doing} before={doing.base} after={doing.mine} busy={busy} own={own} words={words} keep={() => void keep(doing.base, doing.mine)} close={() => close()} />}
      {doing?.what === "conflict" && (
        <Conflict
          key={doing.clash.theirs} clash={doing.clash} busy={busy} own={own} words={words}
          theirsStay={() => { close(); tell(say("kept")); }}
          onTop={() => void keep(doing.clash.theirs, onTop(doing.clash.base, doing.clash.mine, doing.clash.theirs))}
        />
      )}
      {editing?.label === "" && form(BLANK, editing.base)}
      {(!doing || editing?.label) && (
        <div class={doing ? "tools held" : "tools"}>
          {admin && (
            <>
              <button type="button" class="button primary" data-home="" onClick={() => begin({ what: "entry", label: "", base: kept })}>{say("add")}</button>
              <button type="button" class="button" onClick={() => begin({ what: "settings", base: kept })}>{say("settings")}</button>
              <button type="button" class="button" aria-disabled={!whole} title={whole ? undefined : say("draft.wait")} onClick={() => (whole ? draft() : tell(say("draft.wait")))}>{say("draft")}</button>
              <label class="named">
                <span>{say("import")}</span>
                <input type="file" class="field" accept=".csv,.json,text/csv,application/json" onChange={(event) => { const { files } = event.currentTarget; if (files?.[0]) void take(files[0]).catch(failed); event.currentTarget.value = ""; }} />
              </label>
            </>
          )}
          {kept.entries.length > 0 && (
            <span class="tools" role="group" aria-label={say("export")}>
              <span class="hint">{say("export")}</span>
              {(["csv", "json", "ttl"] as const).map((as) => <button key={as} type="button" class="button" onClick={() => void give(as).catch(failed)}>{say(`export.${as}`)}</button>)}
            </span>
          )}
        </div>
      )}
      {all.entries.length > 0 && (
        <>
          <div class="tools">
            <label class="named">
              <span>{say("search")}</span>
              <input type="search" class="field" value={text} onInput={(event) => { setText(event.currentTarget.value); setMost(AT_ONCE); }} />
            </label>
            <label class="named">
              <span>{say("group")}</span>
              <select class="field" value={group} onChange={(event) => { setGroup(event.currentTarget.value); setMost(AT_ONCE); }}>
                <option value={GROUPS.any}>{say("group.any")}</option>
                {groups.map((name) => <option key={name} value={name}>{name}</option>)}
                <option value={GROUPS.none}>{say("group.none")}</option>
                <option value={GROUPS.retired}>{say("group.retired")}</option>
              </select>
            </label>
            <p class="count" role="status">{words.say("labels", { count: found.length })}</p>
          </div>
          <ul class="entries">
            {shown.map((entry) => {
              const { label, description, group, synonyms, retired, replacement, was } = entry;
              const uses = pages.get(label) ?? 0;
              return (
                <li key={label}>
                  {editing?.label === label ? (
                    form(entry, editing.base)
                  ) : (
                    <div class="entry">
                      <div class="what">
                        <p class="line-of">
                          <bdi class={retired ? "chip removed" : "chip"}><span class="name">{label}</span></bdi>
                          {group && <bdi class="lozenge">{group}</bdi>}
                          {retired && <span class="lozenge goes">{replacement ? say("retired.to", { label: isolated(replacement) }) : say("retired")}</span>}
                          {!named.has(label) && <span class="hint">{say("from", { space: isolated(from) })}</span>}
                          {uses > 0 && <span class="hint">{words.say("fact.pages", { count: uses })}</span>}
                        </p>
                        {description && <p><bdi>{description}</bdi></p>}
                        {synonyms.length > 0 && <p class="hint">{say("also", { names: synonyms.map(isolated).join(", ") })}</p>}
                        {was.length > 0 && <p class="hint">{was.map(({ name, until }) => say("was", { name: isolated(name), month: month(until) })).join(" · ")}</p>}
                      </div>
                      {admin && <button type="button" class={doing ? "button held" : "button"} data-change={label} aria-label={say("changeOne", { label: isolated(label) })} onClick={() => begin({ what: "entry", label, base: kept })}>{say("change")}</button>}
                    </div>
                  )}
                </li>
              );
            })}
          </ul>
          {found.length > most && <button type="button" class="button" onClick={() => setMost(most + AT_ONCE)}>{say("more", { count: Math.min(AT_ONCE, found.length - most) })}</button>}
        </>
      )}
      {kept.apart.length > 0 && (
        <section>
          <button type="button" class="link" aria-expanded={apartShown} onClick={() => showApart(!apartShown)}>{say("apart", { count: kept.apart.length })}</button>
          {apartShown && (
            <ul class="pairs">
              {kept.apart.slice(0, 200).map(([a, b]) => (
                <li key={`${a} ${b}`}>
                  {say("apart.pair", { a: isolated(a), b: isolated(b) })} {admin && !doing && <button type="button" class="link" aria-label={`${say("apart.back")}: ${say("apart.pair", { a: isolated(a), b: isolated(b) })}`} onClick={() => busy || void keep(kept, setApart(kept, a, b, false))}>{say("apart.back")}</button>}
                </li>
              ))}
            </ul>
          )}
        </section>
      )}
    </div>
  );
}

/** Keeps what was made of a vocabulary. Where that is not what is kept any more, keeps nothing and resolves with what is. */
async function keepOver(model: Model, base: Listed, mine: Listed): Promise<Listed | undefined> {
  let theirs: Listed | undefined;
  const moved = new Error("somebody was first");
  const keep = () =>
    model.keep((now) => {
      if (sameVocabulary(now, base) || sameVocabulary(now, mine)) return mine; // of what is there already only the answer was lost
      theirs = now;
      throw moved;
    });
  await keep()
    .catch((error: unknown) => {
      if (statusOf(error) !== 409 && statusOf(error) !== 400) throw error;
      return keep(); // somebody is just writing: now it can be seen what
    })
    .catch((error: unknown) => {
      if (error !== moved) throw error;
    });
  return theirs;
}
