// SPDX-License-Identifier: Apache-2.0
// Naming and making a passkey.
import { useState } from "preact/hooks";
import { passkeyCreate } from "../api/passkey.ts";
import * as api from "../api/routes.ts";
import { t } from "../texts/index.ts";
import { Button } from "../ui/base.tsx";
import { TextField } from "../ui/field.tsx";
import { errorsOf, Form, required, useForm } from "../ui/form.tsx";

export function NewPasskey({ onMade, onCancel }: { onMade: (codes: string[] | null) => void; onCancel?: () => void }) {
  const [name, setName] = useState("");
  const form = useForm(
    () => errorsOf({ name: required(name) }),
    async () => {
      const response = await passkeyCreate(await api.passkeyOptions());
      if (response) onMade((await api.passkeyAdd(name.trim(), response)).recovery_codes);
    },
  );
  return (
    <Form form={form}>
      <TextField name="name" label={t.passkeys.name} hint={t.passkeys.nameHint} maxLength={60} value={name} onValue={setName} error={form.errors["name"]} required />
      <div class="acts">
        <Button look="primary" icon="finger" submit busy={form.busy}>{t.passkeys.make}</Button>
        {onCancel && <Button onPress={onCancel}>{t.common.cancel}</Button>}
      </div>
    </Form>
  );
}
