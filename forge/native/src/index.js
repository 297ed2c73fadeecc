// The one function that runs at Atlassian: what a macro is in a PDF, in a Word file and in the page's history.
//
// It reads as the app, for an export may have no person, and says plainly what
// the app may not see. It never throws: an export must not fail because of one
// macro. It keeps and logs nothing. macros/static.go does the same on Connect.
import { asApp, route } from "@forge/api";
import { wordsIn } from "./words.js";

const MOST_PAGES = 10; // of 250 labels each: five times what a page can have
const PATIENCE = 8_000; // ms; manifest.yml gives the function 10 s

// A PDF has page and settings below context.extension and beside the context, a
// Word file in the context itself. Atlassian's documents say only the latter;
// two published apps that read both are the source.
export async function exportLabels(payload) {
  const context = { ...payload?.context, ...payload?.context?.extension };
  const { prefix, display } = { ...(payload?.extensionPayload?.config ?? context.config) };
  const words = wordsIn(context.locale);
  try {
    const names = await globalLabels(context.content);
    const wanted = String(prefix ?? "").trim().toLowerCase();
    return shown(names.filter((name) => name.startsWith(wanted)), display, words, linkTo(context));
  } catch (error) {
    return doc(paragraph(text(error === UNSEEN ? words.unseen : words.unavailable, { type: "em" })));
  }
}

const UNSEEN = new Error("the app may not view this content");

async function globalLabels({ id, type }) {
  const signal = AbortSignal.timeout(PATIENCE);
  const collection = type === "blogpost" ? "blogposts" : "pages";
  const names = [];
  let cursor = "";
  for (let page = 0; page < MOST_PAGES; page++) {
    const query = new URLSearchParams({ limit: "250", ...(cursor && { cursor }) });
    const answer = await asApp().requestConfluence(route`/wiki/api/v2/${collection}/${String(id)}/labels?${query}`, { signal });
    if (answer.status === 403 || answer.status === 404) throw UNSEEN;
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    const body = await answer.json();
    names.push(...body.results.flatMap((label) => ((label.prefix || "global") === "global" ? [String(label.name)] : [])));
    // Only the cursor is taken of the next page's address.
    cursor = new URL(body._links?.next ?? "/", "https://example.invalid").searchParams.get("cursor");
    if (!cursor) return names;
  }
  throw new Error("a list that does not end"); // and must not pass for a whole one
}

const shown = (names, display, words, link) => {
  const items = names.map((name) => text(visible(name), ...link(name))).filter((item) => item.text);
  if (!items.length) return doc(paragraph(text(words.none)));
  if (display === "list") return doc({ type: "bulletList", content: items.map((item) => ({ type: "listItem", content: [paragraph(item)] })) });
  const line = items.flatMap((item, i) => (i ? [text(", "), item] : [item]));
  return doc(display === "compact" ? paragraph(...line) : paragraph(text(`${words.labels}:`, { type: "strong" }), text(" "), ...line));
};

/** The mark that leads from a name to the pages that carry it; none where the site's address is not known. */
const linkTo = ({ siteUrl, space }) => (name) =>
  /^https:/.test(siteUrl) && space?.key
    ? [{ type: "link", attrs: { href: `${siteUrl}/wiki/label/${encodeURIComponent(space.key)}/${encodeURIComponent(name)}` } }]
    : [];

// Confluence may hold a name from long ago with what XML cannot hold, and one such character fails the whole export.
const visible = (name) => name.replace(/[\0-\x1f\ufffe\uffff]/g, "");

const doc = (...content) => ({ type: "doc", version: 1, content });
const paragraph = (...content) => ({ type: "paragraph", content });
const text = (text, ...marks) => ({ type: "text", text, ...(marks.length > 0 && { marks }) });
