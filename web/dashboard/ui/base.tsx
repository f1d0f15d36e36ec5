// SPDX-License-Identifier: Apache-2.0
// Buttons, links, badges, times: the small parts of every page.
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { localDay, localTime, relativeTime, utcTime } from "../lib/time.ts";
import { follow } from "../lib/router.ts";
import { fill } from "../lib/text.ts";
import { locale, t } from "../texts/index.ts";
import { Icon, type IconName } from "./icon.tsx";

type Look = "primary" | "quiet" | "danger" | "plain";

export interface ButtonProps {
  children: ComponentChildren;
  look?: Look;
  icon?: IconName;
  submit?: boolean;
  busy?: boolean;
  off?: boolean;
  label?: string;
  onPress?: () => void;
}

/** A busy button keeps the focus: it is told, not taken away. */
export function Button({ children, look = "quiet", icon, submit, busy, off, label, onPress }: ButtonProps) {
  return (
    <button
      class={`button ${look}`}
      type={submit ? "submit" : "button"}
      aria-label={label}
      aria-disabled={busy || off ? "true" : undefined}
      onClick={(event) => {
        if (busy || off) event.preventDefault();
        else onPress?.();
      }}
    >
      {icon && <Icon name={icon} />}
      <span>{busy ? t.common.busy : children}</span>
    </button>
  );
}

/** Only an icon is seen; the words are its name and its tip. */
export function IconButton({ icon, label, onPress, expanded, controls }: { icon: IconName; label: string; onPress: () => void; expanded?: boolean; controls?: string }) {
  return (
    <button class="icon-button" type="button" aria-label={label} title={label} aria-expanded={expanded} aria-controls={controls} onClick={onPress}>
      <Icon name={icon} />
    </button>
  );
}

export function Link({ href, children, look, current, icon }: { href: string; children: ComponentChildren; look?: string; current?: boolean; icon?: IconName }) {
  return (
    <a href={href} class={look} aria-current={current ? "page" : undefined} onClick={follow}>
      {icon && <Icon name={icon} />}
      {icon ? <span>{children}</span> : children}
    </a>
  );
}

/** A path or name that breaks, when it must, behind its slashes and underscores. */
export function Code({ children }: { children: string }) {
  return <code class="parts" dir="ltr">{children.split(/(?<=[/_])/).map((part, i) => <>{i > 0 && <wbr />}{part}</>)}</code>;
}

export type Tone = "plain" | "good" | "warn" | "bad";
export function Badge({ tone = "plain", children }: { tone?: Tone; children: ComponentChildren }) {
  return <span class={`badge ${tone}`}>{children}</span>;
}

/** "3 minutes ago" or a date; the exact local time and UTC on hover. */
export function When({ at, none = t.time.never, exact = false }: { at: string | null | undefined; none?: string; exact?: boolean }) {
  if (!at) return <span class="muted">{none}</span>;
  const local = localTime(at, locale);
  return (
    <time dateTime={at} title={`${local} · ${utcTime(at)}`}>
      {exact ? local : relativeTime(at, Date.now(), locale) ?? localDay(at, locale)}
    </time>
  );
}

/** Copies and says so, for two seconds. */
export function Copy({ text, label = t.common.copy, look = "quiet" }: { text: string; label?: string; look?: Look | "icon" }) {
  const [state, set] = useState<"idle" | "done" | "failed">("idle");
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const press = (): void => {
    const done = (to: "done" | "failed"): void => {
      set(to);
      clearTimeout(timer.current);
      timer.current = setTimeout(() => set("idle"), 2000);
    };
    navigator.clipboard.writeText(text).then(() => done("done"), () => done("failed"));
  };
  const words = state === "done" ? t.common.copied : state === "failed" ? t.common.copyFailed : label;
  return (
    <>
      {look === "icon" ? (
        <IconButton icon={state === "done" ? "check" : "copy"} label={words} onPress={press} />
      ) : (
        <Button look={look} icon={state === "done" ? "check" : "copy"} onPress={press}>{words}</Button>
      )}
      <span class="sr" role="status">{state === "idle" ? "" : words}</span>
    </>
  );
}

/** The command and the configuration key that do the same as a part of the page. */
export function Same({ command, config }: { command?: string; config?: string }) {
  return (
    <dl class="same">
      {[[t.common.command, command], [t.common.config, config]].map(
        ([name, text]) =>
          text && (
            <div key={name}>
              <dt>{name}</dt>
              <dd>
                <code>{text}</code>
                <Copy look="icon" text={text} label={fill(t.common.copyThis, { what: text })} />
              </dd>
            </div>
          ),
      )}
    </dl>
  );
}
