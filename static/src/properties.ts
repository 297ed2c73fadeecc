// What the app keeps in Confluence, by the keys it has there: letters, digits
// and _ only, for others are not indexed everywhere.

/** The content property with what was dismissed on a page. */
export const PAGE_PROPERTY = "labelup_page";
/** The "v" of a value, by which Host.withPageProperty finds it: how it is written. */
export const PAGE_PROPERTY_FORMAT = 1;

/** The space properties with a space's vocabulary: the first, and all of them. */
export const VOCABULARY = "labelup_vocabulary";
export const VOCABULARY_PROPERTY = /^labelup_vocabulary(?:_\d+)?$/;
