// SPDX-License-Identifier: Apache-2.0
// The demo page's buttons: they use the widget's script interface like any other site would.

interface Widget extends HTMLElement {
  open(): void;
  send(text: string): Promise<boolean>;
}

const widget = (): Widget | null => document.querySelector<Widget>("doorward-chat");

/** `?project=name` shows another project than the one in the page's own script tag. */
function useProject(name: string): void {
  const other = document.createElement("doorward-chat");
  other.setAttribute("project", name);
  widget()?.replaceWith(other);
}

const wanted = new URLSearchParams(location.search).get("project");
if (wanted) {
  if (widget()) useProject(wanted);
  else addEventListener("doorward:ready", () => useProject(wanted), { once: true });
}

document.addEventListener("click", (event) => {
  const button = (event.target as Element).closest<HTMLElement>("[data-ask], [data-open]");
  if (!button) return;
  const question = button.dataset["ask"];
  if (question) void widget()?.send(question);
  else widget()?.open();
});
