// SPDX-License-Identifier: Apache-2.0
// Follows an answer while it grows, but only until its question stands at the top: what is being read
// never moves. A reader who scrolled away is not pulled back; a button says that there is more.

import { iconButton } from "./dom.ts";

/** Pixels from the end that count as the end. */
const NEAR = 40;

export interface Scroll {
  button: HTMLElement;
  /** Follow what grows below `el`, the newest question or an open form. */
  follow(el?: HTMLElement): void;
}

export function createScroll(box: HTMLElement, label: string): Scroll {
  let following = true;
  let goal = 0;
  let top: HTMLElement | undefined;
  const more = iconButton("down", label, () => (box.scrollTop = box.scrollHeight), "newest");
  const atEnd = (): boolean => box.scrollHeight - box.clientHeight - box.scrollTop < NEAR;
  const look = (): void => {
    if (Math.abs(box.scrollTop - goal) > 2) following = atEnd();
    more.hidden = atEnd();
  };
  const follow = (el = top): void => {
    look(); // the reader may have scrolled, and the event is yet to come
    if (el !== top) following = true;
    top = el;
    if (following && el) {
      box.scrollTop = Math.max(box.scrollTop, el.offsetTop - 16);
      goal = box.scrollTop; // less where the end came first
    }
    more.hidden = atEnd();
  };
  box.onscroll = look;
  new ResizeObserver(() => follow()).observe(box);
  return { button: more, follow };
}
