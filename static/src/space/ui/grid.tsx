// A table of any number of rows, of which only those in sight are drawn. Up and
// down move, Home and End go to the ends, Enter opens, Space selects.

import { h, type JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

export interface Head {
  key: string;
  title: string;
  /** Absent where rows cannot be put in its order. */
  sort?: boolean;
}

interface Props {
  name: string; // says in space.css how wide columns are
  label: string;
  heads: Head[];
  order: { by: string; descending: boolean };
  sort(by: string): void;
  count: number;
  cells(row: number): JSX.Element[];
  selected?: (row: number) => boolean;
  toggle?: (row: number, through: boolean) => void;
  open(row: number): void;
}

const HEIGHT = 36; // px of a row, as in space.css
const MOST_SEEN = 14; // rows
const BESIDE = 6; // rows drawn out of sight

export function Grid({ name, label, heads, order, sort, count, cells, selected, toggle, open }: Props): JSX.Element {
  const [top, setTop] = useState(0);
  const [active, setActive] = useState(0);
  const box = useRef<HTMLDivElement>(null);
  const move = useRef(false); // the focus goes to the active row
  const seen = Math.min(count, MOST_SEEN);
  const first = Math.max(0, Math.min(top, count - seen) - BESIDE);
  const last = Math.min(count, top + seen + BESIDE + 1);
  const at = Math.min(active, count - 1);
  const tabbed = at >= first && at < last ? at : Math.min(top, count - 1);

  useLayoutEffect(() => {
    if (!move.current) return;
    move.current = false;
    const row = box.current?.querySelector<HTMLElement>(`[aria-rowindex="${at + 2}"]`);
    row?.focus({ preventScroll: true });
  });

  function go(to: number): void {
    const next = Math.max(0, Math.min(count - 1, to));
    const scroll = box.current!;
    if (next * HEIGHT < scroll.scrollTop) scroll.scrollTop = next * HEIGHT;
    else if ((next + 1) * HEIGHT > scroll.scrollTop + scroll.clientHeight) scroll.scrollTop = (next + 1) * HEIGHT - scroll.clientHeight;
    move.current = true;
    setActive(next);
    setTop(Math.floor(scroll.scrollTop / HEIGHT));
  }

  function press(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey || (event.target as Element).closest("input, button, a")) return;
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: seen - 1, PageUp: 1 - seen, Home: -count, End: count };
    const step = steps[event.key];
    if (step !== undefined) go(tabbed + step);
    else if (event.key === "Enter") open(tabbed);
    else if (event.key === " " && toggle) toggle(tabbed, event.shiftKey);
    else return;
    event.preventDefault();
  }

  return (
    <div class="grid" data-of={name} role="grid" aria-label={label} aria-rowcount={count + 1} aria-multiselectable={toggle ? true : undefined} onKeyDown={press}>
      <div role="row" class="heads" aria-rowindex={1}>
        {heads.map(({ key, title, sort: sortable }) => (
          <div key={key} role="columnheader" data-of={key} aria-sort={sortable && order.by === key ? (order.descending ? "descending" : "ascending") : undefined}>
            {sortable ? (
              <button type="button" class="sort" onClick={() => sort(key)}>
                {title}
                <span aria-hidden="true">{order.by === key ? (order.descending ? " ↓" : " ↑") : ""}</span>
              </button>
            ) : (
              title
            )}
          </div>
        ))}
      </div>
      <div class="scroll" role="rowgroup" ref={box} style={{ blockSize: `${seen * HEIGHT}px` }} onScroll={(event) => setTop(Math.floor(event.currentTarget.scrollTop / HEIGHT))}>
        <div style={{ blockSize: `${count * HEIGHT}px` }}>
          <div style={{ transform: `translateY(${first * HEIGHT}px)` }}>
            {Array.from({ length: Math.max(0, last - first) }, (_, i) => first + i).map((row) => (
              <div
                key={row}
                role="row"
                class="line"
                aria-rowindex={row + 2}
                aria-selected={selected?.(row)}
                tabIndex={row === tabbed ? 0 : -1}
                onFocus={() => setActive(row)}
                onClick={(event) => {
                  if ((event.target as Element).closest("a, button, input")) return;
                  if (toggle) toggle(row, event.shiftKey);
                  else open(row);
                }}
              >
                {cells(row).map((cell, i) => (
                  <div key={i} role="gridcell" data-of={heads[i]!.key}>
                    {cell}
                  </div>
                ))}
              </div>
            ))}
          </div>
        </div>
      </div>
    </div>
  );
}
