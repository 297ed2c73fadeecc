// What the panel needs from the product it is shown in, and from the app's core.
// Product code knows only this; hosts/ has what is behind it.

import type { Shell } from "./shell.ts";

/**
 * A call to Confluence that failed. `status` is the HTTP status of a read or write, 0 when there was no answer at all;
 * `retryAfter` the seconds that Confluence asks to wait, 0 where it does not say or cannot be heard.
 */
export class HostError extends Error {
  constructor(readonly status: number, readonly retryAfter = 0) {
    super(`host answered ${status}`);
  }
}

/** Confluence's REST API as the viewer. Paths are relative to the site's base, such as "/api/v2/labels". */
export interface Confluence {
  /** GETs JSON. */
  read(path: string): Promise<unknown>;
  /** Writes JSON, POST to create and PUT to replace, and resolves with the JSON answer. Product code writes properties; labels are written by hosts/labels.ts. */
  write(method: "POST" | "PUT", path: string, body: unknown): Promise<unknown>;
  /** DELETEs. Product code removes properties of our own only. */
  remove(path: string): Promise<void>;
}

/**
 * Every promise settles within a bounded time: a bridge that is missing or
 * never answers rejects with HostError(0).
 */
export interface Host extends Confluence {
  /** What the frame shows, and to whom. Anybody may have made it up: it decides what to draw, and no right. */
  shell(): Promise<Shell>;
  /**
   * Asks the app's core and resolves with its JSON answer: "/api/labels" changes the labels of the page, "/api/suggest"
   * suggests some, "/api/site" tells administrators about the app on their site. Waits until stop says not to, or until no
   * answer can come any more. Rejects with a Problem (problem.ts), never with anything else.
   */
  call(path: string, body?: object, stop?: AbortSignal): Promise<unknown>;
  /**
   * Has what suggests learn a space once, of the neighbours, the vocabulary and the labels in use that a request for
   * suggestions has. What it resolves with answers such requests for page after page; all but the page means nothing in
   * them. Both reject with a Problem. Absent where no page of a space can be shown.
   */
  learn?(known: object): Promise<(request: object) => Promise<object>>;
  /** Says that a call of this path may come soon, so that what answers it can be got ready. */
  expect(path: string): void;
  /** CQL that finds what has the page property. */
  readonly withPageProperty: string;
  /** Asks the host for its colours and to keep them in step with its theme. */
  theme(): void;
  /** The reader's locale, such as "de-DE". */
  locale(): Promise<string>;
  /** Where the site's pages are, such as "https://example.atlassian.net/wiki", without a slash at the end. */
  site(): Promise<string>;
  /** Gives the frame this height in CSS pixels. */
  resize(height: number): void;
  /** Tells this app's other frames on the same page something; listeners get what was told, also by this frame. */
  tell(news: News): void;
  listen(hear: (news: News) => void): void;
  /** Saves the macro's parameters and closes the macro editor. Rejects with HostError when they are not saved. */
  save(parameters: Record<string, string>): Promise<void>;
  /** Calls submit when the dialog's own submit button is pressed. Returns false if it has none: the page needs one of its own. */
  onSubmit(submit: () => void): boolean;
  /** Closes the dialog this frame is in, if it is in one. */
  close(): void;
  /** What support needs to know of this frame: what was called and how it ended, with no name and no text of a page. Absent where a log has it. */
  support?(): Promise<string>;
  /** Puts that on the clipboard. Resolves with whether it did. */
  copySupport?(): Promise<boolean>;
}

/** The labels one frame has seen Confluence hold, for the others. */
export interface News {
  contentId: string;
  names: string[];
}
