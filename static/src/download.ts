// Gives the person a text as a file.

const TYPES = { json: "application/json", csv: "text/csv", ttl: "text/turtle" };

/** Downloads a text as labelup-ABOUT.json, or as another type, and returns that name. */
export function download(about: string, text: string, as: keyof typeof TYPES = "json"): string {
  const name = `labelup-${about.replace(/[^\w.-]/g, "-")}.${as}`;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: TYPES[as] }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // the browser may still be asking where to
  return name;
}
