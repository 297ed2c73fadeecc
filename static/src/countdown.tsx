// "Try again in 3 seconds": counted for the eye, told to a screen reader once.

import { Fragment, h, type JSX } from "preact";
import { useEffect, useState } from "preact/hooks";

/** How many seconds of a problem's retryAfter are left, from when it first came; 0 if it names none. */
export function useSecondsLeft(problem: { retryAfter?: number } | undefined): number {
  const seconds = problem?.retryAfter ?? 0;
  const [left, setLeft] = useState({ problem, seconds });
  useEffect(() => {
    const end = performance.now() + seconds * 1000; // a hidden frame's timers are late
    let timer: ReturnType<typeof setTimeout>;
    function tick(): void {
      const rest = Math.max(0, Math.ceil((end - performance.now()) / 1000));
      setLeft({ problem, seconds: rest });
      if (rest) timer = setTimeout(tick, 250);
    }
    tick();
    return () => clearTimeout(timer);
  }, [problem]);
  return left.problem === problem ? left.seconds : seconds;
}

/** The sentence as it was first, which a screen reader is told, and as it is now, which is seen. */
export function Counted({ first, now }: { first: string; now: string }): JSX.Element {
  return (
    <Fragment>
      <span class="unseen">{first}</span>
      <span aria-hidden="true">{now}</span>
    </Fragment>
  );
}
