// The place where suggestions appear. What finds and shows them is a part of
// its own (suggest/), loaded when somebody first asks for it.

import { h, type JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Props } from "./suggest/suggest.tsx";

type Part = typeof import("./suggest/suggest.tsx");

const SAY_SLOW_AFTER = 300; // ms

export function Suggested(props: Omit<Props, "bones" | "slow">): JSX.Element | null {
  const [part, setPart] = useState<Part>();
  const [trouble, setTrouble] = useState<"" | "slow" | "failed">("");
  const { say, ask, open, times } = props;

  useEffect(() => {
    if (part) return;
    setTrouble("");
    const slow = setTimeout(() => setTrouble("slow"), SAY_SLOW_AFTER);
    // A browser may keep a failure for an address: another time it is asked for by another one.
    const url = new URL(`suggest.js${times > 1 ? `?${times}` : ""}`, import.meta.url);
    (import(url.href) as Promise<Part>).then(setPart, () => setTrouble("failed")).finally(() => clearTimeout(slow));
  }, [times]);

  if (part) return <part.Suggestions {...props} bones={<Bones />} slow={trouble === "slow"} />;
  if (!open || !trouble) return null;
  if (trouble === "slow") return <Bones />;
  return (
    <p class="status wrong" role="alert">
      {say("why.network")} <button type="button" class="link" onClick={ask}>{say("retry")}</button>
    </p>
  );
}

function Bones(): JSX.Element {
  return (
    <div class="suggestions" aria-busy="true">
      <ul class="offered" aria-hidden="true">{[1, 2, 3, 4, 5].map((i) => <li key={i} class="bone" />)}</ul>
    </div>
  );
}
