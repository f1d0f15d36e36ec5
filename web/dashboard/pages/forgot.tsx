// SPDX-License-Identifier: Apache-2.0
// A forgotten password: asking for the mail, and choosing a new one from its link.
import { useEffect, useState } from "preact/hooks";
import * as api from "../api/routes.ts";
import { judgeEmail, judgePassword } from "../lib/password.ts";
import { hrefOf, tokenOf } from "../lib/route.ts";
import { address, go } from "../lib/router.ts";
import { useStore } from "../lib/store.ts";
import { fill } from "../lib/text.ts";
import { t } from "../texts/index.ts";
import { Button, Link } from "../ui/base.tsx";
import { PasswordField, TextField } from "../ui/field.tsx";
import { blaming, errorsOf, Form, useForm } from "../ui/form.tsx";
import { Notice } from "../ui/page.tsx";
import { Outside } from "./outside.tsx";

export function ForgotPage() {
  const [email, setEmail] = useState("");
  const [sent, setSent] = useState("");
  const form = useForm(() => errorsOf({ email: judgeEmail(email) }), () => api.resetAsk(email.trim()).then(() => setSent(email.trim())));
  return (
    <Outside title={t.reset.askTitle} intro={sent ? undefined : t.reset.askIntro}>
      {sent ? (
        <Notice tone="good" alert><p>{fill(t.reset.sent, { email: sent })}</p></Notice>
      ) : (
        <Form form={form}>
          <TextField name="email" type="email" autocomplete="username" label={t.login.email} value={email} onValue={setEmail} error={form.errors["email"]} required />
          <Button look="primary" submit busy={form.busy}>{t.reset.ask}</Button>
        </Form>
      )}
      <p class="after"><Link href={hrefOf("login")}>{t.reset.back}</Link></p>
    </Outside>
  );
}

/** Takes the token out of the address bar, so that it is not in the history or on a shared screen. */
export function useLinkToken(): string {
  const { hash } = useStore(address);
  const [token, keep] = useState(() => tokenOf(hash));
  useEffect(() => {
    if (!hash) return;
    keep(tokenOf(hash));
    go(location.pathname + location.search, { replace: true });
  }, [hash]);
  return token;
}

export function ResetPage() {
  const token = useLinkToken();
  const [password, setPassword] = useState("");
  const [done, setDone] = useState(false);
  const form = useForm(() => errorsOf({ password: judgePassword(password) }), () => api.resetAccept(token, password).then(() => setDone(true)), blaming("password"));
  return (
    <Outside title={t.reset.title} intro={done || !token ? undefined : t.reset.intro}>
      {!token ? (
        <Notice tone="warn"><p>{t.reset.noToken}</p></Notice>
      ) : done ? (
        <Notice tone="good" alert><p>{t.reset.done}</p></Notice>
      ) : (
        <Form form={form}>
          <PasswordField name="password" autocomplete="new-password" label={t.password.new} hint={t.password.hint} value={password} onValue={setPassword} error={form.errors["password"]} required />
          <Button look="primary" submit busy={form.busy}>{t.reset.submit}</Button>
        </Form>
      )}
      <p class="after"><Link href={hrefOf(done || token ? "login" : "forgot")}>{done || token ? t.reset.back : t.reset.again}</Link></p>
    </Outside>
  );
}
