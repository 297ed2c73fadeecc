// A page of the app for the site's administrators.

import { mountAll } from "./bridge.js";

mountAll(document);
