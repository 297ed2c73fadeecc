// Suggestions worked out in the tab. The engine is loaded on the first sign that
// somebody may ask, into a Worker; where a policy allows no WebAssembly there,
// into the page itself.

import { asProblem, type Problem } from "../problem.ts";
import type { Shell } from "../shell.ts";
import type { Asked, Said } from "./engine.worker.ts";
import { placeOf } from "./labels.ts";
import { reactor, type Place, type Reactor, type Work } from "./reactor.ts";

export interface Engine {
  /** Has the engine ready for a request that may come. */
  load(): void;
  /**
   * Answers a request as POST /api/suggest does, of what the shell says is looked at. Rejects with a Problem, never with
   * anything else. It cannot be stopped: who stops waiting for it is let go by the host.
   */
  suggest(request: object, shell: Pick<Shell, "contentId" | "contentType" | "spaceKey" | "signedIn">): Promise<object>;
  /**
   * Learns a space once, of the neighbours, the vocabulary and the labels in use that a request has. What it returns
   * answers as suggest does, any page and from what was learned. Both reject as suggest does.
   */
  learn(known: object): Promise<(request: object) => Promise<object>>;
}

/** Rejects with Died when the engine broke: it answers no more then. */
type Ask = (work: Work, request: object, place?: Place) => Promise<string>;
class Died extends Error {}

const MOST_STARTS = 2; // for one request: what kills it twice is the request
const READY_WITHIN = 25_000; // ms; a file that never comes must not keep the tab from asking for it again
const ANSWER_WITHIN = 20_000; // ms; many times what the largest request takes on a slow machine

/** The engine whose files are beside this script. */
export function engine(): Engine {
  let started: Promise<Ask> | undefined;
  /** What each engine that was started has learned last; one that was started anew has to learn again. */
  const learned = new WeakMap<Ask, { known: object; learning: Promise<object> }>();

  function start(): Promise<Ask> {
    if (started) return started;
    const starting = soon(inWorker().catch(inPage));
    starting.catch(() => forget(starting)); // what could not be loaded may be there the next time
    return (started = starting);
  }
  function forget(what: Promise<Ask>): void {
    if (started === what) started = undefined;
  }

  async function answered<T>(use: (ask: Ask) => Promise<T>): Promise<T> {
    for (let starts = 1; ; starts++) {
      const starting = start();
      try {
        return await use(await starting);
      } catch (error) {
        forget(starting);
        if (!(error instanceof Died) || starts === MOST_STARTS) throw error;
      }
    }
  }

  /** Has an engine learn, unless it has learned that already. */
  async function taught(ask: Ask, known: object): Promise<object> {
    if (learned.get(ask)?.known !== known) learned.set(ask, { known, learning: ask("learn", known).then(JSON.parse) });
    return learned.get(ask)!.learning;
  }

  return {
    load: () => void start(),
    async learn(known) {
      const using = async (use: (ask: Ask) => Promise<object>) => {
        const answer = await answered(async (ask) => {
          const learning = await taught(ask, known);
          const answer = "error" in learning ? learning : await use(ask);
          if ("error" in answer) learned.delete(ask); // it may have forgotten all
          return answer;
        }).catch((error: unknown) => Promise.reject(asReason(error)));
        if ("error" in answer) throw asProblem(answer);
        return answer;
      };
      await using(async () => ({}));
      return (request) => using(async (ask) => JSON.parse(await ask("suggest", request)) as object);
    },
    async suggest(request, shell) {
      if (!shell.signedIn) throw { kind: "anonymous", reason: "no_account" } satisfies Problem;
      const place = { contentId: placeOf(shell) ? shell.contentId : "", spaceKey: shell.spaceKey };
      const json = await answered((ask) => ask("answer", request, place)).catch((error: unknown) => Promise.reject(asReason(error)));
      const answer = JSON.parse(json) as object;
      if ("error" in answer) throw asProblem(answer);
      return answer;
    },
  };
}

/** Rejects when it takes too long. */
function soon<T>(ready: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("late")), READY_WITHIN);
    ready.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

function asReason(error: unknown): Problem {
  if (error instanceof Died) return { kind: "internal", reason: "engine_died" };
  if (error instanceof WebAssembly.CompileError) return { kind: "unavailable", reason: "engine_refused" };
  return { kind: "network" };
}

/** Rejects when the Worker cannot be, for whatever reason. */
async function inWorker(): Promise<Ask> {
  const worker = new Worker(new URL("engine.worker.js", import.meta.url), { type: "module" });
  const waiting = new Map<number, { resolve(answer: string): void; reject(error: Error): void }>();
  let last = 0;
  let broken: Error | undefined;
  return new Promise((resolve, reject) => {
    const end = (error: Error) => {
      broken = error;
      worker.terminate();
      reject(error);
      for (const { reject } of waiting.values()) reject(error);
    };
    const ask: Ask = (work, request, place) =>
      new Promise<string>((resolve, reject) => {
        if (broken) return reject(broken);
        const timer = setTimeout(() => end(new Error("late")), ANSWER_WITHIN);
        const settled = <T,>(settle: (value: T) => void) => (value: T) => (clearTimeout(timer), settle(value));
        waiting.set(++last, { resolve: settled(resolve), reject: settled(reject) });
        worker.postMessage({ id: last, work, request, place } satisfies Asked);
      });
    worker.onerror = (event) => {
      event.preventDefault();
      end(new Died());
    };
    worker.onmessage = ({ data }: MessageEvent<Said>) => {
      if ("id" in data) {
        waiting.get(data.id)?.resolve(data.answer);
        waiting.delete(data.id);
      } else if (data.ready) resolve(ask);
      else end(new Error(data.error));
    };
  });
}

async function inPage(): Promise<Ask> {
  const answer: Reactor = await reactor(new URL("engine.wasm", import.meta.url));
  return async (work, request, place) => {
    try {
      return answer(request, place, work);
    } catch {
      throw new Died();
    }
  };
}
