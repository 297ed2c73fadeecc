// The tab "To label" of the page of a space in Chromium on Forge native, with the
// engine itself in its Worker, against a space in memory.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import test, { before } from "node:test";
import type { Page } from "playwright-core";
import { compared, plain, seen, spoken, until } from "./acting.ts";
import { FakeSpace } from "./fake-space.ts";
import { seeded } from "./seeded.ts";
import { inLook, LOOKS, openSpace, usable } from "./space-stage.ts";
import { HOST, SCREENS, useStage, violations, type Scene, type Stage } from "./stage.ts";

const native = HOST === "native" ? test : () => undefined;
const stage = (HOST === "native" && useStage()) as Stage;
if (HOST === "native") before(() => void execFileSync("make", ["-s", "build/engine.wasm"], { cwd: "..", stdio: "inherit" }));

const TOPICS: Record<string, string> = {
  backup: "backup restore snapshot tape archive copy storage disk retention schedule",
  hiring: "interview candidate recruiter offer salary contract applicant onboarding referral team",
  invoice: "invoice payment customer amount tax due billing account ledger reminder",
  network: "router switch firewall cable packet latency wireless address gateway tunnel",
};

/** A space in which pages are about one of some topics; most of them say so with a label. */
function topical(labelled: number, without: number, seed = 1): FakeSpace {
  const { upTo, pick } = seeded(seed);
  const space = new FakeSpace();
  const page = (id: string, labels: string[], topic: string) => {
    const words = TOPICS[topic]!.split(" ");
    const sentence = () => `The ${pick(words)} of the ${pick(words)} is checked before the ${pick(words)} and the ${pick(words)} are used again by the people who need the ${pick(words)}.`;
    const text = Array.from({ length: 8 }, () => `<p>${sentence()} ${sentence()}</p>`).join("");
    space.page(id, labels, { title: `${pick(words)} ${pick(words)} ${id}`, body: `<ac:structured-macro ac:name="x"><ac:parameter ac:name="y">secret</ac:parameter></ac:structured-macro>${text}`, created: Date.UTC(2026, 0, 1) + Number(id) * 60_000, changed: Date.UTC(2026, 5, 1) - upTo(100) * 86_400_000 });
  };
  const topics = Object.keys(TOPICS);
  for (let i = 0; i < labelled; i++) page(String(1_000 + i), [topics[i % topics.length]!], topics[i % topics.length]!);
  for (let i = 0; i < without; i++) page(String(100_000 + i), [], topics[i % topics.length]!);
  return space;
}

const open = (space: FakeSpace, more: Scene = {}, says = "tab=tolabel") => openSpace(stage, space, more, says);
const title = (page: Page) => page.locator("#page-title a").innerText();
const options = (page: Page) => page.locator(".choices [role=option]").evaluateAll((all) => all.map((one) => `${one.getAttribute("aria-selected") === "true" ? "+" : "-"}${one.querySelector(".name")!.textContent}`));
const suggested = (page: Page) => until(() => options(page), (all) => all.length > 0, "suggestions");
const left = (page: Page) => page.locator(".tolabel .count").innerText();
const labelsOf = (space: FakeSpace, id: string) => [...space.pages.get(id)!.labels].sort();
const list = (page: Page) => page.locator(".choices").focus();
const onList = (page: Page) => page.evaluate(() => document.activeElement?.className === "choices");

