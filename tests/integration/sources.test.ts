// SPDX-License-Identifier: Apache-2.0
// Sources over the command line and the API: sites, robots, changes, removal, private addresses.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Doorward } from "./harness/doorward.ts";
import { Site } from "./harness/site.ts";
import { until } from "./harness/wait.ts";

const page = (title: string, body: string) =>
  `<!doctype html><html><head><title>${title}</title></head><body><main><h1>${title}</h1>${body}</main></body></html>`;

let doorward: Doorward;
let site: Site;
let pages: Record<string, string>;

before(async () => {
  pages = {
    "/": page("Start", '<p>Welcome to the lighthouse museum.</p><a href="/tours">tours</a> <a href="/secret/">secret</a>'
      + '<a href="http://localhost:1/away">away</a>'),
    "/tours": page("Tours", '<p>Guided tours climb two hundred and twelve steps.</p><a href="/deep">deep</a>'),
    "/deep": page("Lamp", "<p>The lamp is a Fresnel lens made in Paris.</p>"),
    "/secret/": page("Secret", "<p>The combination of the vault is a porcupine.</p>"),
    "/alone": page("Alone", "<p>This page about seagulls is only in the sitemap.</p>"),
    "/robots.txt": "User-agent: *\nDisallow: /secret/\n",
  };
  site = await Site.pages(pages);
  pages["/sitemap.xml"] = `<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<url><loc>${site.url}/tours</loc></url><url><loc>${site.url}/alone</loc></url></urlset>`;
  doorward = await Doorward.start({ settings: { KNOW_ALLOW_PRIVATE: "true" } });
});

after(async () => {
  await doorward.stop();
  await site.stop();
});

const search = async (words: string) =>
  JSON.stringify(await doorward.json(["search", "--project", doorward.project, words]));

test("a site is read from its start page, within robots.txt and its host", async () => {
  const told = await doorward.json(["source", "add", "--project", doorward.project, `${site.url}/`]);
  assert.equal(told.failed, 0, JSON.stringify(told));
  assert.match(await search("Fresnel lens"), /\/deep/);
  assert.match(await search("guided tours steps"), /\/tours/);
  assert.ok(!(await search("combination of the vault")).includes("porcupine"));
  assert.ok(!site.seen.some((one) => one.path.startsWith("/secret")));
});

test("a sitemap is read", async () => {
  await doorward.json(["source", "add", "--project", doorward.project, `${site.url}/sitemap.xml`, "--sitemap"]);
  assert.match(await search("seagulls"), /\/alone/);
});

test("a sync asks conditionally, reads what changed and forgets what is gone", async () => {
  pages["/tours"] = page("Tours", "<p>Guided tours now use an elevator.</p>");
  delete pages["/alone"];
  pages["/sitemap.xml"] = (pages["/sitemap.xml"] ?? "").replace(/<url><loc>[^<]*\/alone<\/loc><\/url>/, "");
  site.seen.length = 0;
  const started = await doorward.ask(`/api/v1/projects/${doorward.project}/sync`, {
    key: doorward.ownerKey, method: "POST",
  });
  assert.equal(started.status, 202, started.text);
  await until("the new text is found", async () => (await search("elevator")).includes("/tours"), 20);
  await until("the lost page is gone", async () => !(await search("seagulls")).includes("/alone"), 20);
  assert.ok(site.seen.some((one) => one.headers["if-none-match"]), "conditional requests");
});

test("a document by upload and a text by JSON are found at once and gone when removed", async () => {
  const path = `/api/v1/projects/${doorward.project}/sources`;
  const boundary = "----b";
  const form = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="boats.md"\r\n`
    + `Content-Type: text/markdown\r\n\r\n# Boats\n\nThe pilot boat is called Marigold.\n\r\n--${boundary}--\r\n`;
  const file = await doorward.ask(path, {
    key: doorward.ownerKey, body: form, headers: { "Content-Type": `multipart/form-data; boundary=${boundary}` },
  });
  assert.equal(file.status, 201, file.text);
  await until("the file is found", async () => (await search("pilot boat")).includes("Marigold"), 20);
  const text = await doorward.ask(path, {
    key: doorward.ownerKey, json: { title: "Fog", text: "The fog horn sounds every ninety seconds." },
  });
  assert.equal(text.status, 201, text.text);
  await until("the text is found", async () => (await search("fog horn")).includes("ninety"), 20);
  const id = text.json.uuid as string;
  const removed = await doorward.ask(`${path}/${id}`, { key: doorward.ownerKey, method: "DELETE" });
  assert.equal(removed.status, 204, removed.text);
  assert.ok(!(await search("fog horn")).includes("ninety"));
});

test("a document's name cannot be used to write or read elsewhere", async () => {
  const boundary = "----b";
  const form = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="../../../etc/cron.d/x.md"\r\n`
    + `Content-Type: text/markdown\r\n\r\n# Harmless\n\nWombats.\n\r\n--${boundary}--\r\n`;
  const answer = await doorward.ask(`/api/v1/projects/${doorward.project}/sources`, {
    key: doorward.ownerKey, body: form, headers: { "Content-Type": `multipart/form-data; boundary=${boundary}` },
  });
  assert.ok(!answer.text.includes(".."), answer.text);
});

test("the options of a source are kept or refused, never dropped", async () => {
  const path = `/api/v1/projects/${doorward.project}/sources`;
  const add = (json: object) => doorward.ask(path, { key: doorward.ownerKey, json });
  for (const wrong of [{ options: { depht: 1 } }, { options: { base_url: "https://a.example/" } }, { options: 1 }]) {
    const answer = await add({ url: `${site.url}/tours`, ...wrong });
    assert.equal(answer.status, 400, answer.text);
  }
  const text = await add({ text: "Wombats.", title: "Wombats", options: { depth: 1 } });
  assert.equal(text.status, 400, text.text);
  const added = await add({ url: `${site.url}/tours`, options: { depth: 0, pages: 1 } });
  assert.equal(added.status, 201, added.text);
  const documents = async () =>
    (await doorward.ask(`${path}/${added.json.uuid}`, { key: doorward.ownerKey })).json;
  await until("the page is read", async () => (await documents()).state === "ready", 20);
  assert.equal((await documents()).items.length, 1);
});

test("without permission a private address is not read, by whatever name or redirect", async () => {
  const strict = await Doorward.start({});
  const ports = site.port;
  const jump = await Site.start((_, response) =>
    void response.writeHead(302, { Location: `${site.url}/tours` }).end());
  site.seen.length = 0;
  for (const url of [
    `${site.url}/`, `http://localhost:${ports}/`, `http://[::1]:${ports}/`, `http://0x7f000001:${ports}/`,
    `http://2130706433:${ports}/`, `http://127.1:${ports}/`, `http://[::ffff:127.0.0.1]:${ports}/`, `${jump.url}/`,
    "http://169.254.169.254/latest/meta-data/", "file:///etc/passwd",
  ]) {
    const ended = await strict.cli(["source", "add", "--project", strict.project, url, "--format", "json"]);
    assert.match(ended.stdout + ended.stderr, /private|not allowed|loopback|address|scheme|no such file/i, url);
  }
  assert.equal(site.seen.length, 0);
  assert.equal(jump.seen.length, 0);
  await jump.stop();
  await strict.stop();
});
