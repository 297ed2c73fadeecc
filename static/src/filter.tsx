// Narrows many labels down to those with what is typed in their name. Loaded
// when a page has many; its place is kept free until then (chips.tsx).

import { Fragment, h, type JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { isComposing } from "./composing.ts";
import { normalise } from "./name.ts";
import type { Say } from "./strings.ts";
import { loadStyle } from "./style.ts";

export interface Props {
  say: Say;
  names: string[];
  /** Says what the names shown are to contain; "" for all. */
  want(part: string): void;
  /** How many of them are shown. */
  shown: number;
  focusFirst(): void;
}

void loadStyle("filter.css");

export function Filter({ say, names, want, shown, focusFirst }: Props): JSX.Element {
  const [text, setText] = useState("");
  useEffect(() => () => want(""), []);

  function write(typed: string): void {
    setText(typed);
    want(normalise(typed));
  }

  // A label that has just been added must be seen.
  const before = useRef(names);
  useLayoutEffect(() => {
    if (text && names.some((name) => !before.current.includes(name))) write("");
    before.current = names;
  }, [names]);

  function onKeyDown(event: KeyboardEvent): void {
    if (isComposing(event)) return;
    if (event.key === "ArrowDown" && shown) focusFirst();
    else if (event.key === "Escape" && text) write("");
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  return (
    <Fragment>
      <input
        type="text"
        aria-label={say("filter")}
        placeholder={say("filter")}
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
        dir="auto"
        value={text}
        onInput={(event) => write(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <span role="status" dir="auto">{text && say("filtered", { shown, of: names.length })}</span>
    </Fragment>
  );
}
