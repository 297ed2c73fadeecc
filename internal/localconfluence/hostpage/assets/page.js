// What the scripts of a page share: what the server said of it, and its questions
// to the server.

export const data = JSON.parse(document.getElementById("page-data").textContent);
export const page = data.page;
export const app = data.app && { ...data.app, macros: data.app.macros ?? [], byline: data.app.byline ?? [], spacePages: data.app.spacePages ?? [] };

// post sends JSON to a page of this host and returns its JSON, or throws an
// Error whose message is the kind of fault.
export async function post(path, body) {
  const answer = await fetch("/wiki/host/" + path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  const result = await answer.json().catch(() => ({}));
  if (!answer.ok) throw Object.assign(new Error(result.error ?? "failed"), { status: answer.status });
  return result;
}

// ask asks the platform that brings the app about one of its iframes.
export const ask = (what, use, payload) => post("ask/" + what, { use, payload });

export function message(text) {
  const paragraph = document.createElement("p");
  paragraph.className = "macro-unknown";
  paragraph.textContent = text;
  return paragraph;
}
