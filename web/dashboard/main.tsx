// SPDX-License-Identifier: Apache-2.0
import { render } from "preact";
import { setHooks } from "./api/client.ts";
import { App } from "./app.tsx";
import { lost } from "./lib/session.ts";
import { askToConfirm } from "./pages/confirm.tsx";
import { direction, locale } from "./texts/index.ts";

document.documentElement.lang = locale;
document.documentElement.dir = direction;
setHooks({ confirm: askToConfirm, lost });
render(<App />, document.getElementById("app") as HTMLElement);
