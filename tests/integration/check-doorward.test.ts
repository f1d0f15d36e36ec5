// SPDX-License-Identifier: Apache-2.0
// Doorward's own server, behind the nginx of a site that embeds its widget, has nothing red or yellow in its auditor's eyes.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { Doorward, UNLIMITED } from "./harness/doorward.ts";
import { Lab } from "./lab/lab.ts";
import { faults } from "./lab/matrix.ts";
import { checksOf, type Report, type Site } from "./lab/site.ts";

let lab: Lab;
let report: Report;

before(async () => {
  const doorward = await Doorward.start({
    settings: { ...UNLIMITED, SERVER_ORIGIN: "https://www.chat.test", SERVER_TRUSTED_PROXIES: "127.0.0.1/32" },
    documents: { "prices.md": "# Prices\n\nA first consultation costs 120 euros.\n" },
  });
  const proxy = `proxy_pass http://127.0.0.1:${doorward.port}; proxy_http_version 1.1; proxy_set_header Host $host;
    proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header X-Forwarded-Proto https; proxy_buffering off;`;
  const site: Site = {
    name: "chat",
    expect: {},
    web: (web) => {
      web.www += `\nlocation ~ ^/(api|admin|demo|widget|healthz|readyz|metrics|openapi.json|llms.txt) { ${proxy} }`;
      web.files["/index.html"] = web.files["/index.html"]?.replace("</head>", `<script src="/widget.js" data-project="${doorward.project}" defer></script></head>`) ?? "";
    },
  };
  lab = await Lab.start([site]);
  report = await lab.report(lab.find("chat"), ["--format", "json"]);
}, { timeout: 120_000 });

test("nothing is red or yellow", () => {
  assert.deepEqual(faults(report), {}, JSON.stringify(checksOf(report).filter((check) => check.state !== "pass" && check.state !== "skip"), null, 1));
});

test("the rows that can be seen from outside are tested", () => {
  const tested = report.rows.filter((row) => row.state === "pass").map((row) => row.id);
  for (const id of ["L1", "L2", "L3", "L4", "L9", "L12", "B1"]) assert.ok(tested.includes(id), `${id} is not tested: ${tested.join(" ")}`);
});

test("the widget's server was asked as a stranger and as the site itself", () => {
  const states = Object.fromEntries(checksOf(report).map((check) => [check.id, check.state]));
  for (const id of ["access.origin.foreign", "access.origin.null", "access.origin.look-alike", "access.origin.own", "monitor.health",
    "monitor.ready", "monitor.metrics-public"]) assert.equal(states[id], "pass", id);
});
