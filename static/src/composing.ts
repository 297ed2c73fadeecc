// Keys that are an input method's own.

/**
 * Whether a key belongs to an input method, which is not done with a word: it is no command then. Safari says so of the
 * Enter that ends a word by its number only.
 */
export function isComposing({ isComposing, keyCode }: KeyboardEvent): boolean {
  return isComposing || keyCode === 229;
}