native("pages are labelled one after the other from the keyboard, and taken back", async () => {
  const space = topical(40, 8);
  const page = await open(space);
  await suggested(page);
  assert.match(await title(page), /100007$/);
  assert.deepEqual(await options(page), ["+network"]);
  const beginning = await page.locator(".beginning").innerText();
  assert.match(beginning, /^The \w+ of the/);
  assert.ok(!beginning.includes("secret"));
  const whole = space.pages.get("100007")!.body.replace(/<[^>]*>/g, " ").replace(/\s+/g, " ");
  assert.ok(beginning.endsWith(" …") && whole.includes(beginning.slice(0, -1)), `"${beginning}" ends with a word`);
  assert.match(await page.locator(".why").innerText(), /similar pages/);
  assert.equal(await left(page), "8 pages left");
  assert.equal(await page.locator("#page-title .hint").innerText(), "Mar 11, 2026"); // it was made then
  assert.deepEqual(await violations(page), []);
  await page.screenshot({ path: `${SCREENS}/space-tolabel.png`, fullPage: true });

  await list(page);
  await page.keyboard.press("1");
  await until(() => options(page), (all) => all[0] === "-network", "it is unticked");
  await page.keyboard.press("Enter");
  await until(() => spoken(page), (text) => text.startsWith("Nothing is ticked"), "that is said");
  await page.keyboard.press(" ");
  await until(() => options(page), (all) => all[0] === "+network", "it is ticked again");
  await page.keyboard.press("Enter");
  await until(() => title(page), (text) => text.endsWith("100006"), "the next page");
  await suggested(page);
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("role")), "listbox");
  await until(() => labelsOf(space, "100007"), (labels) => labels.join() === "network", "it is written");
  await until(() => left(page), (text) => text === "7 pages left", "one is done");

  // A label that is typed: by its first letter, and with the field's own list.
  await page.keyboard.type("quar");
  await until(() => page.locator(".adder input").inputValue(), (text) => text === "quar", "it is in the field");
  await page.keyboard.type("terly");
  await compared(page);
  await page.keyboard.press("Enter");
  await until(() => options(page), (all) => all.includes("+quarterly"), "it is ticked");
  await until(() => onList(page), Boolean, "the list has the focus again");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await until(() => labelsOf(space, "100006"), (labels) => labels.join() === "invoice,quarterly", "both are written");
  await until(() => title(page), (text) => text.endsWith("100005"), "the next page");

  // Somebody else labels the page of before: that stays when ours goes.
  space.pages.get("100006")!.labels.add("theirs");
  await page.keyboard.press("s");
  await until(() => title(page), (text) => text.endsWith("100004"), "the one after what was skipped");
  await page.keyboard.press("z");
  await until(() => title(page), (text) => text.endsWith("100005"), "the skipped one is back");
  await page.keyboard.press("z");
  await until(() => title(page), (text) => text.endsWith("100006"), "the page before");
  await until(() => labelsOf(space, "100006"), (labels) => labels.join() === "theirs", "only what was added here is gone");
  await list(page);
  await page.keyboard.press("o");
  await until(() => seen(page), ({ went }) => JSON.stringify(went).includes("pageId=100006"), "the host is asked to go there");
});

native("a key that is held acts once, but for the arrows: nobody has looked at what is shown since", async () => {
  const space = topical(40, 8);
  const page = await open(space);
  await suggested(page);
  await list(page);
  const hold = async <T>(key: string, look: () => Promise<T>, right: (value: T) => boolean) => {
    await page.keyboard.down(key);
    await until(look, right, `what ${key} does`);
    await suggested(page);
    for (let i = 0; i < 3; i++) await page.keyboard.down(key);
    await page.keyboard.up(key);
  };
  const holdTo = async (key: string, id: string) => {
    await hold(key, () => title(page), (text) => text.endsWith(id));
    assert.ok((await title(page)).endsWith(id), `${await title(page)} after ${key}`);
  };
  await holdTo("Enter", "100006");
  await holdTo("s", "100005");
  await holdTo("z", "100006");
  await page.getByRole("button", { name: "Skip" }).focus();
  await holdTo("Enter", "100005");
  await hold("1", () => options(page), ([first]) => first === "-hiring");
  assert.equal((await options(page))[0], "-hiring");
  await until(() => labelsOf(space, "100007"), (labels) => labels.join() === "network", "what was pressed is written");

  for (const name of ["alpha", "beta", "gamma"]) {
    await page.keyboard.press("+");
    await compared(page);
    await page.keyboard.type(name);
    await page.keyboard.press("Enter");
    await until(() => options(page), (all) => all.includes(`+${name}`), "it is ticked");
    await until(() => onList(page), Boolean, "the list has the focus again");
  }
  const active = () => page.locator(".choices .active .name").innerText();
  await hold("ArrowDown", active, (name) => name === "alpha");
  assert.equal(await active(), "gamma");
  assert.deepEqual(["100006", "100005"].flatMap((id) => labelsOf(space, id)), []);
});

