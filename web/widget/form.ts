// SPDX-License-Identifier: Apache-2.0
// The card in the conversation: leave details, or ask for a person.

import { button, h } from "./dom.ts";
import type { Card } from "./state.ts";
import { newKey, type ApiError } from "./transport.ts";
import type { Ui } from "./ui.ts";
import type { LeadField, LeadValues } from "./wire.ts";

const AUTOCOMPLETE: Record<string, string> = { name: "name", email: "email", phone: "tel", company: "organization" };
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

interface Field {
  name: string;
  el: HTMLElement;
  control: HTMLInputElement | HTMLTextAreaElement;
  /** Show what is wrong, "" when nothing; without a text, find out. True when there is an error. */
  wrong(text?: string): boolean;
}

/** One labelled control with room for its error beside it. */
function field({ t, user }: Ui, { name, type, label, required }: LeadField): Field {
  const id = "f-" + name;
  const long = type === "textarea";
  const check = type === "checkbox";
  const control = h(long ? "textarea" : "input", {
    id,
    name,
    type: /^(email|tel|checkbox)$/.test(type ?? "") && type,
    autocomplete: AUTOCOMPLETE[name] ?? "off",
    "aria-describedby": id + "e",
    "aria-required": required && "true",
    maxlength: long ? 4000 : 200,
    oninput: () => error.textContent && wrong(),
  });
  const error = h("div.wrong", { id: id + "e" });
  control.value = (user as Record<string, string>)[name] ?? "";
  const find = (): string => {
    const value = check ? (control as HTMLInputElement).checked : control.value.trim();
    if (!value) return required ? t.required : "";
    return type === "email" && !EMAIL.test(String(value)) ? t.badEmail : "";
  };
  const wrong = (text = find()): boolean => {
    error.textContent = text;
    control.ariaInvalid = String(!!text);
    return !!text;
  };
  const words = h("label", { for: id, dir: "auto" }, label || (t as Record<string, string>)[name] || name, !required && !check && h("span.who", {}, ` (${t.optional})`));
  return { name, control, wrong, el: h(check ? "div.field check" : "div.field", {}, ...(check ? [control, words] : [words, control]), error) };
}

export function formCard(kind: Card, ui: Ui, done: (text?: string) => void): HTMLElement {
  const { t, talk } = ui;
  const lead = kind === "lead";
  const form = talk.state.project?.lead_form;
  const key = newKey();
  const message = { name: "message", type: "textarea" };
  const wanted: LeadField[] = lead ? [...(form?.fields ?? [])] : [{ name: "email", type: "email" }, message];
  // Before the first question there is no chat to belong to: the question comes with the form.
  if (!talk.chat()) wanted.unshift({ name: "question", label: t.ask, type: "textarea", required: true });
  if (lead && form?.consent) wanted.push({ name: "consent", type: "checkbox", label: form.consent.text, required: !!form.consent.required });
  const fields = wanted.map((f) => field(ui, f));
  const problem = h("div.wrong", { role: "alert" });
  const submit = h("button.primary", {}, t.send);

  const send = async (): Promise<void> => {
    const values: LeadValues = lead ? { consent: false } : {};
    for (const { name, control } of fields) {
      const value = control.value.trim();
      if (control.type === "checkbox") values[name] = (control as HTMLInputElement).checked;
      else if (name === "question") await (talk.chat() || talk.ask(value));
      else if (value) values[name] = value;
    }
    await talk.submit(kind, values, key);
    done(t.done);
  };
  const failed = (e: ApiError): void => {
    for (const f of fields) if (e.details[f.name]) f.wrong(e.details[f.name]);
    problem.textContent = e.status > 399 && e.status < 500 ? e.message : t.failed;
  };
  const onsubmit = (event: Event): void => {
    event.preventDefault();
    const bad = fields.filter((f) => f.wrong());
    bad[0]?.control.focus();
    if (bad[0] || submit.disabled) return;
    problem.textContent = "";
    submit.disabled = true;
    void send()
      .catch(failed)
      .finally(() => (submit.disabled = false));
  };
  return h(
    "form.card",
    { novalidate: true, "aria-labelledby": "card-title", onsubmit },
    h("h3", { id: "card-title" }, lead ? t.leave : t.person),
    ...fields.map((f) => f.el),
    problem,
    h("div.acts", {}, submit, button("text", t.decline, () => done())),
  );
}
