// The cases of the contract, for whatever answers a call of the panel in the
// tab. handlers/contract_test.go says what is written in them, and holds the
// service to them.

import { readFileSync } from "node:fs";

/** What is in a file of cases, with what each "times" and "letters" stands for. */
export function cases<T>(file: string): T[] {
  return unfolded(JSON.parse(readFileSync(`../handlers/testdata/contract/${file}`, "utf8"))) as T[];
}

function unfolded(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.flatMap((one) => {
      if (typeof one?.times !== "number") return [unfolded(one)];
      const of = JSON.stringify(unfolded(one.of));
      return Array.from({ length: one.times }, (_, n) => JSON.parse(of.replaceAll("#", String(n).padStart(3, "0"))));
    });
  }
  if (typeof value !== "object" || value === null) return value;
  if ("letters" in value) return "a".repeat(Number(value.letters));
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, unfolded(one)]));
}

/** What is expected, with the time to wait in place of the two that it is between, and what a space's pages told in place of its name. */
export function settled(want: unknown, got: unknown): unknown {
  if (typeof want !== "object" || want === null) return want;
  const here = got as Record<string, unknown> | undefined;
  const entries = Object.entries(want).map(([key, value]) => {
    const told = here?.[key];
    const between = key === "retryAfter" && typeof told === "number" && told >= value[0] && told <= value[1];
    const nine = key === "certainty" && value === "told" && Array.isArray(told) && told.length === 9;
    return [key, between || nine ? told : settled(value, told)];
  });
  return Array.isArray(want) ? entries.map(([, value]) => value) : Object.fromEntries(entries);
}
