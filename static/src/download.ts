// Gives the person a text as a file.

/** Downloads a JSON text as labelup-ABOUT.json and returns that name. */
export function download(about: string, text: string): string {
  const name = `labelup-${about.replace(/[^\w.-]/g, "-")}.json`;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // the browser may still be asking where to
  return name;
}
