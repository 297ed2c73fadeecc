// Prints the policies that npm @forge/csp makes for production of the cases it
// reads: [{permissions, page, site}]. FORGE is the node_modules folder with it.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
const require = createRequire(process.env.FORGE + "/");
const { CSPInjectionService, CSPProcessingService } = require("@forge/csp");
const cheerio = require("cheerio");

const policies = JSON.parse(readFileSync(0, "utf8")).map(({ permissions, page, site }) => {
  const details = new CSPProcessingService({ info() {} }, cheerio.load).getCspDetails(page, permissions);
  return new CSPInjectionService().getInjectableCSP({ existingCSPDetails: details, microsEnv: "prod", hostname: site }).join("; ");
});
console.log(JSON.stringify(policies));
