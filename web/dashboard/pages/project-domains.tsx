// SPDX-License-Identifier: Apache-2.0
// The allowed domains: one line each, with what it lets in; saved at once, with a way back.
import { useState } from "preact/hooks";
import type { Project } from "../api/types.ts";
import { bareOf, judgeDomain, meaningOf, readDomain } from "../lib/domain.ts";
import { fill } from "../lib/text.ts";
import { t } from "../texts/index.ts";
import { Badge, Button, Same } from "../ui/base.tsx";
import { TextField } from "../ui/field.tsx";
import { blaming, errorsOf, Form, useForm } from "../ui/form.tsx";
import { Empty } from "../ui/page.tsx";
import { say, sayError } from "../ui/toast.tsx";
import type { Put } from "./project.tsx";

const meaning = (domain: string): string => fill(t.domains.meanings[meaningOf(domain)], { domain: bareOf(domain) });

export function Domains({ project, put, able }: { project: Project; put: Put; able: boolean }) {
  const [text, setText] = useState("");
  const { domains } = project;
  const problem = text.trim() ? judgeDomain(text, domains) : null;
  const read = text.trim() && !problem ? readDomain(text) : null;
  const preview = read && typeof read !== "string" ? `${read.value}: ${meaning(read.value)}` : t.domains.addHint;
  const form = useForm(
    () => {
      const wrong = judgeDomain(text, domains);
      return errorsOf({ domain: wrong && t.domains.problems[wrong] });
    },
    async () => {
      const fresh = readDomain(text);
      if (typeof fresh === "string") return;
      await put({ domains: [...domains, fresh.value] });
      setText("");
      say(fill(t.domains.added, { domain: fresh.value }), () => put({ domains }));
    },
    blaming("domain"),
  );
  const remove = (domain: string): void => {
    put({ domains: domains.filter((one) => one !== domain) }).then(() => say(fill(t.domains.removed, { domain }), () => put({ domains })), sayError);
  };
  return (
    <>
      {domains.length ? (
        <ul class="rows">
          {domains.map((domain) => (
            <li key={domain}>
              <div class="grow">
                <code dir="ltr">{domain}</code> {meaningOf(domain) === "local" && <Badge tone="warn">{t.domains.localBadge}</Badge>} {meaningOf(domain) === "insecure" && <Badge tone="warn">{t.domains.insecureBadge}</Badge>}
                <p class="small muted">{meaning(domain)}</p>
              </div>
              {able && <Button look="plain" label={fill(t.domains.removeNamed, { domain })} onPress={() => remove(domain)}>{t.common.remove}</Button>}
            </li>
          ))}
        </ul>
      ) : (
        <Empty title={t.domains.none}>{t.domains.noneText}</Empty>
      )}
      {able && (
        <Form form={form}>
          <TextField name="domain" label={t.domains.add} hint={preview} code inputmode="url" value={text} onValue={setText} error={form.errors["domain"]} />
          <div class="acts"><Button submit busy={form.busy}>{t.domains.addSubmit}</Button></div>
        </Form>
      )}
      <Same command={`doorward project set ${project.slug} --add-domain ORIGIN`} />
    </>
  );
}
