// What hangs on the labels that go by a plan, in its preview: lists, ticked page
// by page to be mended, attachments, templates.

import { h, type JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { isolated, type Speaker } from "../../../say.ts";
import { loadStyle } from "../../../style.ts";
import type { Renames } from "../../clause.ts";
import { MOST_MENDS, type Mending } from "../../segments.ts";
import type { Model } from "../model.ts";
import { addressOf } from "../pages.tsx";
import type { Words } from "../words.ts";
import { dependingPages, templatesOf, type Depending, type DependingPage, type Template } from "./depending.ts";
import type { How } from "./finding.ts";
import { loadWords, type Key } from "./words.ts";

/** What is to change beside the labels of pages. */
export interface Chosen {
  mends: Mending[];
  attachments: boolean;
  /** It as a part of a sentence; "" for nothing. */
  told: string;
}

interface Props {
  model: Model;
  words: Words;
  renames: Renames;
  /** How many have such a label; undefined where that could not be looked at. */
  attachments: number | undefined;
  choose(chosen: Chosen): void;
}

/** The part with its words. */
export async function load(): Promise<(props: Props) => JSX.Element> {
  const [say] = await Promise.all([loadWords(), loadStyle("lists.css")]);
  return (props) => <Lists {...props} own={say} />;
}

function Lists({ model, renames, attachments, choose, own: say }: Props & { own: Speaker<Key> }): JSX.Element {
  const [pages, setPages] = useState<DependingPage[]>([]);
  const [looking, setLooking] = useState(true);
  const [failed, setFailed] = useState(false);
  const [more, setMore] = useState(0);
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  const [withAttachments, setWithAttachments] = useState(false);
  const [templates, setTemplates] = useState<Template[] | "failed">([]);
  const alive = useRef(true);
  const heading = useRef<HTMLHeadingElement>(null);
  /** The button that was pressed goes while it looks. */
  const look = (how: How) => {
    heading.current?.focus();
    void model.readLists(how);
  };
  const { lists } = model;
  const means = { read: (path: string) => model.host.read(path), sleep: model.sleep, go: async () => (alive.current ? undefined : Promise.reject(new Error("left"))) };

  useEffect(() => {
    templatesOf(means, model.shell.spaceKey).then((found) => alive.current && setTemplates(found), () => alive.current && setTemplates("failed"));
    if (lists.state === "unread") void model.readLists("search");
    return () => void (alive.current = false);
  }, []);

  useEffect(() => {
    if (lists.state === "reading" || lists.state === "unread") return setLooking(true);
    let left = false;
    const found: DependingPage[] = [];
    const show = () => !left && alive.current && setPages([...found]);
    setLooking(true);
    setFailed(false);
    dependingPages({ ...means, go: async () => (left || !alive.current ? Promise.reject(new Error("left")) : undefined) }, lists.pages, { space: model.shell.spaceKey, store: model.store, renames }, (page) => (found.push(page), show())).then(
      (others) => !left && alive.current && (setMore(others), setLooking(false), show()),
      () => !left && alive.current && (setFailed(true), setLooking(false)),
    );
    return () => void (left = true);
  }, [lists]);

  const tickable = pages.filter(({ why, version }) => !why && version > 0).slice(0, MOST_MENDS);
  const mends = tickable.filter(({ id }) => ticked.has(id)).map(({ id, version }) => ({ id, version }));
  useEffect(() => {
    const told = [withAttachments && attachments && say("chosen.attachments", { count: attachments }), mends.length && say("chosen", { count: mends.length })];
    choose({ mends, attachments: withAttachments, told: told.filter(Boolean).join(" · ") });
  }, [ticked, pages, withAttachments]);

  const tick = (id: string) => setTicked(new Set(ticked.has(id) ? [...ticked].filter((one) => one !== id) : [...ticked, id]));
  const broken = failed || lists.state === "failed";
  const going = (labels: readonly string[]) => labels.filter((name) => renames.has(name));
  return (
    <section class="depending" aria-labelledby="depending" aria-busy={looking}>
      <h3 id="depending" tabIndex={-1} ref={heading}>{say("heading")}</h3>
      <p role="status" class="hint">
        {broken ? "" : looking ? say("looking") : !pages.length ? say("none") : say("found", { count: pages.length })} {!looking && !broken && say(lists.how === "search" ? "how.search" : "how.thorough")} {!looking && !broken && !lists.whole && say("part")}
        {more > 0 && ` ${say("more", { count: more })}`}
      </p>
      {broken && (
        <p class="notice wrong" role="alert">
          {say("failed")} <button type="button" class="link" onClick={() => look(lists.how)}>{say("again")}</button>
        </p>
      )}
      {pages.length > 0 && (
        <ul class="dependents">
          {pages.map(({ id, title, lists, why }) => (
            <li key={id} class="card">
              <p>
                {!why && (
                  <label class="ticked">
                    <input type="checkbox" checked={ticked.has(id)} onChange={() => tick(id)} aria-label={say("mend", { title: isolated(title) })} /> {say("mendShort")}
                  </label>
                )}
                <a href={addressOf(model, id)} target="_blank"><bdi>{title}</bdi></a>
                {why && why !== "not_mended" && <span class="hint"> {say(`page.${why}` as Key)}</span>}
              </p>
              <ul class="titles">{lists.map((list, i) => <li key={i}>{item(say, list)}</li>)}</ul>
            </li>
          ))}
        </ul>
      )}
      {pages.length > 0 && (
        <ul class="warnings">
          <li>{say("lose")}</li>
          {tickable.length > 0 && <li>{say("edit")}</li>}
          {tickable.length > 0 && <li>{say("phases")}</li>}
        </ul>
      )}
      <p class="buttons">
        {tickable.length > 1 && <button type="button" class="button" onClick={() => setTicked(new Set(ticked.size < tickable.length ? tickable.map(({ id }) => id) : []))}>{say(ticked.size < tickable.length ? "all" : "allNot")}</button>}
        {!looking && lists.how === "search" && <button type="button" class="button" onClick={() => look("thorough")}>{say("thorough")}</button>}
      </p>
      {attachments === undefined && <p class="hint">{say("attachments.failed")}</p>}
      {attachments !== undefined && attachments > 0 && (
        <label class="ticked">
          <input type="checkbox" checked={withAttachments} onChange={(event) => setWithAttachments(event.currentTarget.checked)} /> {say("attachments", { count: attachments })}
        </label>
      )}
      {templates === "failed" && <p class="hint">{say("templates.failed")}</p>}
      {templates !== "failed" && templates.length > 0 && (
        <details>
          <summary>{say("templates", { count: templates.length })}{templates.some(({ labels }) => going(labels).length) && ` · ${say("templates.stay", { names: [...new Set(templates.flatMap(({ labels }) => going(labels)))].map(isolated).join(", ") })}`}</summary>
          <ul class="titles">
            {templates.map(({ name, labels }, i) => (
              <li key={i}>
                <a href={`${model.site}/pages/templates2/listpagetemplates.action?key=${encodeURIComponent(model.shell.spaceKey)}`} target="_blank"><bdi>{name}</bdi></a>: {labels.map((label) => isolated(label) + (renames.has(label) ? ` (${say("stays")})` : "")).join(", ")}
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

function item(say: Speaker<Key>, { macro, before, after, why, excludes, now, would, byLabels }: Depending): JSX.Element {
  const shows = now !== undefined && say("shows", { count: now }) + (would === undefined ? "" : ` → ${say("would", { count: would })}`);
  return (
    <span>
      <code>{macro}</code>{excludes && ` · ${say("excludes")}`}{shows && ` · ${shows}${byLabels ? ` (${say("byLabels")})` : ""}`}
      <span class="diff">
        {after ? <span>{say("was")} <del><bdi>{before}</bdi></del></span> : <code>{before}</code>}
        {after && <span>{say("becomes")} <ins><bdi>{after}</bdi></ins></span>}
      </span>
      {why && <span class="hint">{say(`why.${why}` as Key)}</span>}
    </span>
  );
}
