// SPDX-License-Identifier: Apache-2.0
// Second factors of the own account: the app, passkeys, recovery codes.
import { useState } from "preact/hooks";
import { passkeysWork } from "../api/passkey.ts";
import * as api from "../api/routes.ts";
import type { Factor, Me } from "../api/types.ts";
import { useData } from "../lib/data.ts";
import { localDay } from "../lib/time.ts";
import { goTo } from "../lib/router.ts";
import { refresh } from "../lib/session.ts";
import { count, fill } from "../lib/text.ts";
import { locale, t } from "../texts/index.ts";
import { Button, When } from "../ui/base.tsx";
import { Dialog, TypeName } from "../ui/dialog.tsx";
import { Icon } from "../ui/icon.tsx";
import { Loaded, Notice } from "../ui/page.tsx";
import { say, sayError } from "../ui/toast.tsx";
import { RecoveryCodes } from "./codes.tsx";
import { NewPasskey } from "./passkeys.tsx";

type Open = { kind: "add" } | { kind: "codes"; codes: string[] } | { kind: "remove"; factor: Factor } | null;

const nameOf = (factor: Factor): string => factor.name || (factor.kind === "totp" ? t.account.app : t.account.passkey);

function Row({ factor, onRemove }: { factor: Factor; onRemove: () => void }) {
  return (
    <li>
      <Icon name={factor.kind === "totp" ? "phone" : "finger"} />
      <div class="grow">
        <strong>{nameOf(factor)}</strong>
        <p class="small muted">{t.account.added} <When at={factor.created_at} /> · {t.account.used} <When at={factor.used_at} /></p>
      </div>
      <Button look="plain" label={fill(t.account.removeNamed, { name: nameOf(factor) })} onPress={onRemove}>{t.common.remove}</Button>
    </li>
  );
}

/** What the team's rules say to who has no second factor. */
export function Duty({ me }: { me: Me }) {
  const { required, required_from: from, totp, passkeys } = me.second_factor;
  if (!required || totp || passkeys) return null;
  return <Notice tone="warn"><p>{from ? fill(t.account.requiredFrom, { day: localDay(from, locale) }) : t.account.required}</p></Notice>;
}

export function Factors({ me }: { me: Me }) {
  const data = useData(api.factors);
  const [open, setOpen] = useState<Open>(null);
  const { codes_left: left, totp, passkeys } = me.second_factor;
  const changed = (): void => {
    data.again();
    void refresh();
  };
  const made = (codes: string[] | null): void => {
    changed();
    say(t.account.passkeyDone);
    setOpen(codes ? { kind: "codes", codes } : null);
  };
  const newCodes = (): void => {
    api.recoveryCodes().then(({ recovery_codes: codes }) => {
      setOpen({ kind: "codes", codes });
      void refresh();
    }, sayError);
  };
  const remove = async (factor: Factor): Promise<void> => {
    await api.factorRemove(factor.uuid);
    changed();
    say(fill(t.account.factorGone, { name: nameOf(factor) }));
  };
  return (
    <>
      <Duty me={me} />
      <Loaded data={data} rows={2}>
        {({ results }) =>
          results.length ? (
            <ul class="rows">{results.map((factor) => <Row key={factor.uuid} factor={factor} onRemove={() => setOpen({ kind: "remove", factor })} />)}</ul>
          ) : (
            <p>{t.account.noFactor}</p>
          )
        }
      </Loaded>
      <div class="acts">
        {!totp && <Button look={passkeys ? "quiet" : "primary"} icon="phone" onPress={() => goTo("accountTotp")}>{t.account.addApp}</Button>}
        {passkeysWork() && <Button icon="finger" onPress={() => setOpen({ kind: "add" })}>{t.account.addPasskey}</Button>}
      </div>
      {(totp || passkeys > 0) && (
        <div class="fact">
          <div class="grow">
            <strong>{t.account.codes}</strong>
            <p class="small muted">{count(t.account.codesLeft, left)} {left < 3 && t.account.codesFew}</p>
          </div>
          <Button onPress={newCodes}>{t.account.newCodes}</Button>
        </div>
      )}
      {open?.kind === "add" && <Dialog title={t.account.addPasskey} onClose={() => setOpen(null)}><NewPasskey onMade={made} onCancel={() => setOpen(null)} /></Dialog>}
      {open?.kind === "codes" && <Dialog title={t.codes.title} onClose={() => setOpen(null)}><RecoveryCodes codes={open.codes} email={me.person.email} onDone={() => setOpen(null)} /></Dialog>}
      {open?.kind === "remove" && (
        <TypeName title={fill(t.account.removeNamed, { name: nameOf(open.factor) })} what={t.account.removeWhat} name={nameOf(open.factor)} act={t.common.remove} onDo={() => remove(open.factor)} onClose={() => setOpen(null)} />
      )}
    </>
  );
}
