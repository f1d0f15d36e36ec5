// SPDX-License-Identifier: Apache-2.0
// One project: who may see it, which sites may embed it, which sites may name their visitors.
import * as api from "../api/routes.ts";
import type { Project } from "../api/types.ts";
import { useData, type Data } from "../lib/data.ts";
import { hrefOf } from "../lib/route.ts";
import { may, who } from "../lib/session.ts";
import { useStore } from "../lib/store.ts";
import { t } from "../texts/index.ts";
import { Same } from "../ui/base.tsx";
import { CheckField } from "../ui/field.tsx";
import { Loaded, Page, Section } from "../ui/page.tsx";
import { say, sayError } from "../ui/toast.tsx";
import { Domains } from "./project-domains.tsx";
import { VisitorKeys } from "./project-visitors.tsx";

export type Put = (change: { private?: boolean; domains?: string[] }) => Promise<void>;

function Details({ project, data, able }: { project: Project; data: Data<Project>; able: boolean }) {
  const put: Put = (change) => api.projectChange(project.slug, change).then((next) => data.put((old) => ({ ...old, ...change, ...(next ?? {}) })));
  const turn = (on: boolean): void => {
    put({ private: on }).then(() => say(t.common.saved, () => put({ private: !on })), sayError);
  };
  return (
    <>
      <Section title={t.projects.open} intro={t.projects.openIntro}>
        <CheckField name="private" label={t.projects.private} hint={t.projects.privateHint} checked={project.private} onChecked={turn} off={!able} />
        <Same command={`doorward project set ${project.slug} --private ${project.private ? "true" : "false"}`} />
      </Section>
      <Section title={t.domains.title} intro={t.domains.intro}><Domains project={project} put={put} able={able} /></Section>
      {able && <Section title={t.visitors.title} intro={t.visitors.intro}><VisitorKeys slug={project.slug} /></Section>}
    </>
  );
}

export function ProjectPage({ id }: { id: string }) {
  const { me } = useStore(who);
  const data = useData(() => api.project(id), id);
  return (
    <Page title={data.value?.name ?? id} back={{ href: hrefOf("projects"), text: t.projects.title }}>
      <Loaded data={data}>{(project) => <Details key={project.slug} project={project} data={data} able={may(me, "project_manage")} />}</Loaded>
    </Page>
  );
}
