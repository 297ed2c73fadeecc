// The page that an error shows in place of a view. It says what it has to say
// without this script, which only has it follow the host's theme.

import { connectHost } from "./connect.ts";

connectHost((globalThis as { AP?: unknown }).AP).theme();
