// SPDX-License-Identifier: Apache-2.0
// The projects, and making a new one.
import { useState } from "preact/hooks";
import * as api from "../api/routes.ts";
import { useData } from "../lib/data.ts";
import { hrefOf } from "../lib/route.ts";
import { goTo } from "../lib/router.ts";
import { may, who } from "../lib/session.ts";
import { useStore } from "../lib/store.ts";
import { count } from "../lib/text.ts";
import { t } from "../texts/index.ts";
import { Badge, Button, Link, Same } from "../ui/base.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { CheckField, TextField } from "../ui/field.tsx";
import { blaming, errorsOf, Form, required, useForm } from "../ui/form.tsx";
import { Empty, Loaded, Page } from "../ui/page.tsx";
import { Table } from "../ui/table.tsx";

export const slugOf = (name: string): string => name.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 40);

function NewProject({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState("");
  const [typed, setTyped] = useState<string | null>(null);
  const [closed, setClosed] = useState(false);
  const slug = typed ?? slugOf(name);
  const form = useForm(
    () => errorsOf({ name: required(name), slug: !/^[a-z0-9][a-z0-9-]*$/.test(slug) && t.projects.slugForm }),
    async () => {
      await api.projectCreate({ slug, name: name.trim(), private: closed });
      onClose();
      goTo("project", slug);
    },
    blaming("slug"),
  );
  return (
    <Dialog title={t.projects.newTitle} onClose={onClose}>
      <Form form={form}>
        <TextField name="name" label={t.projects.name} hint={t.projects.nameHint} maxLength={100} value={name} onValue={setName} error={form.errors["name"]} required />
        <TextField name="slug" label={t.projects.slug} hint={t.projects.slugHint} code value={slug} onValue={setTyped} error={form.errors["slug"]} required />
        <CheckField name="private" label={t.projects.private} hint={t.projects.privateHint} checked={closed} onChecked={setClosed} />
        <div class="acts">
          <Button look="primary" submit busy={form.busy}>{t.projects.submit}</Button>
          <Button onPress={onClose}>{t.common.cancel}</Button>
        </div>
        <Same command={`doorward project create ${slug || "SLUG"}${closed ? " --private" : ""}`} />
      </Form>
    </Dialog>
  );
}

export function ProjectsPage() {
  const { me } = useStore(who);
  const data = useData(api.projects);
  const [adding, add] = useState(false);
  const button = may(me, "project_manage") && <Button look="primary" onPress={() => add(true)}>{t.projects.add}</Button>;
  return (
    <Page title={t.projects.title} intro={t.projects.intro} act={button} wide>
      <Loaded data={data}>
        {({ results }) =>
          results.length ? (
            <Table
              label={t.projects.title}
              rows={results}
              id={(project) => project.slug}
              columns={[
                { head: t.projects.name, main: true, cell: (project) => <div><Link href={hrefOf("project", project.slug)}>{project.name}</Link><p class="small muted"><code>{project.slug}</code></p></div> },
                { head: t.projects.open, cell: (project) => (project.private ? <Badge>{t.projects.isPrivate}</Badge> : <Badge tone="good">{t.projects.isPublic}</Badge>) },
                { head: t.domains.title, cell: (project) => (project.domains.length ? count(t.domains.count, project.domains.length) : <Badge tone="warn">{t.domains.noneShort}</Badge>) },
              ]}
            />
          ) : (
            <Empty title={t.projects.none} act={button}>{t.projects.noneText}</Empty>
          )
        }
      </Loaded>
      <Same command="doorward project list" />
      {adding && <NewProject onClose={() => add(false)} />}
    </Page>
  );
}
