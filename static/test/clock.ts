// A time of its own for a test.

import type { Time } from "../src/space/pace.ts";

/** A clock that goes on when nothing else is left to be done. */
export class Clock implements Time {
  at = 0;
  private timers: { at: number; wake: () => void }[] = [];
  now = () => this.at;
  sleep = (ms: number) => new Promise<void>((wake) => void this.timers.push({ at: this.at + ms, wake }));
  /** Until it ends, or nothing goes on any more. */
  async until<T>(end: Promise<T>): Promise<T | "dead"> {
    let ended: { value: T } | undefined;
    let failed: { error: unknown } | undefined;
    end.then((value) => (ended = { value }), (error: unknown) => (failed = { error }));
    for (;;) {
      for (let i = 0; i < 3; i++) await new Promise((go) => setImmediate(go));
      if (failed) throw failed.error;
      if (ended) return ended.value;
      if (!this.timers.length) return "dead";
      this.timers.sort((a, b) => b.at - a.at);
      const { at } = this.timers.at(-1)!;
      this.at = Math.max(this.at, at);
      while (this.timers.length && this.timers.at(-1)!.at <= this.at) this.timers.pop()!.wake();
    }
  }
  forget(): void {
    this.timers = [];
  }
}
