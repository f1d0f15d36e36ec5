// SPDX-License-Identifier: Apache-2.0
// One nginx for all sites: each has its own address, so that settings of TLS are its own too.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Child } from "../harness/child.ts";
import { until } from "../harness/wait.ts";
import { connect } from "node:net";

/** What nginx says for one site. Change the fields; each is the inside of a block. */
export class Web {
  /** Plain HTTP, every name of the site. */
  http = "return 301 https://www.DOMAIN$request_uri;";
  /** HTTPS of NAME.test: redirects. */
  apex = "return 301 https://www.DOMAIN$request_uri;";
  /** HTTPS of www.NAME.test beside root and headers. */
  www = "error_page 404 /404.html;\nlocation / { try_files $uri $uri/index.html =404; }";
  /** HTTPS of mta-sts.NAME.test. */
  mtaSts = "location = /.well-known/mta-sts.txt { default_type text/plain; }\nlocation / { return 404; }";
  /** Further names that redirect as NAME.test does. */
  moreNames: string[] = [];
  /** Further server blocks, whole. */
  extra = "";
  /** Headers of every answer of www over HTTPS; apex sends HSTS only. */
  headers: Record<string, string> = {
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "Content-Security-Policy": "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
  };
  /** ssl_* lines of all its HTTPS servers. */
  tls = "ssl_protocols TLSv1.2 TLSv1.3;\nssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384;\nssl_prefer_server_ciphers off;\nssl_session_tickets off;";
  /** Files of www by path: "/index.html". */
  files: Record<string, string> = {
    "/index.html": PAGE,
    "/style.css": "body { font-family: sans-serif; }\n",
    "/app.js": "document.documentElement.dataset.ready = \"yes\";\n",
    "/404.html": "<!doctype html><html lang=\"en\"><title>Not found</title><p>This page is not here.</p></html>\n",
    "/.well-known/security.txt": `Contact: mailto:security@DOMAIN\nExpires: ${new Date(Date.now() + 200 * 86_400_000).toISOString()}\n`,
    "/.well-known/mta-sts.txt": "version: STSv1\r\nmode: enforce\r\nmx: mx.lab.test\r\nmax_age: 604800\r\n",
  };
  /** Over plain HTTP too: http2 off and so on. */
  listen = "ssl http2";

  constructor(readonly domain: string, readonly address: string, readonly chain: string, readonly key: string) {}
}

const PAGE = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Example</title><link rel="stylesheet" href="/style.css"><script src="/app.js" defer></script></head>
<body><main><h1>Example</h1><p>We help. <a href="/about">About us</a></p></main></body>
</html>
`;

export interface WebPorts {
  http: number;
  https: number;
}

/** Starts nginx for the sites; stop it gently: a worker outlives a master that is killed. */
export async function startWeb(folder: string, sites: { web: Web; root: string }[], ports: WebPorts): Promise<Child> {
  mkdirSync(join(folder, "tmp"), { recursive: true });
  const blocks = sites.map(({ web, root }) => {
    for (const [path, text] of Object.entries(web.files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text.replaceAll("DOMAIN", web.domain));
    }
    return serverBlocks(web, root, ports).replaceAll("DOMAIN", web.domain);
  });
  const config = join(folder, "nginx.conf");
  writeFileSync(config, `daemon off;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log warn;
worker_processes 1;
events { worker_connections 4096; }
http {
  access_log off;
  server_tokens off;
  server_names_hash_bucket_size 128;
  port_in_redirect off;
  types { text/html html; text/css css; text/javascript js; application/json json map; text/plain txt; }
  default_type application/octet-stream;
  client_body_temp_path ${folder}/tmp/body; proxy_temp_path ${folder}/tmp/proxy; fastcgi_temp_path ${folder}/tmp/fastcgi;
  uwsgi_temp_path ${folder}/tmp/uwsgi; scgi_temp_path ${folder}/tmp/scgi;
${blocks.join("\n")}
}
`);
  const child = new Child("/usr/sbin/nginx", ["-e", join(folder, "error.log"), "-c", config]);
  const first = sites[0];
  if (first) await until("nginx listens", () => {
    if (!child.alive) throw new Error(child.stderr);
    return listens(first.web.address, ports.https);
  });
  return child;
}

function serverBlocks(web: Web, root: string, ports: WebPorts): string {
  const headers = (only?: string): string => Object.entries(web.headers)
    .filter(([name]) => only === undefined || name === only)
    .map(([name, value]) => `add_header ${name} "${value.replace(/"/g, "\\\"")}" always;`).join("\n    ");
  const tls = `listen ${web.address}:${ports.https} ${web.listen};\n    ssl_certificate ${web.chain};\n    ssl_certificate_key ${web.key};\n    ${web.tls}`;
  return `
  server { listen ${web.address}:${ports.http}; server_name DOMAIN www.DOMAIN mta-sts.DOMAIN ${web.moreNames.join(" ")};
    ${web.http}
  }
  server { ${tls}
    server_name www.DOMAIN; root ${root}; index index.html;
    ${headers()}
    ${web.www}
  }
  server { ${tls}
    server_name DOMAIN ${web.moreNames.join(" ")};
    ${headers("Strict-Transport-Security")}
    ${web.apex}
  }
  server { ${tls}
    server_name mta-sts.DOMAIN; root ${root};
    ${headers("Strict-Transport-Security")}
    ${web.mtaSts}
  }
  ${web.extra}`;
}

/** Whether something accepts connections there. */
export function listens(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port });
    socket.setTimeout(1000, () => { socket.destroy(); resolve(false); });
    socket.once("connect", () => { socket.destroy(); resolve(true); });
    socket.once("error", () => resolve(false));
  });
}
