// SPDX-License-Identifier: Apache-2.0
// The frame of the inside: navigation at the side, or behind a menu button on a narrow screen.
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import * as api from "./api/routes.ts";
import type { Me, Permission } from "./api/types.ts";
import { hrefOf, type PageName, type Place } from "./lib/route.ts";
import { leave, may, refresh, who } from "./lib/session.ts";
import { useStore } from "./lib/store.ts";
import { setTheme, themeNow, type Theme } from "./lib/theme.ts";
import { t } from "./texts/index.ts";
import { Button, IconButton, Link } from "./ui/base.tsx";
import { SelectField } from "./ui/field.tsx";
import { Icon, type IconName } from "./ui/icon.tsx";
import { sayError } from "./ui/toast.tsx";
import { Duty } from "./pages/account-factors.tsx";

interface Item {
  page: PageName;
  icon: IconName;
  needs: Permission | null;
  /** Pages that belong to it. */
  with: readonly PageName[];
}
const MAIN: readonly Item[] = [{ page: "people", icon: "people", needs: "team_manage", with: ["invite", "member"] }];
const SETTINGS: readonly Item[] = [
  { page: "projects", icon: "project", needs: "project_read", with: ["project"] },
  { page: "keys", icon: "key", needs: "keys_manage", with: ["keyNew", "key"] },
  { page: "rules", icon: "rules", needs: "team_manage", with: [] },
  { page: "audit", icon: "audit", needs: "audit_read", with: [] },
  { page: "policy", icon: "policy", needs: "audit_read", with: [] },
];

const seen = (items: readonly Item[], me: Me | null): Item[] => items.filter(({ needs }) => !needs || may(me, needs));

/** The first page that this person may see. */
export const startPage = (me: Me | null): string => hrefOf(seen([...SETTINGS, ...MAIN], me)[0]?.page ?? "account");

function Items({ items, place }: { items: readonly Item[]; place: Place }) {
  return (
    <ul>
      {items.map(({ page, icon, with: more }) => (
        <li key={page}>
          <Link href={hrefOf(page)} icon={icon} current={place.page === page || (place.page !== null && more.includes(place.page))}>{t.nav[page as keyof typeof t.nav]}</Link>
        </li>
      ))}
    </ul>
  );
}

function Teams({ me }: { me: Me }) {
  if (me.teams.length < 2) return <p class="team">{me.team.name}</p>;
  const turn = (team: string): void => {
    api.switchTeam(team).then(refresh, sayError);
  };
  return <div class="team"><SelectField bare name="team" label={t.nav.team} value={me.team.uuid} onValue={turn} options={me.teams.map(({ uuid, name }) => ({ value: uuid, text: name }))} /></div>;
}

function Look() {
  const [theme, set] = useState<Theme>(themeNow);
  const turn = (value: string): void => {
    set(value as Theme);
    setTheme(value as Theme);
  };
  return (
    <label class="look">
      <Icon name="theme" />
      <span class="sr">{t.nav.look}</span>
      <select name="theme" value={theme} onChange={(event) => turn(event.currentTarget.value)}>
        {(["auto", "light", "dark"] as const).map((value) => <option key={value} value={value} selected={value === theme}>{t.nav.looks[value]}</option>)}
      </select>
    </label>
  );
}

export function Shell({ place, children }: { place: Place; children: ComponentChildren }) {
  const { me } = useStore(who);
  const [open, setOpen] = useState(false);
  const bar = useRef<HTMLElement>(null);
  useEffect(() => setOpen(false), [place.page, place.id]);
  const escape = (event: KeyboardEvent): void => {
    if (!open || event.key !== "Escape") return;
    setOpen(false);
    bar.current?.querySelector<HTMLElement>(".menu-button button")?.focus();
  };
  if (!me) return null;
  const main = seen(MAIN, me);
  const settings = seen(SETTINGS, me);
  return (
    <div class="shell" onKeyDown={escape}>
      <a class="skip" href="#content">{t.nav.skip}</a>
      <header class={open ? "bar open" : "bar"} ref={bar}>
        <div class="bar-top">
          <Link href={hrefOf("home")} look="brand" icon="door">{t.common.product}</Link>
          <span class="menu-button"><IconButton icon={open ? "close" : "menu"} label={open ? t.nav.close : t.nav.open} expanded={open} controls="menu" onPress={() => setOpen(!open)} /></span>
        </div>
        <div class="bar-body" id="menu">
          <Teams me={me} />
          <nav aria-label={t.nav.label}>
            {main.length > 0 && <Items items={main} place={place} />}
            {settings.length > 0 && (
              <>
                <p class="group-name" id="nav-settings">{t.nav.settings}</p>
                <Items items={settings} place={place} />
              </>
            )}
          </nav>
          <div class="bar-end">
            <Look />
            <Link href={hrefOf("account")} icon="account" current={place.page === "account" || place.page === "accountTotp"}>{me.person.name || me.person.email}</Link>
            <Button look="plain" icon="out" onPress={() => void leave()}>{t.nav.leave}</Button>
          </div>
        </div>
      </header>
      <main id="content" tabIndex={-1} key={`${place.page}/${place.id}`}>
        {place.page !== "account" && <Duty me={me} />}
        {children}
      </main>
    </div>
  );
}
