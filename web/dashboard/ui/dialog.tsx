// SPDX-License-Identifier: Apache-2.0
// Modal windows: the browser's own <dialog> keeps the focus inside and gives it back.
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { fill } from "../lib/text.ts";
import { t } from "../texts/index.ts";
import { Button, IconButton } from "./base.tsx";
import { TextField } from "./field.tsx";
import { errorsOf, Form, useForm } from "./form.tsx";

export function Dialog({ title, children, onClose }: { title: string; children: ComponentChildren; onClose: () => void }) {
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const it = dialog.current as HTMLDialogElement;
    const before = document.activeElement;
    it.showModal();
    it.querySelector<HTMLElement>("input, select, textarea, [data-first]")?.focus();
    return () => {
      it.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog ref={dialog} aria-labelledby={id} onCancel={(event) => { event.preventDefault(); onClose(); }}>
      <header>
        <h2 id={id}>{title}</h2>
        <IconButton icon="close" label={t.common.close} onPress={onClose} />
      </header>
      {children}
    </dialog>
  );
}

/** For what cannot be undone: its name is to be typed. */
export function TypeName({ title, what, name, act, onDo, onClose }: { title: string; what: string; name: string; act: string; onDo: () => Promise<unknown>; onClose: () => void }) {
  const [typed, type] = useState("");
  const same = typed.trim().toLowerCase() === name.trim().toLowerCase();
  const form = useForm(
    () => errorsOf({ typed: !same && fill(t.common.typeNameWrong, { name }) }),
    () => onDo().then(onClose),
  );
  return (
    <Dialog title={title} onClose={onClose}>
      <Form form={form}>
        <p>{what}</p>
        <TextField name="typed" label={fill(t.common.typeName, { name })} value={typed} onValue={type} error={form.errors["typed"]} code />
        <div class="acts">
          <Button look="danger" submit busy={form.busy}>{act}</Button>
          <Button onPress={onClose}>{t.common.cancel}</Button>
        </div>
      </Form>
    </Dialog>
  );
}
