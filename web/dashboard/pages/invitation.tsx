// SPDX-License-Identifier: Apache-2.0
// Accepting an invitation: a new account, or the password of the one there is.
import { useState } from "preact/hooks";
import * as api from "../api/routes.ts";
import type { InvitationLook } from "../api/types.ts";
import { useData } from "../lib/data.ts";
import { judgePassword } from "../lib/password.ts";
import { hrefOf } from "../lib/route.ts";
import { arrived } from "../lib/session.ts";
import { fill } from "../lib/text.ts";
import { t } from "../texts/index.ts";
import { Button, Link } from "../ui/base.tsx";
import { PasswordField, TextField } from "../ui/field.tsx";
import { blaming, errorsOf, Form, required, useForm } from "../ui/form.tsx";
import { Notice, Skeleton } from "../ui/page.tsx";
import { useLinkToken } from "./forgot.tsx";
import { Outside } from "./outside.tsx";

function Accept({ token, look }: { token: string; look: InvitationLook }) {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const known = look.has_account;
  const form = useForm(
    () => errorsOf({ name: !known && required(name), password: known ? required(password) : judgePassword(password) }),
    () => api.invitationAccept(token, name.trim(), password).then(arrived),
    blaming("password"),
  );
  return (
    <Form form={form}>
      <TextField name="email" type="email" autocomplete="username" label={t.login.email} value={look.email} onValue={() => undefined} hint={t.invitation.emailHint} fixed />
      {!known && <TextField name="name" autocomplete="name" label={t.account.name} hint={t.account.nameHint} maxLength={100} value={name} onValue={setName} error={form.errors["name"]} required />}
      <PasswordField name="password" autocomplete={known ? "current-password" : "new-password"} label={known ? t.login.password : t.password.new} hint={known ? t.invitation.knownHint : t.password.hint} value={password} onValue={setPassword} error={form.errors["password"]} required />
      <Button look="primary" submit busy={form.busy}>{t.invitation.submit}</Button>
    </Form>
  );
}

export function InvitationPage() {
  const token = useLinkToken();
  const data = useData(() => (token ? api.invitationLook(token) : Promise.resolve(null)), token);
  const look = data.value;
  const void_ = !token || data.error !== null;
  return (
    <Outside title={look ? fill(t.invitation.title, { team: look.team }) : t.invitation.plainTitle} intro={look ? fill(t.invitation.intro, { role: t.roles.names[look.role] }) : undefined}>
      {look && <Accept token={token} look={look} />}
      {!look && !void_ && <Skeleton />}
      {void_ && <Notice tone="warn" alert><p>{data.error && data.error.status !== 401 && data.error.status !== 404 ? data.error.message : t.invitation.gone}</p></Notice>}
      {void_ && <p class="after"><Link href={hrefOf("login")}>{t.reset.back}</Link></p>}
    </Outside>
  );
}
