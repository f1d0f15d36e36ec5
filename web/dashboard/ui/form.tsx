// SPDX-License-Identifier: Apache-2.0
// A form that sends once, shows errors at their fields and takes the focus to the first of them.
import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import { ApiError } from "../api/client.ts";
import { t } from "../texts/index.ts";
import { Notice } from "./page.tsx";

export type Errors = Readonly<Record<string, string>>;

export interface FormState {
  busy: boolean;
  errors: Errors;
  error: string;
  submit(event: Event): void;
}

/**
 * `check` gives errors by field before anything is sent; `send` does it. Errors of fields that the form does not
 * have are shown above the button; one that the server does not blame on a field is `blame`'s when that is given.
 */
export function useForm(check: () => Errors, send: () => Promise<unknown>, blame?: (error: ApiError) => string | null): FormState {
  const [busy, setBusy] = useState(false);
  const [errors, setErrors] = useState<Errors>({});
  const [error, setError] = useState("");
  const sending = useRef(false);

  const show = (form: HTMLFormElement, found: Errors, rest: string): void => {
    setErrors(found);
    setError(rest);
    const names = Object.keys(found);
    const first = [...form.elements].find((el) => el instanceof HTMLElement && names.includes((el as HTMLInputElement).name));
    if (first) requestAnimationFrame(() => (first as HTMLElement).focus());
  };

  const submit = (event: Event): void => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    if (sending.current) return;
    const found = check();
    if (Object.keys(found).length) return show(form, found, "");
    sending.current = true;
    setBusy(true);
    setErrors({});
    setError("");
    send()
      .catch((problem: unknown) => {
        if (!(problem instanceof ApiError)) {
          setError(t.errors.unavailable);
          throw problem;
        }
        if (problem.code === "cancelled") return;
        const known = Object.entries(problem.details).filter(([name]) => form.elements.namedItem(name));
        const blamed = known.length ? null : blame?.(problem);
        if (blamed) return show(form, { [blamed]: problem.message }, "");
        show(form, Object.fromEntries(known), known.length ? "" : [problem.message, ...Object.values(problem.details)].join(" "));
      })
      .finally(() => {
        sending.current = false;
        setBusy(false);
      });
  };
  return { busy, errors, error, submit };
}

export function Form({ form, children, look }: { form: FormState; children: ComponentChildren; look?: string }) {
  return (
    <form class={look ?? "form"} noValidate onSubmit={form.submit}>
      {children}
      {form.error && <Notice tone="bad" alert><p>{form.error}</p></Notice>}
    </form>
  );
}

/** What the server finds wrong with the value of a form's only judged field, and with the password or code it gives. */
export const blaming = (field: string | null, proof: string | null = null) => (error: ApiError): string | null =>
  error.status === 422 || error.status === 409 ? field : error.status === 401 ? proof : null;

export const required = (value: string): string | null => (value.trim() ? null : t.errors.required);

/** Collects what is wrong: errorsOf({email: required(email)}). */
export const errorsOf = (found: Readonly<Record<string, string | null | false | undefined>>): Errors =>
  Object.fromEntries(Object.entries(found).filter((entry): entry is [string, string] => !!entry[1]));
