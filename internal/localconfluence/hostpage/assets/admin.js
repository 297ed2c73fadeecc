// A page of the app for the site's administrators.

import { mountAll } from "./host.js";

mountAll(document);
