// SPDX-License-Identifier: Apache-2.0
// One key: its facts, its permissions, rotating with an overlap, revoking.
import { useState } from "preact/hooks";
import * as api from "../api/routes.ts";
import type { Key, NewKey, Permission } from "../api/types.ts";
import { useData, type Data } from "../lib/data.ts";
import { isOver, toneOf } from "../lib/keys.ts";
import { inOrder } from "../lib/permission.ts";
import { hrefOf } from "../lib/route.ts";
import { goTo } from "../lib/router.ts";
import { who } from "../lib/session.ts";
import { useStore } from "../lib/store.ts";
import { count, fill } from "../lib/text.ts";
import { t } from "../texts/index.ts";
import { Badge, Button, Same, When } from "../ui/base.tsx";
import { TypeName } from "../ui/dialog.tsx";
import { SelectField, TextField } from "../ui/field.tsx";
import { errorsOf, Form, required, useForm } from "../ui/form.tsx";
import { Loaded, Notice, Page, Section } from "../ui/page.tsx";
import { say, sayError } from "../ui/toast.tsx";
import { Permissions, Token } from "./key-parts.tsx";

const OVERLAPS = ["0", "1", "24", "168", "720"] as const;

function Facts({ item }: { item: Key }) {
  const facts: [string, preact.ComponentChildren][] = [
    [t.keys.state, <Badge tone={toneOf(item.state)}>{t.keys.states[item.state]}</Badge>],
    [t.keys.token, <code dir="ltr">{item.hint}</code>],
    [t.keys.kind, t.keys.kinds[item.kind]],
    [t.keys.project, item.project ? <code>{item.project}</code> : t.people.allProjects],
    [t.keys.owner, item.owner?.name || "–"],
    [t.keys.created, <When at={item.created_at} />],
    [t.keys.expires, <When at={item.expires_at} />],
    [t.keys.used, <><When at={item.used_at} />{item.used_by && ` · ${item.used_by}`}{item.used_from && <> · <span dir="ltr">{item.used_from}</span></>}</>],
    ...(item.note ? [[t.keys.noteShort, item.note] as [string, string]] : []),
  ];
  return (
    <>
      {item.advice && <Notice tone={toneOf(item.state) === "bad" ? "bad" : "warn"}><p>{item.advice}</p></Notice>}
      <dl class="facts">{facts.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>
    </>
  );
}

function Rotate({ item, onMade }: { item: Key; onMade: (made: NewKey) => void }) {
  const [hours, setHours] = useState("24");
  const form = useForm(() => ({}), async () => onMade(await api.keyRotate(item.uuid, Number(hours))));
  return (
    <Form form={form}>
      <SelectField name="overlap_hours" label={t.keys.overlap} hint={t.keys.overlapHint} value={hours} onValue={setHours} options={OVERLAPS.map((value) => ({ value, text: overlapText(Number(value)) }))} />
      <div class="acts"><Button submit busy={form.busy}>{t.keys.rotate}</Button></div>
      <Same command={`doorward key rotate ${item.uuid} --overlap ${hours}h`} />
    </Form>
  );
}

const overlapText = (hours: number): string => (hours === 0 ? t.keys.noOverlap : hours < 48 ? count(t.time.hours, hours) : count(t.time.days, hours / 24));

function Change({ item, data }: { item: Key; data: Data<{ results: Key[] }> }) {
  const { me } = useStore(who);
  const [name, setName] = useState(item.name);
  const [chosen, choose] = useState<Permission[]>(item.permissions);
  const put = (change: Parameters<typeof api.keyChange>[1]): Promise<void> =>
    api.keyChange(item.uuid, change).then((next) => data.put((old) => ({ results: old.results.map((one) => (one.uuid === item.uuid ? { ...one, ...next } : one)) })));
  const form = useForm(() => errorsOf({ name: required(name) }), () => put({ name: name.trim() }).then(() => say(t.common.saved)));
  const choosing = (next: Permission[]): void => {
    if (!next.length) return say(t.keys.needsPermission);
    const before = chosen;
    choose(next);
    put({ permissions: inOrder(next) }).then(
      () => say(t.common.saved, () => put({ permissions: inOrder(before) }).then(() => choose(before))),
      (error: unknown) => {
        choose(before);
        sayError(error);
      },
    );
  };
  return (
    <>
      <Section title={t.keys.name}>
        <Form form={form}>
          <TextField name="name" label={t.keys.name} maxLength={100} value={name} onValue={setName} error={form.errors["name"]} required />
          <div class="acts"><Button submit busy={form.busy}>{t.common.save}</Button></div>
        </Form>
      </Section>
      <Section title={t.keys.permissionsTitle} intro={t.keys.permissionsChange}>
        <Permissions kind={item.kind} own={me?.permissions ?? []} chosen={chosen} onChosen={choosing} />
      </Section>
    </>
  );
}

function Details({ item, data }: { item: Key; data: Data<{ results: Key[] }> }) {
  const [made, setMade] = useState<NewKey | null>(null);
  const [asked, ask] = useState(false);
  const revoke = async (): Promise<void> => {
    await api.keyRevoke(item.uuid);
    data.again();
    say(fill(t.keys.revoked, { name: item.name }));
  };
  if (made)
    return (
      <Section title={t.keys.successor} intro={t.keys.successorIntro}>
        <Token made={made} onDone={() => { goTo("key", made.uuid); data.again(); }} />
      </Section>
    );
  return (
    <>
      <Section title={t.keys.facts}><Facts item={item} /></Section>
      {isOver(item) ? (
        item.successor && <Notice><p>{t.keys.replaced}</p><Button onPress={() => goTo("key", item.successor ?? "")}>{t.keys.showSuccessor}</Button></Notice>
      ) : (
        <>
          <Change key={item.uuid} item={item} data={data} />
          <Section title={t.keys.rotate} intro={t.keys.rotateIntro}><Rotate item={item} onMade={setMade} /></Section>
          <Section title={t.keys.revoke} intro={t.keys.revokeIntro}>
            <div class="acts"><Button look="danger" onPress={() => ask(true)}>{t.keys.revoke}</Button></div>
            <Same command={`doorward key revoke ${item.uuid}`} />
          </Section>
        </>
      )}
      {asked && <TypeName title={fill(t.keys.revokeTitle, { name: item.name })} what={t.keys.revokeWhat} name={item.name} act={t.keys.revoke} onDo={revoke} onClose={() => ask(false)} />}
    </>
  );
}

export function KeyPage({ id }: { id: string }) {
  const data = useData(api.keys);
  const item = data.value?.results.find((one) => one.uuid === id);
  return (
    <Page title={item?.name ?? t.keys.one} back={{ href: hrefOf("keys"), text: t.keys.title }}>
      <Loaded data={data}>{() => (item ? <Details key={item.uuid} item={item} data={data} /> : <Notice tone="warn"><p>{t.keys.notThere}</p></Notice>)}</Loaded>
    </Page>
  );
}
