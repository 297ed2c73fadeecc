// What the service wrote into the page: <main id="labelup" data-…>.

/** What an author sets of the macro: the parameters of atlassian-connect.json, which a test holds to this. */
export type Parameters = {
  prefix: string;
  display: Display;
};

export function readParameters(given: Record<string, string | undefined>): Parameters {
  return { prefix: (given["prefix"] ?? "").trim().toLowerCase(), display: asDisplay(given["display"]) };
}

export interface Shell extends Parameters {
  view: "panel" | "byline" | "editor" | "admin";
  contentId: string;
  contentType: string;
  contentVersion: number; // 0 if unknown
  spaceId: string;
  spaceKey: string;
  preview: boolean;
  licensed: boolean;
  signedIn: boolean;
}

export const DISPLAYS = ["chips", "list", "compact"] as const;
export type Display = (typeof DISPLAYS)[number];

function asDisplay(value: string | undefined): Display {
  return DISPLAYS.find((display) => display === value) ?? "chips";
}

export function readShell(data: DOMStringMap): Shell {
  const { view } = data;
  return {
    view: view === "byline" || view === "editor" || view === "admin" ? view : "panel",
    contentId: data["contentId"] ?? "",
    contentType: data["contentType"] ?? "",
    contentVersion: Number(data["contentVersion"]) || 0,
    spaceId: data["spaceId"] ?? "",
    spaceKey: data["spaceKey"] ?? "",
    preview: data["output"] === "preview",
    ...readParameters(data),
    licensed: data["licensed"] === "true",
    signedIn: data["signedIn"] === "true",
  };
}
