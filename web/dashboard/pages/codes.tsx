// SPDX-License-Identifier: Apache-2.0
// Recovery codes, this once: copied, saved or printed, and confirmed before the page lets go.
import { useState } from "preact/hooks";
import { fill } from "../lib/text.ts";
import { t } from "../texts/index.ts";
import { Button, Copy } from "../ui/base.tsx";
import { CheckField } from "../ui/field.tsx";
import { Notice } from "../ui/page.tsx";

function save(text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = "doorward-recovery-codes.txt";
  link.click();
  URL.revokeObjectURL(url);
}

export function RecoveryCodes({ codes, email, onDone }: { codes: readonly string[]; email: string; onDone: () => void }) {
  const [stored, setStored] = useState(false);
  const [asked, ask] = useState(false);
  const text = `${fill(t.codes.file, { host: location.host, email })}\n\n${codes.join("\n")}\n`;
  return (
    <div class="form codes">
      <p>{t.codes.intro}</p>
      <ol class="code-list" dir="ltr">
        {codes.map((code) => <li key={code}><code>{code}</code></li>)}
      </ol>
      <div class="acts">
        <Copy text={codes.join("\n")} />
        <Button onPress={() => save(text)}>{t.codes.download}</Button>
        <Button onPress={() => print()}>{t.codes.print}</Button>
      </div>
      <CheckField name="stored" label={t.codes.stored} checked={stored} onChecked={setStored} />
      {asked && !stored && <Notice tone="warn" alert><p>{t.codes.first}</p></Notice>}
      <Button look="primary" onPress={() => (stored ? onDone() : ask(true))}>{t.codes.go}</Button>
    </div>
  );
}
