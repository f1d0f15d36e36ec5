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
  const left = (): number => box.scrollHeight - box.clientHeight - box.scrollTop;
  const follow = (el = top): void => {
    if (el !== top) following = true;
    top = el;
    if (following && el) {
      goal = Math.min(box.scrollHeight - box.clientHeight, el.offsetTop - 16);
      if (goal > box.scrollTop) box.scrollTop = goal;
    }
    more.hidden = left() < NEAR;
  };
  box.onscroll = () => {
    if (Math.abs(box.scrollTop - goal) > 2) following = left() < NEAR;
    more.hidden = left() < NEAR;
  };
  new ResizeObserver(() => follow()).observe(box);
  return { button: more, follow };
}
