// The style sheets of the parts that are loaded when they are needed.

/** Loads the sheet of that name from beside the bundle. Comes when it is there, or cannot be had. */
export function loadStyle(name: string): Promise<void> {
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = new URL(name, import.meta.url).href;
  document.head.append(link);
  return new Promise((done) => (link.onload = link.onerror = () => done()));
}
