// The page's labels in a row: links to each label's page, one stop for Tab,
// arrows between them, Delete to remove.

import { Fragment, h, type JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Props as FilterProps } from "./filter.tsx";
import type { Say } from "./strings.ts";

const SHOWN_BEFORE_COLLAPSE = 20;

interface Props {
  names: string[];
  /** The attributes of a link to the label's page, if it is known where that is. */
  linkTo(name: string): { href: string; target: "_top" } | undefined;
  say: Say;
  /** Absent: labels cannot be removed here. */
  remove?: ((name: string) => void) | undefined;
  /** Takes the focus when the last label has gone. */
  focusAfterLast?: () => void;
}

export function Chips({ names, linkTo, say, remove, focusAfterLast }: Props): JSX.Element {
  const [all, setAll] = useState(false);
  const [part, want] = useState(""); // of the names to be shown
  const [current, setCurrent] = useState(0);
  const list = useRef<HTMLUListElement>(null);
  const removedFromHere = useRef(false);

  const many = names.length > SHOWN_BEFORE_COLLAPSE;
  const shown = many && part ? names.filter((name) => name.includes(part)) : all || !many ? names : names.slice(0, SHOWN_BEFORE_COLLAPSE);
  const stop = Math.min(current, shown.length - 1);
  const focus = (index: number) => list.current?.querySelectorAll<HTMLElement>(".chip:not(.off) .name")[index]?.focus();

  useLayoutEffect(() => {
    if (!removedFromHere.current) return;
    removedFromHere.current = false;
    if (shown.length) focus(stop);
    else focusAfterLast?.();
  }, [names]);

  function removeFrom(index: number): void {
    removedFromHere.current = true;
    setCurrent(index);
    remove?.(shown[index]!);
  }

  function onKeyDown(event: KeyboardEvent, index: number): void {
    const last = shown.length - 1;
    const back = getComputedStyle(list.current!).direction === "rtl" ? 1 : -1;
    const target = {
      ArrowLeft: index + back,
      ArrowRight: index - back,
      ArrowUp: index - 1,
      ArrowDown: index + 1,
      Home: 0,
      End: last,
    }[event.key];
    if (target !== undefined) focus(Math.max(0, Math.min(last, target)));
    else if (event.key === " ") (event.currentTarget as HTMLElement).click();
    else if (remove && !event.repeat && (event.key === "Delete" || event.key === "Backspace")) removeFrom(index); // one press is one label
    else return;
    event.preventDefault();
  }

  return (
    <Fragment>
      {many && <FilterPlace say={say} names={names} want={want} shown={shown.length} focusFirst={() => focus(0)} />}
      {/* Those that are not shown are there for who prints the page. */}
      {names.length > 0 && <ul class="chips" role="list" aria-label={say("labels")} ref={list}>
        {names.map((name) => [name, shown.indexOf(name)] as const).map(([name, index]) => (
          <li class={index < 0 ? "chip off" : "chip"} key={name}>
            <a
              class="name"
              {...linkTo(name)}
              title={name}
              tabIndex={index === stop ? 0 : -1}
              aria-keyshortcuts={remove && "Delete"}
              onFocus={() => setCurrent(index)}
              onKeyDown={(event: KeyboardEvent) => onKeyDown(event, index)}
            >
              <bdi>{name}</bdi>
            </a>
            {remove && (
              <button type="button" class="remove" tabIndex={-1} title={say("remove", { name })} aria-label={say("remove", { name })} onClick={() => removeFrom(index)}>
                <Cross />
              </button>
            )}
          </li>
        ))}
      </ul>}
      {many && !part && (
        <button type="button" class="quiet" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? say("showFewer") : say("showAll", { count: names.length })}
        </button>
      )}
    </Fragment>
  );
}

/** Where the filter stands, and its room until it is loaded. Without it the labels are all there. */
function FilterPlace(props: FilterProps): JSX.Element {
  const [part, setPart] = useState<typeof import("./filter.tsx")>();
  useEffect(() => {
    import(new URL("filter.js", import.meta.url).href).then(setPart, () => undefined);
  }, []);
  return <div class="filter">{part && <part.Filter {...props} />}</div>;
}

function Cross(): JSX.Element {
  return (
    <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
      <path d="m3 3 6 6m0-6-6 6" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" />
    </svg>
  );
}