native("a name that waits to be compared is for the page on which it was entered", async () => {
  const space = topical(40, 8);
  const page = await open(space);
  await suggested(page);
  let go = () => {};
  const held = new Promise<void>((answer) => (go = answer));
  stage.onRead = async (path) => {
    if (path.startsWith("/api/v2/labels?")) await held;
    return space.handle("GET", path);
  };
  const enter = async (name: string) => {
    await list(page);
    await page.keyboard.type(name);
    await until(() => page.locator(".adder input").inputValue(), (text) => text === name, "it is in the field");
    await page.keyboard.press("Enter");
  };
  await enter("quarterly");
  await page.getByRole("button", { name: "Skip" }).click();
  await until(() => title(page), (text) => text.endsWith("100006"), "the next page");
  await suggested(page);
  await enter("yearly");
  await page.getByRole("button", { name: /^Apply/ }).click();
  await until(() => spoken(page), (text) => /Comparing|to confirm/.test(text), "it is said that it waits");
  assert.match(await title(page), /100006$/);
  go();
  await until(async () => {
    if (await page.getByRole("button", { name: /^Add (yearly|1 label)/ }).count()) await page.keyboard.press("Enter"); // on a busy machine it came too late to be compared
    return options(page);
  }, (all) => all.includes("+yearly"), "it is ticked");
  assert.ok(!(await options(page)).some((one) => one.includes("quarterly")));
  assert.deepEqual(labelsOf(space, "100006"), []);
});

for (const where of ["the field", "a choice of pages"]) {
  native(`a name that is compared late leaves who went on where they are: ${where}`, async () => {
    const space = topical(40, 8);
    const page = await open(space);
    await suggested(page);
    let go = () => {};
    const held = new Promise<void>((answer) => (go = answer));
    stage.onRead = async (path) => {
      if (path.startsWith("/api/v2/labels?")) await held;
      return space.handle("GET", path);
    };
    const field = page.locator(".adder [role=combobox]");
    await list(page);
    await page.keyboard.press("+");
    await field.waitFor();
    await page.keyboard.type("quarterly");
    await page.keyboard.press("Enter");
    await page.keyboard.type("clas");
    if (where !== "the field") await page.getByRole("combobox", { name: "Order" }).focus();
    go();
    const late = page.getByRole("button", { name: /^Add (quarterly|1 label)/ });
    await until(async () => {
      if (await late.count()) await late.dispatchEvent("click"); // on a busy machine it came too late to be compared
      return options(page);
    }, (all) => all.includes("+quarterly"), "it is ticked");
    assert.equal(await onList(page), false);
    if (where === "the field") await page.keyboard.type("s");
    assert.equal(await field.inputValue(), where === "the field" ? "class" : "clas");
    assert.match(await title(page), /100007$/);
  });
}

native("a step that cannot be taken back is not in the way of those before it", async () => {
  const space = topical(40, 8);
  const page = await open(space);
  for (const id of ["100007", "100006"]) {
    await until(() => title(page), (text) => text.endsWith(id), "the page");
    await suggested(page);
    await list(page);
    await page.keyboard.press("Enter");
    await until(() => labelsOf(space, id), (labels) => labels.length === 1, "it is written");
  }
  await suggested(page);
  await list(page);
  space.pages.get("100006")!.mayEdit = false; // meanwhile
  await page.keyboard.press("z");
  await page.getByRole("alert").getByText("could not be taken back").waitFor();
  await page.keyboard.press("z");
  await until(() => labelsOf(space, "100007"), (labels) => !labels.length, "the one before is");
  await until(() => title(page), (text) => text.endsWith("100007"), "it is there again");
  assert.equal(labelsOf(space, "100006").length, 1);
});

