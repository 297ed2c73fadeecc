// The tab with a row for each page: filters that combine, and what to do with
// the pages that are selected.

import { Fragment, h, type JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { isName, namesIn, normalise } from "../../name.ts";
import { dayOf } from "../day.ts";
import type { Decision } from "../decisions.ts";
import { ALL, type Filter, type PageOrder } from "../store.ts";
import { labelsIn } from "../vocabulary.ts";
import { Grid, type Head } from "./grid.tsx";
import { useHeld } from "./held.ts";
import type { Model } from "./model.ts";
import type { Words } from "./words.ts";

interface Props {
  model: Model;
  words: Words;
  filter: Filter;
  setFilter(filter: Filter): void;
  tell(line: string): void;
}

const MOST_PARTS = 100; // of the tree, the largest ones

let made = 0; // of decisions here, for their keys

export function Pages({ model, words, filter, setFilter, tell }: Props): JSX.Element {
  const { say, date, compare } = words;
  const { store, ranks } = model;
  const [order, setOrder] = useState<{ by: PageOrder; descending: boolean }>({ by: "changed", descending: true });
  const [selected, select] = useState<ReadonlySet<string>>(new Set());
  const from = useRef(0); // where a range begins
  const tools = useRef<HTMLDivElement>(null); // with those that go when they are pressed
  useHeld(tools);
  const { vocabulary } = model.joined;

  const rows = useMemo(() => store.sorted(store.rows(filter), order.by, order.descending, ranks), [store.version, filter, order, order.by === "title" && ranks]);
  useEffect(() => {
    if (order.by === "title") model.rank(compare);
  }, [order.by, store.size]);
  const largest = useMemo(() => store.parts(MOST_PARTS).map(({ id }) => id), [model.reading.state, model.looked]);
  const parts = !filter.below || largest.includes(filter.below) ? largest : [filter.below, ...largest]; // a number or a link led to a smaller one
  const ofGroup = (group: string) => labelsIn(vocabulary, group);
  const groups = vocabulary.groups.map(({ name }) => name).filter((group) => ofGroup(group).length); // all pages lack the others

  const change = (more: Partial<Filter>) => setFilter({ ...filter, ...more });
  // Days begin where the person is, as they are shown.
  const day = (at: number) => (at ? dayOf(at) : "");
  const at = (value: string) => (value ? Date.parse(`${value}T00:00`) || 0 : 0);
  const ids = [...selected].filter((id) => store.rowOf(id) !== undefined);

  function put(decision: Omit<Decision, "pages">): void {
    model.put([{ key: `pages\n${made++}`, decision: { ...decision, pages: ids } }]);
    tell(say("inBasket"));
  }

  const heads: Head[] = [
    { key: "pick", title: say("selectedShort") },
    { key: "title", title: say("title"), sort: true },
    { key: "labels", title: say("tab.labels"), sort: true },
    { key: "changed", title: say("lastChanged"), sort: true },
  ];
  return (
    <>
      <div class="tools">
        <Field name={say("searchTitles")} value={filter.text} set={(text) => change({ text })} />
        <Names name={say("has")} value={filter.has} set={(has) => change({ has })} />
        <Names name={say("hasNot")} value={filter.without} set={(without) => change({ without })} />
        {(parts.length > 1 || filter.below) && (
          <label class="named">
            <span>{say("below")}</span>
            <select class="field" value={filter.below} onChange={(event) => change({ below: event.currentTarget.value })}>
              <option value="">{say("everywhere")}</option>
              {parts.map((id) => <option key={id} value={id}>{store.title(id) || id}</option>)}
            </select>
          </label>
        )}
        <label class="named">
          <span>{say("type")}</span>
          <select class="field" value={filter.type} onChange={(event) => change({ type: event.currentTarget.value as Filter["type"] })}>
            <option value="">{say("type.any")}</option>
            <option value="page">{say("type.page")}</option>
            <option value="blogpost">{say("type.blogpost")}</option>
          </select>
        </label>
        {groups.length > 0 && (
          <label class="named">
            <span>{say("lacks")}</span>
            <select class="field" value={groups.find((group) => ofGroup(group).join() === filter.lacks.join()) ?? ""} onChange={(event) => change({ lacks: ofGroup(event.currentTarget.value) })}>
              <option value="">{say("lacks.none")}</option>
              {groups.map((group) => <option key={group} value={group}>{group}</option>)}
            </select>
          </label>
        )}
        <label class="named">
          <span>{say("after")}</span>
          <input type="date" class="field" value={day(filter.after)} onChange={(event) => change({ after: at(event.currentTarget.value) })} />
        </label>
        <label class="named">
          <span>{say("before")}</span>
          <input type="date" class="field" value={day(filter.before)} onChange={(event) => change({ before: at(event.currentTarget.value) })} />
        </label>
        <label class="ticked">
          <input type="checkbox" checked={filter.unlabelled} onChange={(event) => change({ unlabelled: event.currentTarget.checked })} /> {say("unlabelled")}
        </label>
      </div>
      <div class="tools" tabIndex={-1} ref={tools}>
        <p class="count" role="status">{say("pagesFound", { count: rows.length })}{ids.length > 0 && ` · ${say("selected", { count: ids.length })}`}</p>
        <button type="button" class="button" onClick={() => select(new Set(Array.from(rows, (row) => store.page(row).id)))}>{say("selectAll")}</button>
        {ids.length > 0 && <button type="button" class="button" onClick={() => select(new Set())}>{say("selectNone")}</button>}
        {JSON.stringify(filter) !== JSON.stringify(ALL) && <button type="button" class="link" onClick={() => setFilter(ALL)}>{say("clearFilter")}</button>}
      </div>
      {ids.length > 0 && <Act words={words} known={namesOf(model)} put={put} />}
      <Grid
        name="pages"
        label={say("tab.pages")}
        heads={heads}
        order={order}
        sort={(by) => setOrder({ by: by as PageOrder, descending: order.by === by ? !order.descending : by !== "title" })}
        count={rows.length}
        selected={(i) => selected.has(store.page(rows[i]!).id)}
        toggle={(i, through) => {
          const next = new Set(selected);
          const { id } = store.page(rows[i]!);
          const on = !selected.has(id);
          const [low, high] = through ? [Math.min(from.current, i), Math.max(from.current, i)] : [i, i];
          for (let row = low; row <= high; row++) {
            const one = store.page(rows[row]!).id;
            if (on || through) next.add(one);
            else next.delete(one);
          }
          from.current = i;
          select(next);
        }}
        open={(i) => void openPage(model, store.page(rows[i]!).id)}
        cells={(i) => {
          const { id, title, type, labels, changed } = store.page(rows[i]!);
          return [
            <input type="checkbox" tabIndex={-1} aria-label={title} checked={selected.has(id)} onChange={() => select(new Set(selected.has(id) ? [...selected].filter((one) => one !== id) : [...selected, id]))} />,
            <>
              <a href={addressOf(model, id)} target="_blank" tabIndex={-1}><bdi>{title}</bdi></a>
              {type === "blogpost" && <span class="hint"> {say("type.one")}</span>}
            </>,
            <span class="few" title={labels.join(", ")}>{labels.map((name) => <bdi key={name} class="chip"><span class="name">{name}</span></bdi>)}</span>,
            <>{date(changed)}</>,
          ];
        }}
      />
    </>
  );
}

export function addressOf({ site }: Model, id: string): string {
  return `${site}/pages/viewpage.action?pageId=${id}`;
}

/** Goes there as a click on its link does, which the host takes over. */
export function openPage(model: Model, id: string): void {
  const link = document.createElement("a");
  Object.assign(link, { href: addressOf(model, id), target: "_blank", hidden: true });
  document.body.append(link);
  link.click();
  link.remove();
}

function namesOf({ store }: Model): string[] {
  return store.labels().sort((a, b) => b.pages - a.pages).slice(0, 1_000).map(({ name }) => name);
}

function Field({ name, value, set }: { name: string; value: string; set(value: string): void }): JSX.Element {
  return (
    <label class="named">
      <span>{name}</span>
      <input type="search" class="field" value={value} onInput={(event) => set(event.currentTarget.value)} />
    </label>
  );
}

/** A field for names with commas between them. */
function Names({ name, value, set }: { name: string; value: readonly string[]; set(names: string[]): void }): JSX.Element {
  const [text, setText] = useState(value.join(", "));
  const held = useRef(value);
  if (value !== held.current && value.join() !== namesIn(text).join()) {
    setText(value.join(", "));
  }
  held.current = value;
  return (
    <Field
      name={name}
      value={text}
      set={(text) => {
        setText(text);
        set(namesIn(text));
      }}
    />
  );
}

/** What to do with what is selected. */
function Act({ words: { say }, known, put }: { words: Words; known: string[]; put(decision: Omit<Decision, "pages">): void }): JSX.Element {
  const [what, setWhat] = useState<"add" | "remove" | "replace">("add");
  const [name, setName] = useState("");
  const [to, setTo] = useState("");
  const right = what === "remove" ? name !== "" : isName(normalise(what === "replace" ? to : name)) && name !== "";
  return (
    <form
      class="tools act"
      onSubmit={(event) => {
        event.preventDefault();
        if (!right) return;
        const own = normalise(name);
        if (what === "add") put({ to: own });
        else if (what === "remove") put({ from: own });
        else put({ from: own, to: normalise(to) });
        setName("");
        setTo("");
      }}
    >
      <label class="named">
        <span>{say("do")}</span>
        <select class="field" value={what} onChange={(event) => setWhat(event.currentTarget.value as typeof what)}>
          <option value="add">{say("do.add")}</option>
          <option value="remove">{say("do.remove")}</option>
          <option value="replace">{say("do.replace")}</option>
        </select>
      </label>
      <label class="named">
        <span>{say("label")}</span>
        <input class="field" list="known" value={name} onInput={(event) => setName(event.currentTarget.value)} />
      </label>
      {what === "replace" && (
        <label class="named">
          <span>{say("by")}</span>
          <input class="field" list="known" value={to} onInput={(event) => setTo(event.currentTarget.value)} />
        </label>
      )}
      <datalist id="known">{known.map((name) => <option key={name} value={name} />)}</datalist>
      <button type="submit" class="button" aria-disabled={!right}>{say("toBasket")}</button>
    </form>
  );
}
