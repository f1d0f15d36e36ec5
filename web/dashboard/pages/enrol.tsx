// SPDX-License-Identifier: Apache-2.0
// Setting up a second factor: the app (QR code, key as text, first code) or a passkey, then the recovery codes.
// Forced by the team's rules (EnrolPage) or chosen in the account (AppPage).
import { useEffect, useState } from "preact/hooks";
import { ApiError } from "../api/client.ts";
import { passkeysWork } from "../api/passkey.ts";
import * as api from "../api/routes.ts";
import type { TotpOffer } from "../api/types.ts";
import { judgeCode } from "../lib/password.ts";
import { hrefOf, nextOf } from "../lib/route.ts";
import { go, goTo } from "../lib/router.ts";
import { leave, refresh, who } from "../lib/session.ts";
import { useStore } from "../lib/store.ts";
import { t } from "../texts/index.ts";
import { Button, Copy } from "../ui/base.tsx";
import { Choice, TextField } from "../ui/field.tsx";
import { blaming, errorsOf, Form, useForm } from "../ui/form.tsx";
import { Page, Problem, Skeleton } from "../ui/page.tsx";
import { say } from "../ui/toast.tsx";
import { RecoveryCodes } from "./codes.tsx";
import { Outside } from "./outside.tsx";
import { NewPasskey } from "./passkeys.tsx";

/** The server's SVG as a picture: an image runs no script and loads nothing. */
const picture = (svg: string): string => `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;

function App({ onCodes }: { onCodes: (codes: string[] | null) => void }) {
  const [offer, setOffer] = useState<TotpOffer | null>(null);
  const [failed, fail] = useState<ApiError | null>(null);
  const [code, setCode] = useState("");
  const begin = (): void => {
    fail(null);
    api.totpBegin().then(setOffer, (error: unknown) => (error instanceof ApiError ? fail(error) : Promise.reject(error)));
  };
  useEffect(begin, []);
  const form = useForm(
    () => errorsOf({ code: judgeCode(code) }),
    async () => onCodes((await api.totpConfirm((offer as TotpOffer).factor, code.replace(/\s/g, ""))).recovery_codes),
    blaming("code", "code"),
  );
  if (failed) return <Problem error={failed} again={begin} />;
  if (!offer) return <Skeleton rows={5} />;
  return (
    <ol class="steps">
      <li>
        <h2>{t.enrol.scan}</h2>
        <p class="muted">{t.enrol.scanHint}</p>
        <img class="qr" src={picture(offer.svg)} alt={t.enrol.qr} width="208" height="208" />
        <details>
          <summary>{t.enrol.cannotScan}</summary>
          <p class="muted">{t.enrol.typeKey}</p>
          <div class="secret"><code dir="ltr">{offer.key}</code><Copy text={offer.key.replace(/\s/g, "")} /></div>
          <p><a href={offer.uri}>{t.enrol.openApp}</a></p>
        </details>
      </li>
      <li>
        <h2>{t.enrol.type}</h2>
        <Form form={form}>
          <TextField name="code" label={t.enrol.code} inputmode="numeric" autocomplete="one-time-code" code value={code} onValue={setCode} error={form.errors["code"]} required />
          <Button look="primary" submit busy={form.busy}>{t.enrol.submit}</Button>
        </Form>
      </li>
    </ol>
  );
}

/** Shows codes when there are new ones, then goes on. */
function Steps({ codes, email, onDone, children }: { codes: string[] | null; email: string; onDone: () => void; children: preact.ComponentChildren }) {
  return codes ? <RecoveryCodes codes={codes} email={email} onDone={onDone} /> : <>{children}</>;
}

export function EnrolPage() {
  const { me } = useStore(who);
  const [kind, choose] = useState("app");
  const [codes, setCodes] = useState<string[] | null>(null);
  const done = (): void => void refresh().then(() => go(nextOf(location.search), { replace: true }));
  const made = (fresh: string[] | null): void => (fresh ? setCodes(fresh) : done());
  return (
    <Outside title={codes ? t.codes.title : t.enrol.title} intro={codes ? undefined : t.enrol.intro} wide>
      <Steps codes={codes} email={me?.person.email ?? ""} onDone={done}>
        {passkeysWork() && (
          <Choice name="kind" legend={t.enrol.which} value={kind} onValue={choose} options={[{ value: "app", text: t.enrol.app, hint: t.enrol.appHint }, { value: "passkey", text: t.enrol.passkey, hint: t.enrol.passkeyHint }]} />
        )}
        {kind === "app" ? <App onCodes={made} /> : <NewPasskey onMade={made} />}
        <p class="after"><Button look="plain" onPress={() => void leave()}>{t.factor.leave}</Button></p>
      </Steps>
    </Outside>
  );
}

export function AppPage() {
  const { me } = useStore(who);
  const [codes, setCodes] = useState<string[] | null>(null);
  const done = (): void => {
    void refresh();
    goTo("account");
    say(t.enrol.done);
  };
  return (
    <Page title={codes ? t.codes.title : t.enrol.appTitle} back={{ href: hrefOf("account"), text: t.account.title }}>
      <div class="narrow">
        <Steps codes={codes} email={me?.person.email ?? ""} onDone={done}>
          <App onCodes={(fresh) => (fresh ? setCodes(fresh) : done())} />
        </Steps>
      </div>
    </Page>
  );
}
