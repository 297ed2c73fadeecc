/** An address, undefined where a text is none. Not every browser that this is built for has URL.canParse. */
export function addressIn(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}
