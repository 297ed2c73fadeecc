// What the app keeps in Confluence, by the keys it has there: letters, digits
// and _ only, for others are not indexed everywhere.

/** The content property with what was dismissed on a page. */
export const PAGE_PROPERTY = "labelup_page";
/** The "v" of a value, by which Host.withPageProperty finds it: how it is written. */
export const PAGE_PROPERTY_FORMAT = 1;

/** The space property with a space's vocabulary, or the head of its shards. */
export const VOCABULARY = "labelup_vocabulary";
/** The space property with the list of its runs. What a run keeps is beside it, in properties that begin with "labelup_run_". */
export const RUNS = "labelup_runs";

/** All space properties that are the app's. */
export const SPACE_PROPERTY = /^labelup_(?:vocabulary(?:_\d+)?|runs|run_[a-z\d]+_(?:plan_)?\d+)$/;
