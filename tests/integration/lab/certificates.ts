// SPDX-License-Identifier: Apache-2.0
// The laboratory's own certification authority: root, intermediate, leaves, by openssl.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../harness/child.ts";

export interface Certificate {
  /** DNS names; the first is the common name. */
  names: string[];
  /** Days from now; negative is the past. */
  from: number;
  to: number;
  /** "ec" (P-256), "rsa2048", "rsa1024", … */
  key: string;
  /** "sha256", "sha1" */
  digest: string;
  /** Lines of an openssl extension section besides the usual ones. */
  extensions: string[];
  /** What signs it: the intermediate, the root, itself, an authority nobody trusts, or one below the root that
   * has the organisation of an authority of the world. */
  issuer: "intermediate" | "root" | "self" | "unknown" | "known";
  /** What the server sends after the leaf. */
  send: ("intermediate" | "root" | "known")[];
}

const USUAL: Omit<Certificate, "names"> = {
  from: -10, to: 80, key: "ec", digest: "sha256", extensions: [], issuer: "intermediate", send: ["intermediate"],
};

export interface Issued {
  /** Leaf and what follows it, PEM files. */
  chain: string;
  leaf: string;
  key: string;
}

export class Authority {
  private constructor(readonly folder: string) {}

  /** The root's certificate: what --ca-file takes. */
  get ca(): string {
    return this.file("root.pem");
  }

  file(name: string): string {
    return join(this.folder, name);
  }

  static async make(folder: string): Promise<Authority> {
    mkdirSync(folder, { recursive: true });
    const self = new Authority(folder);
    for (const name of ["root", "unknown"]) {
      await self.key(name, "ec");
      await openssl(["req", "-x509", "-new", "-key", self.file(`${name}.key`), "-sha256", "-days", "3650", "-subj",
        `/O=Doorward Laboratory/CN=${name === "root" ? "Root" : "Nobody knows me"}`, "-addext", "basicConstraints=critical,CA:TRUE",
        "-addext", "keyUsage=critical,keyCertSign,cRLSign", "-out", self.file(`${name}.pem`)]);
    }
    for (const name of ["intermediate", "known"]) {
      await self.key(name, "ec");
      await self.issue(name, {
        ...USUAL, names: ["Laboratory Issuing CA"], issuer: "root", to: 1800, send: [],
        extensions: ["basicConstraints=critical,CA:TRUE,pathlen:0", "keyUsage=critical,keyCertSign,cRLSign"],
      }, undefined, name === "known" ? "/O=Let's Encrypt" : "");
    }
    for (const name of ["ec", "rsa2048"]) await self.key(name, name);
    return self;
  }

  private async key(name: string, kind: string): Promise<string> {
    const path = this.file(`${name}.key`);
    const args = kind.startsWith("rsa") ? ["genrsa", "-out", path, kind.slice(3)]
      : ["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", path];
    await openssl(args);
    return path;
  }

  /** Issues a certificate into files <base>.pem (leaf), <base>-chain.pem; leaves of a kind share one key. */
  async leaf(base: string, wanted: Partial<Certificate> & { names: string[] }): Promise<Issued> {
    const full = { ...USUAL, ...wanted };
    const shared = full.key === "ec" || full.key === "rsa2048";
    const key = shared ? this.file(`${full.key}.key`) : await this.key(base, full.key);
    await this.issue(base, {
      ...full,
      extensions: ["basicConstraints=CA:FALSE", "extendedKeyUsage=serverAuth",
        `subjectAltName=${full.names.map((name) => (/^[\d.:]+$/.test(name) ? "IP:" : "DNS:") + name).join(",")}`, ...full.extensions],
    }, key);
    const chain = [this.file(`${base}.pem`), ...full.send.map((name) => this.file(`${name}.pem`))];
    writeFileSync(this.file(`${base}-chain.pem`), chain.map((path) => readFileSync(path, "utf8")).join(""));
    return { chain: this.file(`${base}-chain.pem`), leaf: this.file(`${base}.pem`), key };
  }

  private async issue(base: string, c: Certificate, key = this.file(`${base}.key`), subject = ""): Promise<void> {
    const request = this.file(`${base}.csr`);
    const name = c.names[0]?.slice(0, 60) ?? "x";
    await openssl(["req", "-new", "-key", key, "-subj", `${subject}/CN=${name}`, "-out", request]);
    const config = this.file(`${base}.ext`);
    writeFileSync(config, `[ca]\ndefault_ca=d\n[d]\ndatabase=${base}.db\nserial=${base}.serial\nnew_certs_dir=.\nunique_subject=no\n` +
      `email_in_dn=no\npolicy=p\ncopy_extensions=none\n[p]\norganizationName=optional\ncommonName=supplied\n[x]\nsubjectKeyIdentifier=hash\n` +
      `authorityKeyIdentifier=keyid\n${c.extensions.join("\n")}\n`);
    writeFileSync(this.file(`${base}.db`), "");
    writeFileSync(this.file(`${base}.serial`), serial());
    const by = c.issuer === "self" ? ["-selfsign", "-keyfile", key] : ["-cert", this.file(`${c.issuer}.pem`), "-keyfile", this.file(`${c.issuer}.key`)];
    await openssl(["ca", "-batch", "-notext", "-config", config, "-extensions", "x", "-md", c.digest, "-startdate", stamp(c.from),
      "-enddate", stamp(c.to), "-in", request, "-out", this.file(`${base}.pem`), ...by], this.folder);
  }
}

function serial(): string {
  let hex = "";
  while (hex.length < 30) hex += Math.floor(Math.random() * 16).toString(16);
  return `01${hex}`;
}

/** YYYYMMDDHHMMSSZ */
function stamp(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString().replace(/[-:T]|\.\d+/g, "");
}

async function openssl(args: string[], cwd?: string): Promise<void> {
  const ended = await run("openssl", args, cwd === undefined ? {} : { cwd });
  if (ended.status !== 0) throw new Error(`openssl ${args.join(" ")}: ${ended.status}\n${ended.stderr}`);
}
