// Measures the page of a space: reading all of it, and runs over all of it, at a
// limit of RATE writes a second for each person (400 if it is not said). The
// requests are counted where they arrive.

import assert from "node:assert/strict";
import { loadavg } from "node:os";
import { test } from "node:test";
import { tell } from "./acts.mjs";
import { pagesAs, planFindings, preview, retire, visit } from "./spaceacts.mjs";

const RATE = Number(process.env.RATE ?? 400); // writes a second
const [OLD, NEW, SOME, ADDED] = ["bench-old", "bench-new", "bench-some", "bench-added"];
const HOUR = 3_600_000; // ms

const number = (value, digits = 0) => value.toLocaleString("en", { maximumFractionDigits: digits, minimumFractionDigits: digits });
const heap = (frame) => frame.evaluate(() => performance.memory.usedJSHeapSize / 1e6);
const busy = (frame) => frame.evaluate(() => window.busy.filter((ms) => ms > 50));
const now = (frame) => frame.evaluate(() => performance.timeOrigin + performance.now());
const line = (t, ...cells) => t.diagnostic(`| ${cells.join(" | ")} |`);

/** The requests that arrived: writes of labels that were done, reads of a page, and what was refused. */
async function counted() {
  const counts = Object.entries(await tell("requests/counts", {}, "GET"));
  const sum = (pattern) => counts.reduce((all, [key, count]) => all + (pattern.test(key) ? count : 0), 0);
  return {
    reads: sum(/^GET .*\/api\/v2\/(pages|blogposts)\/\{id\} 200$/),
    otherReads: sum(/^GET .*\/(api\/v2\/(labels|spaces)|rest\/api\/label).* 200$/),
    labels: sum(/^(POST|DELETE) .*\/label 2\d\d$/),
    properties: sum(/^(POST|PUT|DELETE) .*\/properties.* 2\d\d$/),
    refused: sum(/ 429$/),
  };
}

/** Presses the button and waits until all is done, looking at the heap. */
async function ran({ panel, frame }, button) {
  await tell("requests", {}, "DELETE");
  const heaps = [];
  const begun = await now(frame);
  await button.click();
  let over = false;
  const looking = (async () => {
    while (!over) {
      heaps.push(await heap(frame));
      await new Promise((wake) => setTimeout(wake, 1_000));
    }
  })();
  await panel.getByRole("heading", { name: /^(Done|Stopped|Somebody|It could not)/ }).waitFor({ timeout: HOUR });
  const wall = (await now(frame)) - begun;
  over = true;
  await looking;
  assert.equal(await panel.locator(".plan h2").innerText(), "Done");
  return { wall, heaps, ...(await counted()) };
}

function table(t, what, pages, { wall, heaps, reads, otherReads, labels, properties, refused }, frameBusy) {
  const writes = labels + properties;
  const floor = ((writes - RATE) / RATE) * 1_000; // the first ones are the burst
  const third = Math.max(1, Math.floor(heaps.length / 3));
  const mean = (some) => some.reduce((sum, one) => sum + one, 0) / some.length;
  line(t, `${what}: pages changed`, number(pages), "");
  line(t, `${what}: reads a page`, number((reads + otherReads) / pages, 3), "at most 1.05");
  line(t, `${what}: writes a page, of labels and in all`, `${number(labels / pages, 3)}, ${number(writes / pages, 3)}`, what === "add" ? "at most 1.01" : "at most 2.02");
  line(t, `${what}: refused with 429`, number(refused), "-");
  line(t, `${what}: wall`, `${number(wall / 1_000, 1)} s, ${number(writes / (wall / 1_000))} writes a second`, `${number(floor / 1_000, 1)} s at ${RATE} a second`);
  line(t, `${what}: share of what the limit allows`, number(floor / wall, 2), "at least 0.9");
  line(t, `${what}: heap in the first and the last third, most`, `${number(mean(heaps.slice(0, third)))}, ${number(mean(heaps.slice(-third)))}, ${number(Math.max(...heaps))} MB`, "flat");
  line(t, `${what}: tasks over 50 ms`, frameBusy.length ? `${frameBusy.length}, the longest ${Math.max(...frameBusy)} ms` : "none", "none");
}

test("a large space", async (t) => {
  await tell("browser-limit", { writesPerSecond: RATE, burst: RATE });
  const own = [...(await pagesAs("admin", [])).keys()];
  await tell("second-person", { user: "admin", pages: own, add: [OLD], count: Math.min(100_000, own.length * 8), seed: 1 });
  await tell("second-person", { user: "admin", pages: own.slice(0, Math.ceil(own.length / 5)), add: [SOME], count: own.length, seed: 2 });
  await retire([[OLD, NEW]]);

  // On this machine an answer takes some 30 ms; over a network, more.
  for (const [what, delay] of [["reading", 0], ["reading, answers 0.3 s later", 0.3]]) {
    await t.test(`is read: ${what}`, async (t) => {
      if (delay) await tell("misbehave", { kind: "slow", path: "/wiki/rest/api/content/search", delay, seconds: 600 });
      const { page, frame, context } = await visit(t);
      const end = await now(frame);
      const { begun, sum, count } = await page.evaluate(() => {
        const asked = performance.getEntriesByType("resource").filter(({ name }) => name.includes("/content/search") && name.includes("ancestors"));
        return { begun: performance.timeOrigin + Math.min(...asked.map(({ startTime }) => startTime)), sum: asked.reduce((all, { duration }) => all + duration, 0), count: asked.length };
      });
      const wall = end - begun;
      await new Promise((wake) => setTimeout(wake, 3_000)); // what is looked for afterwards
      await tell("misbehave", {}, "DELETE");
      line(t, "load average at the beginning", loadavg()[0].toFixed(1), "");
      line(t, `${what}: pages, requests`, `${number(own.length)}, ${count}`, "-");
      line(t, `${what}: wall`, `${number(wall)} ms`, `${number(sum)} ms, the requests one after the other`);
      line(t, `${what}: share of that`, `${number((wall / sum) * 100)} %`, "110 %");
      line(t, `${what}: heap`, `${number(await heap(frame))} MB`, "below 150 MB");
      const tasks = await busy(frame);
      line(t, `${what}: tasks over 50 ms`, tasks.length ? `${tasks.length}, the longest ${Math.max(...tasks)} ms` : "none", "none");
      await context.close();
    });
  }

  await t.test("is renamed", async (t) => {
    const tab = await visit(t);
    await planFindings(tab.panel, [[OLD, NEW]]);
    const { run, pages } = await preview(tab.panel);
    await tab.frame.evaluate(() => void (window.busy.length = 0));
    table(t, "rename", pages, await ran(tab, run), await busy(tab.frame));
    const left = [...(await pagesAs("admin", [OLD])).values()].filter((held) => held.has(OLD)).length;
    assert.equal(left, 0);
    await tab.context.close();
  });

  await t.test("is added to", async (t) => {
    const tab = await visit(t, { tab: "pages" });
    await tab.panel.getByRole("searchbox", { name: "Has labels" }).fill(SOME);
    await tab.panel.getByRole("button", { name: "Select all" }).click();
    await tab.panel.getByRole("combobox", { name: "Label", exact: true }).fill(ADDED);
    await tab.panel.getByRole("button", { name: "Put into the basket" }).click();
    const { run, pages } = await preview(tab.panel);
    await tab.frame.evaluate(() => void (window.busy.length = 0));
    table(t, "add", pages, await ran(tab, run), await busy(tab.frame));
    line(t, "load average at the end", loadavg()[0].toFixed(1), "");
    await tab.context.close();
  });
});
