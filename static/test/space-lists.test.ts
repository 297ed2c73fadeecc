import assert from "node:assert/strict";
import test from "node:test";
import { asking, namedIn, rename, type Form, type Named, type Refusal } from "../src/space/clause.ts";
import { listsIn, mend, mended, unmended } from "../src/space/lists.ts";
import { decode, parametersIn } from "../src/space/storage.ts";
import { seeded } from "./seeded.ts";

const spelled = (named: Named[]) => named.map(({ name, excludes }) => (excludes ? "-" : "") + name).join(" ");

const named: [sentence: string, form: Form, raw: string, names: string][] = [
  ["one label", "cql", 'label = "gfs-test"', "gfs-test"],
  ["single quotes", "cql", "label = 'a'", "a"],
  ["entities for quotes", "cql", "label = &quot;a&quot; and space = currentSpace()", "a"],
  ["a number for a quote", "cql", "label = &#34;a&#x22;", "a"],
  ["no quotes", "cql", "label=release-note AND type=page", "release-note"],
  ["a list", "cql", 'label in ("a","b" , c)', "a b c"],
  ["a list that excludes", "cql", 'label not in ("a", "b")', "-a -b"],
  ["not this", "cql", 'label != "a"', "-a"],
  ["not before a clause", "cql", 'not label = "a" and label = "b"', "-a b"],
  ["not before parentheses", "cql", 'type = page and not (label = "a" or label != "b") or label = c', "-a b c"],
  ["not twice", "cql", 'not (not (label = "a"))', "a"],
  ["capitals", "cql", 'LABEL IN ("A") AND NOT Label = "B"', "a -b"],
  ["a name in entities", "cql", "label = &quot;&eacute;l&eacute;vation&quot;", "élévation"],
  ["an escaped quote", "cql", 'label = "5\\"-disk"', '5"-disk'],
  ["another field with a list", "cql", 'space in (label, "x") and label = "a"', "a"],
  ["a text that looks like a clause", "cql", 'title ~ "label = b" and label = "a"', "a"],
  ["a function", "cql", 'creator in (membersOf("label")) and label = "a"', "a"],
  ["a function for a label", "cql", "label = something()", ""],
  ["an order", "cql", "label = a order by label desc", "a"],
  ["blanks in quotes", "cql", 'label = "two words"', ""],
  ["a personal label", "cql", 'label = "my:favourite"', ""],
  ["a text that does not end", "cql", 'label = "a" and label = "b', "a"],
  ["labels of issues", "cql", "labels = a", ""],
  ["two ampersands", "cql", "label = a && label = b", "a b"],
  ["CDATA", "cql", '<![CDATA[label = "a"]]>', "a"],
  ["commas", "list", "a, b,c", "a b c"],
  ["blanks", "list", " a b\nc ", "a b c"],
  ["signs", "list", "+a,-b", "a -b"],
  ["nothing", "list", " , ", ""],
];
for (const [sentence, form, raw, names] of named) {
  test(`names are read from ${sentence}`, () => assert.equal(spelled(namedIn(raw, form)), names));
}

