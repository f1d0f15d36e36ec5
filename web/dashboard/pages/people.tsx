// SPDX-License-Identifier: Apache-2.0
// The people of the team and who is invited.
import * as api from "../api/routes.ts";
import type { Invitation, Member, Projects, Role } from "../api/types.ts";
import { useData, type Data } from "../lib/data.ts";
import { mayManage } from "../lib/roles.ts";
import { hrefOf } from "../lib/route.ts";
import { goTo } from "../lib/router.ts";
import { who } from "../lib/session.ts";
import { useStore } from "../lib/store.ts";
import { count, fill } from "../lib/text.ts";
import { t } from "../texts/index.ts";
import { Badge, Button, Link, Same, When } from "../ui/base.tsx";
import { Empty, Loaded, Page } from "../ui/page.tsx";
import { Table } from "../ui/table.tsx";
import { say, sayError } from "../ui/toast.tsx";

const scope = (projects: Projects): string => (projects === "all" ? t.people.allProjects : count(t.people.someProjects, projects.length));

function Members({ rows, own, self }: { rows: readonly Member[]; own: Role; self: string }) {
  return (
    <Table
      label={t.people.title}
      rows={rows}
      id={(member) => member.uuid}
      columns={[
        {
          head: t.people.name, main: true,
          cell: (member) => (
            <div>
              {member.uuid !== self && mayManage(own, member.role) ? <Link href={hrefOf("member", member.uuid)}>{member.name || member.email}</Link> : <span>{member.name || member.email}</span>}{" "}
              {member.uuid === self && <Badge>{t.people.you}</Badge>} {member.disabled && <Badge tone="bad">{t.people.disabled}</Badge>}
              <p class="small muted breaks"><bdi>{member.email}</bdi></p>
            </div>
          ),
        },
        { head: t.people.role, cell: (member) => <span>{t.roles.names[member.role]}</span> },
        { head: t.people.projects, cell: (member) => scope(member.projects) },
        { head: t.people.factor, cell: (member) => (member.second_factor ? <Badge tone="good">{t.people.factorOn}</Badge> : <Badge tone="warn">{t.people.factorOff}</Badge>) },
        { head: t.people.login, cell: (member) => <When at={member.login_at} /> },
      ]}
    />
  );
}

function Invitations({ rows, data }: { rows: readonly Invitation[]; data: Data<{ results: Invitation[] }> }) {
  const withdraw = (one: Invitation): void => {
    api.withdraw(one.uuid).then(() => {
      data.put((old) => ({ results: old.results.filter((other) => other.uuid !== one.uuid) }));
      say(fill(t.people.withdrawn, { email: one.email }), async () => {
        await api.invite(one.email, one.role, one.projects === "all" ? "all" : one.projects.map(({ slug, role }) => ({ slug, role })));
        data.again();
      });
    }, sayError);
  };
  return (
    <section aria-label={t.people.invitations}>
      <h2>{t.people.invitations}</h2>
      <Table
        label={t.people.invitations}
        rows={rows}
        id={(one) => one.uuid}
        columns={[
          { head: t.login.email, main: true, cell: (one) => <bdi class="breaks">{one.email}</bdi> },
          { head: t.people.role, cell: (one) => t.roles.names[one.role] },
          { head: t.people.projects, cell: (one) => scope(one.projects) },
          { head: t.people.until, cell: (one) => <When at={one.expires_at} /> },
          { head: t.common.acts, silent: true, look: "end", cell: (one) => <Button look="plain" label={fill(t.people.withdrawNamed, { email: one.email })} onPress={() => withdraw(one)}>{t.people.withdraw}</Button> },
        ]}
      />
    </section>
  );
}

export function PeoplePage() {
  const { me } = useStore(who);
  const people = useData(api.people);
  const invitations = useData(api.invitations);
  if (!me) return null;
  const invite = <Button look="primary" onPress={() => goTo("invite")}>{t.people.invite}</Button>;
  return (
    <Page title={t.people.title} intro={t.people.intro} act={invite} wide>
      <Loaded data={people}>{({ results }) => <Members rows={results} own={me.role} self={me.person.uuid} />}</Loaded>
      <Loaded data={invitations} rows={2}>
        {({ results }) =>
          results.length ? (
            <Invitations rows={results} data={invitations} />
          ) : people.value && people.value.results.length < 2 ? (
            <Empty title={t.people.alone} act={invite}>{t.people.aloneText}</Empty>
          ) : null
        }
      </Loaded>
      <Same command="doorward user list" />
    </Page>
  );
}
