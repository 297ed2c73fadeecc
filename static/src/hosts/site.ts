// Answers "/api/site" in the tab, where no service keeps a record: what the host
// says of the app, and whether the calls work that the app lives by. Its own part
// of the bundle, for few people ever see the page that asks.

import scopes from "./scopes/en.json";
import { statusOf } from "../failure.ts";
import { isProblem, type Kind } from "../problem.ts";
import type { Answer, Frame } from "./forge.ts";

const OF_A_SERVER = "read:app-user-token"; // the scope that is asked for only where there is one

// What a server refuses after it has proved the call.
const ANSWERS: Kind[] = ["bad_request", "not_found", "unlicensed"];

/** server changes labels where the tab does not. */
export async function site(frame: Frame, server?: Answer): Promise<object> {
  const { host, shell, context } = frame;
  const found = new URLSearchParams({ cql: host.withPageProperty, limit: "1" });
  const url = await host.site();
  const checks = await Promise.all([
    check("read_spaces", host.read("/api/v2/spaces?limit=1")),
    check("read_labels", host.read("/api/v2/labels?limit=1")),
    check("search", host.read(`/rest/api/content/search?${found}`)),
    ...(server ? [check("service", refuses(server(frame, { contentId: "", add: [], remove: [] }, undefined)))] : []),
  ]);
  return {
    url,
    version: context.appVersion,
    now: new Date().toISOString(),
    licensed: shell.licensed,
    scopes: Object.keys(scopes).filter((scope) => server || scope !== OF_A_SERVER),
    checks,
    held: [],
    logged: !!server,
  };
}

async function check(name: string, call: Promise<unknown>): Promise<object> {
  try {
    await call;
    return { name, ok: true };
  } catch (error) {
    return { name, ok: false, kind: isProblem(error) ? error.kind : kindOf(statusOf(error)) };
  }
}

/** Resolves when a change of nothing is refused as such. */
async function refuses(call: Promise<object>): Promise<void> {
  await call.catch((error: unknown) => {
    if (!isProblem(error) || !ANSWERS.includes(error.kind)) throw error;
  });
}

function kindOf(status: number): Kind {
  if (status === 401 || status === 403) return "forbidden";
  return status === 429 ? "rate_limited" : "upstream";
}
