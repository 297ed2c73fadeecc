// What Confluence allows of labels. Its OpenAPI document says that there are such limits, and not what they are: these are those of its other editions.

/** Labels that Confluence adds at once. */
export const MOST_PER_REQUEST = 20;
/** Labels that a page may have. */
export const MOST_PER_PAGE = 500;

// What our service allows.

/** Names that one call may add, and as many that it may remove; label.MaxPerChange has the reason. */
export const MOST_PER_CHANGE = 50;
