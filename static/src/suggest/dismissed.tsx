// What was dismissed on the page, by anybody who may edit it, and a way to have
// it suggested again.

import { h, type JSX } from "preact";
import type { Words } from "./words.ts";

interface Props {
  names: string[];
  words: Words;
  bringBack(label: string): void;
}

export function Dismissed({ names, words: { say }, bringBack }: Props): JSX.Element {
  return (
    <ul class="dismissed" role="list" aria-label={say("dismissed", { count: names.length })}>
      {names.map((name) => (
        <li key={name}>
          <bdi title={name}>{name}</bdi>
          <button type="button" class="link" aria-label={say("bringBackThis", { name })} onClick={() => bringBack(name)}>{say("bringBack")}</button>
        </li>
      ))}
    </ul>
  );
}
