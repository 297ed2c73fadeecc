// The engine in a Worker, so that the page stays alive while it thinks. It says
// once that it is ready, or that it cannot be; then it answers one request after
// the other. What breaks it ends it: engine.ts starts another.

import { reactor, type Place, type Work } from "./reactor.ts";

export interface Asked {
  id: number;
  work: Work;
  request: object;
  place?: Place | undefined;
}
/** ready once, with the name of the error if it is not; then one with the id of each request. */
export type Said = { ready: true } | { ready: false; error: string } | { id: number; answer: string };

const say = (said: Said) => postMessage(said);

// A browser compiles a function the first time it runs, which takes longer than a
// suggestion does. A small one beforehand leaves the first real one a third of it.
const body = { format: "storage", value: "<p>Green tea is brewed at eighty degrees. Rinse the pot, put in the leaves, wait two minutes and pour, or it turns bitter.</p>" };
const REHEARSAL = { contentId: "1", page: { title: "Green tea", body }, neighbours: [{ id: "2", title: "Black tea", labels: ["tea"], body }] };

reactor(new URL("engine.wasm", import.meta.url))
  .then((answer) => {
    onmessage = ({ data: { id, work, request, place } }: MessageEvent<Asked>) => say({ id, answer: answer(request, place, work) });
    answer(REHEARSAL, { contentId: "1", spaceKey: "" });
    say({ ready: true });
  })
  .catch((error: Error) => say({ ready: false, error: error.name }));
