// How much goes into a property of Confluence, which holds 32 KB of JSON.

/** Of a value as JSON, in UTF-8. */
export const MOST_BYTES = 24 * 1024;

export function bytesOf(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value)).length;
}

/** Items in their order, in as few properties as hold them. first and others are the bytes that a property has room for; an item that is larger has one alone. */
export function packed<T>(items: Iterable<T>, first: number, others: number): T[][] {
  const packs: T[][] = [[]];
  let left = first;
  for (const item of items) {
    const bytes = bytesOf(item) + 1; // and a comma
    if (bytes > left && (packs.length > 1 || packs[0]!.length || bytes <= others)) {
      packs.push([]);
      left = others;
    }
    left -= bytes;
    packs.at(-1)!.push(item);
  }
  return packs;
}
