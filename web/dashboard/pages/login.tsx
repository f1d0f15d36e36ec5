// SPDX-License-Identifier: Apache-2.0
import { useEffect, useState } from "preact/hooks";
import * as api from "../api/routes.ts";
import { judgeEmail } from "../lib/password.ts";
import { hrefOf } from "../lib/route.ts";
import { goTo } from "../lib/router.ts";
import { arrived, who } from "../lib/session.ts";
import { useStore } from "../lib/store.ts";
import { t } from "../texts/index.ts";
import { Button, Link } from "../ui/base.tsx";
import { PasswordField, TextField } from "../ui/field.tsx";
import { errorsOf, Form, required, useForm } from "../ui/form.tsx";
import { Notice } from "../ui/page.tsx";
import { Outside } from "./outside.tsx";

export function LoginPage() {
  const { ended } = useStore(who);
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const form = useForm(
    () => errorsOf({ email: judgeEmail(email), password: required(password) }),
    () => api.login(email.trim(), password).then(arrived),
  );
  useEffect(() => {
    // Before there is any account, the first visitor with the owner's key makes it.
    api.setupIsOpen().then(({ open }) => open && goTo("setup", "", { replace: true }), () => undefined);
  }, []);
  return (
    <Outside title={t.login.title}>
      {ended && <Notice><p>{t.login.ended}</p></Notice>}
      <Form form={form}>
        <TextField name="email" type="email" autocomplete="username" label={t.login.email} value={email} onValue={setEmail} error={form.errors["email"]} required />
        <PasswordField name="password" label={t.login.password} value={password} onValue={setPassword} error={form.errors["password"]} required />
        <Button look="primary" submit busy={form.busy}>{t.login.submit}</Button>
      </Form>
      <p class="after"><Link href={hrefOf("forgot")}>{t.login.forgot}</Link></p>
    </Outside>
  );
}