const AB = new Map([["a", "b"]]);
const renamed: [sentence: string, form: Form, raw: string, renames: Map<string, string | null>, text: string][] = [
  ["one label", "cql", 'label = "a"', AB, 'label = "b"'],
  ["no other field", "cql", 'title = "a" and label = "a" and text ~ "a"', AB, 'title = "a" and label = "b" and text ~ "a"'],
  ["entities stay entities", "cql", "label = &quot;a&quot; &amp;&amp; type = page", AB, "label = &quot;b&quot; &amp;&amp; type = page"],
  ["a merge into what is listed", "cql", 'label in ("a","b")', AB, 'label in ("b")'],
  ["a merge into what is listed before", "cql", 'label in ( "b" , "a" , "c" )', AB, 'label in ( "b" , "c" )'],
  ["two into one", "cql", "label not in (a, c, d)", new Map([["a", "b"], ["c", "b"]]), "label not in (b, d)"],
  ["what was there twice stays", "cql", 'label in ("b","b","a","c")', AB, 'label in ("b","b","c")'],
  ["both of an or", "cql", 'label = "a" or label = "b"', AB, 'label = "b" or label = "b"'],
  ["a swap of names", "cql", 'label in ("a","b")', new Map([["a", "b"], ["b", "a"]]), 'label in ("b","a")'],
  ["quotes where the name needs them", "cql", "label = a", new Map([["a", "c++"]]), 'label = "c++"'],
  ["quotes for a word of the language", "cql", "label in (a)", new Map([["a", "order"]]), 'label in ("order")'],
  ["quotes in a name", "cql", 'label = "a"', new Map([["a", '5"-disk']]), 'label = "5\\"-disk"'],
  ["CDATA", "cql", '<![CDATA[label = "a"]]>', AB, '<![CDATA[label = "b"]]>'],
  ["the end of CDATA", "cql", "<![CDATA[label = a]]> and type = page", AB, "<![CDATA[label = b]]> and type = page"],
  ["a name beside CDATA", "cql", 'label = <![CDATA["]]>a"', AB, 'label = <![CDATA["]]>b"'],
  ["a list that was at odds with itself stays so", "list", "a,-a", AB, "b,-b"],
  ["one of a list goes", "cql", 'label in ("a", "b", "c")', new Map([["b", null]]), 'label in ("a", "c")'],
  ["the first ones of a list go", "cql", 'label in ("a", "b", "c")', new Map([["a", null], ["b", null]]), 'label in ("c")'],
  ["a list with commas", "list", "a,b, c", new Map([["c", "d"]]), "a,b, d"],
  ["a list with blanks", "list", "x a  y", AB, "x b  y"],
  ["signs stay", "list", "+a,-c", AB, "+b,-c"],
  ["a merge in a list", "list", "a, b, c", AB, "b, c"],
  ["other signs are no double", "list", "+a,b", AB, "+b,b"],
];
for (const [sentence, form, raw, renames, text] of renamed) {
  test(`a rename is made: ${sentence}`, () => assert.deepEqual(rename(raw, form, renames), { text }));
}

const asked: [sentence: string, raw: string, text: string | undefined][] = [
  ["one label", "label = &quot;b&quot; and type = page", '(label in ("b") or (label in ("a") and space = "DS")) and type = page'],
  ["a list", "space = X and label in (b, c) order by title", 'space = X and (label in ("b","c") or (label in ("a") and space = "DS")) order by title'],
  ["what it excludes", "label = c and label != b", 'label = c and not (label in ("b") or (label in ("a") and space = "DS"))'],
  ["what it does not exclude", "label = c and not label != b", undefined],
  ["what it does not name", "label = c &amp;&amp; type = page", "label = c && type = page"],
  ["a list with something else in it", "label in (b, f())", undefined],
  ["what does not end", 'label = b and title = "', undefined],
];
for (const [sentence, raw, text] of asked) {
  test(`what a query will show is asked for: ${sentence}`, () => assert.equal(asking(raw, new Map([["b", ["a"]]]), "DS"), text));
}

const refused: [sentence: string, form: Form, raw: string, renames: Map<string, string | null>, why: Refusal][] = [
  ["the only label cannot go", "cql", 'label = "a" and space = X', new Map([["a", null]]), "empty"],
  ["nor all of a list", "cql", 'label in ("a","b")', new Map([["a", null], ["b", null]]), "empty"],
  ["nor all that a list includes", "list", "a,-b", new Map([["a", null]]), "empty"],
  ["a label that is asked for and excluded", "list", "+a,-b", AB, "contradicts"],
  ["the same in a query", "cql", 'label = "a" and label != "b"', AB, "contradicts"],
  ["a query that does not end", "cql", 'label = "a" and title = "', AB, "not_understood"],
  ["a name that would be a sign", "list", "a", new Map([["a", "-b"]]), "not_understood"],
  ["something else between names", "cql", 'label in ("b", f(), "a")', AB, "not_understood"],
  ["a name across the edge of CDATA", "cql", 'label = "a<![CDATA[-x"]]>', new Map([["a-x", "b"]]), "not_understood"],
];
for (const [sentence, form, raw, renames, why] of refused) {
  test(`a rename is refused: ${sentence}`, () => assert.deepEqual(rename(raw, form, renames), { refused: why }));
}

