import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { compare, formOf } from "../src/twin.ts";

// The test of the service's rule reads the same file.
interface Case {
  says: string;
  a: string;
  b: string;
  verdict: string;
}
const cases: Case[] = readFileSync("../internal/twin/testdata/pairs.jsonl", "utf8").trim().split("\n").map((line) => JSON.parse(line));
for (const { says, a, b, verdict } of cases) {
  test(`${says}: ${a}, ${b}`, () => {
    assert.equal(compare(formOf(a), formOf(b)), verdict);
    assert.equal(compare(formOf(b), formOf(a)), verdict, "the order does not matter");
  });
}