native("what is taken back is shown at once, and its end moves nobody who has gone on", async () => {
  const space = topical(40, 8);
  const page = await open(space);
  await suggested(page);
  await list(page);
  await page.keyboard.press("Enter");
  const labels = () => labelsOf(space, "100007").join();
  await until(labels, (all) => all === "network", "it is written");
  const { onRemove } = stage;
  const field = page.locator(".adder input");
  const shown = async (id: string) => {
    await until(() => title(page), (text) => text.endsWith(id), "the page");
    await suggested(page);
    await until(() => onList(page), Boolean, "the list has the focus");
  };
  const asked = () => page.evaluate(() => !dispatchEvent(new Event("beforeunload", { cancelable: true })));
  const alert = page.getByRole("alert");
  for (const { name, skips, refused } of [{ name: "archi" }, { name: "design", skips: true }, { name: "plans", skips: true, refused: true }]) {
    await shown("100006");
    const before = labels();
    let go = () => {};
    const held = new Promise<void>((answer) => (go = answer));
    stage.onRemove = async (path) => {
      await held;
      return refused ? { status: 409, body: {} } : onRemove(path);
    };
    await page.keyboard.press("z");
    await shown("100007");
    assert.ok(await asked(), "who leaves is asked");
    if (skips) {
      await page.keyboard.press("s");
      await shown("100006");
    }
    await page.keyboard.type(name);
    await until(() => field.inputValue(), (text) => text === name, "it is in the field");
    go();
    if (refused) {
      await alert.waitFor();
      assert.match(plain(await alert.innerText()), /^Could not be taken back: \w+ \w+ 100007\. /);
    } else await until(() => spoken(page), (text) => /^Taken back: \w+ \w+ 100007\.$/.test(text), "that it is taken back");
    assert.equal(await asked(), false);
    assert.equal(await field.inputValue(), name);
    assert.ok(await field.evaluate((one) => one === document.activeElement));
    await compared(page);
    await page.keyboard.press("Enter");
    await until(() => options(page), (all) => all.includes(`+${name}`), "it is ticked");
    await shown(skips ? "100006" : "100007");
    assert.equal(labels(), refused ? before : "");
    if (refused) return;
    if (skips) {
      await page.keyboard.press("z"); // to what was skipped
      await shown("100007");
    }
    await page.keyboard.press("Enter");
    await until(labels, (all) => all.includes("network"), "it is written again");
  }
});

native("a label that was dismissed on a page is not suggested there, whatever is chosen meanwhile", async () => {
  const space = topical(40, 4);
  space.handle("POST", "/api/v2/spaces/1/properties", { key: "labelup_vocabulary", value: { groups: [{ name: "State", required: true }], labels: [{ label: "draft", group: "State" }] } });
  const page = await open(space);
  stage.onRead = (path) => {
    const { pathname, searchParams } = new URL(path, "http://x");
    if (searchParams.get("cql")?.includes("labelupPage")) return { status: 200, body: { results: [{ id: "100003", type: "page", title: "" }], _links: {} } };
    if (pathname === "/api/v2/pages/100003/properties") return { status: 200, body: { results: [{ id: "5", key: "labelup_page", version: { number: 1 }, value: { v: 1, dismissed: ["network"] } }], _links: {} } };
    return space.handle("GET", path);
  };
  await page.reload();
  const quiet = () => page.getByText(/Nothing fits|No label/).first().waitFor();
  await until(() => title(page), (text) => text.endsWith("100003"), "the page");
  await quiet();
  const choose = (group: string) => page.getByRole("combobox", { name: "Pages" }).selectOption(group);
  await choose("State");
  await until(() => options(page), (all) => all.includes("-draft"), "the labels of the group");
  await choose("");
  await until(() => title(page), (text) => text.endsWith("100003"), "the page");
  await quiet();
  assert.deepEqual(await options(page), []);
});