test("of any query the rename to itself is the same, and another changes nothing but the names", () => {
  const { pick, chance, upTo } = seeded(7);
  const NAMES = ["a", "b-c", "élan", "c++", "order", "5\"x", "日本"];
  for (let round = 0; round < 1_000; round++) {
    const quotes = chance(0.2) ? ["'"] : chance(0.5) ? ['"'] : ["&quot;"];
    const quoted = (name: string) => {
      const plain = /^[\p{L}-]+$/u.test(name) && name !== "order" && chance(0.3);
      const q = pick(quotes);
      return plain ? [name] : [q + name.replaceAll(q === "'" ? "'" : '"', (found) => `\\${found}`).replaceAll("é", chance(0.5) ? "&eacute;" : "é") + q];
    };
    const blank = () => pick(["", " ", "  ", "\n"]);
    const parts: { text: string; name?: string }[] = [];
    const name = () => {
      const one = pick(NAMES);
      parts.push({ text: quoted(one)[0]!, name: one });
    };
    const add = (text: string) => parts.push({ text });
    const clause = (depth: number): void => {
      const kind = upTo(depth > 3 ? 4 : 6);
      if (kind === 0) add(`title ~ "label = a"${blank()}`);
      else if (kind === 1) add(`${blank()}space${blank()}in${blank()}(a, currentSpace())`);
      else if (kind === 2) (add(`label${blank()}${pick(["=", "!="])}${blank()}`), name());
      else if (kind === 3) {
        add(`label ${pick(["in", "not in", "NOT IN"])}${blank()}(${blank()}`);
        const many = 1 + upTo(3);
        for (let i = 0; i < many; i++) (i && add(`${blank()},${blank()}`), name());
        add(`${blank()})`);
      } else if (kind === 4) (add(`${pick(["", "not "])}(`), clause(depth + 1), add(")"));
      else (clause(depth + 1), add(pick([" and ", " or ", " AND\n"])), clause(depth + 1));
    };
    clause(0);
    const raw = parts.map(({ text }) => text).join("");
    const all = parts.flatMap((part) => (part.name === undefined ? [] : [part.name]));
    assert.deepEqual(namedIn(raw, "cql").map((one) => one.name), all, raw);
    assert.deepEqual(rename(raw, "cql", new Map(NAMES.map((one) => [one, one]))), { text: raw });
    // A name that is nowhere else makes no double: the text around the names is as it was, and back is where it was.
    const there = rename(raw, "cql", new Map([["a", "z"]]));
    assert.ok("text" in there, raw);
    assert.deepEqual(namedIn(there.text, "cql").map((one) => one.name), all.map((one) => (one === "a" ? "z" : one)), raw);
    assert.deepEqual(rename(there.text, "cql", new Map([["z", "a"]])), { text: raw });
    // Whatever it is, merging into one of them leaves no other and keeps what is included or excluded.
    const merged = rename(raw, "cql", new Map([["a", "b-c"]]));
    if ("text" in merged) {
      const as = (one: Named) => spelled([{ ...one, name: one.name === "a" ? "b-c" : one.name }]);
      assert.deepEqual(new Set(namedIn(merged.text, "cql").map(as)), new Set(namedIn(raw, "cql").map(as)), raw);
    }
  }
});

test("of any text the parsers make something or nothing, and never fail", () => {
  const { pick, upTo } = seeded(11);
  const PIECES = ["label", " in ", "not ", "(", ")", ",", '"', "'", "\\", "&quot;", "&", ";", "=", "!=", "a", "-b", "+", "<![CDATA[", "]]>", "<", ">", "<ac:parameter ac:name=\"labels\">", "</ac:parameter>", "<ac:structured-macro ac:name='x'>", "</ac:structured-macro>", "<!--", "-->", "\n", "é", "\ud800", "order by"];
  for (let round = 0; round < 3_000; round++) {
    const text = Array.from({ length: upTo(14) }, () => pick(PIECES)).join("");
    for (const form of ["cql", "list"] as const) {
      namedIn(text, form);
      assert.deepEqual(rename(text, form, new Map([["a", "a"]])), { text });
    }
    asking(text, new Map([["a", ["z"]]]), "DS");
    const { lists } = listsIn(text, new Set(["a"]));
    assert.equal(mend(text, lists, new Map()).body, text);
    const { starts, ends, text: read } = decode(text);
    assert.ok(starts.length === read.length && starts.every((start, i) => start < ends[i]! && ends[i]! <= text.length));
  }
});

