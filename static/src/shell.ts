// What a frame shows, and to whom: what the host says of it.

/** What an author sets of the macro: its parameters in the descriptor, which a test holds to this. */
export type Parameters = {
  prefix: string;
  display: Display;
};

export interface Shell extends Parameters {
  view: "panel" | "byline" | "editor" | "admin" | "space";
  contentId: string;
  contentType: string;
  contentVersion: number; // 0 if unknown
  spaceId: string;
  spaceKey: string;
  preview: boolean;
  location: string; // of the page around the frame; "" where the host does not say
  licensed: boolean;
  signedIn: boolean;
}

export const DISPLAYS = ["chips", "list", "compact"] as const;
export type Display = (typeof DISPLAYS)[number];

/** A shell from values that may be anything. parameters are the macro's as they were saved. */
export function asShell(given: Partial<Record<Exclude<keyof Shell, keyof Parameters> | "parameters", unknown>>): Shell {
  const { view } = given;
  const text = (value: unknown) => (typeof value === "string" || typeof value === "number" ? String(value) : "");
  return {
    view: view === "byline" || view === "editor" || view === "admin" || view === "space" ? view : "panel",
    contentId: text(given.contentId),
    contentType: text(given.contentType),
    contentVersion: Number(text(given.contentVersion)) || 0,
    spaceId: text(given.spaceId),
    spaceKey: text(given.spaceKey),
    location: text(given.location),
    preview: given.preview === true,
    licensed: given.licensed === true,
    signedIn: given.signedIn === true,
    ...asParameters(given.parameters),
  };
}

function asParameters(given: unknown): Parameters {
  const { prefix, display } = (given ?? {}) as Record<string, unknown>;
  return {
    prefix: typeof prefix === "string" ? prefix.trim().toLowerCase() : "",
    display: DISPLAYS.find((known) => known === display) ?? "chips",
  };
}
