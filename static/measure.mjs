// Measures the macro in Chromium against a running labelup-dev (`make run ARGS='--misbehave 0'`):
//
//	npm run measure -- http://127.0.0.1:8090/wiki
//
// Times are from the navigation of the macro's iframe, each in a browser
// context of its own (nothing cached): its first paint, and the frame in which
// the labels are drawn. Bytes are those that crossed the network, by kind;
// "app" is what the service itself sends.
//
// Then the same page on Forge native: from pressing Suggest, with nothing of the
// engine loaded, until something is shown and until suggestions are, and again
// with the engine there.
import { chromium } from "playwright-core";

const RUNS = 10;
const wiki = (process.argv[2] ?? "http://127.0.0.1:8090/wiki").replace(/\/$/, "");
const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium-headless-shell",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
const paints = [];
const labels = [];
let sent = {};
for (let run = 0; run <= RUNS; run++) {
  const context = await browser.newContext();
  const page = await context.newPage();
  const finished = [];
  page.on("requestfinished", (request) => finished.push(request));
  await page.addInitScript(() => {
    if (self === top) return;
    const look = () => (document.querySelector(".chip") ? (globalThis.labelsAt = performance.now()) : requestAnimationFrame(look));
    look();
  });
  await page.goto(`${wiki}/spaces/CAFE`);
  const handle = await page.waitForSelector("iframe");
  const frame = await handle.contentFrame();
  await frame.waitForFunction(() => globalThis.labelsAt && performance.getEntriesByName("first-contentful-paint").length);
  const [paint, at] = await frame.evaluate(() => [performance.getEntriesByName("first-contentful-paint")[0].startTime, globalThis.labelsAt]);
  await page.waitForTimeout(200);
  if (run > 0) paints.push(paint), labels.push(at); // the first one warms the machine
  const app = new URL(frame.url()).origin;
  sent = {};
  for (const request of finished) {
    if (request.frame() !== frame) continue;
    const { responseBodySize, responseHeadersSize } = await request.sizes();
    const kind = `${request.url().startsWith(app) ? "app" : "Atlassian"} ${request.resourceType()}`;
    sent[kind] ??= { requests: 0, body: 0, headers: 0 };
    sent[kind].requests++;
    sent[kind].body += responseBodySize;
    sent[kind].headers += responseHeadersSize;
  }
  await context.close();
}

const [shown, first, again] = [[], [], []];
for (let run = 0; run <= RUNS; run++) {
  const context = await browser.newContext();
  await context.addCookies([{ name: "local-host", value: "native", url: wiki }]);
  const page = await context.newPage();
  const pages = await (await fetch(new URL("/control/pages?as=admin", wiki))).json();
  await page.goto(`${wiki}/pages/${pages.find(({ title }) => title === "Backflushing with the blue powder").id}`);
  const frame = await (await page.waitForSelector("iframe")).contentFrame();
  await frame.waitForSelector("text=Suggest");
  const pressed = () =>
    frame.evaluate(
      () =>
        new Promise((done) => {
          const start = performance.now();
          let something = 0;
          const look = () => {
            something ||= document.querySelector(".suggestions") && performance.now() - start;
            if (document.querySelector(".suggestions input")) done([something, performance.now() - start]);
            else requestAnimationFrame(look);
          };
          [...document.querySelectorAll("button")].find((button) => button.textContent === "Suggest").click();
          look();
        }),
    );
  const cold = await pressed();
  await page.waitForTimeout(1_000); // the second answer
  await frame.getByRole("button", { name: "Close" }).click();
  const warm = await pressed();
  if (run > 0) shown.push(cold[0]), first.push(cold[1]), again.push(warm[1]);
  await context.close();
}
await browser.close();

console.log(`first contentful paint  ${median(paints).toFixed(0)} ms (median of ${RUNS}; ${Math.min(...paints).toFixed(0)} to ${Math.max(...paints).toFixed(0)})`);
console.log(`labels drawn            ${median(labels).toFixed(0)} ms (median of ${RUNS}; ${Math.min(...labels).toFixed(0)} to ${Math.max(...labels).toFixed(0)})`);
console.table(sent);
const line = (what, times) => console.log(`${what} ${median(times).toFixed(0)} ms (median of ${RUNS}; ${Math.min(...times).toFixed(0)} to ${Math.max(...times).toFixed(0)})`);
line("Suggest, cold, something shown", shown);
line("Suggest, cold, suggestions    ", first);
line("Suggest, warm, suggestions    ", again);
