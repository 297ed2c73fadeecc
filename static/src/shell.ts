// What the service wrote into the page: <main id="labelup" data-…>.

export interface Shell {
  view: "panel" | "byline" | "editor" | "admin";
  contentId: string;
  contentType: string;
  contentVersion: number; // 0 if unknown
  spaceId: string;
  spaceKey: string;
  preview: boolean;
  prefix: string;
  display: Display;
  licensed: boolean;
  signedIn: boolean;
}

export const DISPLAYS = ["chips", "list", "compact"] as const;
export type Display = (typeof DISPLAYS)[number];

export function asDisplay(value: string | undefined): Display {
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
    prefix: (data["prefix"] ?? "").trim().toLowerCase(),
    display: asDisplay(data["display"]),
    licensed: data["licensed"] === "true",
    signedIn: data["signedIn"] === "true",
  };
}
