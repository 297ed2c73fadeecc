// A part of the page of a space that is loaded when it is first wanted. esbuild
// cuts it off where it is imported (build.mjs); it shares what others have loaded.

import { h, type ComponentType, type JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Words } from "./words.ts";

/** Loads a part once; after a failure it is loaded anew when it is wanted again. */
export function later<Props extends { words: Words }>(load: () => Promise<ComponentType<Props>>): (props: Props) => JSX.Element {
  let loading: Promise<ComponentType<Props>> | undefined;
  let Part: ComponentType<Props> | undefined;
  const want = () =>
    (loading ??= load().catch((error: unknown) => {
      loading = undefined;
      throw error;
    }));
  return function Later(props) {
    const [state, setState] = useState<"loading" | "there" | "failed">(Part ? "there" : "loading");
    const [times, again] = useState(0);
    useEffect(() => {
      let left = false;
      want().then(
        (part) => ((Part = part), !left && setState("there")),
        () => !left && setState("failed"),
      );
      return () => void (left = true);
    }, [times]);
    const { say } = props.words;
    if (state === "there" && Part) return <Part {...props} />;
    if (state === "loading") return <p class="hint" role="status">{say("part.loading")}</p>;
    return (
      <p class="notice wrong" role="alert">
        {say("part.failed")} <button type="button" class="link" onClick={() => (setState("loading"), again(times + 1))}>{say("part.again")}</button>
      </p>
    );
  };
}
