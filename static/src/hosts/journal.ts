// What this tab called and how it ended, for support where no server of ours has
// a log. It is in memory, and leaves it when a person copies it. It has no name,
// no id and no text: of an address it keeps the words that are Confluence's own.

const MOST_EVENTS = 50;
const WORDS = new Set(
  "GET POST PUT DELETE wiki rest api v2 content label labels search pages blogposts attachments custom-content spaces properties site erase suggest".split(" "),
);

interface Event {
  /** Absent where nobody was told one. */
  reference?: string;
  at: string; // RFC 3339
  call: string;
  result: string; // "ok", the kind of a problem, or an HTTP status, 0 without one
  ms: number;
}

/** How a call ended: with what it found, or with an error. */
export type End<T> = { found: T; error?: undefined } | { found?: undefined; error: unknown };

export interface Journal {
  /** Records how answer ends, as said says it. */
  record<T>(call: string, answer: Promise<T>, said: (end: End<T>) => Pick<Event, "result" | "reference">): Promise<T>;
  /** The latest events as JSON, after what is said of the app. */
  text(app: Record<string, string>): string;
}

export function journal(): Journal {
  let events: Event[] = [];
  return {
    async record(call, answer, said) {
      const at = new Date();
      const start = performance.now();
      const end = (how: Parameters<typeof said>[0]) => {
        const event = { at: at.toISOString(), call: wordsOf(call), ms: Math.round(performance.now() - start), ...said(how) };
        events = [...events, event].slice(-MOST_EVENTS);
      };
      try {
        const found = await answer;
        end({ found });
        return found;
      } catch (error) {
        end({ error });
        throw error;
      }
    },
    text: (app) => JSON.stringify({ app: "Label UP", ...app, now: new Date().toISOString(), events }, null, 1),
  };
}

/** The address without its query, and with a star for each part that is not Confluence's or ours. */
function wordsOf(call: string): string {
  return call.split("?")[0]!.replace(/[^ /]+/g, (word) => (WORDS.has(word) ? word : "*"));
}

/** Names a call that failed, so that it is found among the events. */
export function newReference(): string {
  return [...crypto.getRandomValues(new Uint8Array(6))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
