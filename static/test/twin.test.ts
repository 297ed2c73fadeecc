import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { areTwins, twinKey } from "../src/twin.ts";

// The test of the service's rule reads the same file.
interface Case {
  says: string;
  a: string;
  b: string;
  twins: boolean;
}
const cases: Case[] = readFileSync("../internal/suggest/testdata/twins.jsonl", "utf8").trim().split("\n").map((line) => JSON.parse(line));
for (const { says, a, b, twins } of cases) {
  test(`${says}: ${a}, ${b}`, () => {
    assert.equal(areTwins(twinKey(a), twinKey(b)), twins);
    assert.equal(areTwins(twinKey(b), twinKey(a)), twins, "the order does not matter");
  });
}
