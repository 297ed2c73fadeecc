// What both hosts hold to: the name of the event by which frames tell each other
// what they wrote, and the bounds of what is asked of Confluence.

export const LABELS_CHANGED = "labelup.labels-changed";
export const ANSWER_WITHIN = 10_000; // ms, for what the panel cannot do without
export const MOST_CHARACTERS = 8_000_000; // of one answer
