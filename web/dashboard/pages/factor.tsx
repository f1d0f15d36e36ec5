// SPDX-License-Identifier: Apache-2.0
// The second step of a log-in: a code from the app, a passkey, or a recovery code.
import { useState } from "preact/hooks";
import { passkeyGet, passkeysWork } from "../api/passkey.ts";
import * as api from "../api/routes.ts";
import type { FactorKind } from "../api/types.ts";
import { judgeCode } from "../lib/password.ts";
import { arrived, leave, who } from "../lib/session.ts";
import { useStore } from "../lib/store.ts";
import { count } from "../lib/text.ts";
import { t } from "../texts/index.ts";
import { Button } from "../ui/base.tsx";
import { TextField } from "../ui/field.tsx";
import { blaming, errorsOf, Form, required, useForm } from "../ui/form.tsx";
import { say } from "../ui/toast.tsx";
import { Outside } from "./outside.tsx";

function Totp() {
  const [code, setCode] = useState("");
  const form = useForm(() => errorsOf({ code: judgeCode(code) }), () => api.loginTotp(code.replace(/\s/g, "")).then(arrived), blaming("code", "code"));
  return (
    <Form form={form}>
      <TextField name="code" label={t.factor.code} hint={t.factor.codeHint} inputmode="numeric" autocomplete="one-time-code" code value={code} onValue={setCode} error={form.errors["code"]} required />
      <Button look="primary" submit busy={form.busy}>{t.factor.submit}</Button>
    </Form>
  );
}

function Passkey() {
  const form = useForm(
    () => ({}),
    async () => {
      const response = await passkeyGet(await api.loginPasskeyOptions());
      if (response) await arrived(await api.loginPasskey(response));
    },
  );
  return (
    <Form form={form}>
      <p>{passkeysWork() ? t.factor.passkeyHint : t.factor.passkeyCannot}</p>
      <Button look="primary" icon="finger" submit busy={form.busy} off={!passkeysWork()}>{t.factor.passkeyUse}</Button>
    </Form>
  );
}

function Recovery() {
  const [code, setCode] = useState("");
  const form = useForm(
    () => errorsOf({ recovery: required(code) }),
    async () => {
      const login = await api.loginRecovery(code.trim());
      await arrived(login);
      if (login.codes_left !== undefined) say(count(t.factor.codesLeft, login.codes_left));
    },
    blaming("recovery", "recovery"),
  );
  return (
    <Form form={form}>
      <TextField name="recovery" label={t.factor.recovery} hint={t.factor.recoveryHint} code value={code} onValue={setCode} error={form.errors["recovery"]} required />
      <Button look="primary" submit busy={form.busy}>{t.factor.submit}</Button>
    </Form>
  );
}

const FORMS = { totp: Totp, passkey: Passkey, recovery: Recovery };

export function FactorPage() {
  const { factors } = useStore(who);
  const kinds = (["totp", "passkey", "recovery"] as const).filter((kind) => factors.includes(kind));
  const [chosen, choose] = useState<FactorKind | null>(null);
  const kind = chosen ?? kinds[0] ?? "totp";
  const Chosen = FORMS[kind];
  return (
    <Outside title={t.factor.title} intro={t.factor.intro}>
      <Chosen key={kind} />
      <div class="after stack">
        {kinds.filter((other) => other !== kind).map((other) => <Button key={other} look="plain" onPress={() => choose(other)}>{t.factor.other[other]}</Button>)}
        <Button look="plain" onPress={() => void leave()}>{t.factor.leave}</Button>
      </div>
    </Outside>
  );
}
