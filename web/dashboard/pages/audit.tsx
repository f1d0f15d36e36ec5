// SPDX-License-Identifier: Apache-2.0
// What was done and refused, newest first; and whether the chain of entries is whole.
import { useState } from "preact/hooks";
import { ApiError } from "../api/client.ts";
import * as api from "../api/routes.ts";
import type { AuditEntry, AuditVerdict } from "../api/types.ts";
import { detailText, matches, readFilter, writeFilter, type AuditFilter } from "../lib/audit.ts";
import { useData } from "../lib/data.ts";
import { address, setQuery } from "../lib/router.ts";
import { useStore } from "../lib/store.ts";
import { count, fill } from "../lib/text.ts";
import { t } from "../texts/index.ts";
import { Badge, Button, Same, When, type Tone } from "../ui/base.tsx";
import { SelectField, TextField } from "../ui/field.tsx";
import { Empty, Loaded, Notice, Page } from "../ui/page.tsx";
import { Table } from "../ui/table.tsx";
import { sayError } from "../ui/toast.tsx";

const PAGE = 50;
const TONES: Readonly<Record<AuditEntry["outcome"], Tone>> = { done: "good", refused: "warn", failed: "bad" };
const short = (id: string): string => (/^[0-9a-f-]{36}$/.test(id) ? id.slice(0, 8) : id);

function Entries({ rows }: { rows: readonly AuditEntry[] }) {
  return (
    <Table
      label={t.audit.title}
      rows={rows}
      id={(entry) => String(entry.seq)}
      columns={[
        { head: t.audit.when, main: true, look: "nowrap", cell: (entry) => <When at={entry.at} exact /> },
        { head: t.audit.act, look: "nowrap", cell: (entry) => <code dir="ltr">{entry.act}</code> },
        { head: t.audit.outcome, cell: (entry) => <Badge tone={TONES[entry.outcome]}>{t.audit.outcomes[entry.outcome]}</Badge> },
        { head: t.audit.actor, cell: (entry) => <span title={entry.actor ?? undefined}>{entry.actor_name || [t.audit.actors[entry.actor_kind], entry.actor && short(entry.actor)].filter(Boolean).join(" ")}</span> },
        { head: t.audit.object, cell: (entry) => <span title={entry.object}>{[entry.object_kind, entry.object_name || short(entry.object)].filter(Boolean).join(" ") || "–"}</span> },
        { head: t.audit.detail, look: "breaks", cell: (entry) => <span class="small">{[detailText(entry.detail), entry.address].filter(Boolean).join(" · ") || "–"}</span> },
      ]}
    />
  );
}

function Verify() {
  const [verdict, set] = useState<AuditVerdict | null>(null);
  const [busy, setBusy] = useState(false);
  const press = (): void => {
    setBusy(true);
    api.auditVerify().then(set, sayError).finally(() => setBusy(false));
  };
  return (
    <>
      {verdict && (
        <Notice tone={verdict.valid ? "good" : "bad"} alert>
          <p>{verdict.valid ? count(t.audit.whole, verdict.count) : fill(t.audit.broken, { n: verdict.broken_at ?? "?" })}</p>
        </Notice>
      )}
      <div class="acts"><Button busy={busy} onPress={press}>{t.audit.verify}</Button></div>
    </>
  );
}

export function AuditPage() {
  const filter = readFilter(useStore(address).search);
  const data = useData(async () => {
    const { results } = await api.audit(0, PAGE);
    return { results, more: results.length === PAGE };
  });
  const [busy, setBusy] = useState(false);
  const put = (change: Partial<AuditFilter>): void => setQuery(writeFilter({ ...filter, ...change }));
  const more = (rows: readonly AuditEntry[]): void => {
    setBusy(true);
    api.audit(rows[rows.length - 1]?.seq ?? 0, PAGE)
      .then(({ results }) => data.put((old) => ({ results: [...old.results, ...results], more: results.length === PAGE })), (error: unknown) => (error instanceof ApiError ? sayError(error) : Promise.reject(error)))
      .finally(() => setBusy(false));
  };
  return (
    <Page title={t.audit.title} intro={t.audit.intro} wide>
      <Verify />
      <div class="filters" role="search">
        <TextField name="q" type="search" label={t.audit.search} value={filter.text} onValue={(text) => put({ text })} />
        <SelectField name="outcome" label={t.audit.outcome} value={filter.outcome} onValue={(outcome) => put({ outcome })} options={[{ value: "", text: t.audit.all }, ...(["done", "refused", "failed"] as const).map((value) => ({ value, text: t.audit.outcomes[value] }))]} />
      </div>
      <Loaded data={data} rows={8}>
        {({ results, more: left }) => {
          const rows = results.filter((entry) => matches(entry, filter));
          return (
            <>
              <p class="small muted" role="status">{fill(t.audit.shown, { n: rows.length, all: results.length })}</p>
              {rows.length ? <Entries rows={rows} /> : <Empty title={results.length ? t.audit.noMatch : t.audit.none}>{results.length ? t.audit.noMatchText : t.audit.noneText}</Empty>}
              {left && <div class="acts"><Button busy={busy} onPress={() => more(results)}>{t.audit.more}</Button></div>}
            </>
          );
        }}
      </Loaded>
      <Same command="doorward audit list --format json" />
    </Page>
  );
}
