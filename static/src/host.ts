// What the panel needs from the product it is shown in. Product code knows
// only this; connect-host.ts is the Connect bridge behind it.

/** A host call that failed. `status` is the HTTP status of a read or write, 0 when there was no answer at all. */
export class HostError extends Error {
  constructor(readonly status: number) {
    super(`host answered ${status}`);
  }
}

/**
 * Every promise settles within a bounded time: a bridge that is missing or
 * never answers rejects with HostError(0).
 */
export interface Host {
  /** Asks the host for its design tokens and to keep them in step with its theme. */
  theme(): void;
  /** The reader's locale, such as "de-DE". */
  locale(): Promise<string>;
  /** Where the site's pages are, such as "https://example.atlassian.net/wiki", without a slash at the end. */
  site(): Promise<string>;
  /** A token that proves to the service who is looking at which page. Short-lived: ask before each call. */
  token(): Promise<string>;
  /** GETs JSON from Confluence as the viewer. path is relative to the site's base, such as "/api/v2/labels". */
  read(path: string): Promise<unknown>;
  /**
   * Writes JSON to Confluence as the viewer, POST to create and PUT to replace, and resolves with its JSON answer.
   * For content properties only: labels are written by the service. path is as for read.
   */
  write(method: "POST" | "PUT", path: string, body: unknown): Promise<unknown>;
  /** DELETEs in Confluence as the viewer. For properties of our own only; path is as for read. */
  remove(path: string): Promise<void>;
  /** Gives the frame this height in CSS pixels. */
  resize(height: number): void;
  /** Tells this app's other frames on the same page something; listeners get what was told, also by this frame. */
  tell(news: News): void;
  listen(hear: (news: News) => void): void;
  /** The macro's saved parameters; empty for a new macro. */
  parameters(): Promise<Record<string, string>>;
  /** Saves the macro's parameters and closes the macro editor. */
  save(parameters: Record<string, string>): void;
  /** Calls submit when the dialog's own submit button is pressed. */
  onSubmit(submit: () => void): void;
  /** Closes the dialog this frame is in, if it is in one. */
  close(): void;
}

/** The labels one frame has seen Confluence hold, for the others. */
export interface News {
  contentId: string;
  names: string[];
}
