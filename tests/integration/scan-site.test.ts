// SPDX-License-Identifier: Apache-2.0
// `doorward scan --url`: what a browser gets of a site, with a real build, and what keys in it may do.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { run } from "./harness/child.ts";
import { BINARY, Doorward, ROOT, UNLIMITED, temporaryFolder } from "./harness/doorward.ts";
import { anthropicKey, doorwardKey, githubToken, stripeKey, stripePublishable } from "./harness/secret.ts";
import { type Handler, Site } from "./harness/site.ts";

interface Place { kind: string; path: string; line: number; column: number }
interface Finding { rule: string; severity: string; secret: string; places: Place[]; reasons?: string[]; why: string; state?: string }
interface Report {
  findings: Finding[]; summary: Record<string, number>;
  problems: { path: string; what: string; limit: boolean }[]; notes: { path: string; what: string }[];
}

async function scan(words: string[], status: number, cwd?: string): Promise<Report> {
  const done = await run(BINARY, ["scan", "--format", "json", "--allow-private", ...words], { ...(cwd ? { cwd } : {}), seconds: 120 });
  assert.equal(done.status, status, done.stderr + done.stdout.slice(0, 3000));
  return JSON.parse(done.stdout) as Report;
}

const TYPES: Record<string, string> = {
  html: "text/html", js: "text/javascript", css: "text/css", map: "application/json", json: "application/json", env: "text/plain",
};

/** Serves texts by path; 404 for the rest. */
function files(texts: Record<string, string>): Handler {
  return (request, response) => {
    const path = request.path.split("?")[0] ?? "";
    const text = texts[path === "/" ? "/index.html" : path];
    if (text === undefined) {
      response.writeHead(404, { "Content-Type": "text/html" }).end("<!doctype html><title>Not found</title>");
      return;
    }
    const end = path === "/" ? "html" : path.slice(path.lastIndexOf(".") + 1);
    response.writeHead(200, { "Content-Type": TYPES[end] ?? "application/octet-stream" }).end(text);
  };
}

async function serving<T>(handler: Handler, act: (site: Site) => Promise<T>): Promise<T> {
  const site = await Site.start(handler);
  try {
    return await act(site);
  } finally {
    await site.stop();
  }
}

const page = (head: string): string => `<!doctype html><html lang="en"><head><title>x</title>${head}</head><body><p>Hello</p></body></html>`;

