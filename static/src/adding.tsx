// The place where labels are added by typing: a button that becomes a field.
// What offers and checks names is a part of its own (add/), loaded when the
// pointer or the keyboard comes into the frame, so that it is there when the
// button is pressed. What is typed before it is there is kept for it.

import { Fragment, h, type JSX, type RefObject } from "preact";
import { useEffect, useImperativeHandle, useLayoutEffect, useRef, useState } from "preact/hooks";
import { isComposing } from "./composing.ts";
import type { Props as AddProps } from "./add/add.tsx";

type Part = typeof import("./add/add.tsx");

export interface AddHandle {
  /** Opens the field, and has it take the focus. */
  open(): void;
  /** Has what is shown take the focus: the field or the button. */
  focus(): void;
}

type Props = Omit<AddProps, "words" | "open" | "close" | "show" | "focus" | "input" | "start"> & { handle: RefObject<AddHandle | null> };

export function Adding({ handle, ...props }: Props): JSX.Element {
  const { say } = props;
  const [open, setOpen] = useState(false);
  const [loaded, setLoaded] = useState<{ part: Part; words: AddProps["words"] }>();
  const [failed, setFailed] = useState(false);
  const [composing, setComposing] = useState(false); // an input method would lose what it is at
  const loading = useRef({ now: false, times: 0 });
  const start = useRef<AddProps["start"]>({ entered: [], text: "" });
  const button = useRef<HTMLButtonElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const returnFocus = useRef(false);

  const show = () => (setOpen(true), input.current?.focus());
  const focus = () => (input.current ?? button.current)?.focus();
  useImperativeHandle(handle, () => ({ open: show, focus }), []);

  function load(): void {
    const { now, times } = loading.current;
    if (now) return;
    loading.current = { now: true, times: times + 1 };
    setFailed(false);
    // A browser may keep a failure for an address: another time it is asked for by another one.
    const url = new URL(`add.js${times ? `?${times}` : ""}`, import.meta.url);
    (import(url.href) as Promise<Part>).then(
      async (part) => setLoaded({ part, words: await part.ready }),
      () => (setFailed(true), (loading.current.now = false)),
    );
  }

  useEffect(() => {
    const signs = ["pointerover", "focusin", "keydown"];
    const listener = () => (load(), forget());
    const forget = () => signs.forEach((sign) => removeEventListener(sign, listener));
    signs.forEach((sign) => addEventListener(sign, listener));
    return forget;
  }, []);

  useLayoutEffect(() => {
    if (open) {
      load();
      input.current?.focus();
    } else if (returnFocus.current) {
      returnFocus.current = false;
      button.current?.focus();
    }
  }, [open]);

  function close(focus: boolean): void {
    returnFocus.current ||= focus; // the field says so once more when it goes
    setOpen(false);
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (isComposing(event)) return;
    const field = event.currentTarget as HTMLInputElement;
    if (event.key === "Enter") start.current = { entered: [...start.current.entered, field.value], text: (field.value = "") };
    else if (event.key === "Escape") close(true);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  function onPaste(event: ClipboardEvent): void {
    const pasted = event.clipboardData?.getData("text").trim() ?? "";
    if (!/[\r\n]/.test(pasted)) return;
    // A field of one line would join what was pasted as several.
    event.preventDefault();
    const field = event.currentTarget as HTMLInputElement;
    field.setRangeText(pasted.replace(/[\r\n]+/g, ","), field.selectionStart!, field.selectionEnd!, "end");
    start.current = { ...start.current, text: field.value };
  }

  const here = loaded && !composing ? loaded : undefined;
  return (
    <Fragment>
      {!open && (
        <button type="button" class="quiet add" ref={button} aria-keyshortcuts="/" onClick={() => setOpen(true)}>
          <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
            <path d="M6 2v8M2 6h8" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" />
          </svg>
          {say("add")}
        </button>
      )}
      {open && !here && (
        <input
          class="field"
          ref={input}
          aria-label={say("add")}
          placeholder={say("addName")}
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          dir="auto"
          defaultValue={start.current.text}
          onInput={(event) => (start.current = { ...start.current, text: event.currentTarget.value })}
          onCompositionStart={() => setComposing(true)}
          onCompositionEnd={() => setComposing(false)}
          onPaste={onPaste}
          onKeyDown={onKeyDown}
        />
      )}
      {here && <here.part.Add {...props} words={here.words} open={open} close={close} show={show} focus={focus} input={input} start={start.current} />}
      {open && failed && (
        <p class="status wrong" role="alert">
          {say("why.network")} <button type="button" class="link" onClick={load}>{say("retry")}</button>
        </p>
      )}
    </Fragment>
  );
}
