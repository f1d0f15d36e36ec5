// SPDX-License-Identifier: Apache-2.0
// Every fault of TLS on a server of its own, and no other finding there; and what is printed for nginx ends the fault.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Lab } from "./lab/lab.ts";
import { matrix } from "./lab/matrix.ts";
import { checksOf, type Check, type Report, type Site } from "./lab/site.ts";
import { TLS_SITES } from "./lab/sites/tls.ts";
import type { Web } from "./lab/web.ts";

matrix(TLS_SITES);

/** Faults of nginx's configuration, by the check that sees them. */
const FAULTS: Record<string, (web: Web) => void> = {
  "tls.protocol.old": (web) => { web.tls = "ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3;\nssl_ciphers ALL:@SECLEVEL=0;"; },
  "tls.protocol.1.2": (web) => { web.tls = "ssl_protocols TLSv1;\nssl_ciphers ALL:@SECLEVEL=0;"; },
  "tls.cipher.null": (web) => { web.tls = "ssl_protocols TLSv1.2;\nssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-NULL-SHA:@SECLEVEL=0;"; },
  "tls.cipher.anon": (web) => { web.tls = "ssl_protocols TLSv1.2;\nssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:AECDH-AES128-SHA:@SECLEVEL=0;"; },
  "tls.h2": (web) => { web.listen = "ssl"; },
  "tls.hsts.missing": (web) => { delete web.headers["Strict-Transport-Security"]; },
  "tls.hsts.max-age": (web) => { web.headers["Strict-Transport-Security"] = "max-age=60"; },
  "tls.hsts.preload": (web) => { web.headers["Strict-Transport-Security"] = "max-age=60; preload"; },
};

const siteName = (id: string): string => `fix-${id.replaceAll(".", "-")}`;

/** Puts the printed lines where they belong: each replaces the directive of its name. */
function paste(web: Web, lines: string): void {
  for (const line of lines.split("\n").map((text) => text.replace(/\s+#.*/, ""))) {
    const words = line.match(/^(\w+) (.*);$/);
    assert.ok(words, `not a directive: ${line}`);
    const [, directive = "", value = ""] = words;
    const header = value.match(/^([\w-]+) "(.*)" always$/);
    if (directive === "add_header" && header) web.headers[header[1] ?? ""] = header[2] ?? "";
    else if (directive === "listen") web.listen = value.replace(/^443 /, "");
    else web.tls = `${web.tls.replace(new RegExp(`^${directive} .*;$`, "gm"), "")}\n${line}`;
  }
}

function find(report: Report, id: string): Check {
  const check = checksOf(report).find((one) => one.id === id);
  assert.ok(check, `${id} is not in the report`);
  return check;
}

test("what_is_printed_for_nginx_ends_the_fault", { timeout: 200_000 }, async () => {
  const ids = Object.keys(FAULTS);
  const broken = await Lab.start(ids.map((id): Site => ({ name: siteName(id), expect: {}, web: FAULTS[id] as (web: Web) => void })));
  const fixes = new Map<string, string>();
  for (const id of ids) {
    const check = find(await broken.report(broken.find(siteName(id)), ["--only", id]), id);
    assert.match(check.state, /^(warn|fail)$/, `${id}: ${check.state}`);
    fixes.set(id, check.fix.config?.["nginx"] ?? "");
  }
  const mended = await Lab.start(ids.map((id): Site => ({
    name: siteName(id), expect: {}, web: (web) => {
      FAULTS[id]?.(web);
      paste(web, fixes.get(id) ?? "");
    },
  })));
  for (const id of ids) {
    const check = find(await mended.report(mended.find(siteName(id)), ["--only", id]), id);
    assert.equal(check.state, "pass", `${id}: ${fixes.get(id)}\n${JSON.stringify(check.evidence)}`);
  }
});
