// SPDX-License-Identifier: Apache-2.0
// The frame of a page: its title, its parts, and what stands there while or because nothing is there.
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import type { ApiError } from "../api/client.ts";
import type { Data } from "../lib/data.ts";
import { visits } from "../lib/router.ts";
import { fill } from "../lib/text.ts";
import { t } from "../texts/index.ts";
import { Button, Link } from "./base.tsx";

/** Names the document and, after a change of page, takes the focus to the heading. */
export function Title({ children, of }: { children: string; of?: string }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${children} · ${of ?? t.common.product}`;
  }, [children, of]);
  useEffect(() => {
    if (visits) heading.current?.focus();
  }, []);
  return <h1 tabIndex={-1} ref={heading}>{children}</h1>;
}

export function Page({ title, intro, act, back, children, wide }: { title: string; intro?: string | undefined; act?: ComponentChildren; back?: { href: string; text: string }; children: ComponentChildren; wide?: boolean }) {
  return (
    <div class={wide ? "page wide" : "page"}>
      {back && <Link href={back.href} look="back">{back.text}</Link>}
      <header class="page-head">
        <div>
          <Title>{title}</Title>
          {intro && <p class="intro">{intro}</p>}
        </div>
        {act && <div class="acts">{act}</div>}
      </header>
      {children}
    </div>
  );
}

/** A titled part of a page: words on the one side, what can be done on the other. */
export function Section({ title, intro, children, full }: { title: string; intro?: ComponentChildren; children: ComponentChildren; full?: boolean }) {
  const id = useId();
  return (
    <section class={full ? "section full" : "section"} aria-labelledby={id}>
      <div class="section-head">
        <h2 id={id}>{title}</h2>
        {intro && <p>{intro}</p>}
      </div>
      <div class="section-body">{children}</div>
    </section>
  );
}

/** Nothing there yet: what it is for, and the one next step. */
export function Empty({ title, children, act }: { title: string; children: ComponentChildren; act?: ComponentChildren }) {
  return (
    <div class="empty">
      <h3>{title}</h3>
      <p>{children}</p>
      {act}
    </div>
  );
}

export function Skeleton({ rows = 4 }: { rows?: number }) {
  return (
    <div class="skeleton" role="status">
      <span class="sr">{t.common.loading}</span>
      {Array.from({ length: rows }, (_, i) => <span key={i} class="bone" aria-hidden="true" />)}
    </div>
  );
}

export function Notice({ tone = "plain", children, alert }: { tone?: "plain" | "good" | "warn" | "bad"; children: ComponentChildren; alert?: boolean }) {
  return <div class={`notice ${tone}`} role={alert ? "alert" : undefined}>{children}</div>;
}

export function Problem({ error, again }: { error: ApiError; again?: () => void }) {
  return (
    <Notice tone="bad" alert>
      <p>{error.message}</p>
      {error.request && <p class="small">{fill(t.errors.request, { id: error.request })}</p>}
      {again && error.code !== "forbidden" && error.code !== "not_found" && <Button onPress={again}>{t.common.again}</Button>}
    </Notice>
  );
}

/** Shows what was loaded; before, its bones; what is there stays when loading again fails. */
export function Loaded<T>({ data, children, rows }: { data: Data<T>; children: (value: T) => ComponentChildren; rows?: number }) {
  return (
    <>
      {data.error && data.error.code !== "cancelled" && <Problem error={data.error} again={data.again} />}
      {data.value !== null ? children(data.value) : !data.error && <Skeleton {...(rows ? { rows } : {})} />}
    </>
  );
}
