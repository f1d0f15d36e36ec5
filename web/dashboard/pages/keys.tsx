// SPDX-License-Identifier: Apache-2.0
// The team's API keys: what each may do, when it was last used, what needs attention.
import * as api from "../api/routes.ts";
import type { Key } from "../api/types.ts";
import { useData } from "../lib/data.ts";
import { byUrgency, isOver, toneOf } from "../lib/keys.ts";
import { hrefOf } from "../lib/route.ts";
import { address, goTo, setQuery } from "../lib/router.ts";
import { useStore } from "../lib/store.ts";
import { count } from "../lib/text.ts";
import { t } from "../texts/index.ts";
import { Badge, Button, Link, Same, When } from "../ui/base.tsx";
import { CheckField } from "../ui/field.tsx";
import { Empty, Loaded, Page } from "../ui/page.tsx";
import { Table } from "../ui/table.tsx";

function List({ rows }: { rows: readonly Key[] }) {
  return (
    <Table
      label={t.keys.title}
      rows={rows}
      id={(key) => key.uuid}
      columns={[
        {
          head: t.keys.name, main: true,
          cell: (key) => (
            <div>
              <Link href={hrefOf("key", key.uuid)}>{key.name}</Link>
              <p class="small muted"><code dir="ltr">{key.hint}</code> · {t.keys.kinds[key.kind]}</p>
            </div>
          ),
        },
        { head: t.keys.state, cell: (key) => <Badge tone={toneOf(key.state)}>{t.keys.states[key.state]}</Badge> },
        { head: t.keys.permissions, cell: (key) => <span title={key.permissions.join(", ")}>{count(t.keys.permissionCount, key.permissions.length)}</span> },
        { head: t.keys.project, cell: (key) => (key.project ? <code>{key.project}</code> : t.people.allProjects) },
        { head: t.keys.used, cell: (key) => <When at={key.used_at} /> },
        { head: t.keys.expires, cell: (key) => <When at={key.expires_at} /> },
      ]}
    />
  );
}

export function KeysPage() {
  const data = useData(api.keys);
  const over = new URLSearchParams(useStore(address).search).get("over") === "1";
  const add = <Button look="primary" onPress={() => goTo("keyNew")}>{t.keys.add}</Button>;
  return (
    <Page title={t.keys.title} intro={t.keys.intro} act={add} wide>
      <Loaded data={data}>
        {({ results }) => {
          const rows = byUrgency(results).filter((key) => over || !isOver(key));
          return (
            <>
              {rows.length ? <List rows={rows} /> : <Empty title={t.keys.none} act={add}>{t.keys.noneText}</Empty>}
              {results.some(isOver) && <CheckField name="over" label={t.keys.showOver} checked={over} onChecked={(on) => setQuery({ over: on ? "1" : "" })} />}
            </>
          );
        }}
      </Loaded>
      <Same command="doorward key list" />
    </Page>
  );
}
