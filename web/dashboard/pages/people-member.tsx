// SPDX-License-Identifier: Apache-2.0
// One person: role and projects (saved at once, with a way back), lost factor, disabling, removing.
import { useState } from "preact/hooks";
import * as api from "../api/routes.ts";
import type { Me, Member } from "../api/types.ts";
import { useData, type Data } from "../lib/data.ts";
import { chosenOf, projectsOf } from "../lib/roles.ts";
import { hrefOf } from "../lib/route.ts";
import { goTo } from "../lib/router.ts";
import { who } from "../lib/session.ts";
import { useStore } from "../lib/store.ts";
import { fill } from "../lib/text.ts";
import { t } from "../texts/index.ts";
import { Button, Same } from "../ui/base.tsx";
import { TypeName } from "../ui/dialog.tsx";
import { Loaded, Notice, Page, Section } from "../ui/page.tsx";
import { say, sayError } from "../ui/toast.tsx";
import { ScopeFields, type Scope } from "./people-scope.tsx";

type Change = Parameters<typeof api.changeMember>[1];

function ScopePart({ me, member, apply }: { me: Me; member: Member; apply: (change: Change, back: Change, said: string) => void }) {
  const scope: Scope = { role: member.role, all: member.projects === "all", chosen: chosenOf(member.projects) };
  const [draft, setDraft] = useState<Scope | null>(null);
  const shown = draft ?? scope;
  const put = (next: Scope): void => {
    // "Only chosen projects" with none chosen would lock the person out: it waits for the first one.
    if (!next.all && !Object.keys(next.chosen).length) return setDraft(next);
    setDraft(null);
    const of = (it: Scope): Change => ({ role: it.role, projects: projectsOf(it.all, it.chosen, it.role) });
    apply(of(next), of(scope), t.common.saved);
  };
  return (
    <>
      <ScopeFields own={me.role} scope={shown} onScope={put} />
      {draft && <Notice><p>{t.people.chooseOne}</p></Notice>}
      <Same command={`doorward user role ${member.email} ${member.role}`} />
    </>
  );
}

function Details({ me, member, data }: { me: Me; member: Member; data: Data<{ results: Member[] }> }) {
  const [asked, ask] = useState<"remove" | "reset" | null>(null);
  const name = member.name || member.email;
  const put = (change: Change): Promise<void> =>
    api.changeMember(member.uuid, change).then((next) => data.put((old) => ({ results: old.results.map((one) => (one.uuid === member.uuid ? { ...one, ...next } : one)) })));
  const apply = (change: Change, back: Change, said: string): void => {
    put(change).then(() => say(said, () => put(back)), (error: unknown) => {
      data.again();
      sayError(error);
    });
  };
  const remove = async (): Promise<void> => {
    await api.removeMember(member.uuid);
    goTo("people");
    say(fill(t.people.removed, { name }));
  };
  const reset = async (): Promise<void> => {
    await api.resetFactor(member.uuid);
    data.again();
    say(fill(t.people.resetDone, { name }));
  };
  return (
    <>
      <Section title={t.people.access} intro={t.people.accessIntro}><ScopePart me={me} member={member} apply={apply} /></Section>
      <Section title={t.people.factor} intro={t.people.resetIntro}>
        <div class="acts"><Button off={!member.second_factor} onPress={() => ask("reset")}>{t.people.reset}</Button></div>
        {!member.second_factor && <p class="small muted">{t.people.noFactor}</p>}
        <Same command={`doorward user reset-factor ${member.email}`} />
      </Section>
      <Section title={t.people.disable} intro={t.people.disableIntro}>
        <div class="acts">
          <Button onPress={() => apply({ disabled: !member.disabled }, { disabled: member.disabled }, fill(member.disabled ? t.people.enabledDone : t.people.disabledDone, { name }))}>
            {member.disabled ? t.people.enable : t.people.disable}
          </Button>
        </div>
        <Same command={`doorward user ${member.disabled ? "enable" : "disable"} ${member.email}`} />
      </Section>
      <Section title={t.people.remove} intro={t.people.removeIntro}>
        <div class="acts"><Button look="danger" onPress={() => ask("remove")}>{t.people.removeSubmit}</Button></div>
        <Same command={`doorward user remove ${member.email}`} />
      </Section>
      {asked === "remove" && <TypeName title={fill(t.people.removeTitle, { name })} what={t.people.removeWhat} name={name} act={t.people.removeSubmit} onDo={remove} onClose={() => ask(null)} />}
      {asked === "reset" && <TypeName title={fill(t.people.resetTitle, { name })} what={t.people.resetWhat} name={name} act={t.people.reset} onDo={reset} onClose={() => ask(null)} />}
    </>
  );
}

export function MemberPage({ id }: { id: string }) {
  const { me } = useStore(who);
  const data = useData(api.people);
  const member = data.value?.results.find((one) => one.uuid === id);
  if (!me) return null;
  return (
    <Page title={member ? member.name || member.email : t.people.person} intro={member?.email} back={{ href: hrefOf("people"), text: t.people.title }}>
      <Loaded data={data}>
        {() => (member ? <Details me={me} member={member} data={data} /> : <Notice tone="warn"><p>{t.people.notThere}</p></Notice>)}
      </Loaded>
    </Page>
  );
}
