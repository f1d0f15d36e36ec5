// SPDX-License-Identifier: Apache-2.0
// Which page is shown to whom.
import { Component, type ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { placeOf, type Place } from "./lib/route.ts";
import { address, go } from "./lib/router.ts";
import { detour, refresh, who } from "./lib/session.ts";
import { useStore } from "./lib/store.ts";
import { AccountPage } from "./pages/account.tsx";
import { AuditPage } from "./pages/audit.tsx";
import { Confirm } from "./pages/confirm.tsx";
import { AppPage, EnrolPage } from "./pages/enrol.tsx";
import { FactorPage } from "./pages/factor.tsx";
import { ForgotPage, ResetPage } from "./pages/forgot.tsx";
import { InvitationPage } from "./pages/invitation.tsx";
import { KeyNewPage } from "./pages/key-new.tsx";
import { KeyPage } from "./pages/key.tsx";
import { KeysPage } from "./pages/keys.tsx";
import { LoginPage } from "./pages/login.tsx";
import { Outside } from "./pages/outside.tsx";
import { InvitePage } from "./pages/people-invite.tsx";
import { MemberPage } from "./pages/people-member.tsx";
import { PeoplePage } from "./pages/people.tsx";
import { PolicyPage } from "./pages/policy.tsx";
import { ProjectPage } from "./pages/project.tsx";
import { ProjectsPage } from "./pages/projects.tsx";
import { RulesPage } from "./pages/rules.tsx";
import { SetupPage } from "./pages/setup.tsx";
import { Shell, startPage } from "./shell.tsx";
import { t } from "./texts/index.ts";
import { Button } from "./ui/base.tsx";
import { Page, Problem, Skeleton } from "./ui/page.tsx";
import { Toasts } from "./ui/toast.tsx";

function OutsidePage({ page }: Place) {
  switch (page) {
    case "setup": return <SetupPage />;
    case "factor": return <FactorPage />;
    case "enrol": return <EnrolPage />;
    case "forgot": return <ForgotPage />;
    case "reset": return <ResetPage />;
    case "invitation": return <InvitationPage />;
    case "login": return <LoginPage />;
    default: return null;
  }
}

function InsidePage({ page, id }: Place) {
  switch (page) {
    case "account": return <AccountPage />;
    case "accountTotp": return <AppPage />;
    case "people": return <PeoplePage />;
    case "invite": return <InvitePage />;
    case "member": return <MemberPage id={id} key={id} />;
    case "projects": return <ProjectsPage />;
    case "project": return <ProjectPage id={id} key={id} />;
    case "keys": return <KeysPage />;
    case "keyNew": return <KeyNewPage />;
    case "key": return <KeyPage id={id} key={id} />;
    case "rules": return <RulesPage />;
    case "audit": return <AuditPage />;
    case "policy": return <PolicyPage />;
    default: return <Page title={t.lost.title}><p>{t.lost.text}</p></Page>;
  }
}

/** A mistake of ours leaves a way out instead of an empty page. */
class Net extends Component<{ children: ComponentChildren }, { caught: boolean }> {
  override state = { caught: false };
  static override getDerivedStateFromError(): { caught: boolean } {
    return { caught: true };
  }
  override render() {
    if (!this.state.caught) return this.props.children;
    return (
      <Outside title={t.broken.title} intro={t.broken.text}>
        <Button look="primary" onPress={() => location.reload()}>{t.broken.reload}</Button>
      </Outside>
    );
  }
}

function Content() {
  const session = useStore(who);
  const at = useStore(address);
  const place = placeOf(at.pathname);
  const away = session.phase === "unknown" || session.phase === "failed" ? null : detour(session, at.pathname, at.search) ?? (session.phase === "in" && place.page === "home" ? startPage(session.me) : null);
  useEffect(() => {
    if (away) go(away, { replace: true });
  }, [away]);
  if (session.phase === "unknown" || away) return <div class="outside"><Skeleton /></div>;
  if (session.phase === "failed" && session.error) return <Outside title={t.common.product}><Problem error={session.error} again={() => void refresh()} /></Outside>;
  // A link of a mail opens whoever is logged in already.
  if (session.phase !== "in" || place.page === "reset" || place.page === "invitation") return <OutsidePage key={place.page} {...place} />;
  return <Shell place={place}><InsidePage {...place} /></Shell>;
}

export function App() {
  useEffect(() => void refresh(), []);
  return (
    <Net>
      <Content />
      <Confirm />
      <Toasts />
    </Net>
  );
}
