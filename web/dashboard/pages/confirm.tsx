// SPDX-License-Identifier: Apache-2.0
// "Confirm it's you": opens when the server wants a fresh log-in, then lets the call be repeated.
import { useState } from "preact/hooks";
import { passkeyGet, passkeysWork } from "../api/passkey.ts";
import * as api from "../api/routes.ts";
import { judgeCode } from "../lib/password.ts";
import { who } from "../lib/session.ts";
import { store, useStore } from "../lib/store.ts";
import { t } from "../texts/index.ts";
import { Button } from "../ui/base.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { PasswordField, TextField } from "../ui/field.tsx";
import { blaming, errorsOf, Form, required, useForm } from "../ui/form.tsx";

type Answer = (confirmed: boolean) => void;
const waiting = store<readonly Answer[]>([]);

/** Several calls at once wait for one answer. */
export const askToConfirm = (): Promise<boolean> => new Promise((answer) => waiting.set([...waiting.get(), answer]));

function settle(confirmed: boolean): void {
  const answers = waiting.get();
  waiting.set([]);
  for (const answer of answers) answer(confirmed);
}

export function Confirm() {
  return useStore(waiting).length ? <ConfirmDialog /> : null;
}

function ConfirmDialog() {
  const factor = who.get().me?.second_factor;
  const [totp, useTotp] = useState(false);
  const [value, setValue] = useState("");
  const form = useForm(
    () => errorsOf({ proof: totp ? judgeCode(value) : required(value) }),
    () => api.confirm(totp ? { totp: value.replace(/\s/g, "") } : { password: value }).then(() => settle(true)),
    blaming("proof", "proof"),
  );
  const passkey = useForm(
    () => ({}),
    async () => {
      const response = await passkeyGet(await api.confirmPasskeyOptions());
      if (!response) return;
      await api.confirm({ response });
      settle(true);
    },
  );
  const turn = (): void => {
    useTotp(!totp);
    setValue("");
  };
  return (
    <Dialog title={t.confirm.title} onClose={() => settle(false)}>
      <Form form={form}>
        <p>{t.confirm.intro}</p>
        <input hidden type="text" name="username" autocomplete="username" value={who.get().me?.person.email ?? ""} readOnly tabIndex={-1} aria-hidden="true" />
        {totp ? (
          <TextField key="totp" name="proof" label={t.factor.code} inputmode="numeric" autocomplete="one-time-code" code value={value} onValue={setValue} error={form.errors["proof"]} />
        ) : (
          <PasswordField key="password" name="proof" label={t.login.password} value={value} onValue={setValue} error={form.errors["proof"]} />
        )}
        <div class="acts">
          <Button look="primary" submit busy={form.busy}>{t.confirm.submit}</Button>
          <Button onPress={() => settle(false)}>{t.common.cancel}</Button>
        </div>
      </Form>
      {factor?.totp && <Button look="plain" onPress={turn}>{totp ? t.confirm.password : t.confirm.totp}</Button>}
      {!!factor?.passkeys && passkeysWork() && (
        <Form form={passkey} look="inline">
          <Button look="plain" submit busy={passkey.busy}>{t.confirm.passkey}</Button>
        </Form>
      )}
    </Dialog>
  );
}
