// SPDX-License-Identifier: Apache-2.0
import { useState } from "preact/hooks";
import * as api from "../api/routes.ts";
import type { KeyKind, NewKey, Permission } from "../api/types.ts";
import { useData } from "../lib/data.ts";
import { fitting, inOrder } from "../lib/permission.ts";
import { hrefOf } from "../lib/route.ts";
import { goTo } from "../lib/router.ts";
import { who } from "../lib/session.ts";
import { useStore } from "../lib/store.ts";
import { inDays } from "../lib/time.ts";
import { count } from "../lib/text.ts";
import { t } from "../texts/index.ts";
import { Button, Same } from "../ui/base.tsx";
import { Choice, SelectField, TextField } from "../ui/field.tsx";
import { errorsOf, Form, required, useForm } from "../ui/form.tsx";
import { Page } from "../ui/page.tsx";
import { Permissions, Token } from "./key-parts.tsx";

const LIVES = [30, 90, 180, 365] as const;

function command(name: string, kind: KeyKind, chosen: readonly Permission[], project: string, life: string): string {
  const quoted = /^[\w.-]+$/.test(name) ? name : `"${(name || "NAME").replace(/["\\$`]/g, "\\$&")}"`;
  const parts = ["doorward key create", `--name ${quoted}`, kind === "public" ? "--public" : "", project && `--project ${project}`];
  return [...parts, ...inOrder(chosen).map((one) => `--permission ${one}`), life && `--expires ${life}d`].filter(Boolean).join(" ");
}

export function KeyNewPage() {
  const { me } = useStore(who);
  const projects = useData(api.projects);
  const [name, setName] = useState("");
  const [kind, setKind] = useState<KeyKind>("secret");
  const [chosen, choose] = useState<Permission[]>([]);
  const [project, setProject] = useState("");
  const [life, setLife] = useState("365");
  const [made, setMade] = useState<NewKey | null>(null);
  const form = useForm(
    () => errorsOf({ name: required(name), project: kind === "public" && !project && t.keys.needsProject, permissions: !chosen.length && t.keys.needsPermission }),
    async () => setMade(await api.keyCreate({ name: name.trim(), kind, permissions: inOrder(chosen), ...(project ? { project } : {}), ...(life ? { expires_at: inDays(Number(life), Date.now()) } : {}) })),
  );
  const turn = (next: string): void => {
    setKind(next as KeyKind);
    choose(fitting(next as KeyKind, chosen));
  };
  if (!me) return null;
  const list = projects.value?.results ?? [];
  return (
    <Page key={made ? "token" : "form"} title={made ? t.keys.madeTitle : t.keys.newTitle} back={{ href: hrefOf("keys"), text: t.keys.title }}>
      {made ? (
        <Token made={made} onDone={() => goTo("key", made.uuid, { replace: true })} />
      ) : (
        <Form form={form}>
          <TextField name="name" label={t.keys.name} hint={t.keys.nameHint} maxLength={100} value={name} onValue={setName} error={form.errors["name"]} required />
          <Choice name="kind" legend={t.keys.where} value={kind} onValue={turn} options={[{ value: "secret", text: t.keys.kinds.secret, hint: t.keys.secretHint }, { value: "public", text: t.keys.kinds.public, hint: t.keys.publicHint }]} />
          <SelectField name="project" label={t.keys.project} value={project} onValue={setProject} error={form.errors["project"]} hint={t.keys.projectHint} options={[{ value: "", text: kind === "public" ? t.keys.chooseProject : t.people.allProjects }, ...list.map(({ slug, name: text }) => ({ value: slug, text }))]} />
          <SelectField name="expires_at" label={t.keys.expires} value={life} onValue={setLife} error={form.errors["expires_at"]} hint={t.keys.expiresHint} options={[...LIVES.map((days) => ({ value: String(days), text: count(t.time.days, days) })), { value: "", text: t.keys.noExpiry }]} />
          <div>
            <h2>{t.keys.permissionsTitle}</h2>
            <p class="muted">{t.keys.permissionsHint}</p>
          </div>
          <Permissions kind={kind} own={me.permissions} chosen={chosen} onChosen={choose} error={form.errors["permissions"]} />
          <div class="acts"><Button look="primary" submit busy={form.busy}>{t.keys.submit}</Button></div>
          <Same command={command(name.trim(), kind, chosen, project, life)} />
        </Form>
      )}
    </Page>
  );
}
