// SPDX-License-Identifier: Apache-2.0
// The first account of an installation, made by whoever has the owner's secret key.
import { useState } from "preact/hooks";
import * as api from "../api/routes.ts";
import { useData } from "../lib/data.ts";
import { judgeEmail, judgePassword } from "../lib/password.ts";
import { hrefOf } from "../lib/route.ts";
import { arrived } from "../lib/session.ts";
import { t } from "../texts/index.ts";
import { Button, Link, Same } from "../ui/base.tsx";
import { PasswordField, TextField } from "../ui/field.tsx";
import { blaming, errorsOf, Form, required, useForm } from "../ui/form.tsx";
import { Loaded, Notice } from "../ui/page.tsx";
import { Outside } from "./outside.tsx";

const judgeKey = (key: string): string | null => (!key.trim() ? t.errors.required : /^dw_sk_[0-9A-Za-z]{20,}$/.test(key.trim()) ? null : t.setup.keyForm);

function Owner() {
  const [key, setKey] = useState("");
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const form = useForm(
    () => errorsOf({ key: judgeKey(key), name: required(name), email: judgeEmail(email), password: judgePassword(password) }),
    () => api.setup(key.trim(), { email: email.trim(), name: name.trim(), password }).then(arrived),
    blaming("password"),
  );
  return (
    <Form form={form}>
      <PasswordField name="key" autocomplete="off" label={t.setup.key} hint={t.setup.keyHint} value={key} onValue={setKey} error={form.errors["key"]} required />
      <TextField name="name" autocomplete="name" label={t.account.name} hint={t.account.nameHint} maxLength={100} value={name} onValue={setName} error={form.errors["name"]} required />
      <TextField name="email" type="email" autocomplete="username" label={t.login.email} value={email} onValue={setEmail} error={form.errors["email"]} required />
      <PasswordField name="password" autocomplete="new-password" label={t.password.new} hint={t.password.hint} value={password} onValue={setPassword} error={form.errors["password"]} required />
      <Button look="primary" submit busy={form.busy}>{t.setup.submit}</Button>
      <Same command="doorward user create EMAIL --role owner" />
    </Form>
  );
}

export function SetupPage() {
  const data = useData(api.setupIsOpen);
  return (
    <Outside title={t.setup.title} intro={data.value?.open === false ? undefined : t.setup.intro}>
      <Loaded data={data}>
        {({ open }) =>
          open ? (
            <Owner />
          ) : (
            <>
              <Notice><p>{t.setup.closed}</p></Notice>
              <p class="after"><Link href={hrefOf("login")}>{t.reset.back}</Link></p>
            </>
          )
        }
      </Loaded>
    </Outside>
  );
}
