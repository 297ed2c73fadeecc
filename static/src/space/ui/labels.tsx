// The tab with a row for each label.

import { Fragment, h, type JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import type { LabelRow } from "../store.ts";
import { Grid, type Head } from "./grid.tsx";
import type { Model } from "./model.ts";
import type { Key, Words } from "./words.ts";

type By = "name" | "pages" | "changed" | "newest";
const USES = ["", "once", "often"] as const;
type Use = (typeof USES)[number];

export function Labels({ model, words, open }: { model: Model; words: Words; open(label: string): void }): JSX.Element {
  const { say, date, number, compare } = words;
  const [text, setText] = useState("");
  const [use, setUse] = useState<Use>("");
  const [order, setOrder] = useState<{ by: By; descending: boolean }>({ by: "pages", descending: true });
  const { store, findings } = model;
  const { vocabulary } = model.joined;

  const told = useMemo(() => {
    const kinds = new Map<string, Set<string>>();
    for (const { kind, labels } of findings) for (const label of kind === "instead" || kind === "returned" ? labels.slice(0, 1) : labels) kinds.set(label, (kinds.get(label) ?? new Set()).add(kind));
    return kinds;
  }, [findings]);
  const entries = useMemo(() => new Map(vocabulary.entries.map((entry) => [entry.label, entry])), [vocabulary]);
  const rows = useMemo(() => {
    const wanted = text.trim().toLowerCase();
    const sign = order.descending ? -1 : 1;
    const by: Record<By, (a: LabelRow, b: LabelRow) => number> = {
      name: (a, b) => sign * compare(a.name, b.name),
      pages: (a, b) => sign * (a.pages - b.pages),
      changed: (a, b) => sign * (a.changed - b.changed),
      newest: (a, b) => sign * (a.newest - b.newest),
    };
    const right = ({ name, pages }: LabelRow) => name.includes(wanted) && (use === "once" ? pages === 1 : use === "often" ? pages * 3 > store.size : true);
    return store.labels().filter(right).sort((a, b) => by[order.by](a, b) || (a.name < b.name ? -1 : 1)); // to compare as people expect is dear
  }, [store.version, text, use, order]);

  const heads: Head[] = [
    { key: "name", title: say("label"), sort: true },
    { key: "pages", title: say("pages"), sort: true },
    { key: "changed", title: say("changed"), sort: true },
    { key: "newest", title: say("newest"), sort: true },
    { key: "known", title: say("inVocabulary") },
    { key: "found", title: say("finding") },
  ];
  return (
    <>
      <div class="tools">
        <label class="named">
          <span>{say("searchLabels")}</span>
          <input type="search" class="field" value={text} onInput={(event) => setText(event.currentTarget.value)} />
        </label>
        <label class="named">
          <span>{say("use")}</span>
          <select class="field" value={use} onChange={(event) => setUse(event.currentTarget.value as Use)}>
            <option value="">{say("use.any")}</option>
            <option value="once">{say("use.once")}</option>
            <option value="often">{say("use.often")}</option>
          </select>
        </label>
        <p class="count" role="status">{say("labels", { count: rows.length })}</p>
      </div>
      <Grid
        name="labels"
        label={say("tab.labels")}
        heads={heads}
        order={order}
        sort={(by) => setOrder({ by: by as By, descending: order.by === by ? !order.descending : by !== "name" })}
        count={rows.length}
        open={(row) => open(rows[row]!.name)}
        cells={(i) => {
          const { name, pages, changed, newest } = rows[i]!;
          const entry = entries.get(name);
          const group = entry && (entry.retired ? say("retired") : `✓ ${entry.group}`);
          return [
            <bdi class="chip"><span class="name">{name}</span></bdi>,
            <>{number(pages)}</>,
            <>{date(changed)}</>,
            <>{date(newest)}</>,
            <bdi>{group}</bdi>,
            <>{[...(told.get(name) ?? [])].map((kind) => say(`kind.${kind}` as Key)).join(", ")}</>,
          ];
        }}
      />
    </>
  );
}
