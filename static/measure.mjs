// Measures the macro in Chromium against a running labelup-dev (`make run ARGS='--misbehave 0'`):
//
//	npm run measure -- http://127.0.0.1:8090/wiki
//
// Times are from the navigation of the macro's iframe, each in a browser
// context of its own (nothing cached): its first paint, and the frame in which
// the labels are drawn. Bytes are those that crossed the network, by kind;
// "app" is what the service itself sends.
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
await browser.close();

console.log(`first contentful paint  ${median(paints).toFixed(0)} ms (median of ${RUNS}; ${Math.min(...paints).toFixed(0)} to ${Math.max(...paints).toFixed(0)})`);
console.log(`labels drawn            ${median(labels).toFixed(0)} ms (median of ${RUNS}; ${Math.min(...labels).toFixed(0)} to ${Math.max(...labels).toFixed(0)})`);
console.table(sent);
