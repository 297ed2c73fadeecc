// The numbers of a space: how much of it has labels, how much they are used, what
// hangs on them. Each number leads to its pages in two steps at most. Bars repeat
// what the text beside them says.

import { Fragment, h, type ComponentChildren, type ComponentType, type JSX } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { download } from "../../../download.ts";
import { isolated } from "../../../say.ts";
import { loadStyle } from "../../../style.ts";
import { bandsOf, coverage, coverageTable, labelsTable, type Band, type Counts, type Coverage } from "../../coverage.ts";
import type { Filter } from "../../store.ts";
import { labelsIn } from "../../vocabulary.ts";
import { listsOf, type Model } from "../model.ts";
import { addressOf } from "../pages.tsx";
import type { Words } from "../words.ts";
import { loadSay, type Say } from "./words.ts";

interface Props {
  model: Model;
  words: Words;
  filter(filter: Partial<Filter>): void;
  tell(line: string): void;
  close(): void;
}

const MOST_PARTS = 50; // rows
const MOST_GROUPS = 6; // columns
const MOST_NAMES = 60; // labels of a band, and pairs, that are listed

/** The part with its words and its style. */
export async function load(): Promise<ComponentType<Props>> {
  const [say] = await Promise.all([loadSay(), loadStyle("numbers.css")]);
  return (props) => <Numbers {...props} say={say} />;
}

function Numbers({ model, words, filter, tell, close, say }: Props & { say: Say }): JSX.Element {
  const { store, joined: { vocabulary }, reading } = model;
  const heading = useRef<HTMLHeadingElement>(null);
  const [below, setBelow] = useState("");
  const [found, setFound] = useState<{ below: string; coverage: Coverage }>();
  const busy = reading.state === "reading" || reading.state === "paused";
  useLayoutEffect(() => heading.current?.focus(), []);

  // While the space is read, what there was at the beginning is counted.
  const version = busy ? 0 : store.version;
  useEffect(() => {
    let left = false;
    void model.pages().then((pages) => !left && setFound({ below, coverage: coverage(pages, vocabulary, below) }));
    return () => void (left = true);
  }, [version, below, vocabulary]);
  const bands = useMemo(() => bandsOf(store.labels()), [version]);
  const pairs = useMemo(() => model.findings.flatMap(({ kind, labels }) => (kind === "spellings" ? [labels] : [])), [model.findings]);
  const { lists } = model;

  const save = (about: string, text: string) => tell(say("saved", { name: download(about, text, "csv") }));
  const heads = [say("label"), say("pages"), say("group"), say("newest"), say("changed")];
  return (
    <div class="numbers">
      <div class="buttons">
        <h2 tabIndex={-1} ref={heading}>{say("heading")}</h2>
        <button type="button" class="button" onClick={close}>{say("close")}</button>
      </div>
      {busy && <p class="notice">{say("soFar")}</p>}
      <section aria-labelledby="numbers-coverage">
        <h3 id="numbers-coverage">{say("coverage")}</h3>
        {found ? <Covered {...found} {...{ model, words, say, filter, setBelow, save }} /> : <p class="hint" role="status">{say("counting")}</p>}
      </section>
      <section aria-labelledby="numbers-use">
        <h3 id="numbers-use">{say("use")}</h3>
        <ul class="bands">
          {bands.map((band) => <Used key={band.from} {...{ band, words, say, filter }} most={Math.max(...bands.map(({ labels }) => labels.length))} />)}
        </ul>
        <p class="buttons"><button type="button" class="button" onClick={() => save("labels", labelsTable(store.labels(), vocabulary, heads))}>{say("saveLabels")}</button></p>
      </section>
      <section aria-labelledby="numbers-twins">
        <h3 id="numbers-twins">{say("twins")}</h3>
        {!model.looked ? <p class="hint">{say("counting")}</p> : pairs.length ? (
          <Opening title={say("pairs", { count: pairs.length })}>
            <ul class="pairs">
              {pairs.slice(0, MOST_NAMES).map((names) => <li key={names.join(" ")}>{names.map((name) => <Label key={name} {...{ name, filter }} />)}</li>)}
              {pairs.length > MOST_NAMES && <li>{say("morePairs", { count: pairs.length - MOST_NAMES })}</li>}
            </ul>
          </Opening>
        ) : <p>{say("twins.none")}</p>}
      </section>
      {lists.state === "read" && (
        <section aria-labelledby="numbers-lists">
          <h3 id="numbers-lists">{say("lists")}</h3>
          {lists.depending.length ? (
            <Opening title={say("lists.count", { count: listsOf(model) })}>
              <ul class="pairs">
                {lists.depending.slice(0, MOST_NAMES).map(({ id, title, lists }) => <li key={id}><a href={addressOf(model, id)} target="_blank"><bdi>{title || id}</bdi></a> <span class="hint">{words.number(lists)}</span></li>)}
                {lists.depending.length > MOST_NAMES && <li>{words.say("more", { count: lists.depending.length - MOST_NAMES })}</li>}
              </ul>
            </Opening>
          ) : <p>{say("lists.count", { count: 0 })}</p>}
        </section>
      )}
    </div>
  );
}