test("a real build with chunks and a source map gives up a planted key and keeps a publishable one", async () => {
  const folder = temporaryFolder(), key = anthropicKey(), publishable = stripePublishable();
  const put = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  put("index.html", page("") + `<script type="module" src="/src/main.ts"></script>`);
  put("src/main.ts", `export const stripe: string = "${publishable}";
document.title = stripe;
document.querySelector("p")?.addEventListener("click", async () => (await import("./chat")).open());
`);
  put("src/chat.ts", `import "./chat.css";
import { settings } from "./deep/settings";
export const open = (): void => { document.body.append(settings.key.length + " letters"); console.log(settings); };
`);
  put("src/chat.css", "p { color: red; }\n");
  put("src/deep/settings.ts", `// what the chat needs
export const settings = {
  key: "${key}",
};
`);
  const built = await run("node", [join(ROOT, "web/node_modules/vite/bin/vite.js"), "build", "--sourcemap", "--logLevel", "error"], { cwd: folder, seconds: 120 });
  assert.equal(built.status, 0, built.stdout + built.stderr);
  const handler: Handler = (request, response) => {
    const path = request.path === "/" ? "/index.html" : request.path;
    try {
      const body = readFileSync(join(folder, "dist", path));
      response.writeHead(200, { "Content-Type": TYPES[path.slice(path.lastIndexOf(".") + 1)] ?? "text/plain" }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  };
  await serving(handler, async (site) => {
    const report = await scan(["--url", site.url], 1);
    assert.equal(report.findings.length, 1, JSON.stringify(report.findings));
    const [finding] = report.findings as [Finding];
    assert.match(finding.rule, /^anthropic/);
    assert.ok(finding.places.every((place) => place.kind === "url"));
    const source = finding.places.find((place) => place.path.includes(".map!"));
    assert.match(source?.path ?? "", /^http:\/\/127\.0\.0\.1:\d+\/assets\/chat-[\w-]+\.js\.map!src\/deep\/settings\.ts$/);
    assert.equal(source?.line, 3, "the line of the source, not of the map");
    assert.ok(finding.places.some((place) => /\/assets\/chat-[\w-]+\.js$/.test(place.path)), JSON.stringify(finding.places));
    assert.equal(report.summary["publishable"], 1);
    assert.ok(!JSON.stringify(report).includes(key));
    assert.deepEqual(report.problems, []);
  });
});

test("chunks of webpack's tables, workers and states in pages are read", async () => {
  const inChunk = githubToken(), inState = stripeKey(), inWorker = anthropicKey();
  await serving(files({
    "/index.html": page(`<script src="/static/js/main.js"></script>`) +
      `<script id="__NEXT_DATA__" type="application/json">{"props":{"key":"${inState}"}}</script>`,
    "/static/js/main.js": `(()=>{n.u=e=>"static/js/"+({17:"admin"}[e]||e)+"."+{17:"0a1b2c",29:"4e5f60"}[e]+".chunk.js";new Worker("/w.js")})();`,
    "/static/js/admin.0a1b2c.chunk.js": "1;\n",
    "/static/js/29.4e5f60.chunk.js": `var t="${inChunk}";`,
    "/w.js": `self.k="${inWorker}";`,
  }), async (site) => {
    const report = await scan(["--url", site.url], 1);
    assert.deepEqual(report.findings.flatMap((finding) => finding.places.map((place) => place.path.slice(site.url.length))).sort(),
      ["/", "/static/js/29.4e5f60.chunk.js", "/w.js"]);
  });
});

test("an exposed .env counts, a page that answers for every path does not", async () => {
  const key = stripeKey();
  await serving(files({ "/index.html": page(""), "/.env": `STRIPE_SECRET_KEY=${key}\n` }), async (site) => {
    const report = await scan(["--url", site.url], 1);
    assert.deepEqual(report.findings.map((finding) => finding.places.map((place) => place.path)), [[`${site.url}/.env`]]);
  });
  await serving((_request, response) => {
    response.writeHead(200, { "Content-Type": "text/html" }).end(page(`<script>var k="${key}"</script><a href="/more">more</a>`));
  }, async (site) => {
    const report = await scan(["--url", site.url], 1);
    assert.equal(report.findings.length, 1);
    assert.equal(report.findings[0]?.places.length, 1, "the same page under every path is one place");
  });
});

test("hostile sites end soon, and what was not read is said", async () => {
  const big = Buffer.alloc(1 << 20, "a ");
  let sent = 0;
  const began = Date.now();
  await serving((request, response) => {
    if (request.path === "/") {
      response.writeHead(200, { "Content-Type": "text/html" })
        .end(page(`<script src="/big.js"></script><script src="/away.js"></script><script src="/loop.js"></script>
          <script src="https://cdn.example.net/x.js"></script><a href="/1">1</a>`));
    } else if (request.path === "/big.js") {
      response.writeHead(200, { "Content-Type": "text/javascript" });
      const more = (): void => {
        while (sent++ < 400) if (!response.write(big)) return void response.once("drain", more);
        response.end();
      };
      more();
    } else if (request.path === "/away.js") {
      response.writeHead(302, { Location: "https://elsewhere.example/x.js" }).end();
    } else if (request.path.startsWith("/loop.js")) {
      response.writeHead(302, { Location: `${request.path}${request.path.includes("?") ? "" : "?"}x` }).end();
    } else if (/^\/\d+$/.test(request.path)) {
      const next = Number(request.path.slice(1)) + 1;
      response.writeHead(200, { "Content-Type": "text/html" }).end(page(`<a href="/${next}">on</a>${next}`));
    } else {
      response.writeHead(404).end();
    }
  }, async (site) => {
    const report = await scan(["--url", site.url], 3);
    const said = (path: string): string => report.problems.find((problem) => problem.path.includes(path))?.what ?? "nothing";
    assert.match(said("/big.js"), /larger than 16 MiB/);
    assert.match(said("/away.js"), /another site/);
    assert.match(said("/loop.js"), /too often/);
    assert.deepEqual(report.notes.map((note) => note.path), ["cdn.example.net"]);
    assert.ok(site.seen.filter((request) => /^\/\d+$/.test(request.path)).length <= 20);
    assert.ok(Date.now() - began < 60_000);
  });
});

test("private addresses are not reached unasked", async () => {
  await serving(files({ "/index.html": page("") }), async (site) => {
    const done = await run(BINARY, ["scan", "--url", site.url, "--format", "json"], { seconds: 60 });
    assert.equal(done.status, 3, done.stderr);
    assert.match(done.stdout, /private/);
    assert.equal(site.seen.length, 0);
  });
});

/** A site with a key in its script and a launch.yaml whose origin is `origin`. */
async function verified(origin: string, script: string, status: number): Promise<Report> {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "launch.yaml"), `version: 1\norigin: ${origin}\n`);
  return serving(files({ "/index.html": page(`<script src="/app.js"></script>`), "/app.js": script }), (site) =>
    scan(["--url", site.url, "--config", join(folder, "launch.yaml"), "--verify"], status, folder));
}

