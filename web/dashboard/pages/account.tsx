// SPDX-License-Identifier: Apache-2.0
// The own account: name, password, second factor, sessions.
import { useState } from "preact/hooks";
import * as api from "../api/routes.ts";
import type { Me } from "../api/types.ts";
import { judgePassword } from "../lib/password.ts";
import { refresh, who } from "../lib/session.ts";
import { useStore } from "../lib/store.ts";
import { t } from "../texts/index.ts";
import { Button } from "../ui/base.tsx";
import { PasswordField, TextField } from "../ui/field.tsx";
import { blaming, errorsOf, Form, required, useForm } from "../ui/form.tsx";
import { Page, Section } from "../ui/page.tsx";
import { say } from "../ui/toast.tsx";
import { Factors } from "./account-factors.tsx";
import { Sessions } from "./account-sessions.tsx";

function Name({ me }: { me: Me }) {
  const [name, setName] = useState(me.person.name);
  const form = useForm(
    () => errorsOf({ name: required(name) }),
    async () => {
      await api.rename(name.trim());
      await refresh();
      say(t.common.saved);
    },
  );
  return (
    <Form form={form}>
      <TextField name="name" autocomplete="name" label={t.account.name} hint={t.account.nameHint} maxLength={100} value={name} onValue={setName} error={form.errors["name"]} required />
      <p><span class="muted">{t.login.email}</span><br /><bdi>{me.person.email}</bdi></p>
      <div class="acts"><Button submit busy={form.busy}>{t.common.save}</Button></div>
    </Form>
  );
}

function Password({ email }: { email: string }) {
  const [current, setCurrent] = useState("");
  const [password, setPassword] = useState("");
  const form = useForm(
    () => errorsOf({ current: required(current), password: judgePassword(password) }),
    async () => {
      await api.changePassword(current, password);
      setCurrent("");
      setPassword("");
      say(t.account.passwordDone);
    },
    blaming("password", "current"),
  );
  return (
    <Form form={form}>
      <input hidden type="text" name="username" autocomplete="username" value={email} readOnly tabIndex={-1} aria-hidden="true" />
      <PasswordField name="current" label={t.password.current} value={current} onValue={setCurrent} error={form.errors["current"]} required />
      <PasswordField name="password" autocomplete="new-password" label={t.password.new} hint={t.password.hint} value={password} onValue={setPassword} error={form.errors["password"]} required />
      <div class="acts"><Button submit busy={form.busy}>{t.account.passwordSubmit}</Button></div>
    </Form>
  );
}

export function AccountPage() {
  const { me } = useStore(who);
  if (!me) return null;
  return (
    <Page title={t.account.title} intro={t.account.intro}>
      <Section title={t.account.about}><Name me={me} /></Section>
      <Section title={t.login.password} intro={t.account.passwordIntro}><Password email={me.person.email} /></Section>
      <Section title={t.account.factors} intro={t.account.factorsIntro}><Factors me={me} /></Section>
      <Section title={t.account.sessions} intro={t.account.sessionsIntro}><Sessions email={me.person.email} /></Section>
    </Page>
  );
}
