// SPDX-License-Identifier: Apache-2.0
// Faults of redirects, pages, their headers, what lies around on the server, the edge, and the widget's server.
import { answers } from "../hostile.ts";
import type { Site } from "../site.ts";
import type { Web } from "../web.ts";

const canonical: Site["launch"] = (self) => `origin: https://www.${self.domain}\n`;

/** The clean page with more in its body. */
function page(body: string): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Example</title><link rel="stylesheet" href="/style.css"><script src="/app.js" defer></script></head>
<body><main><h1>Example</h1>${body}</main></body>
</html>
`;
}

function body(html: string): (web: Web) => void {
  return (web) => { web.files["/index.html"] = page(html); };
}

function header(name: string, value: string | null): (web: Web) => void {
  return (web) => {
    if (value === null) delete web.headers[name];
    else web.headers[name] = value;
  };
}

type Repair = NonNullable<Site["repair"]>;

/** What the fix says for nginx, in the server block of www. */
function paste(id: string, without: string | RegExp = ""): Repair {
  return (web, fix) => { web.www = `${fix(id).config?.["nginx"] ?? ""}\n${web.www.replace(without, "")}`; };
}

/** The header's line in place of the one that is there. */
function replace(id: string, name: string): Repair {
  return (web, fix, self) => {
    delete web.headers[name];
    paste(id)(web, fix, self);
  };
}

/** The server blocks of the fix, in the places and with the certificates that the laboratory has. */
function blocks(id: string): Repair {
  return (web, fix) => {
    const [http, apex] = [...(fix(id).config?.["nginx"] ?? "").matchAll(/^server \{\n([^}]*)\n\}/gm)]
      .map((match) => (match[1] ?? "").split("\n").filter((line) => !/^ *(listen|server_name|#) ?/.test(line)).join("\n"));
    if (http === undefined || apex === undefined) throw new Error(`${id}: no two server blocks`);
    web.http = http;
    web.apex = apex;
  };
}

/** "Write https:// for http://" and "wss:// for ws://". */
const encrypt: Repair = (web) => {
  for (const [path, text] of Object.entries(web.files)) web.files[path] = text.replace(/\bhttp:/g, "https:").replace(/\bws:/g, "wss:");
};

/** Before the locations that are there. */
function also(web: Web, block: string): void {
  web.www = `${block}\n${web.www}`;
}

const POLICY = "object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'";

/** A page with a widget, and what its server says: Doorward's interface in nginx's words. */
function widget(web: Web, change: { allow?: string; own?: string; health?: string; ready?: string; metrics?: string } = {}): void {
  body("<script async src=\"/widget.js\" data-project=\"shop\"></script>")(web);
  web.files["/widget.js"] = "document.title;\n";
  also(web, `
