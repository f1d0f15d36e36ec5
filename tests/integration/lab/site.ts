// SPDX-License-Identifier: Apache-2.0
// A site of the laboratory: what differs from the clean one, and what the auditor must say of it.
import type { Certificate } from "./certificates.ts";
import type { Lab } from "./lab.ts";
import type { Web } from "./web.ts";
import type { Zone } from "./zone.ts";

export type State = "warn" | "fail" | "error";

/** Everything that is not set is as on the clean site: https://www.NAME.test is canonical, NAME.test and plain
 * HTTP redirect there in one hop, the zone is signed and stands on two name servers, mail is at mx.lab.test. */
export interface Site {
  /** Its domain is NAME.test. */
  name: string;
  /** The ids that must be reported, each with its state. No other may be warn, fail or error. */
  expect: Record<string, State>;
  /** Changes the records. */
  zone?: (zone: Zone, self: Placed) => void;
  /** Changes the records of the second name server only (ns2.lab.test). */
  secondary?: (zone: Zone, self: Placed) => void;
  /** Changes what the parent zone says: `delegation` is in it already. */
  parent?: (zone: Zone, self: Placed) => void;
  /** false: not signed (that is a note, no finding). */
  signed?: boolean;
  /** Arguments for ldns-signzone: ["-i", "20260101000000", "-e", "20260201000000"]. */
  signing?: string[];
  /** Changes a signed zone file's text: to break a signature. */
  afterSigning?: (text: string) => string;
  /** Its name servers hand the zone to everybody. */
  transfer?: boolean;
  /** Without --allow-private: addresses of loopback count as what they are. */
  outside?: boolean;
  /** The certificate of its web server; for its chain and key see Certificate. */
  certificate?: Partial<Certificate>;
  /** Changes the configuration of nginx, or null: no web server is started for it. */
  web?: ((web: Web, self: Placed) => void) | null;
  /** Starts programs of its own, for instance on self.address and lab.ports.https. */
  start?: (lab: Lab, self: Placed) => Promise<void>;
  /** A launch.yaml. */
  launch?: (self: Placed) => string;
  /** Further arguments of the command. */
  args?: (lab: Lab, self: Placed) => string[];
  /** Checks to run; all when missing. */
  only?: string;
  /** Puts what the fixes say into the configuration of nginx, literally. (Zone lines of a fix are applied to the zone
   * without being asked.) Afterwards every expected finding must be gone. */
  repair?: (web: Web, fix: (id: string) => Check["fix"], self: Placed) => void;
  /** Why the fix is not applied by the test: it is an act that the laboratory cannot do. */
  noRepair?: string;
  /** Whatever else must hold of the report. */
  also?: (report: Report, self: Placed, lab: Lab) => void | Promise<void>;
}

/** A site with its place in a running laboratory. */
export interface Placed {
  site: Site;
  /** NAME.test */
  domain: string;
  /** Its own address on loopback: 127.80.0.n. All ports of nginx are on it. A second one: 127.81.0.n, unused. */
  address: string;
  second: string;
  /** Folder of its own: web root is www/, certificates are here. */
  folder: string;
}

export interface Check {
  id: string;
  state: "pass" | "warn" | "fail" | "skip" | "error";
  severity: string;
  title: string;
  evidence: { subject: string; text: string; state: string }[];
  why: string;
  fix: { text: string; record?: string; config?: Record<string, string>; retest: string };
  refs: string[];
}

/** What `doorward check --format json` prints. */
export interface Report {
  version: number;
  target: string;
  duration_ms: number;
  rows: { id: string; title: string; state: string; checks: Check[] }[];
  summary: Record<string, number>;
}

export function checksOf(report: Pick<Report, "rows">): Check[] {
  return report.rows.flatMap((row) => row.checks);
}
