// SPDX-License-Identifier: Apache-2.0
// The team's rules. Each saves at once, says so, and can be taken back.
import { useState } from "preact/hooks";
import * as api from "../api/routes.ts";
import type { Rules, Team } from "../api/types.ts";
import { useData } from "../lib/data.ts";
import { refresh } from "../lib/session.ts";
import { dayOf, startOfDay } from "../lib/time.ts";
import { fill } from "../lib/text.ts";
import { t } from "../texts/index.ts";
import { Button, Same } from "../ui/base.tsx";
import { CheckField, TextField } from "../ui/field.tsx";
import { errorsOf, Form, required, useForm } from "../ui/form.tsx";
import { Loaded, Page, Section } from "../ui/page.tsx";
import { say, sayError } from "../ui/toast.tsx";

type Save = (change: Partial<Rules>) => void;
type NumberRule = "session_hours" | "session_idle_minutes" | "key_age_days" | "key_idle_days" | "key_idle_grace_days" | "key_remind_days";
const LIMITS: Readonly<Record<NumberRule, readonly [number, number]>> = {
  session_hours: [1, 720], session_idle_minutes: [5, 10080], key_age_days: [0, 3650], key_idle_days: [0, 3650], key_idle_grace_days: [1, 365], key_remind_days: [0, 365],
};

/** Saves when the field is left or Enter is pressed, and only what can be right. */
function NumberField({ rule, rules, save }: { rule: NumberRule; rules: Rules; save: Save }) {
  const kept = String(rules[rule]);
  const [draft, setDraft] = useState<string | null>(null);
  const [min, max] = LIMITS[rule];
  const text = draft ?? kept;
  const n = Number(text);
  const wrong = !/^\d+$/.test(text.trim()) || n < min || n > max;
  const commit = (): void => {
    if (draft === null || wrong) return;
    setDraft(null);
    if (draft.trim() !== kept) save({ [rule]: n });
  };
  const words = t.rules.numbers[rule];
  return (
    <form class="form" onSubmit={(event) => { event.preventDefault(); commit(); }}>
      <TextField name={rule} label={words.label} hint={words.hint} inputmode="numeric" value={text} onValue={setDraft} onCommit={commit} unit={words.unit} error={draft !== null && wrong ? fill(t.rules.range, { min, max }) : undefined} />
    </form>
  );
}

function SecondFactor({ rules, save }: { rules: Rules; save: Save }) {
  const turn = (on: boolean): void => save(on ? { second_factor: true, second_factor_from: new Date(Date.now() + 7 * 86_400_000).toISOString().replace(/\.\d+Z$/, "Z") } : { second_factor: false });
  const day = (value: string): void => {
    const at = startOfDay(value);
    if (at) save({ second_factor_from: at });
  };
  return (
    <>
      <CheckField name="second_factor" label={t.rules.factor} hint={t.rules.factorHint} checked={rules.second_factor} onChecked={turn} />
      {rules.second_factor && <TextField name="second_factor_from" type="date" label={t.rules.from} hint={t.rules.fromHint} value={dayOf(rules.second_factor_from)} onValue={day} />}
      <Same command={`doorward team set second_factor=${String(rules.second_factor)}${rules.second_factor && rules.second_factor_from ? ` --grace ${dayOf(rules.second_factor_from)}` : ""}`} />
    </>
  );
}

function Name({ team, onSaved }: { team: Team; onSaved: (team: Team) => void }) {
  const [name, setName] = useState(team.name);
  const form = useForm(() => errorsOf({ name: required(name) }), async () => {
    await api.changeTeam({ name: name.trim() });
    onSaved({ ...team, name: name.trim() });
    say(t.common.saved);
  });
  return (
    <Form form={form}>
      <TextField name="name" autocomplete="organization" label={t.rules.teamName} hint={t.rules.teamNameHint} maxLength={100} value={name} onValue={setName} error={form.errors["name"]} required />
      <div class="acts"><Button submit busy={form.busy}>{t.common.save}</Button></div>
    </Form>
  );
}

function Details({ team, put }: { team: Team; put: (change: (old: Team) => Team) => void }) {
  const { rules } = team;
  const send = async (change: Partial<Rules>): Promise<void> => {
    await api.changeTeam({ rules: change });
    put((old) => ({ ...old, rules: { ...old.rules, ...change } }));
    // What is required of oneself may have changed too.
    if ("second_factor" in change || "second_factor_from" in change) await refresh();
  };
  const save: Save = (change) => {
    const before = Object.fromEntries(Object.keys(change).map((name) => [name, rules[name as keyof Rules]])) as Partial<Rules>;
    send(change).then(() => say(t.common.saved, () => send(before)), sayError);
  };
  const number = (rule: NumberRule) => <NumberField key={`${rule}-${rules[rule]}`} rule={rule} rules={rules} save={save} />;
  return (
    <>
      <Section title={t.rules.team}><Name team={team} onSaved={(next) => put(() => next)} /></Section>
      <Section title={t.account.factors} intro={t.rules.factorIntro}><SecondFactor rules={rules} save={save} /></Section>
      <Section title={t.rules.sessions} intro={t.rules.sessionsIntro}>
        {number("session_hours")}
        {number("session_idle_minutes")}
        <Same command={`doorward team set session_hours=${rules.session_hours} session_idle_minutes=${rules.session_idle_minutes}`} />
      </Section>
      <Section title={t.keys.title} intro={t.rules.keysIntro}>
        {number("key_age_days")}
        {number("key_remind_days")}
        {number("key_idle_days")}
        {number("key_idle_grace_days")}
        <CheckField name="key_revoke_exposed" label={t.rules.exposed} hint={t.rules.exposedHint} checked={rules.key_revoke_exposed} onChecked={(on) => save({ key_revoke_exposed: on })} />
        <Same command={`doorward team set key_age_days=${rules.key_age_days} key_revoke_exposed=${String(rules.key_revoke_exposed)}`} />
      </Section>
    </>
  );
}

export function RulesPage() {
  const data = useData(api.team);
  return (
    <Page title={t.rules.title} intro={t.rules.intro}>
      <Loaded data={data}>{(team) => <Details team={team} put={data.put} />}</Loaded>
    </Page>
  );
}
