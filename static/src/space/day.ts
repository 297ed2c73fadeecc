// Days, for tables and fields: where the person is, as dates are shown. Pure, but for the zone of the machine.

/** The last moment that a date can be, in ms since 1970: of what somebody else wrote, none is read that is later. */
export const LAST_MOMENT = 8.64e15;

/** The day of a moment such as 2026-05-31. */
export function dayOf(at: number): string {
  const date = new Date(at);
  return [String(date.getFullYear()).padStart(4, "0"), ...[date.getMonth() + 1, date.getDate()].map((part) => String(part).padStart(2, "0"))].join("-");
}
