// What the app keeps in Confluence, by the keys it has there. The descriptor
// tells Confluence's search about the first (atlassian-connect.json).

/** The content property with what was dismissed on a page. */
export const PAGE_PROPERTY = "labelup.page";
/** Finds the pages that have it: its value holds "v", which the descriptor gives this name. */
export const WITH_PAGE_PROPERTY = "labelupPage = 1";
/** The "v" of a value: how it is written. */
export const PAGE_PROPERTY_FORMAT = 1;

/** The space properties with a space's vocabulary. */
export const VOCABULARY_PROPERTY = /^labelup\.vocabulary(?:\.\d+)?$/;
