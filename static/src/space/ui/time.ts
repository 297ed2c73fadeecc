// The time of a run: a clock that goes on while the computer sleeps, and timers
// that run in a Worker where there may be one.

import type { Time } from "../pace.ts";

export function timeInWorker(): Time {
  const waiting = new Map<number, () => void>();
  let next = 0;
  let worker: Worker | undefined;
  try {
    worker = new Worker(new URL("timer.worker.js", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }: MessageEvent<number>) => {
      waiting.get(data)?.();
      waiting.delete(data);
    };
    worker.onerror = () => {
      worker = undefined;
      for (const wake of waiting.values()) wake();
      waiting.clear();
    };
  } catch {
    // A page that may have none waits as it can.
  }
  return {
    now: () => Date.now(),
    sleep: (ms) =>
      new Promise((wake) => {
        if (!worker) return void setTimeout(wake, ms);
        waiting.set(++next, wake);
        worker.postMessage([next, ms]);
      }),
  };
}
