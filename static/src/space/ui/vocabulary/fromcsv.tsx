// Changes from a table, put into the basket.

import { h, type JSX } from "preact";
import { useState } from "preact/hooks";
import { loadStyle } from "../../../style.ts";
import { decisionsIn } from "../../decisiontable.ts";
import type { Model } from "../model.ts";
import type { Words } from "../words.ts";
import { lineOf, loadOwn, type Own } from "./words.ts";

interface Props {
  model: Model;
  words: Words;
  tell(line: string): void;
}

const LARGEST_FILE = 4_000_000; // bytes
const MOST_LINES = 20; // that are told

/** Loads what it needs, and gives it. */
export async function load(): Promise<(props: Props) => JSX.Element> {
  const [own] = await Promise.all([loadOwn(), loadStyle("vocabulary.css")]);
  return (props) => <FromCSV {...props} own={own} />;
}

function FromCSV({ model, words, own, tell }: Props & { own: Own }): JSX.Element {
  const { say } = own;
  const [taken, setTaken] = useState<{ count: number; left: Parameters<typeof lineOf>[1][] }>();
  async function take(file: File): Promise<void> {
    const { decisions, left } = file.size > LARGEST_FILE ? { decisions: [], left: [{ line: 1, why: "large" as const, text: "" }] } : decisionsIn(await file.text());
    model.put(decisions.map((decision) => ({ key: `csv\n${decision.from}`, decision })));
    setTaken({ count: decisions.length, left });
    tell(decisions.length ? say("csv.taken", { count: decisions.length }) : say("csv.none"));
  }
  return (
    <div class="fromcsv">
      <label class="named">
        <span>{say("csv.file")}</span>
        <input type="file" class="field" accept=".csv,text/csv" aria-describedby="csv-hint" onChange={(event) => { const { files } = event.currentTarget; if (files?.[0]) void take(files[0]); event.currentTarget.value = ""; }} />
      </label>
      <p class="hint" id="csv-hint">{say("csv.hint")}</p>
      {taken && <p class={taken.count ? "notice" : "notice wrong"}>{taken.count ? say("csv.taken", { count: taken.count }) : say("csv.none")}</p>}
      {taken && taken.left.length > 0 && (
        <div class="notice wrong">
          <p>{say("csv.left", { count: taken.left.length })}</p>
          <ul>{taken.left.slice(0, MOST_LINES).map((one, i) => <li key={i}>{lineOf(own, one)}</li>)}</ul>
          {taken.left.length > MOST_LINES && <p>{words.say("more", { count: taken.left.length - MOST_LINES })}</p>}
        </div>
      )}
    </div>
  );
}
