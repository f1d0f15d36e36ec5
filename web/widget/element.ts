// SPDX-License-Identifier: Apache-2.0
// <doorward-chat>: the script interface of the widget; what it does is in widget.ts.

import styles from "./widget.css";
import { createWidget, type Widget } from "./widget.ts";

export class DoorwardChat extends HTMLElement {
  static observedAttributes = ["locale", "theme", "accent", "offset", "position", "texts"];

  constructor() {
    super();
    const shadow = this.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(styles);
    shadow.adoptedStyleSheets = [sheet];
    Object.assign(this, createWidget(this, shadow));
  }

  connectedCallback(): void {
    this.start();
  }

  disconnectedCallback(): void {
    this.stop();
  }

  attributeChangedCallback(name: string): void {
    this.changed(name);
  }
}

export interface DoorwardChat extends Widget {}
