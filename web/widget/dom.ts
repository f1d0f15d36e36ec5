// SPDX-License-Identifier: Apache-2.0
// Elements are made one by one; no text is ever parsed as HTML (Trusted Types safe).

export type Child = Node | string | null | undefined | false | 0;
type Value = string | number | boolean | null | undefined | ((event: never) => unknown);
type Tags = HTMLElementTagNameMap;

/** Make an element: `h("div.name", {…}, …)`. A class is a part too, for `::part()`. Functions become handlers, `true` an empty attribute, null and false nothing. */
export function h<K extends keyof Tags>(
  tag: K | `${K}.${string}`,
  props: Record<string, Value> = {},
  ...children: Child[]
): Tags[K] {
  const [name, cls] = tag.split(".") as [K, string?];
  const el = document.createElement(name);
  if (cls) {
    el.className = cls;
    el.setAttribute("part", cls);
  }
  for (const [key, value] of Object.entries(props)) {
    if (typeof value === "function") (el as unknown as Record<string, unknown>)[key] = value;
    else if (value != null && value !== false) el.setAttribute(key, value === true ? "" : String(value));
  }
  fill(el, ...children);
  return el;
}

/** Replace what is inside a node. */
export const fill = (el: ParentNode, ...children: Child[]): void =>
  el.replaceChildren(...children.filter((c): c is Node | string => !!c));

/** One path each on a 24 px grid. */
const PATHS = {
  chat: "M20 4H4v16l4-4h12z",
  check: "M5 12l5 5 9-10",
  close: "M6 6l12 12M18 6 6 18",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  door: "M6 21V10a6 6 0 0 1 12 0v11M3 21h18M14 14v.01",
  down: "M12 5v14M6 13l6 6 6-6",
  more: "M4.5 12h1M11.5 12h1M18.5 12h1",
  send: "M12 19V5M6 11l6-6 6 6",
  thumb: "M7 20H4v-9h3l4-8c2 0 3 1 2 6h7l-2 11H7v-9",
};

export function icon(name: keyof typeof PATHS): SVGElement {
  const [svg, path] = ["svg", "path"].map((n) => document.createElementNS("http://www.w3.org/2000/svg", n)) as [SVGElement, SVGElement];
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

type Act = () => unknown;

export const button = (cls: string, label: Child, onclick: Act, props = {}): HTMLButtonElement =>
  h(`button.${cls}`, { type: "button", onclick, ...props }, label);

/** A button that shows only an icon; the label is its name and its tooltip. */
export const iconButton = (name: keyof typeof PATHS, label: string, onclick: Act, cls = "icon"): HTMLButtonElement =>
  button(cls, icon(name), onclick, { "aria-label": label, title: label });
