// SPDX-License-Identifier: Apache-2.0
// The real program with a real mail server, and the sites of a company and of strangers around it. The
// browser finds every name of these sites on loopback.
import { Doorward } from "../integration/harness/doorward.ts";
import { SmtpServer } from "../integration/harness/mail.ts";
import { Site } from "../integration/harness/site.ts";
import { writeFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";

/** The allowed domain, and names that only look like it. */
export const HOME = "example.com";
export const STRANGERS = ["evilexample.com", "example.com.evil.test", "other.test"];
export const RESOLVE = `--host-resolver-rules=${[HOME, ...STRANGERS].map((name) => `MAP ${name} 127.0.0.1`).join(",")}`;

export const QUESTION = "What does a first consultation cost?";
export const OFF_TOPIC = "Which volcano erupted in Iceland in 2010?";
export const CONSENT = "I agree that Example Ltd uses these details to answer me.";

const page = (title: string, body: string, lang = "en"): string =>
  `<!doctype html><html lang="${lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${title}</title></head><body><main>${body}</main></body></html>`;

/** The company's documents, which are pages of its site too. */
const DOCUMENTS: Record<string, string> = {
  "prices.html": page(
    "Prices",
    `<h1 id="prices">Prices</h1>
<h2 id="first-consultation">First consultation</h2>
<p>A first consultation takes forty-five minutes and costs 120 euros. It is credited to you when an assignment follows within three months.</p>
<h2 id="cancellation">Cancellation of a consultation</h2>
<p>A consultation can be cancelled free of charge until noon of the working day before. After that a cancelled consultation costs 60 euros.</p>
<h2 id="hourly-rates">Hourly rates</h2>
<table><tr><th>Service</th><th>Hourly rate</th><th>Shortest time that is charged</th></tr>
<tr><td>Payroll audit</td><td>140 euros</td><td>a quarter of an hour</td></tr>
<tr><td>Training</td><td>180 euros</td><td>half a day</td></tr></table>`,
  ),
  "services.html": page(
    "Services",
    `<h1>Services</h1><h2 id="audits">Audits</h2>
<p>We audit payroll systems of manufacturing companies with up to two thousand employees.</p>
<h2 id="upload">Uploading payroll files</h2>
<p>Payroll files are uploaded to our server with this command, once for each month:</p>
<pre><code>curl --fail --user "$NAME" --upload-file payroll-2026-01.csv https://files.example.com/payroll/incoming/2026-01/</code></pre>`,
  ),
  "datenschutz.html": page(
    "Datenschutz",
    `<h1>Datenschutzhinweise der Beispiel Steuerberatungsgesellschaft</h1>
<h2 id="aufbewahrungsfristen">Aufbewahrungsfristen für Lohnbuchhaltungsunterlagen</h2>
<p>Lohnbuchhaltungsunterlagen werden nach der gesetzlichen Aufbewahrungsfrist von sechs Jahren vernichtet; Grundlohnaufzeichnungen und Lohnsteuerbescheinigungen werden länger aufbewahrt, soweit Rechtsbehelfsverfahren anhängig sind.</p>`,
    "de",
  ),
};

const TERMS = { text: "We keep this conversation for **30 days** to answer you.\n\n- You can ask us to erase it.\n- An AI writes the answers.", url: `http://${HOME}/terms`, version: "2" };

export interface Product {
  doorward: Doorward;
  /** The project of the site; `main` has the same documents for the server's own pages. */
  project: string;
  smtp: SmtpServer;
  site: Site;
  /** http://example.com and the port of the site. */
  home: string;
  /** A page of a host of the site, the widget on it as `attributes` say; `more` are further query parameters. */
  url(attributes?: Record<string, string>, more?: { host?: string; csp?: string; path?: string; tag?: string }): string;
  stop(): Promise<void>;
}

const escape = (text: string): string => text.replace(/&/g, "&amp;").replace(/"/g, "&quot;").replace(/</g, "&lt;");

/** Starts all. Limits are out of the way: every visitor of these tests has the same address. */
export async function startProduct(): Promise<Product> {
  const smtp = await SmtpServer.start();
  const doorward = await Doorward.init({
    settings: {
      MAIL_URL: smtp.url,
      MAIL_FROM: "Example Ltd <chat@example.com>",
      MAIL_TO: "sales@example.com",
      LIMITS_SESSIONS_PER_HOUR: "10000",
      LIMITS_MESSAGES_PER_MINUTE: "10000",
      LIMITS_LEADS_PER_HOUR: "10000",
    },
  });
  const site = await Site.start(({ path }, response) => {
    const { pathname, searchParams } = new URL(path, "http://localhost");
    const document = DOCUMENTS[pathname.slice(1)];
    const headers: Record<string, string> = { "Content-Type": "text/html; charset=utf-8" };
    if (searchParams.has("csp")) headers["Content-Security-Policy"] = searchParams.get("csp") as string;
    response.writeHead(document === undefined && pathname !== "/" && pathname !== "/services" ? 404 : 200, headers);
    response.end(document ?? page("Example Ltd", `<h1>Example Ltd</h1><p>Payroll audits for <a href="/services">manufacturers</a>.</p>${searchParams.get("tag") ?? ""}`));
  });
  const home = `http://${HOME}:${site.port}`;
  const folder = join(doorward.folder, "pages");
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(DOCUMENTS)) writeFileSync(join(folder, name), text);
  const settings = { lead_form: { fields: [{ name: "name", required: true }, { name: "email", required: true }, { name: "company" }, { name: "message", type: "textarea" }], consent: { text: CONSENT, required: true } }, suggested_questions: [QUESTION, "Do you audit small companies?"] };
  const set = async (slug: string, name: string, members: object): Promise<void> => {
    const pairs = Object.entries(members).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
    await doorward.json(["project", "create", slug, "--name", name, "--domain", home]);
    await doorward.json(["project", "set", slug, ...pairs]);
    await doorward.json(["source", "add", "--project", slug, folder, "--base-url", `${home}/`]);
  };
  await doorward.json(["source", "add", "--project", doorward.project, folder, "--base-url", `${home}/`]);
  await set("site", "Example Ltd", settings);
  await set("terms", "Example Ltd", { ...settings, terms: TERMS });
  await set("german", "Beispiel & Söhne Steuerberatungsgesellschaft mbH", { suggested_questions: ["Wie lange werden Lohnbuchhaltungsunterlagen und Lohnsteuerbescheinigungen aufbewahrt?"], theme: { accent: "#ffd500" } });
  await doorward.serve();

  const url: Product["url"] = (attributes = {}, { host = HOME, csp, path = "/", tag } = {}) => {
    const options = Object.entries({ project: "site", ...attributes });
    const script = `<script async src="${doorward.url}/widget.js"${options.map(([k, v]) => ` data-${k}="${escape(v)}"`).join("")}></script>`;
    return `http://${host}:${site.port}${path}?` + new URLSearchParams({ tag: tag ?? script, ...(csp === undefined ? {} : { csp }) });
  };
  const stop = async (): Promise<void> => {
    await doorward.stop();
    await Promise.all([smtp.stop(), site.stop()]);
  };
  return { doorward, project: "site", smtp, site, home, url, stop };
}
