// SPDX-License-Identifier: Apache-2.0
// Sites with one fault of TLS each.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Child } from "../../harness/child.ts";
import { until } from "../../harness/wait.ts";
import { certainly, front, greeting } from "../hello.ts";
import type { Certificate } from "../certificates.ts";
import type { Lab } from "../lab.ts";
import { freePort } from "../names.ts";
import type { Placed, Site } from "../site.ts";
import { listens, type Web } from "../web.ts";

/** Everything that a handshake shows: for servers that speak TLS and no HTTP. */
const HANDSHAKE = "tls.reach,tls.chain.*,tls.name,tls.expiry,tls.lifetime,tls.key,tls.signature,tls.revoked,tls.stapling,tls.protocol.*," +
  "tls.cipher.*,tls.group,tls.renegotiation,tls.compression,tls.h2,tls.same";

interface Server {
  certificate?: Partial<Certificate>;
  /** What it sends after the leaf, by name of the authority's files; the intermediate when missing. */
  sends?: string[];
  /** Arguments of openssl s_server. */
  args?: string[];
  /** What stands before it answers instead, when it has an answer. */
  instead?: (hello: Buffer) => Buffer | undefined;
  address?: string;
}

/** An `openssl s_server` on the site's address: it lets itself be talked into nearly everything. */
async function serve(lab: Lab, self: Placed, server: Server): Promise<void> {
  const issued = await lab.authority.leaf(`${self.domain}-own`, {
    names: [self.domain, `www.${self.domain}`, `mta-sts.${self.domain}`], ...server.certificate,
  });
  const chain = join(self.folder, "chain.pem");
  writeFileSync(chain, (server.sends ?? ["intermediate"]).map((name) => readFileSync(lab.authority.file(`${name}.pem`), "utf8")).join(""));
  const address = server.address ?? self.address;
  const port = server.instead ? await freePort([address]) : lab.ports.https;
  const child = new Child("openssl", ["s_server", "-quiet", "-accept", `${address}:${port}`, "-cert", issued.leaf, "-key", issued.key,
    "-cert_chain", chain, "-alpn", "h2", ...(server.args ?? ["-no_tls1", "-no_tls1_1"])], { cwd: self.folder });
  await until("s_server listens", () => {
    certainly(child.alive, child.stderr);
    return listens(address, port);
  });
  if (server.instead) await front(address, lab.ports.https, port, server.instead);
}

/** A site whose HTTPS server is s_server. */
function own(name: string, expect: Site["expect"], server: Server): Site {
  return { name, expect, web: null, only: HANDSHAKE, start: (lab, self) => serve(lab, self, server) };
}

/** A site whose nginx has another certificate. Its policy for mail would be lost with it, so it has none. */
function certified(name: string, expect: Site["expect"], certificate: Partial<Certificate>): Site {
  return { name, expect, certificate, zone: (zone) => { zone.remove("mta-sts").remove("_mta-sts"); } };
}

/** Sound otherwise, but a hello that offers nothing better is answered with this cipher suite. */
function choosing(name: string, expect: Site["expect"], suite: number): Site {
  return own(name, expect, {
    instead: (hello) => greeting(hello, (x) => (x.version === 0x0303 && x.ciphers.includes(suite) && !x.ciphers.includes(0xc02b) ? { suite } : undefined)),
  });
}

/** The authority's response that the certificate is revoked. */
function stapleRevoked(web: Web, self: Placed): void {
  const folder = dirname(web.chain), leaf = join(folder, `${self.domain}.pem`), file = (name: string): string => join(self.folder, name);
  const serial = execFileSync("openssl", ["x509", "-in", leaf, "-noout", "-serial"], { encoding: "utf8" }).trim().slice("serial=".length);
  writeFileSync(file("index.txt"), `R\t350101000000Z\t260101000000Z,keyCompromise\t${serial}\tunknown\t/CN=${self.domain}\n`);
  execFileSync("openssl", ["ocsp", "-index", file("index.txt"), "-rsigner", join(folder, "intermediate.pem"), "-rkey", join(folder, "intermediate.key"),
    "-CA", join(folder, "intermediate.pem"), "-issuer", join(folder, "intermediate.pem"), "-cert", leaf, "-respout", file("staple.der"), "-ndays", "7",
    "-noverify"], { stdio: "ignore" });
  web.tls += `\nssl_stapling on; ssl_stapling_file ${file("staple.der")};`;
}

function protocols(web: Web, words: string): void {
  web.tls = web.tls.replace(/ssl_protocols [^;]*;/, `ssl_protocols ${words};`);
}

function hsts(web: Web, value: string | undefined): void {
  if (value === undefined) delete web.headers["Strict-Transport-Security"];
  else web.headers["Strict-Transport-Security"] = value;
}

const MODERN = ["-no_tls1", "-no_tls1_1", "-no_tls1_3"];