location = /api/v1/projects/shop {
  default_type application/json;
  set $allowed 0;
  ${change.own ?? "if ($http_origin = \"https://www.DOMAIN\") { set $allowed 1; }"}
  ${change.allow ?? ""}
  if ($allowed = 0) { return 403 '{"error":{"code":"origin_refused"}}'; }
  return 200 '{"name":"Shop"}';
}
location = /healthz { default_type application/json; ${change.health ?? "return 200 '{\"status\":\"ok\"}';"} }
location = /readyz { default_type application/json; ${change.ready ?? "return 200 '{\"status\":\"ready\"}';"} }
location = /metrics { ${change.metrics ?? "return 403;"} }`);
}

export const WEB_SITES: Site[] = [
  // redirects
  { name: "redirect-https", expect: { "redirect.https": "fail" }, repair: blocks("redirect.https"),
    web: (web) => { web.http = "default_type text/html;\nreturn 200 '<title>Example</title>';"; } },
  { name: "redirect-canonical", expect: { "redirect.canonical": "fail" }, repair: blocks("redirect.canonical"), launch: canonical,
    web: (web) => { web.apex = "default_type text/html;\nreturn 200 '<title>Example</title>';"; } },
  { name: "redirect-hops", expect: { "redirect.hops": "warn" }, repair: blocks("redirect.hops"),
    web: (web) => {
      web.http = "if ($host = DOMAIN) { return 301 http://www.DOMAIN$request_uri; }\nreturn 301 https://$host$request_uri;";
    } },
  { name: "redirect-loop", expect: { "redirect.loop": "fail" }, repair: blocks("redirect.loop"), launch: canonical,
    web: (web) => { web.apex = "return 301 https://DOMAIN$request_uri;"; } },
  { name: "redirect-path", expect: { "redirect.path-lost": "fail" }, repair: blocks("redirect.path-lost"),
    web: (web) => { web.http = "return 301 https://www.DOMAIN/;"; } },
  { name: "redirect-query", expect: { "redirect.path-lost": "fail" }, repair: blocks("redirect.path-lost"),
    web: (web) => { web.apex = "return 301 https://www.DOMAIN$uri;"; } },
  { name: "redirect-temporary", expect: { "redirect.temporary": "warn" }, repair: blocks("redirect.temporary"),
    web: (web) => { web.apex = "return 302 https://www.DOMAIN$request_uri;"; } },
  { name: "redirect-foreign", expect: { "redirect.foreign": "fail" }, repair: blocks("redirect.foreign"), launch: canonical,
    web: (web) => { web.apex = "return 301 https://parking.test$request_uri;"; } },
  { name: "redirect-house", expect: { "redirect.foreign": "fail" }, repair: blocks("redirect.foreign"), launch: canonical,
    web: (web) => { web.apex = "return 301 http://localhost:3000$request_uri;"; } },
  { name: "redirect-downgrade", expect: { "redirect.downgrade": "fail" }, repair: blocks("redirect.downgrade"),
    web: (web) => { web.apex = "return 301 http://www.DOMAIN$request_uri;"; } },
  { name: "redirect-location", expect: { "redirect.location": "fail" }, repair: blocks("redirect.location"), launch: canonical,
    web: (web) => { web.apex = "return 301 file:///etc/passwd;"; } },
  { name: "redirect-hsts", expect: { "redirect.hsts": "warn" }, repair: blocks("redirect.hsts"),
    web: (web) => { web.apex = "location / { add_header X-Own 1; return 301 https://www.DOMAIN$request_uri; }"; } },
  // what the page loads
  { name: "page-status", expect: { "page.status": "fail" }, noRepair: "the site itself has to be mended", web: (web) => { web.www = "return 503;"; } },
  { name: "page-mixed-active", expect: { "page.mixed.active": "fail" }, repair: paste("page.mixed.active"),
    web: body("<script src=\"http://static.lab.test/a.js\"></script>") },
  { name: "page-mixed-passive", expect: { "page.mixed.passive": "warn" }, repair: paste("page.mixed.passive"),
    web: body("<img src=\"http://static.lab.test/a.png\" alt=\"\">") },
  { name: "page-form", expect: { "page.form": "fail" }, repair: encrypt,
    web: body("<form action=\"http://www.DOMAIN/contact\"><input name=\"email\"></form>") },
  { name: "page-socket", expect: { "page.socket": "fail" }, repair: encrypt,
    web: (web) => { web.files["/app.js"] = "new WebSocket(\"ws://www.DOMAIN/live\");\n"; } },
  { name: "page-asset-http", expect: { "page.asset-http": "fail" }, repair: encrypt,
    web: (web) => { web.files["/style.css"] = "@font-face { font-family: x; src: url(http://static.lab.test/x.woff2); }\n"; } },
  { name: "page-asset-script", expect: { "page.asset-http": "warn" }, repair: encrypt,
    web: (web) => { web.files["/app.js"] = "fetch(\"http://static.lab.test/prices.json\");\n"; } },
  { name: "page-sri", expect: { "page.sri": "warn" }, noRepair: "the hash is of the file that was audited",
    web: body("<script src=\"https://cdn.jsdelivr.net/npm/vue@3.5.0/dist/vue.global.js\" defer></script>") },
  { name: "page-widget", expect: { "page.widget": "warn" }, repair: (web) => { web.files["/index.html"] = (web.files["/index.html"] ?? "").replace("<script src=\"/packs", "<script async src=\"/packs"); },
    web: (web) => {
      body("<script src=\"/packs/js/sdk.js\"></script>")(web);
      web.files["/packs/js/sdk.js"] = "1;\n";
    } },
  // headers
  { name: "page-csp", expect: { "page.csp": "warn" }, repair: replace("page.csp", "Content-Security-Policy"),
    web: (web) => { header("Content-Security-Policy", null)(web); header("X-Frame-Options", "DENY")(web); } },
  { name: "page-csp-inline", expect: { "page.csp": "warn" }, repair: replace("page.csp", "Content-Security-Policy"),
    web: header("Content-Security-Policy", `default-src 'self' 'unsafe-inline'; ${POLICY}`) },
  { name: "page-csp-bypass", expect: { "page.csp": "warn" }, repair: replace("page.csp", "Content-Security-Policy"),
    web: header("Content-Security-Policy", `default-src 'self'; script-src 'self' https://unpkg.com; ${POLICY}`) },
  { name: "page-nosniff", expect: { "page.nosniff": "warn" }, repair: paste("page.nosniff"), web: header("X-Content-Type-Options", null) },
  { name: "page-frame-ancestors", expect: { "page.frame-ancestors": "warn" }, repair: paste("page.frame-ancestors"),
    web: header("Content-Security-Policy", "default-src 'self'; object-src 'none'; base-uri 'none'") },
  { name: "page-referrer-policy", expect: { "page.referrer-policy": "warn" }, repair: replace("page.referrer-policy", "Referrer-Policy"), web: header("Referrer-Policy", "unsafe-url") },
  { name: "page-permissions-policy", expect: { "page.permissions-policy": "warn" }, repair: replace("page.permissions-policy", "Permissions-Policy"),
    web: header("Permissions-Policy", "camera=*, microphone=()") },
  { name: "page-cors", expect: { "page.cors": "fail" }, noRepair: "the application sends the headers",
    web: (web) => {
      header("Access-Control-Allow-Origin", "$http_origin")(web);
      header("Access-Control-Allow-Credentials", "true")(web);
    } },
  { name: "page-cookies", expect: { "page.cookies": "warn" }, noRepair: "the application sets the cookie", web: header("Set-Cookie", "PHPSESSID=1; path=/") },
  { name: "page-banner", expect: { "page.banner": "warn" }, repair: paste("page.banner", "server_tokens on;"), web: (web) => { also(web, "server_tokens on;"); } },
  // what lies around
  { name: "page-source-map", expect: { "page.source-map": "warn" }, repair: paste("page.source-map"),
    web: (web) => {
      web.files["/app.js"] = "1;\n//# sourceMappingURL=app.js.map\n";
      web.files["/app.js.map"] = "{\"version\":3,\"sources\":[\"a.ts\"],\"sourcesContent\":[\"1\"],\"mappings\":\"AAAA\"}\n";
    } },
  { name: "page-listing", expect: { "page.listing": "fail" }, repair: paste("page.listing", "autoindex on;"),
    web: (web) => {
      body("<img src=\"/files/a.png\" alt=\"\">")(web);
      web.files["/files/a.png"] = "no picture\n";
      also(web, "location /files/ { autoindex on; }");
    } },
  { name: "page-git", expect: { "page.git": "fail" }, repair: paste("page.git"), web: (web) => { web.files["/.git/HEAD"] = "ref: refs/heads/main\n"; } },
  { name: "page-env", expect: { "page.env": "fail" }, repair: paste("page.env"), web: (web) => { web.files["/.env"] = "DB_PASSWORD=hunter2\nAPP_KEY=x\n"; } },
  { name: "page-backup", expect: { "page.backup": "fail" }, repair: paste("page.backup"),
    web: (web) => { web.files["/backup.sql"] = "-- MySQL dump 10.13\nCREATE TABLE users (id int);\n"; } },
  { name: "page-stack-trace", expect: { "page.stack-trace": "fail" }, noRepair: "the application has to leave its debug mode",
    web: (web) => {
      also(web, "location /doorward-check-nothing-is-here/ { default_type text/plain; return 500 'Traceback (most recent call last):\n  File \"app.py\"'; }");
    } },
  { name: "page-security-txt", expect: { "page.security-txt": "warn" }, repair: (web, fix) => { web.files["/.well-known/security.txt"] = fix("page.security-txt").config?.["other"] ?? ""; },
    web: (web) => { web.files["/.well-known/security.txt"] = "Contact: mailto:security@DOMAIN\nExpires: 2024-01-01T00:00:00Z\n"; } },
  // speed
  { name: "page-latency", expect: { "page.latency.p95": "warn" }, noRepair: "the application has to become faster",
    launch: (self) => `origin: https://www.${self.domain}\nlatency:\n  urls: ["https://slow.${self.domain}/"]\n  samples: 5\n`,
    zone: (zone, self) => { zone.add("slow", "A", self.second); },
    start: (lab, self) => answers(lab, { ...self, address: self.second }, (_, response) => {
      setTimeout(() => response.end("late"), 600);
    }) },
  { name: "page-lighthouse", expect: { "page.lighthouse": "warn" }, noRepair: "the page has to become faster",
    launch: (self) => `origin: https://www.${self.domain}\nlighthouse: "printf '{\\"categories\\":{\\"performance\\":{\\"score\\":0.5}}}%.0s' {url}"\n` },
  // the widget's server
  { name: "widget", expect: {}, web: (web) => { widget(web); } },
  { name: "access-foreign", expect: { "access.origin.foreign": "fail" }, noRepair: "a command of Doorward's",
    web: (web) => { widget(web, { allow: "if ($http_origin = \"https://foreign.test\") { set $allowed 1; }" }); } },
  { name: "access-null", expect: { "access.origin.null": "fail" }, noRepair: "a command of Doorward's",
    web: (web) => { widget(web, { allow: "if ($http_origin = \"null\") { set $allowed 1; }" }); } },
  { name: "access-look-alike", expect: { "access.origin.look-alike": "fail" }, noRepair: "a command of Doorward's",
    web: (web) => { widget(web, { allow: "if ($http_origin ~ \"^https://www.DOMAIN\") { set $allowed 1; }" }); } },
  { name: "access-own", expect: { "access.origin.own": "fail" }, noRepair: "a command of Doorward's", web: (web) => { widget(web, { own: "" }); } },
  { name: "monitor-health", expect: { "monitor.health": "fail" }, noRepair: "the server behind has to be there", web: (web) => { widget(web, { health: "return 503;" }); } },
  { name: "monitor-ready", expect: { "monitor.ready": "fail" }, noRepair: "the server behind has to be there", web: (web) => { widget(web, { ready: "return 503;" }); } },
  { name: "monitor-metrics-public", expect: { "monitor.metrics-public": "fail" }, repair: paste("monitor.metrics-public", /location = \/metrics \{[^}]*\}/),
    web: (web) => { widget(web, { metrics: "default_type text/plain;\nreturn 200 '# HELP up Up\n# TYPE up gauge\nup 1\n';" }); } },
  // the edge
  { name: "edge-cdn", expect: { "edge.cdn": "fail" }, noRepair: "a setting of the CDN",
    launch: (self) => `origin: https://www.${self.domain}\ncdn: cloudflare\n` },
  { name: "edge-origin", expect: { "edge.origin": "fail" }, noRepair: "a setting of the CDN",
    web: header("CF-Ray", "8f0000000000-FRA"),
    zone: (zone, self) => { zone.add("direct", "A", self.second); },
    start: (lab, self) => answers(lab, { ...self, address: self.second }, (request, response) => {
      if (!("encrypted" in request.socket)) return void response.writeHead(301, { Location: `https://www.${self.domain}${request.url}` }).end();
      response.writeHead(200, { "Content-Type": "text/html" }).end(page("<p>We help. <a href=\"/about\">About us</a></p>"));
    }) },
  { name: "edge-client-address", expect: { "edge.client-address": "fail" }, noRepair: "the application believes the header", web: header("X-Client-IP", "$http_x_forwarded_for") },
];
