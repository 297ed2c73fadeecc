// Everything the panel does that takes time: reading the page, writing one
// change after the other, keeping step with the app's other frames.

import { canHaveLabels, readPage } from "./confluence.ts";
import { statusOf } from "./failure.ts";
import type { Host } from "./host.ts";
import { writeLabels } from "./labels.ts";
import type { Problem } from "./problem.ts";
import type { Shell } from "./shell.ts";
import { initialState, reduce, type Action, type Change, type State } from "./state.ts";

const SAY_SLOW_AFTER = 300; // ms
const REREAD_AT_MOST_EVERY = 3_000; // ms

/** Runs the panel; show is called with each new state. */
export function run(shell: Shell, host: Host, show: (state: State) => void): (action: Action) => void {
  let state = initialState(shell);
  let writing: Change | undefined;
  let lastRead = 0;

  function dispatch(action: Action): void {
    state = reduce(state, action);
    show(state);
    if (action.type === "read-again") void read();
    if (state.queue[0] !== writing) void write(state.queue[0]);
  }

  async function read(): Promise<void> {
    lastRead = Date.now();
    const { epoch } = state;
    const sayingSlow = setTimeout(() => state.reading === "first" && dispatch({ type: "slow" }), SAY_SLOW_AFTER);
    const action = await readPage(host, shell.contentType, shell.contentId).then(
      (page): Action => ({ type: "read", shell, page, epoch }),
      (error: unknown): Action => ({ type: "unreadable", epoch, status: statusOf(error) }),
    );
    clearTimeout(sayingSlow);
    dispatch(action);
  }

  async function write(change: Change | undefined): Promise<void> {
    writing = change;
    if (!change) return;
    const sayingSlow = setTimeout(() => dispatch({ type: "slow" }), SAY_SLOW_AFTER);
    const { add, remove } = change;
    const action = await writeLabels(host, { contentId: shell.contentId, add, remove }).then(
      (answer): Action => ({ type: "written", answer }),
      (problem: Problem): Action => ({ type: "refused", problem }),
    );
    clearTimeout(sayingSlow);
    dispatch(action);
    if (action.type === "written") host.tell({ contentId: shell.contentId, names: action.answer.names });
    else void read(); // it may have been written all the same, or the page has changed: look
  }

  function refresh(): void {
    const due = Date.now() - lastRead >= REREAD_AT_MOST_EVERY;
    if (due && state.reading === "done" && !state.queue.length && !document.hidden) void read();
  }

  show(state);
  if (canHaveLabels(shell.contentType)) {
    host.listen((news) => {
      // Copies of a macro share its id, so the page is what counts. A write under way will tell newer.
      if (news.contentId === shell.contentId && !state.queue.length && state.reading === "done") {
        dispatch({ type: "heard", names: news.names });
      }
    });
    addEventListener("focus", refresh);
    document.addEventListener("visibilitychange", refresh);
    void read();
  }
  return dispatch;
}