export const TLS_SITES: Site[] = [
  { name: "tls-reach", expect: { "tls.reach": "fail" }, web: null, only: HANDSHAKE },
  certified("tls-incomplete", { "tls.chain.incomplete": "fail" }, { send: [] }),
  certified("tls-self-signed", { "tls.chain.self-signed": "fail" }, { issuer: "self", send: [] }),
  own("tls-untrusted", { "tls.chain.untrusted": "fail" }, { certificate: { issuer: "unknown" }, sends: ["unknown"] }),
  certified("tls-order", { "tls.chain.order": "warn" }, { send: ["root", "intermediate"] }),
  certified("tls-name", { "tls.name": "fail" }, { names: ["other.test", "www.other.test"] }),
  certified("tls-expired", { "tls.expiry": "fail" }, { from: -90, to: -3 }),
  certified("tls-not-yet", { "tls.expiry": "fail" }, { from: 3, to: 90 }),
  certified("tls-soon", { "tls.expiry": "warn" }, { from: -70, to: 10 }),
  certified("tls-lifetime", { "tls.lifetime": "fail" }, { from: -10, to: 300 }),
  own("tls-key", { "tls.key": "fail" }, { certificate: { key: "rsa1024" }, args: [...MODERN, "-cipher", "ECDHE-RSA-AES128-GCM-SHA256@SECLEVEL=0"] }),
  own("tls-signature", { "tls.signature": "fail" },
    { certificate: { digest: "sha1" }, args: [...MODERN, "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256@SECLEVEL=0"] }),
  { name: "tls-revoked", expect: { "tls.revoked": "fail" }, web: stapleRevoked },
  certified("tls-must-staple", { "tls.stapling": "fail" }, { extensions: ["tlsfeature=status_request"] }),
  { name: "tls-12-only", expect: {}, web: (web) => protocols(web, "TLSv1.2") },
  own("tls-ancient", { "tls.protocol.1.2": "fail" }, { args: ["-tls1", "-cipher", "ECDHE-ECDSA-AES128-SHA@SECLEVEL=0"] }),
  own("tls-old", { "tls.protocol.old": "fail" },
    { args: ["-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-SHA@SECLEVEL=0"] }),
  own("tls-ssl3", { "tls.protocol.ssl": "fail" },
    { instead: (hello) => greeting(hello, (x) => (x.version === 0x0300 && x.ciphers.includes(0x002f) ? { suite: 0x002f } : undefined)) }),
  own("tls-ssl2", { "tls.protocol.ssl": "fail" }, {
    instead: (hello) => (hello[0] === 0x80 ? Buffer.from("800e0400010002000000030000010080", "hex") : undefined),
  }),
  own("tls-null", { "tls.cipher.null": "fail" },
    { args: [...MODERN, "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-NULL-SHA:@SECLEVEL=0"] }),
  own("tls-anon", { "tls.cipher.anon": "fail" },
    { args: [...MODERN, "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256:AECDH-AES128-SHA:@SECLEVEL=0"] }),
  choosing("tls-export", { "tls.cipher.export": "fail" }, 0x0003),
  choosing("tls-rc4", { "tls.cipher.rc4": "fail" }, 0x0005),
  choosing("tls-des", { "tls.cipher.des": "fail" }, 0x0009),
  choosing("tls-3des", { "tls.cipher.3des": "warn" }, 0x000a),
  own("tls-forward", { "tls.cipher.forward-secrecy": "fail" },
    { certificate: { key: "rsa2048" }, args: [...MODERN, "-cipher", "AES128-GCM-SHA256:AES256-GCM-SHA384"] }),
  own("tls-group", { "tls.group": "fail" }, {
    certificate: { key: "rsa2048" },
    instead: (hello) => greeting(hello, (x) => (x.version === 0x0303 && x.ciphers.includes(0x009e) && !x.ciphers.includes(0xc02b)
      ? { suite: 0x009e, primeBits: 1024 } : undefined)),
  }),
  own("tls-renegotiation", { "tls.renegotiation": "warn" }, { args: ["-no_tls1", "-no_tls1_1", "-client_renegotiation"] }),
  own("tls-insecure-renegotiation", { "tls.renegotiation": "fail" }, {
    args: MODERN,
    instead: (hello) => greeting(hello, (x) => (x.version === 0x0303 && x.ciphers.includes(0xc02b) ? { suite: 0xc02b, insecure: true } : undefined)),
  }),
  own("tls-compression", { "tls.compression": "fail" },
    { instead: (hello) => greeting(hello, (x) => (x.version === 0x0303 && x.deflate ? { suite: 0xc02b, deflate: true } : undefined)) }),
  { name: "tls-h2", expect: { "tls.h2": "warn" }, web: (web) => { web.listen = "ssl"; } },
  {
    name: "tls-same", expect: { "tls.same": "warn" }, only: HANDSHAKE,
    zone: (zone, self) => { zone.add("www", "A", self.second); },
    start: (lab, self) => serve(lab, self, { address: self.second }),
  },
  { name: "tls-hsts-missing", expect: { "tls.hsts.missing": "warn" }, web: (web) => hsts(web, undefined) },
  { name: "tls-hsts-age", expect: { "tls.hsts.max-age": "warn" }, web: (web) => hsts(web, "max-age=300") },
  { name: "tls-hsts-preload", expect: { "tls.hsts.preload": "warn" }, web: (web) => hsts(web, "max-age=31536000; preload") },
];
