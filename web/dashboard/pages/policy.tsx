// SPDX-License-Identifier: Apache-2.0
// Who may call which route: the same rows that the server runs on.
import * as api from "../api/routes.ts";
import type { PolicyRoute, Role } from "../api/types.ts";
import { useData } from "../lib/data.ts";
import { ROLES } from "../lib/roles.ts";
import { address, setQuery } from "../lib/router.ts";
import { useStore } from "../lib/store.ts";
import { fill } from "../lib/text.ts";
import { t } from "../texts/index.ts";
import { Badge, Code, Same } from "../ui/base.tsx";
import { SelectField, TextField } from "../ui/field.tsx";
import { Empty, Loaded, Page } from "../ui/page.tsx";
import { Table } from "../ui/table.tsx";

/** Every word is in the route's text, and the role, when one is asked for, passes. */
export const fits = (route: PolicyRoute, text: string, role: string): boolean =>
  (!role || route.roles.includes(role as Role)) &&
  text.toLowerCase().split(/\s+/).every((word) => `${route.method} ${route.path} ${route.access} ${route.permission} ${route.summary}`.toLowerCase().includes(word));

function Routes({ rows }: { rows: readonly PolicyRoute[] }) {
  return (
    <Table
      label={t.policy.title}
      rows={rows}
      id={(route) => `${route.method} ${route.path}`}
      columns={[
        { head: t.policy.route, main: true, look: "lead", cell: (route) => <div><Code>{`${route.method} ${route.path}`}</Code><p class="small muted">{route.summary}</p></div> },
        { head: t.policy.access, cell: (route) => <span>{route.access} {route.fresh && <Badge>{t.policy.fresh}</Badge>}</span> },
        { head: t.policy.permission, cell: (route) => (route.permission ? <Code>{route.permission}</Code> : "–") },
        { head: t.policy.roles, cell: (route) => route.roles.map((role) => t.roles.names[role]).join(", ") || "–" },
        { head: t.policy.limit, cell: (route) => route.rate || "–" },
      ]}
    />
  );
}

export function PolicyPage() {
  const query = new URLSearchParams(useStore(address).search);
  const [text, role] = [query.get("q") ?? "", query.get("role") ?? ""];
  const data = useData(api.policy);
  return (
    <Page title={t.policy.title} intro={t.policy.intro} wide>
      <div class="filters" role="search">
        <TextField name="q" type="search" label={t.policy.search} value={text} onValue={(q) => setQuery({ q, role })} />
        <SelectField name="role" label={t.policy.role} value={role} onValue={(next) => setQuery({ q: text, role: next })} options={[{ value: "", text: t.policy.anyone }, ...ROLES.map((one) => ({ value: one, text: t.roles.names[one] }))]} />
      </div>
      <Loaded data={data} rows={8}>
        {({ results }) => {
          const rows = results.filter((route) => fits(route, text, role));
          return (
            <>
              <p class="small muted" role="status">{fill(t.policy.shown, { n: rows.length, all: results.length })}</p>
              {rows.length ? <Routes rows={rows} /> : <Empty title={t.audit.noMatch}>{t.policy.noMatchText}</Empty>}
            </>
          );
        }}
      </Loaded>
      <Same command="doorward policy --format markdown" />
    </Page>
  );
}
