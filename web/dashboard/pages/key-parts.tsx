// SPDX-License-Identifier: Apache-2.0
// Parts of a key's pages: the chooser of permissions, and the token that is shown once.
import { useState } from "preact/hooks";
import * as api from "../api/routes.ts";
import type { KeyKind, NewKey, Permission } from "../api/types.ts";
import { choices } from "../lib/permission.ts";
import { fill } from "../lib/text.ts";
import { t } from "../texts/index.ts";
import { Button, Copy } from "../ui/base.tsx";
import { CheckField, TextField } from "../ui/field.tsx";
import { Form, useForm } from "../ui/form.tsx";
import { Notice } from "../ui/page.tsx";

export function Permissions({ kind, own, chosen, onChosen, error }: { kind: KeyKind; own: readonly Permission[]; chosen: readonly Permission[]; onChosen: (chosen: Permission[]) => void; error?: string | undefined }) {
  return (
    <div class={error ? "field wrong" : "field"}>
      {error && <p class="error" role="alert">{error}</p>}
      {choices(kind, own).map(({ group, permissions }) => (
        <fieldset key={group} class="group">
          <legend>{t.keys.groups[group]}</legend>
          <p class="hint">{t.keys.groupHints[group]}</p>
          <div class="grid">
            {permissions.map(({ name, allowed }) => (
              <CheckField key={name} name="permissions" label={t.permissions[name]} code={name} off={!allowed && !chosen.includes(name)} checked={chosen.includes(name)} hint={allowed ? undefined : t.keys.notYours} onChecked={(on) => onChosen(on ? [...chosen, name] : chosen.filter((one) => one !== name))} />
            ))}
          </div>
        </fieldset>
      ))}
    </div>
  );
}

/** The token, this once, and where it went: for the next rotation, where the server keeps such notes. */
export function Token({ made, onDone }: { made: NewKey; onDone: () => void }) {
  const [note, setNote] = useState("");
  const form = useForm(
    () => ({}),
    async () => {
      if (note.trim()) await api.keyChange(made.uuid, { note: note.trim() });
      onDone();
    },
  );
  return (
    <Form form={form}>
      <Notice tone="warn"><p>{made.kind === "secret" ? t.keys.onceSecret : t.keys.oncePublic}</p></Notice>
      <div class="secret"><code dir="ltr">{made.token}</code><Copy text={made.token} /></div>
      {made.note !== undefined && <TextField name="note" label={t.keys.note} hint={t.keys.noteHint} maxLength={200} value={note} onValue={setNote} error={form.errors["note"]} />}
      {made.kind === "secret" ? <p class="small muted">{fill(t.keys.try, { header: "Authorization: Bearer" })}</p> : <p class="small muted">{t.keys.publicUse}</p>}
      <div class="acts"><Button look="primary" submit busy={form.busy}>{t.keys.storedIt}</Button></div>
    </Form>
  );
}
