// SPDX-License-Identifier: Apache-2.0
// Labelled inputs. The error stands beside its field and is said with it.
import type { ComponentChildren, FunctionComponent } from "preact";
import { useId, useState } from "preact/hooks";
import { t } from "../texts/index.ts";
import { IconButton } from "./base.tsx";

export interface FieldProps {
  name: string;
  label: string;
  value: string;
  onValue: (value: string) => void;
  hint?: ComponentChildren;
  error?: string | undefined;
  autocomplete?: string;
  type?: "text" | "email" | "date" | "number" | "search" | "url";
  inputmode?: "text" | "numeric" | "email" | "url";
  required?: boolean;
  maxLength?: number;
  min?: string;
  max?: string;
  code?: boolean;
  /** Shown, not to be changed. */
  fixed?: boolean;
  onCommit?: () => void;
  unit?: string;
}

interface InputProps {
  id: string;
  name: string;
  class?: string | undefined;
  type: string;
  inputMode?: string | undefined;
  autocomplete: string;
  autocapitalize?: string | undefined;
  spellcheck?: boolean | undefined;
  dir?: string | undefined;
  value: string;
  required?: boolean | undefined;
  readOnly?: boolean | undefined;
  maxLength?: number | undefined;
  min?: string | undefined;
  max?: string | undefined;
  "aria-invalid"?: "true" | undefined;
  "aria-describedby"?: string | undefined;
  onInput: (event: InputEvent & { currentTarget: HTMLInputElement }) => void;
  onBlur?: (() => void) | undefined;
}
/** The element itself; Preact's own types want to know its type beforehand. */
const Input = "input" as unknown as FunctionComponent<InputProps>;

const described = (...ids: (string | false | undefined)[]): string | undefined => ids.filter(Boolean).join(" ") || undefined;

function Frame({ id, label, hint, error, children }: { id: string; label: string; hint?: ComponentChildren; error?: string | undefined; children: ComponentChildren }) {
  return (
    <div class={error ? "field wrong" : "field"}>
      <label for={id}>{label}</label>
      {hint && <p class="hint" id={`${id}-hint`}>{hint}</p>}
      {children}
      {error && <p class="error" id={`${id}-error`}>{error}</p>}
    </div>
  );
}

/** `onCommit` is for settings that save at once: when the field is left or Enter pressed. */
export function TextField(p: FieldProps) {
  const id = useId();
  return (
    <Frame id={id} label={p.label} hint={p.hint} error={p.error}>
      <div class="with-unit">
        <Input
          id={id}
          name={p.name}
          class={p.code ? "mono" : undefined}
          type={p.type ?? "text"}
          inputMode={p.inputmode}
          autocomplete={p.autocomplete ?? "off"}
          autocapitalize={p.code || p.type === "email" ? "none" : undefined}
          spellcheck={p.code || p.type === "email" ? false : undefined}
          dir={p.code || p.type === "email" || p.type === "url" ? "ltr" : undefined}
          value={p.value}
          required={p.required}
          maxLength={p.maxLength}
          min={p.min}
          max={p.max}
          readOnly={p.fixed}
          aria-invalid={p.error ? "true" : undefined}
          aria-describedby={described(p.hint !== undefined && `${id}-hint`, !!p.error && `${id}-error`)}
          onInput={(event) => p.onValue(event.currentTarget.value)}
          onBlur={p.onCommit}
        />
        {p.unit && <span class="unit">{p.unit}</span>}
      </div>
    </Frame>
  );
}

/** A password can be shown: typing blind makes people choose short ones. */
export function PasswordField(p: FieldProps) {
  const id = useId();
  const [open, show] = useState(false);
  return (
    <Frame id={id} label={p.label} hint={p.hint} error={p.error}>
      <div class="with-button">
        <Input
          id={id}
          name={p.name}
          type={open ? "text" : "password"}
          autocomplete={p.autocomplete ?? "current-password"}
          autocapitalize="none"
          spellcheck={false}
          dir="ltr"
          value={p.value}
          required={p.required}
          aria-invalid={p.error ? "true" : undefined}
          aria-describedby={described(p.hint !== undefined && `${id}-hint`, !!p.error && `${id}-error`)}
          onInput={(event) => p.onValue(event.currentTarget.value)}
        />
        <IconButton icon={open ? "hidden" : "eye"} label={open ? t.common.hidePassword : t.common.showPassword} onPress={() => show(!open)} />
      </div>
    </Frame>
  );
}

export function AreaField(p: FieldProps & { rows?: number }) {
  const id = useId();
  return (
    <Frame id={id} label={p.label} hint={p.hint} error={p.error}>
      <textarea
        id={id}
        name={p.name}
        class={p.code ? "mono" : undefined}
        rows={p.rows ?? 4}
        dir={p.code ? "ltr" : undefined}
        spellcheck={p.code ? false : undefined}
        value={p.value}
        required={p.required}
        aria-invalid={p.error ? "true" : undefined}
        aria-describedby={described(p.hint !== undefined && `${id}-hint`, !!p.error && `${id}-error`)}
        onInput={(event) => p.onValue(event.currentTarget.value)}
      />
    </Frame>
  );
}

export interface Option {
  value: string;
  text: string;
}

/** `bare` hides the label for the eye, in tables whose head says it. */
export function SelectField({ name, label, value, onValue, options, hint, error, bare }: { name: string; label: string; value: string; onValue: (value: string) => void; options: readonly Option[]; hint?: ComponentChildren; error?: string | undefined; bare?: boolean }) {
  const id = useId();
  const select = (
    <select id={id} name={name} value={value} aria-label={bare ? label : undefined} aria-invalid={error ? "true" : undefined} aria-describedby={described(hint !== undefined && !bare && `${id}-hint`, !!error && `${id}-error`)} onChange={(event) => onValue(event.currentTarget.value)}>
      {options.map((option) => <option key={option.value} value={option.value} selected={option.value === value}>{option.text}</option>)}
    </select>
  );
  return bare ? select : <Frame id={id} label={label} hint={hint} error={error}>{select}</Frame>;
}

export function CheckField({ name, label, checked, onChecked, hint, off, code }: { name: string; label: ComponentChildren; checked: boolean; onChecked: (checked: boolean) => void; hint?: ComponentChildren; off?: boolean; code?: string }) {
  const id = useId();
  return (
    <div class="check">
      <input id={id} name={name} type="checkbox" checked={checked} disabled={off} aria-describedby={hint ? `${id}-hint` : undefined} onChange={(event) => onChecked(event.currentTarget.checked)} />
      <div>
        <label for={id}>{label}{code && <code>{code}</code>}</label>
        {hint && <p class="hint" id={`${id}-hint`}>{hint}</p>}
      </div>
    </div>
  );
}

export function Choice({ name, legend, value, onValue, options }: { name: string; legend: string; value: string; onValue: (value: string) => void; options: readonly (Option & { hint?: string })[] }) {
  const id = useId();
  return (
    <fieldset class="choice">
      <legend>{legend}</legend>
      {options.map((option) => (
        <label key={option.value} class="option">
          <input type="radio" name={`${name}-${id}`} value={option.value} checked={option.value === value} onChange={() => onValue(option.value)} />
          <span>
            <strong>{option.text}</strong>
            {option.hint && <span class="hint">{option.hint}</span>}
          </span>
        </label>
      ))}
    </fieldset>
  );
}