native("what was said stays when the field for typing is there late", async () => {
  let come = () => {};
  const page = await open(topical(40, 4), { hold: [/\/add\.js/, new Promise((resolve) => (come = resolve))] });
  await suggested(page);
  await list(page); // the first focus in the frame has the field loaded
  await page.keyboard.press("1");
  await page.keyboard.press("Enter");
  await until(() => spoken(page), (text) => text.startsWith("Nothing is ticked"), "that is said");
  const there = page.waitForResponse(/\/add\.js/);
  come();
  await there;
  await page.keyboard.press("+");
  await page.locator(".adder [role=combobox]").waitFor();
  assert.match(await spoken(page), /^Nothing is ticked/);
});

native("a label of a group whose other one cannot be removed is told, as is one that was removed for nothing, and both are taken back", async () => {
  const space = topical(40, 4);
  space.handle("POST", "/api/v2/spaces/1/properties", { key: "labelup_vocabulary", value: { groups: [{ name: "State", oneOf: true }], labels: [{ label: "draft", group: "State" }, { label: "final", group: "State" }] } });
  const page = await open(space);
  await suggested(page);
  const alert = page.getByRole("alert");
  const { onSave, onRemove } = stage;
  for (const [set, told, labels] of [
    [() => (stage.onRemove = () => ({ status: 409, body: {} })), /now has final, draft, and a page should have one of these[^]*Open the page and remove it there, or take this back. Open/, "draft,final,network"],
    [() => (stage.onSave = () => ({ status: 400, body: {} })), /did not get network, final. It lost draft all the same: take this back/, ""],
  ] as const) {
    await until(() => title(page), (text) => text.endsWith("100003"), "the page");
    space.pages.get("100003")!.labels.add("draft"); // meanwhile
    await list(page);
    await page.keyboard.type("final");
    await compared(page);
    await page.keyboard.press("Enter");
    await until(() => options(page), (all) => all.includes("+final"), "it is ticked");
    await list(page);
    set();
    await page.keyboard.press("Enter");
    await alert.waitFor();
    assert.match(plain(await alert.innerText()), told);
    assert.deepEqual(labelsOf(space, "100003").join(), labels);
    assert.deepEqual(await violations(page), []);
    Object.assign(stage, { onSave, onRemove });
    await page.keyboard.press("z");
    await until(() => labelsOf(space, "100003"), (all) => all.join() === "draft", "as it was");
    await alert.waitFor({ state: "detached" });
    space.pages.get("100003")!.labels.clear();
  }
});

native("what cannot be labelled is left out and said, and what failed is told", async () => {
  const space = topical(40, 8);
  space.pages.get("100007")!.mayEdit = false;
  space.pages.get("100005")!.status = "archived";
  const page = await open(space);
  await suggested(page);
  await until(() => left(page), (text) => /1 left out: you may not edit it/.test(text), "what is left out");
  assert.match(await title(page), /100006$/);
  space.pages.get("100006")!.mayEdit = false; // meanwhile
  await list(page);
  await page.keyboard.press("Enter");
  await page.getByRole("alert").waitFor();
  assert.match(plain(await page.getByRole("alert").innerText()), /did not get invoice. You are not allowed to change labels/);
  space.pages.get("100006")!.mayEdit = true;
  await page.getByRole("button", { name: "Go to this page" }).click();
  await until(() => title(page), (text) => text.endsWith("100006"), "it is there again");
  await page.keyboard.press("Enter");
  await until(() => labelsOf(space, "100006"), (labels) => labels.join() === "invoice", "now it is written");
});

native("what was written and could not be read back is no failure, and can be taken back", async () => {
  const space = topical(40, 8);
  const page = await open(space);
  await suggested(page);
  stage.onRead = (path) => (path.includes("/100007/labels?") ? { status: 500, body: {} } : space.handle("GET", path));
  await list(page);
  await page.keyboard.press("Enter");
  await until(() => labelsOf(space, "100007"), (labels) => labels.join() === "network", "it is written");
  await until(() => left(page), (text) => text === "7 pages left", "one is done");
  await suggested(page);
  await list(page);
  await page.keyboard.press("z");
  await until(() => labelsOf(space, "100007"), (labels) => !labels.length, "it is taken back");
  await until(() => title(page), (text) => text.endsWith("100007"), "the page before");
  assert.equal(await page.getByRole("alert").count(), 0);
});

