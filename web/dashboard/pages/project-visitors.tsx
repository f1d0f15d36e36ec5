// SPDX-License-Identifier: Apache-2.0
// Keys that a site signs its visitors' identity with.
import { useState } from "preact/hooks";
import * as api from "../api/routes.ts";
import type { NewVisitorKey, VisitorAlgorithm, VisitorKey } from "../api/types.ts";
import { useData } from "../lib/data.ts";
import { fill } from "../lib/text.ts";
import { t } from "../texts/index.ts";
import { Button, Copy, Same, When } from "../ui/base.tsx";
import { Dialog, TypeName } from "../ui/dialog.tsx";
import { AreaField, SelectField, TextField } from "../ui/field.tsx";
import { errorsOf, Form, useForm } from "../ui/form.tsx";
import { Empty, Loaded, Notice } from "../ui/page.tsx";
import { say } from "../ui/toast.tsx";

const ALGORITHMS: readonly VisitorAlgorithm[] = ["EdDSA", "ES256", "HS256"];
const PEM = /^-----BEGIN PUBLIC KEY-----[\s\S]+-----END PUBLIC KEY-----\s*$/;

function judgeKey(alg: VisitorAlgorithm, key: string): string | null {
  if (alg === "HS256") return null;
  if (/PRIVATE KEY/.test(key)) return t.visitors.privateKey;
  return PEM.test(key.trim()) ? null : t.visitors.keyForm;
}

function Add({ slug, onAdded, onClose }: { slug: string; onAdded: () => void; onClose: () => void }) {
  const [kid, setKid] = useState("");
  const [alg, setAlg] = useState<VisitorAlgorithm>("EdDSA");
  const [key, setKey] = useState("");
  const [made, setMade] = useState<NewVisitorKey | null>(null);
  const form = useForm(
    () => errorsOf({ kid: !/^[\w.:-]{1,64}$/.test(kid.trim()) && t.visitors.kidForm, key: judgeKey(alg, key) }),
    async () => {
      const fresh = await api.visitorKeyAdd(slug, { kid: kid.trim(), alg, ...(alg === "HS256" ? {} : { key: key.trim() }) });
      onAdded();
      if (fresh.secret) return setMade(fresh);
      onClose();
      say(fill(t.visitors.added, { kid: fresh.kid }));
    },
  );
  return (
    <Dialog title={made ? t.visitors.secretTitle : t.visitors.add} onClose={onClose}>
      {made ? (
        <div class="form">
          <Notice tone="warn"><p>{t.visitors.once}</p></Notice>
          <div class="secret"><code dir="ltr">{made.secret}</code><Copy text={made.secret ?? ""} /></div>
          <div class="acts"><Button look="primary" onPress={onClose}>{t.keys.storedIt}</Button></div>
        </div>
      ) : (
        <Form form={form}>
          <TextField name="kid" label={t.visitors.kid} hint={t.visitors.kidHint} code value={kid} onValue={setKid} error={form.errors["kid"]} required />
          <SelectField name="alg" label={t.visitors.alg} value={alg} onValue={(value) => setAlg(value as VisitorAlgorithm)} hint={t.visitors.algHints[alg]} options={ALGORITHMS.map((value) => ({ value, text: value }))} />
          {alg !== "HS256" && <AreaField name="key" label={t.visitors.key} hint={t.visitors.keyHint} code rows={5} value={key} onValue={setKey} error={form.errors["key"]} required />}
          <div class="acts">
            <Button look="primary" submit busy={form.busy}>{t.visitors.submit}</Button>
            <Button onPress={onClose}>{t.common.cancel}</Button>
          </div>
        </Form>
      )}
    </Dialog>
  );
}

export function VisitorKeys({ slug }: { slug: string }) {
  const data = useData(() => api.visitorKeys(slug), slug);
  const [adding, add] = useState(false);
  const [leaving, leave] = useState<VisitorKey | null>(null);
  const remove = async (key: VisitorKey): Promise<void> => {
    await api.visitorKeyRemove(slug, key.uuid);
    data.put((old) => ({ results: old.results.filter((one) => one.uuid !== key.uuid) }));
    say(fill(t.visitors.removed, { kid: key.kid }));
  };
  const button = <Button onPress={() => add(true)}>{t.visitors.add}</Button>;
  return (
    <>
      <Loaded data={data} rows={2}>
        {({ results }) =>
          results.length ? (
            <>
              <ul class="rows">
                {results.map((key) => (
                  <li key={key.uuid}>
                    <div class="grow">
                      <code dir="ltr">{key.kid}</code> <span class="muted">{key.alg}</span>
                      <p class="small muted">{t.account.added} <When at={key.created_at} /> · {t.account.used} <When at={key.used_at} /></p>
                    </div>
                    <Button look="plain" label={fill(t.visitors.removeNamed, { kid: key.kid })} onPress={() => leave(key)}>{t.common.remove}</Button>
                  </li>
                ))}
              </ul>
              <div class="acts">{button}</div>
            </>
          ) : (
            <Empty title={t.visitors.none} act={button}>{t.visitors.noneText}</Empty>
          )
        }
      </Loaded>
      <Same command={`doorward visitor-key add --project ${slug} --kid KID --alg EdDSA --key FILE`} />
      {adding && <Add slug={slug} onAdded={data.again} onClose={() => add(false)} />}
      {leaving && <TypeName title={fill(t.visitors.removeNamed, { kid: leaving.kid })} what={t.visitors.removeWhat} name={leaving.kid} act={t.common.remove} onDo={() => remove(leaving)} onClose={() => leave(null)} />}
    </>
  );
}