test("--verify asks a real server what a key in a page may do", async () => {
  const doorward = await Doorward.start({ documents: { "a.md": "# A\n\nAn answer." }, settings: UNLIMITED });
  const origin = `http://localhost:${doorward.port}`;
  const key = async (name: string, permissions: string[], more: string[]): Promise<string> =>
    (await doorward.json(["key", "create", "--name", name, "--project", doorward.project,
      ...permissions.flatMap((one) => ["--permission", one]), ...more])).token;
  const script = (token: string): string => `doorward.start({ projectId: "${doorward.project}", key: "${token}" });\n`;
  const sources = async (): Promise<string> =>
    (await doorward.ask(`/api/v1/projects/${doorward.project}/sources`, { key: doorward.ownerKey })).text;
  const before = await sources();

  const reading = await key("page", ["project_read", "project_search", "chat_create"], ["--public"]);
  const fine = await verified(origin, script(reading), 0);
  assert.equal(fine.findings.length, 0, JSON.stringify(fine.findings));
  assert.equal(fine.summary["publishable"], 1);

  const writing = await key("writer", ["project_read", "sources_create", "sources_delete"], []);
  const bad = await verified(origin, script(writing), 1);
  assert.equal(bad.findings.length, 1);
  assert.equal(bad.findings[0]?.severity, "high");
  assert.match(JSON.stringify(bad.findings[0]), /may add sources/);
  assert.match(JSON.stringify(bad.findings[0]), /may delete sources/);

  const weak = await key("reader", ["project_read"], []);
  const still = await verified(origin, script(weak), 1);
  assert.equal(still.findings[0]?.severity, "high", "a secret key in a page is high whatever it may do");
  assert.match(JSON.stringify(still.findings[0]), /may not delete sources/);

  await doorward.json(["key", "revoke", "writer"]);
  const dead = await verified(origin, script(writing), 1);
  assert.match(JSON.stringify(dead.findings[0]), /not valid there/);
  assert.equal(await sources(), before, "asking changed nothing");
  await doorward.stop();
});

test("--verify sends no other secret, asks nobody else, and a public key that can write is a finding", async () => {
  const key = doorwardKey("pk"), other = stripeKey();
  const api = await Site.start((request, response) => {
    response.writeHead(request.method === "GET" ? 200 : request.method === "POST" ? 400 : 404, { "Content-Type": "application/json" }).end("{}");
  });
  try {
    const report = await verified(`http://localhost:${api.port}`, `var a={project:"shop",key:"${key}",pay:"${other}"};`, 1);
    const rules = report.findings.map((finding) => finding.rule).sort();
    assert.deepEqual(rules, ["browser-key-acts", "stripe-secret-key"]);
    assert.ok(api.seen.length >= 5 && api.seen.every((request) => request.headers.authorization === `Api-Key ${key}`));
    assert.ok(!JSON.stringify(api.seen).includes(other));
    assert.ok(api.seen.every((request) => request.method === "GET" || request.body === "{}" || /sources\/[0-9a-f-]{36}$/.test(request.path)));
    assert.ok(api.seen.every((request) => request.path.startsWith("/api/v1/projects/shop")));
  } finally {
    await api.stop();
  }
});
