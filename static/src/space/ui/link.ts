// What of the page is shown, as a part of an address that can be shared: which
// tab, which finding, which filter. Anybody may have written one.

import { addressIn } from "../../address.ts";
import { LAST_MOMENT } from "../day.ts";
import { ALL, type Filter } from "../store.ts";

export const TABS = ["tidy", "labels", "tolabel", "pages", "vocabulary", "runs"] as const;
export type Tab = (typeof TABS)[number];

export interface Shown {
  tab: Tab | ""; // "" where it is not said: who looks after the space begins to tidy, others to label
  finding: string; // key; "" for the first
  filter: Filter;
}

const PARAMETER = "labelup";
const LONGEST = 2_000; // UTF-16 code units

/** The address with what is shown in it; "" if there is no address, or that is more than an address can say. */
export function linkTo(location: string, { tab, finding, filter }: Shown): string {
  const url = addressIn(location);
  if (!url) return "";
  const own = new URLSearchParams({ tab });
  if (finding && tab === "tidy") own.set("finding", finding);
  if (tab === "pages") {
    for (const [key, value] of Object.entries(filter)) {
      const plain = ALL[key as keyof Filter];
      if (Array.isArray(value)) value.forEach((one) => own.append(key, one));
      else if (value !== plain) own.set(key, String(value === true ? 1 : value));
    }
  }
  if (own.toString().length > LONGEST) return "";
  url.searchParams.set(PARAMETER, own.toString());
  return url.href;
}

export function shownIn(location: string): Shown {
  const given = (addressIn(location)?.searchParams.get(PARAMETER) ?? "").slice(0, LONGEST);
  const own = new URLSearchParams(given);
  const text = (key: string) => own.get(key) ?? "";
  const time = (key: string) => Math.min(Math.max(0, Math.floor(Number(own.get(key)) || 0)), LAST_MOMENT);
  const type = text("type");
  return {
    tab: TABS.find((tab) => tab === own.get("tab")) ?? "",
    finding: text("finding"),
    filter: {
      text: text("text"),
      has: own.getAll("has").slice(0, 20),
      without: own.getAll("without").slice(0, 20),
      unlabelled: text("unlabelled") === "1",
      lacks: own.getAll("lacks").slice(0, 500),
      type: type === "page" || type === "blogpost" ? type : "",
      below: /^\d{1,19}$/.test(text("below")) ? text("below") : "",
      after: time("after"),
      before: time("before"),
    },
  };
}
