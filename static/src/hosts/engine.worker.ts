// The engine in a Worker, so that the page stays alive while it thinks. It says
// once that it is ready, or that it cannot be; then it answers one request after
// the other. What breaks it ends it: engine.ts starts another.

import { reactor, type Place } from "./reactor.ts";

export interface Asked {
  id: number;
  request: object;
  place: Place;
}
/** ready once, with the name of the error if it is not; then one with the id of each request. */
export type Said = { ready: true } | { ready: false; error: string } | { id: number; answer: string };

const say = (said: Said) => postMessage(said);

reactor(new URL("engine.wasm", import.meta.url)).then(
  (answer) => {
    onmessage = ({ data: { id, request, place } }: MessageEvent<Asked>) => say({ id, answer: answer(request, place) });
    say({ ready: true });
  },
  (error: Error) => say({ ready: false, error: error.name }),
);
