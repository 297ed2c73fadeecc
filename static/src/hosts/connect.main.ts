// Entry of the bundle that the service's pages load.

import { start } from "../main.tsx";
import { connectHost } from "./connect.ts";

export * from "../main.tsx";

void start(connectHost((globalThis as { AP?: unknown }).AP));
