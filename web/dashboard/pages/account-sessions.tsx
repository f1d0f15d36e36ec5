// SPDX-License-Identifier: Apache-2.0
// Where the account is logged in, and how to end that.
import * as api from "../api/routes.ts";
import type { Session } from "../api/types.ts";
import { useData } from "../lib/data.ts";
import { fill } from "../lib/text.ts";
import { t } from "../texts/index.ts";
import { Badge, Button, Same, When } from "../ui/base.tsx";
import { Loaded } from "../ui/page.tsx";
import { say, sayError } from "../ui/toast.tsx";

export function Sessions({ email }: { email: string }) {
  const data = useData(api.sessions);
  const end = (session: Session): void => {
    api.endSession(session.uuid).then(() => {
      data.put((old) => ({ results: old.results.filter((one) => one !== session) }));
      say(t.account.sessionEnded);
    }, sayError);
  };
  const endOthers = (): void => {
    api.endOtherSessions().then(() => {
      data.put((old) => ({ results: old.results.filter((one) => one.current) }));
      say(t.account.othersEnded);
    }, sayError);
  };
  return (
    <>
      <Loaded data={data} rows={3}>
        {({ results }) => (
          <>
            <ul class="rows">
              {results.map((session) => (
                <li key={session.uuid}>
                  <div class="grow">
                    <strong>{session.agent || t.account.unknownAgent}</strong> {session.current && <Badge tone="good">{t.account.here}</Badge>}
                    <p class="small muted">{t.account.since} <When at={session.created_at} /> · {t.account.seen} <When at={session.used_at ?? session.created_at} /> · <span dir="ltr">{session.address}</span></p>
                  </div>
                  {!session.current && <Button look="plain" label={fill(t.account.endNamed, { agent: session.agent })} onPress={() => end(session)}>{t.account.end}</Button>}
                </li>
              ))}
            </ul>
            {results.length > 1 && <div class="acts"><Button onPress={endOthers}>{t.account.endOthers}</Button></div>}
          </>
        )}
      </Loaded>
      <Same command={`doorward user sessions ${email} --end-all`} />
    </>
  );
}
