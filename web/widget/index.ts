// SPDX-License-Identifier: Apache-2.0
// The file a site loads: defines the element, starts one if the script tag names a project.

import { DoorwardChat } from "./element.ts";
import { defaults } from "./widget.ts";

const script = document.currentScript as HTMLScriptElement | null;

if (!customElements.get("doorward-chat")) {
  defaults.origin = script ? new URL(script.src).origin : "";
  customElements.define("doorward-chat", DoorwardChat);
  const options = script?.dataset ?? {};
  if (options["project"]) {
    const element = document.createElement("doorward-chat");
    for (const name in options) element.setAttribute(name, options[name] as string);
    // An async script from the cache may run before there is a body.
    (document.body ?? document.documentElement).append(element);
  }
}
