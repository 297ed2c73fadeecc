// What a person does on the page "Labels" of the large space, on Forge native,
// and how a test looks at what became of it.

import assert from "node:assert/strict";
import { open, plain, tell, until, wiki } from "./acts.mjs";

export const SPACE = "GEN";
const admin = { Authorization: `Basic ${btoa("admin:admin")}` };

/** Asks Confluence as the space's administrator, again and again while it misbehaves. */
export async function ask(path, method = "GET", body) {
  for (let tries = 1; ; tries++) {
    try {
      const answer = await fetch(wiki + path, { method, headers: { ...admin, "Content-Type": "application/json" }, ...(body && { body: JSON.stringify(body) }) });
      if (answer.ok) return await answer.json();
      assert.ok(tries < 50, `${method} ${path}: ${answer.status}`);
    } catch (error) {
      if (tries >= 50) throw error;
    }
  }
}

let id = "";
export const spaceId = async () => (id ||= (await ask(`/api/v2/spaces?keys=${SPACE}`)).results[0].id);

export async function propertyOf(key) {
  return (await ask(`/api/v2/spaces/${await spaceId()}/properties?key=${key}`)).results[0];
}

/** Has the vocabulary say that each of these names is retired, and which label is used instead. */
export async function retire(renames) {
  const key = "labelup_vocabulary";
  const value = { labels: renames.map(([label, replacement]) => ({ label, retired: true, replacement })) };
  const now = await propertyOf(key);
  const path = `/api/v2/spaces/${await spaceId()}/properties`;
  await (now ? ask(`${path}/${now.id}`, "PUT", { key, value, version: { number: now.version.number + 1 } }) : ask(path, "POST", { key, value }));
}

/** The pages of the space that are current and that a person sees, with those of the names that they have. */
export async function pagesAs(user, names) {
  const all = await tell(`pages?as=${user}`, {}, "GET");
  const own = all.filter(({ spaceKey, type, status }) => spaceKey === SPACE && status === "current" && (type === "page" || type === "blogpost"));
  return new Map(own.map(({ id, labels }) => [id, new Set((labels ?? []).map(({ name }) => name).filter((name) => names.includes(name)))]));
}

/** Notes what keeps the app's frames busy, and has their time go so many times as fast, with what is skipped. */
function watch(times) {
  if (window === top) return;
  window.busy = []; // ms of each long task
  new PerformanceObserver((list) => window.busy.push(...list.getEntries().map(({ duration }) => Math.round(duration)))).observe({ type: "longtask", buffered: true });
  if (times === 1) return;
  const now = Date.now.bind(Date);
  const begun = now();
  window.skipped = 0; // ms
  Date.now = () => begun + (now() - begun) * times + window.skipped;
  window.Worker = class extends Worker {
    postMessage([id, ms]) {
      super.postMessage([id, ms / times]);
    }
  };
}

let address = "";
/** Opens the page by a link to a tab of it, and waits until it has read. */
export async function visit(t, { tab = "", times = 1, user = "admin", settled = true } = {}) {
  if (!address) {
    const { page, context } = await open(t, "", { user, host: "native", path: `/spaces/${SPACE}` });
    address = await page.locator(`a[href*="/spaces/${SPACE}/apps/"]`).first().getAttribute("href");
    await context.close();
  }
  const { page, panel, context } = await open(t, "", { user, host: "native", path: address.replace(/^\/wiki/, "") + (tab && `?labelup=${encodeURIComponent(`tab=${tab}`)}`), prepare: [watch, times] });
  const frame = await until("the app's frame", async () => {
    const found = page.frames().find((one) => one.parentFrame());
    assert.ok(found);
    return found;
  });
  if (settled) await panel.getByRole("button", { name: "Read again" }).waitFor();
  if (tab) assert.equal(await panel.getByRole("tab", { selected: true }).getAttribute("data-tab"), tab);
  return { page, panel, context, frame };
}

/** Takes the findings about these retired names into the basket, and puts off all others. */
export async function planFindings(panel, renames) {
  const left = new Map(renames);
  const question = async () => plain((await panel.locator("#question").allInnerTexts())[0] ?? "");
  for (let asked = await question(); left.size; ) {
    const [, from, to] = /^(\S+) is in use, and the vocabulary says (\S+)$/.exec(asked) ?? [];
    const wanted = from && left.get(from) === to;
    if (wanted) left.delete(from);
    await panel.locator(".card").press(wanted ? "Enter" : "s");
    if (left.size) await until(`${[...left.keys()]} are asked about`, async () => assert.ok(![asked, ""].includes(await question())));
    asked = await question();
  }
}

/** Goes from the basket up to the button that runs the plan. */
export async function preview(panel) {
  await panel.getByRole("button", { name: "Preview the plan" }).click();
  const run = panel.getByRole("button", { name: /^Change [\d,]+ pages?$/ });
  await run.waitFor();
  const pages = Number((await run.innerText()).replace(/\D/g, ""));
  const typed = panel.getByRole("textbox", { name: /^Type the number/ });
  if (await typed.count()) await typed.fill(String(pages));
  return { run, pages };
}

/** What a run has recorded: batches of pages, in their order. */
export async function recorded(run) {
  const batches = [];
  for (let number = 0; ; number++) {
    const kept = (await propertyOf(`labelup_run_${run}_${number}`))?.value;
    if (!kept) return batches;
    for (const [, ...groups] of kept.batches) {
      batches.push(groups.flatMap(([, , ids]) => {
        let at = 0n;
        return ids.split(",").map((step) => String((at += BigInt(step))));
      }));
    }
  }
}