/** The table of the parts of the tree. */
function Covered({ below, coverage: { groups, all, parts }, model, words, say, filter, setBelow, save }: { below: string; coverage: Coverage; model: Model; words: Words; say: Say; filter(filter: Partial<Filter>): void; setBelow(id: string): void; save(about: string, text: string): void }): JSX.Element {
  const { store, joined: { vocabulary } } = model;
  const titleOf = (id: string) => store.title(id) || id;
  const whole = below ? say("with", { name: isolated(titleOf(below)) }) : say("whole");
  const shown = groups.slice(0, MOST_GROUPS);
  const counted = ({ pages, labelled, groups: own }: Counts, below: string, name: string): JSX.Element => {
    const link = (count: number, of: string, more: Partial<Filter> | undefined) => (
      <td>{count && more ? <button type="button" class="link" aria-label={say("show", { name: `${words.number(count)} · ${name}`, of })} onClick={() => filter({ below, ...more })}>{words.number(count)}</button> : words.number(count)}</td>
    );
    return (
      <>
        {link(pages, say("pages"), {})}
        <td><Bar share={pages ? labelled / pages : 0} /> <span class="percent">{words.percent(labelled, pages)}</span></td>
        {link(pages - labelled, say("unlabelled"), { unlabelled: true })}
        {shown.map((group, i) => {
          const lacks = labelsIn(vocabulary, group);
          return <Fragment key={group}>{link(pages - own[i]!, say("lacks", { group }), lacks.length ? { lacks } : undefined)}</Fragment>;
        })}
      </>
    );
  };
  const above = below && store.rowOf(below) !== undefined ? store.page(store.rowOf(below)!).parent : "";
  return (
    <>
      {below && (
        <p class="way">
          <button type="button" class="link" onClick={() => setBelow("")}>{say("whole")}</button>
          {above && store.rowOf(above) !== undefined && <> › <button type="button" class="link" onClick={() => setBelow(above)}>{titleOf(above)}</button></>} › <bdi>{titleOf(below)}</bdi>
        </p>
      )}
      <div class="wide" role="group" aria-labelledby="numbers-coverage" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">{say("part")}</th>
              <th scope="col">{say("pages")}</th>
              <th scope="col">{say("labelled")}</th>
              <th scope="col">{say("unlabelled")}</th>
              {shown.map((group) => <th key={group} scope="col">{say("lacks", { group: isolated(group) })}</th>)}
            </tr>
          </thead>
          <tbody>
            <tr class="all"><th scope="row">{whole}</th>{counted(all, below, whole)}</tr>
            {[...parts].slice(0, MOST_PARTS).map(([id, counts]) => (
              <tr key={id}>
                <th scope="row">{counts.pages > 1 ? <button type="button" class="link" aria-label={say("into", { name: titleOf(id) })} onClick={() => setBelow(id)}><bdi>{titleOf(id)}</bdi></button> : <bdi>{titleOf(id)}</bdi>}</th>
                {counted(counts, id, titleOf(id))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {parts.size > MOST_PARTS && <p class="hint">{say("more", { count: parts.size - MOST_PARTS })}</p>}
      <p class="buttons">
        <button type="button" class="button" onClick={() => save("coverage", coverageTable({ groups, all, parts }, titleOf, [say("part"), say("pages"), say("labelled")], whole))}>{say("saveCoverage")}</button>
      </p>
    </>
  );
}

function Bar({ share }: { share: number }): JSX.Element {
  return <span class="bar" aria-hidden="true"><span style={{ inlineSize: `${Math.round(share * 100)}%` }} /></span>;
}

/** The labels that are used about as much. */
function Used({ band: { from, to, labels }, most, words, say, filter }: { band: Band; most: number; words: Words; say: Say; filter(filter: Partial<Filter>): void }): JSX.Element {
  const title = from === to ? say("on.one") : to === Infinity ? say("on.many", { from }) : say("on.some", { from, to });
  const count = say("labels", { count: labels.length });
  return (
    <li>
      <Bar share={most ? labels.length / most : 0} />
      {labels.length ? (
        <Opening title={`${count} ${title}`}>
          {labels.slice(0, MOST_NAMES).map(({ name, pages }) => <Label key={name} {...{ name, filter }} note={words.number(pages)} />)}
          {labels.length > MOST_NAMES && <span class="hint">{say("moreLabels", { count: labels.length - MOST_NAMES })}</span>}
        </Opening>
      ) : <span>{count} {title}</span>}
    </li>
  );
}

/** A label that leads to its pages. */
function Label({ name, note, filter }: { name: string; note?: string; filter(filter: Partial<Filter>): void }): JSX.Element {
  return <button type="button" class="link" onClick={() => filter({ has: [name] })}><bdi>{name}</bdi>{note && <span class="hint"> {note}</span>}</button>;
}

function Opening({ title, children }: { title: string; children: ComponentChildren }): JSX.Element {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" class="link" aria-expanded={open} onClick={() => setOpen(!open)}>{title}</button>
      {open && <div class="opened">{children}</div>}
    </>
  );
}
