// Which macros of a page list pages by their labels, what they name, and the
// page's body with other names in them. It reads a body and gives one back; who
// reads and writes pages is elsewhere.
//
// Source: Atlassian's documentation of the macros, and what their parameters
// are called in storage format.

import { namedIn, rename, type Form, type Named, type Refusal, type Renames } from "./clause.ts";
import { parametersIn, type Parameter } from "./storage.ts";

/** A parameter that names labels. */
export interface List extends Parameter {
  form: Form;
  named: Named[];
  /** Not so where an app's parameter only looks like a list of labels: it has one of the names, and may mean something else. */
  certain: boolean;
}

/** What is kept of a list when its body is gone. */
export type Naming = Pick<List, "macro" | "named" | "certain">;

interface Lists {
  lists: List[];
  whole: boolean; // as of Found
}

// Confluence's own macros by the parameters that hold a list of labels. Those
// without any are here, too: what their parameters are is known.
const OWN: Record<string, string> = {
  contentbylabel: "labels label",
  detailssummary: "labels label",
  "tasks-report-macro": "labels",
  "content-report-table": "labels",
  "recently-updated": "labels",
  "recently-updated-dashboard": "labels",
  "blog-posts": "labels label",
  attachments: "labels",
  gallery: "includeLabel excludeLabel",
  livesearch: "labels",
  contributors: "labels",
  "contributors-summary": "labels",
  "related-labels": "labels",
  listlabels: "excludedLabels",
  navmap: " ", // the parameter without a name
};
const WITHOUT = new Set(
  ("anchor change-history chart cheese children code column create-from-template details excerpt excerpt-include expand favpages gadget global-reports iframe im include index info jira jirachart " +
    "jiraissues junitreport loremipsum mathblock mathinline multimedia network noformat note pagetree pagetreesearch panel popular-labels profile profile-picture recently-used-labels roadmap rss " +
    "search section space-attachments space-details space-list status status-handy tip toc toc-zone userlister view-file viewdoc viewpdf viewppt viewxls warning widget").split(" "),
);
/** The names of those macros. */
export const MACROS: readonly string[] = Object.keys(OWN);
const JIRA = /^jira/; // labels in its queries are of issues

/** Of other macros: parameters that are called a list of labels. "showLabels" and "buttonLabel" are not. */
const CALLED = /^(?!.*(?:show|hide|display|button))(?:labels?|.*[a-z_-]labels|(?:in|ex)clude[ds]?[_-]?labels?|tags?)$/i;
const EXCLUDED = /exclu/i;

/** The lists in a body. names are those that an app's parameter is looked through for. */
export function listsIn(body: string, names: ReadonlySet<string>): Lists {
  const { parameters, whole } = parametersIn(body);
  return { whole, lists: parameters.flatMap((parameter) => listOf(body, parameter, names)) };
}

function listOf(body: string, parameter: Parameter, names: ReadonlySet<string>): List[] {
  const { macro, name, start, end } = parameter;
  if (JIRA.test(macro)) return [];
  const raw = body.slice(start, end);
  const query = /label/i.test(raw) ? namedIn(raw, "cql") : [];
  if (query.length) return [{ ...parameter, form: "cql", named: query, certain: true }];
  if (name === "cql") return [];
  const own = OWN[macro]?.split(" ").includes(name);
  const isList = own ?? (!WITHOUT.has(macro) && CALLED.test(name));
  if (own === false || WITHOUT.has(macro)) return [];
  const named = namedIn(raw, "list").map((one) => ({ ...one, excludes: one.excludes !== EXCLUDED.test(name) }));
  if (isList ? !named.length : !named.some((one) => names.has(one.name))) return [];
  return [{ ...parameter, form: "list", named, certain: isList }];
}

interface Mended {
  body: string;
  changed: List[];
  left: { list: List; refused: Refusal }[];
}

/** The body with the lists as they are after the renames: nothing else in it changes. The lists are those that listsIn found in this body, or some of them. */
export function mend(body: string, lists: List[], renames: Renames): Mended {
  const mended: Mended = { body: "", changed: [], left: [] };
  let at = 0;
  for (const list of lists) {
    const raw = body.slice(list.start, list.end);
    const result = rename(raw, list.form, renames);
    if ("refused" in result) mended.left.push({ list, refused: result.refused });
    else if (result.text !== raw) {
      mended.body += body.slice(at, list.start) + result.text;
      at = list.end;
      mended.changed.push(list);
    }
  }
  mended.body += body.slice(at);
  return mended;
}

/** A body with the names in its lists changed, where that can be done; the same body where it cannot. */
export function mended(body: string, renames: Renames): Mended {
  const { lists } = listsIn(body, new Set());
  const result = mend(body, lists.filter(({ certain }) => certain), renames);
  return valuesAside(result.body) === valuesAside(body) ? result : { body, changed: [], left: lists.map((list) => ({ list, refused: "not_understood" })) };
}

/** A body without the values of its parameters. */
function valuesAside(body: string): string {
  let [rest, at] = ["", 0];
  for (const { start, end } of parametersIn(body).parameters) {
    rest += `${body.slice(at, start)}\n`;
    at = end;
  }
  return rest + body.slice(at);
}

/**
 * A mended body with the values that it had before the renames; undefined where they are not what the renames made of
 * them, or there are other parameters by now.
 */
export function unmended(body: string, before: string, renames: Renames): string | undefined {
  const made = mended(before, renames).body;
  if (body === made) return before;
  const [now, then, wanted] = [body, made, before].map((text) => parametersIn(text).parameters.map((one) => ({ ...one, value: text.slice(one.start, one.end) })));
  if (now!.length !== then!.length || now!.some(({ macro, name }, i) => macro !== then![i]!.macro || name !== then![i]!.name)) return undefined;
  let [text, at] = ["", 0];
  for (const [i, { start, end, value }] of now!.entries()) {
    const old = wanted![i]!.value;
    if (then![i]!.value === old || value === old) continue;
    if (value !== then![i]!.value) return undefined;
    text += body.slice(at, start) + old;
    at = end;
  }
  return text + body.slice(at);
}
