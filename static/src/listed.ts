// The vocabulary of a frame's space, with the one that it follows, read through
// the host as the viewer: for who adds labels or asks for suggestions, and for
// nobody who only reads.

import type { Host } from "./host.ts";
import type { Space } from "./inuse.ts";
import { replacedBy, rulesOf } from "./space/rules.ts";
import { EMPTY, withFollowed, type Vocabulary } from "./space/vocabulary.ts";
import { keptOf } from "./spaceproperties.ts";

/** Reads the vocabulary once for all who ask, and again only after a failure. From then on the frame's changes keep its "one of" groups. */
export function vocabularyReader(host: Host, space: Space): () => Promise<Vocabulary> {
  return async () => {
    space.listing ??= readVocabulary(host, space.id);
    const vocabulary = await space.listing.catch((error: unknown) => {
      space.listing = undefined;
      throw error;
    });
    if (!space.replacedBy) {
      const rules = rulesOf(vocabulary);
      space.replacedBy = (names, held) => replacedBy(names, held, rules);
    }
    return vocabulary;
  };
}

/** Rejects with HostError. */
async function readVocabulary(host: Host, spaceId: string): Promise<Vocabulary> {
  if (!spaceId) return EMPTY;
  const { vocabulary: own } = await keptOf(host, spaceId);
  const followed = own.follows ? await keptOf(host, own.follows).catch(() => undefined) : undefined;
  return withFollowed(own, followed?.vocabulary).vocabulary;
}
