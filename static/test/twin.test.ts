import assert from "node:assert/strict";
import test from "node:test";
import { areTwins, twinKey } from "../src/twin.ts";

const pairs: [sentence: string, a: string, b: string, twins: boolean][] = [
  ["plural and singular", "release-note", "release-notes", true],
  ["plural inside", "releases-note", "release-note", true],
  ["plural of y", "policy", "policies", true],
  ["plural of a hissing sound", "box", "boxes", true],
  ["hyphen and underscore", "how-to", "how_to", true],
  ["hyphen and none", "on-boarding", "onboarding", true],
  ["a letter missing", "roadmp", "roadmap", true],
  ["a letter too many", "roadmaap", "roadmap", true],
  ["a wrong letter", "roodmap", "roadmap", true],
  ["two neighbours swapped", "raodmap", "roadmap", true],
  ["two typos are another word", "roodmop", "roadmap", false],
  ["short names differ by one letter for good", "hr", "pr", false],
  ["four letters are short", "team", "teem", false],
  ["years differ for good", "goals-2025", "goals-2026", false],
  ["versions differ for good", "release-1", "release-2", false],
  ["a digit more is no typo", "sprint-1", "sprint-12", false],
  ["status is no plural of statu", "status", "statu", true],
  ["unlike words", "meeting", "roadmap", false],
  ["a word is not a twin of its beginning", "road", "roadmap", false],
  ["Japanese names that share no letter", "議事録", "設計書", false],
];
for (const [sentence, a, b, twins] of pairs) {
  test(`${sentence}: ${a}, ${b}`, () => {
    assert.equal(areTwins(twinKey(a), twinKey(b)), twins);
    assert.equal(areTwins(twinKey(b), twinKey(a)), twins, "the order does not matter");
  });
}
