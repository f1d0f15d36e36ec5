// SPDX-License-Identifier: Apache-2.0
// Every text of the dashboard. A translation is one more object of the type Texts.
import { access } from "./en/access.ts";
import { account } from "./en/account.ts";
import { common } from "./en/common.ts";
import { projects } from "./en/projects.ts";
import { team } from "./en/team.ts";
import { keys } from "./en/keys.ts";

const en = { ...common, ...access, ...account, ...team, ...keys, ...projects };
export type Texts = typeof en;

export const t: Texts = en;
export const locale = "en";
export const direction: "ltr" | "rtl" = "ltr";
