// Which part of the tree of a space each page is in.

export interface InTree {
  id: string;
  parent: string | undefined; // id of a page, "" for none; undefined for a blog post, which is in no tree
}

/**
 * Each page below a page, by the child of that page which it is, or is below. With "", each page of the tree by the page at
 * the top of it. Where most of the tree is below one of those, as it is below the home page, the children of that page stand
 * in its place, and it is in no part itself. A page whose parent is not among the pages is at the top.
 */
export function partsBelow(pages: readonly InTree[], below: string): Map<string, string> {
  const parts = walked(pages, below);
  if (below) return parts;
  const home = [...sizesOf(parts)].find(([, size]) => size * 2 > parts.size)?.[0];
  if (home === undefined) return parts;
  const inHome = walked(pages, home);
  return new Map([...parts].flatMap(([id, part]) => (part !== home ? [[id, part]] : inHome.has(id) ? [[id, inHome.get(id)!]] : [])));
}

/** How many pages each part has. */
export function sizesOf(parts: ReadonlyMap<string, string>): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const part of parts.values()) sizes.set(part, (sizes.get(part) ?? 0) + 1);
  return sizes;
}

function walked(pages: readonly InTree[], below: string): Map<string, string> {
  const parents = new Map(pages.flatMap(({ id, parent }): [string, string][] => (parent === undefined ? [] : [[id, parent]])));
  const parts = new Map<string, string | undefined>(); // undefined: not below
  for (const id of parents.keys()) {
    const path: string[] = [];
    const seen = new Set<string>();
    let at = id;
    let part: string | undefined;
    for (;;) {
      if (parts.has(at)) {
        part = parts.get(at);
        break;
      }
      path.push(at);
      seen.add(at);
      const parent = parents.get(at)!;
      if (at === below) break;
      if (below ? parent === below : !parents.has(parent) || seen.has(parent)) {
        part = at;
        break;
      }
      if (!parents.has(parent) || seen.has(parent)) break;
      at = parent;
    }
    for (const one of path) parts.set(one, part);
  }
  return new Map([...parts].flatMap(([id, part]) => (part === undefined ? [] : [[id, part]])));
}