native("of what was written and can never be read back nobody knows, that is told, and it can be taken back", async () => {
  const space = topical(40, 8);
  const page = await open(space);
  await suggested(page);
  stage.onRead = (path) => (path.includes("/100007") && labelsOf(space, "100007").length ? { status: 403, body: {} } : space.handle("GET", path));
  await list(page);
  await page.keyboard.press("Enter");
  const alert = page.getByRole("alert");
  await alert.waitFor();
  assert.match(plain(await alert.innerText()), /^Nobody knows whether \w+ \w+ 100007 got network: [^]*take this back. Open Go to this page$/);
  assert.deepEqual(labelsOf(space, "100007"), ["network"]);
  assert.deepEqual(await violations(page), []);
  stage.onRead = (path) => space.handle("GET", path);
  await suggested(page);
  await list(page);
  await page.keyboard.press("z");
  await until(() => labelsOf(space, "100007"), (labels) => !labels.length, "it is taken back");
  await alert.waitFor({ state: "detached" });
});

for (const whose of ["own", "followed"]) {
  native(`pages that lack a label of a required group are offered those of it, and one of them is taken: ${whose}`, async () => {
    const space = topical(40, 0);
    space.page("200000", ["red"], { title: "Old one", body: "<p>Words about nothing in particular.</p>", created: Date.UTC(2027, 0, 1) });
    const vocabulary = { groups: [{ name: "State", oneOf: true, required: true }], labels: [{ label: "draft", group: "State" }, { label: "final", group: "State" }, { label: "wip", group: "State", retired: true }] };
    if (whose === "followed") space.others.set("2", { key: "HQ", name: "Head office", vocabulary });
    space.handle("POST", "/api/v2/spaces/1/properties", { key: "labelup_vocabulary", value: whose === "followed" ? { follows: "2", labels: [] } : vocabulary });
    const page = await open(space);
    await page.getByText("No page is left here.").waitFor();
    await page.getByRole("combobox", { name: "Pages" }).selectOption("State");
    await until(() => left(page), (text) => text === "41 pages left", "all lack one");
    await until(() => options(page), (all) => all.join() === "-draft,-final", "the labels of the group");
    assert.match(await page.locator(".card .few").innerText(), /red/);
    await list(page);
    await page.keyboard.press("1");
    await page.keyboard.press("2");
    await until(() => options(page), (all) => all.join() === "-draft,+final", "one of them");
    await page.keyboard.press("Enter");
    await until(() => labelsOf(space, "200000"), (labels) => labels.join() === "final,red", "it is written");
    await until(() => left(page), (text) => text === "40 pages left", "one less");
  });
}

native("working out all that is left can be stopped, and then nothing comes of it", async () => {
  const space = topical(40, 60);
  const page = await open(space);
  await suggested(page);
  let go = () => {};
  const held = new Promise<void>((answer) => (go = answer));
  stage.onRead = async (path) => {
    if (new URL(path, "http://x").searchParams.get("cql")?.includes("id in (100039")) await held;
    return space.handle("GET", path);
  };
  await page.getByRole("button", { name: "Plan what is sure for the 60 left" }).click();
  await page.getByText("20 of 60 pages").waitFor();
  await page.getByRole("button", { name: "Stop" }).click();
  go();
  await page.getByText("Stopped. Nothing was put into the basket.").waitFor();
  assert.equal(await page.locator(".basket").count(), 0);
});