const macro = (name: string, parameters: string, body = "") => `<ac:structured-macro ac:name="${name}" ac:schema-version="4">${parameters}${body}</ac:structured-macro>`;
const parameter = (name: string, value: string) => `<ac:parameter ac:name="${name}">${value}</ac:parameter>`;

const bodies: [sentence: string, body: string, lists: string[]][] = [
  ["a query", macro("contentbylabel", parameter("cql", "label = &quot;a&quot;")), ["contentbylabel cql: a"]],
  ["lists of the older kind", macro("detailssummary", parameter("label", "a,-b")) + macro("tasks-report-macro", parameter("labels", "a")) + macro("navmap", parameter("", "a")), ["detailssummary label: a -b", "tasks-report-macro labels: a", "navmap : a"]],
  ["a gallery that excludes", macro("gallery", parameter("excludeLabel", "a") + parameter("includeLabel", "b")), ["gallery excludeLabel: -a", "gallery includeLabel: b"]],
  ["what is shown and how it is called", macro("contentbylabel", parameter("showLabels", "a") + parameter("title", "a")) + macro("content-report-table", parameter("createButtonLabel", "a") + parameter("labels", "a")), ["content-report-table labels: a"]],
  ["a macro in a macro", macro("panel", parameter("title", "a"), `<ac:rich-text-body><p>x</p>${macro("blog-posts", parameter("labels", "a"))}</ac:rich-text-body>`) + macro("attachments", parameter("labels", "b")), ["blog-posts labels: a", "attachments labels: b"]],
  ["an example of code", macro("code", parameter("language", "a"), `<ac:plain-text-body><![CDATA[${macro("blog-posts", parameter("labels", "a"))}]]></ac:plain-text-body>`), []],
  ["a value in CDATA", macro("contentbylabel", parameter("cql", '<![CDATA[label = "a" and id > 5]]>')), ["contentbylabel cql: a"]],
  ["a value that is no text", macro("contentbylabel", parameter("labels", '<ri:space ri:space-key="a" />') + parameter("spaces", "a")), []],
  ["a comment", `<!-- ${macro("blog-posts", parameter("labels", "a"))} -->`, []],
  ["issues of another product", macro("jira", parameter("jqlQuery", "label = a")), []],
  ["an app's macro with a query", macro("table-of-things", parameter("filter", "label in (a) and type = page")), ["table-of-things filter: a"]],
  ["an app's macro with a list by its name", macro("our-list", parameter("excludedLabels", "x a")), ["our-list excludedLabels: -x -a"]],
  ["an app's macro with what may be a list", macro("our-list", parameter("topic", "a") + parameter("colour", "z")), ["our-list topic: a?"]],
  ["the older macro, and a > in an attribute", `<ac:macro ac:name='blog-posts' ac:x=">"><ac:parameter ac:name = 'labels'>a</ac:parameter></ac:macro>`, ["blog-posts labels: a"]],
  ["a parameter of no macro", parameter("labels", "a"), []],
];
for (const [sentence, body, wanted] of bodies) {
  test(`lists are found in a body with ${sentence}`, () => {
    const { lists, whole } = listsIn(body, new Set(["a"]));
    assert.deepEqual(lists.map(({ macro, name, named, certain }) => `${macro} ${name}: ${spelled(named)}${certain ? "" : "?"}`), wanted);
    assert.equal(whole, true);
  });
}
test("a body that breaks off says so, and what came before is found", () => {
  const before = macro("blog-posts", parameter("labels", "a"));
  for (const rest of ["<![CDATA[", "<!--", "<ac:parameter ac:name=", "<ac:macro ac:name='", '<ac:structured-macro ac:name="x">']) {
    const { lists, whole } = listsIn(before + rest, new Set());
    assert.deepEqual([lists.length, whole], [1, false], rest);
  }
});
test("a body is mended in place: nothing but the names changes", () => {
  const around = ["<p>a &amp; b&nbsp;a</p>", "<hr />", `<p>label = "a"</p>`];
  const lists = (name: string) => [macro("contentbylabel", parameter("cql", `label = &quot;${name}&quot;`)), macro("blog-posts", parameter("labels", `x,${name}`)), macro("attachments", parameter("labels", `+${name},-z`))];
  const whole = (name: string) => lists(name).map((list, i) => around[i]! + list).join("\n");
  const body = whole("a") + macro("gallery", parameter("includeLabel", "a z"));
  const found = listsIn(body, new Set(["a"])).lists;
  const { body: mended, changed, left } = mend(body, found, new Map([["a", "b"]]));
  assert.equal(mended, whole("b") + macro("gallery", parameter("includeLabel", "b z")));
  assert.equal(changed.length, 4);
  assert.deepEqual(left, []);
  const merged = mend(body, found, new Map([["a", "z"]]));
  assert.deepEqual(merged.left.map(({ list, refused: why }) => [list.macro, why]), [["attachments", "contradicts"]]);
  assert.ok(merged.body.endsWith(parameter("includeLabel", "z") + "</ac:structured-macro>"));
});
test("work grows with the body and no faster: hostile ones are read", () => {
  for (const piece of ["<ac:parameter aaaa", '<ac:structured-macro ac:name="x">', "<![CDATA[", "<a ='", "<", parameter("labels", "a"), "&quot;"]) {
    parametersIn(macro("x", piece.repeat(400_000 / piece.length)));
    parametersIn(`<ac:parameter ${piece.replaceAll("<", "").repeat(400_000 / piece.length)}>`);
  }
  for (const piece of ['"\\', "label in (a(", "not(", "a,", '\\"', "<![CDATA["]) namedIn(piece.repeat(20_000 / piece.length), "cql");
});

