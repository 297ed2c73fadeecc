// The focus, where what has it goes as it is drawn anew, be that because it was pressed.

import { useLayoutEffect } from "preact/hooks";

/** Has the box, or the one in its place, take the focus of what was in it. Else who uses the keyboard would begin at the top. */
export function useHeld(box: { readonly current: HTMLElement | null }): void {
  const held = box.current?.contains(document.activeElement);
  useLayoutEffect(() => {
    if (held && document.activeElement === document.body) box.current?.focus();
  });
}