native("what is ticked for all becomes a plan, and it is said how many pages stay", async () => {
  const space = topical(60, 45);
  for (const id of ["200000", "200001"]) space.page(id, [], { title: "Untitled", body: "<p>Nothing yet.</p>", created: 0 });
  const page = await open(space);
  await suggested(page);
  await page.getByRole("button", { name: "Plan what is sure for the 47 left" }).click();
  await page.getByRole("heading", { name: "Plan" }).waitFor();
  await page.getByText("45 pages change").waitFor();
  assert.equal(await spoken(page), "In the basket. 2 stay here: no label is sure enough for them, so they need your eye.");
  assert.equal(await page.locator(".decisions").first().locator("li").count(), 4);
  assert.equal(space.counted.posts, 0);
  await page.getByRole("button", { name: "Change 45 pages" }).click();
  await page.getByRole("heading", { name: "Done" }).waitFor();
  assert.deepEqual(labelsOf(space, "100000"), ["backup"]);
  await page.getByRole("button", { name: "Close" }).click();
  await until(() => left(page), (text) => text === "2 pages left", "the others are there");
  await page.locator(".notice").getByText("2 stay here: no label is sure enough").waitFor();
  assert.deepEqual(await violations(page), []);
});

native("what is ticked for all of one part of the tree stays when another part follows", async () => {
  const space = topical(60, 44);
  for (const [id, page] of space.pages) if (Number(id) >= 100_000) page.parent = Number(id) < 100_020 ? "1000" : "1001";
  const page = await open(space);
  await suggested(page);
  for (const [part, count, all] of [["1000", 20, 20], ["1001", 24, 44], ["1001", 24, 44]] as const) {
    await page.getByRole("combobox", { name: "Part of the tree" }).selectOption(part);
    await page.getByRole("button", { name: `Plan what is sure for the ${count} left` }).click();
    await page.getByText(`${all} pages change`).waitFor();
    await page.getByRole("button", { name: "Close" }).click();
  }
  assert.equal(plain(await page.getByRole("button", { name: /^Basket/ }).innerText()), "Basket 4");
});

native("of pages that lack a label of a group, only those of the group are applied to all", async () => {
  const space = topical(60, 12);
  space.handle("POST", "/api/v2/spaces/1/properties", { key: "labelup_vocabulary", value: { groups: [{ name: "State", oneOf: true, required: true }], labels: [{ label: "draft", group: "State" }] } });
  space.page("200000", [], { title: "Untitled", body: "<p>Nothing yet.</p>", created: 0 });
  const page = await open(space);
  await suggested(page);
  await page.getByRole("button", { name: "Plan what is sure for the 13 left" }).click();
  await page.getByText("12 pages change").waitFor();
  await page.getByRole("button", { name: "Close" }).click();
  const stays = page.locator(".notice").getByText("One stays here");
  await stays.waitFor();
  await page.getByRole("combobox", { name: "Pages" }).selectOption("State");
  await stays.waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Plan what is sure for the 73 left" }).click();
  await page.getByText("No label is sure enough").waitFor();
});

native("who does not administer the space lands here, with 200 pages at once at most, and stays where they are", async () => {
  const space = topical(40, 230);
  space.admin = false;
  const page = await open(space, {}, "");
  await until(() => page.getByRole("tab", { selected: true }).innerText(), (text) => text === "To label", "the tab");
  await suggested(page);
  await page.getByText("200 pages at most").waitFor();
  await page.getByRole("button", { name: "Plan what is sure for the 230 left" }).click();
  await page.getByText("200 pages change").waitFor();
});

native("who has begun before it is known who they are stays where they are", async () => {
  const space = topical(8, 2);
  space.admin = false;
  let known = () => {};
  const late = new Promise<void>((go) => (known = go));
  const page = await open(space, {}, "");
  stage.onRead = async (path) => {
    if (path.startsWith("/api/v2/spaces/1?")) await late;
    return space.handle("GET", path);
  };
  await page.reload();
  await page.getByRole("tab", { name: "Labels" }).click();
  known();
  await page.getByRole("grid").waitFor();
  await page.getByText("Read again").waitFor();
  assert.equal(await page.getByRole("tab", { selected: true }).innerText(), "Labels");
});

for (const [name, scene] of LOOKS.slice(1)) {
  native(`nothing is wrong with how it can be used: ${name}`, async () => {
    const page = await open(topical(40, 4), scene);
    await inLook(page, name);
    await suggested(page);
    await usable(page, `space-tolabel-${name}`);
  });
}