const OLD = macro("contentbylabel", parameter("cql", "label in (&quot;a&quot;,&quot;b&quot;)")) + macro("blog-posts", parameter("max", "5") + parameter("labels", "x,a"));
const NEW = macro("contentbylabel", parameter("cql", "label in (&quot;b&quot;)")) + macro("blog-posts", parameter("max", "5") + parameter("labels", "x,b"));
const back: [sentence: string, body: string, text: string | undefined][] = [
  ["as it was mended", NEW, OLD],
  ["in a page that was written anew", `<p>New</p>${NEW.replaceAll("><", ">\n<")}`, `<p>New</p>${OLD.replaceAll("><", ">\n<")}`],
  ["as it was before", OLD, OLD],
  ["with another name since then", NEW.replace("x,b", "x,z"), undefined],
  ["with another list since then", NEW + macro("blog-posts", parameter("labels", "a")), undefined],
  ["without its lists", "<p>New</p>", undefined],
];
for (const [sentence, body, text] of back) {
  test(`a mended body is taken back ${sentence}`, () => {
    assert.equal(mended(OLD, AB).body, NEW);
    assert.equal(unmended(body, OLD, AB), text);
  });
}
test("what only may be a list is not mended, and neither is what does not take the name", () => {
  const body = macro("our-list", parameter("topic", "a")) + macro("contentbylabel", parameter("cql", "label = &quot;a&quot;"));
  assert.equal(mended(body, new Map([["a", null]])).body, body);
  assert.deepEqual(mended(body, new Map([["a", null]])).left.map(({ refused: why }) => why), ["empty"]);
  assert.ok(mended(body, AB).body.startsWith(macro("our-list", parameter("topic", "a"))));
});
test("of any body, to mend and to take back is to leave it as it is", () => {
  const { pick, upTo } = seeded(23);
  const VALUES = ["a", "b", "a,b", "-a,c", "label = a", "label in (&quot;a&quot;, b)", "<![CDATA[label = 'a']]>", "&quot;", "label = &#34;a"];
  const AROUND = ["<p>a</p>", "<!-- a -->", "<![CDATA[a]]>", "<", "</ac:structured-macro>", "\n", '<ac:structured-macro ac:name="x">', ""];
  for (let round = 0; round < 2_000; round++) {
    const body = Array.from({ length: 1 + upTo(5) }, () => pick(AROUND) + macro(pick(["contentbylabel", "blog-posts", "gallery", "our-list", "code"]), parameter(pick(["cql", "labels", "includeLabel", "topic"]), pick(VALUES)))).join("");
    for (const renames of [AB, new Map([["a", null]]), new Map([["a", "b"], ["b", "z"]])]) assert.equal(unmended(mended(body, renames).body, body, renames), body);
  }
});
