// SPDX-License-Identifier: Apache-2.0
import { useState } from "preact/hooks";
import * as api from "../api/routes.ts";
import type { NewInvitation } from "../api/types.ts";
import { judgeEmail } from "../lib/password.ts";
import { projectsOf } from "../lib/roles.ts";
import { hrefOf } from "../lib/route.ts";
import { goTo } from "../lib/router.ts";
import { who } from "../lib/session.ts";
import { useStore } from "../lib/store.ts";
import { fill } from "../lib/text.ts";
import { t } from "../texts/index.ts";
import { Button, Copy, Same } from "../ui/base.tsx";
import { TextField } from "../ui/field.tsx";
import { blaming, errorsOf, Form, useForm } from "../ui/form.tsx";
import { Notice, Page } from "../ui/page.tsx";
import { say } from "../ui/toast.tsx";
import { ScopeFields, type Scope } from "./people-scope.tsx";

/** Without a mail server the link is handed on by whoever invites. */
function HandOn({ invitation }: { invitation: NewInvitation }) {
  return (
    <div class="form">
      <Notice tone="warn"><p>{fill(t.people.noMail, { email: invitation.email })}</p></Notice>
      <div class="secret"><code dir="ltr">{invitation.link}</code><Copy text={invitation.link ?? ""} /></div>
      <div class="acts"><Button look="primary" onPress={() => goTo("people")}>{t.common.done}</Button></div>
    </div>
  );
}

export function InvitePage() {
  const { me } = useStore(who);
  const [email, setEmail] = useState("");
  const [scope, setScope] = useState<Scope>({ role: "agent", all: true, chosen: {} });
  const [made, setMade] = useState<NewInvitation | null>(null);
  const form = useForm(
    () => errorsOf({ email: judgeEmail(email) }),
    async () => {
      const invitation = await api.invite(email.trim(), scope.role, projectsOf(scope.all, scope.chosen, scope.role));
      if (invitation?.link) return setMade(invitation);
      goTo("people");
      say(fill(t.people.invited, { email: email.trim() }));
    },
    blaming("email"),
  );
  if (!me) return null;
  return (
    <Page title={t.people.inviteTitle} intro={made ? undefined : t.people.inviteIntro} back={{ href: hrefOf("people"), text: t.people.title }}>
      {made ? (
        <HandOn invitation={made} />
      ) : (
        <Form form={form}>
          <TextField name="email" type="email" label={t.login.email} value={email} onValue={setEmail} error={form.errors["email"]} required />
          <ScopeFields own={me.role} scope={scope} onScope={setScope} />
          <div class="acts"><Button look="primary" submit busy={form.busy}>{t.people.inviteSubmit}</Button></div>
          <Same command={`doorward user create ${email.trim() || "EMAIL"} --role ${scope.role} --invite`} />
        </Form>
      )}
    </Page>
  );
}
