// What carries a run out, as one part that is loaded when there is a run.

export { begin, goOn, readPlan, renamedIn, undo } from "../runner.ts";
export { planKey, segmentKey } from "../segments.ts";
export { meansOf } from "./means.ts";
