// SPDX-License-Identifier: Apache-2.0
// The frame of the pages before and around the log-in.
import type { ComponentChildren } from "preact";
import { Icon } from "../ui/icon.tsx";
import { Title } from "../ui/page.tsx";
import { t } from "../texts/index.ts";

export function Outside({ title, intro, children, wide }: { title: string; intro?: ComponentChildren; children: ComponentChildren; wide?: boolean }) {
  return (
    <div class="outside">
      <header class="brand"><Icon name="door" /> {t.common.product}</header>
      <main id="content" class={wide ? "card wide" : "card"}>
        <Title>{title}</Title>
        {intro && <p class="intro">{intro}</p>}
        {children}
      </main>
    </div>
  );
}
