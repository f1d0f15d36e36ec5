// SPDX-License-Identifier: Apache-2.0
// Records of a zone, to be changed and written as a zone file.

export interface ZoneRecord {
  /** Absolute, without the final dot; "" is the root. */
  name: string;
  ttl: number;
  type: string;
  /** As in a zone file; names in it absolute with final dot. */
  data: string;
}

export class Zone {
  records: ZoneRecord[] = [];
  constructor(readonly origin: string) {}

  /** "" or "@" is the zone itself, "www" is below it, "www.example.test." is absolute. */
  private full(name: string): string {
    if (name.endsWith(".")) return name.slice(0, -1);
    if (name === "" || name === "@") return this.origin;
    return this.origin === "" ? name : `${name}.${this.origin}`;
  }

  add(name: string, type: string, data: string, ttl = 3600): this {
    this.records.push({ name: this.full(name), ttl, type, data });
    return this;
  }

  /** Strings of a TXT record, split at 255 bytes. */
  txt(name: string, text: string, ttl = 3600): this {
    const pieces = text.match(/.{1,255}/gs) ?? [""];
    return this.add(name, "TXT", pieces.map((piece) => `"${piece.replace(/["\\]/g, "\\$&")}"`).join(" "), ttl);
  }

  /** Takes records away; all types when none is named. */
  remove(name: string, type?: string): this {
    const full = this.full(name);
    this.records = this.records.filter((r) => r.name !== full || (type !== undefined && r.type !== type));
    return this;
  }

  set(name: string, type: string, ...data: string[]): this {
    this.remove(name, type);
    for (const one of data) this.add(name, type, one);
    return this;
  }

  setTxt(name: string, ...texts: string[]): this {
    this.remove(name, "TXT");
    for (const text of texts) this.txt(name, text);
    return this;
  }

  /** Does what the lines of a fix say: "; delete: LINE" takes a record away, other comments are for people, and what
   * is left is added. A line that does not fit a record is an error: the fix would not have worked by hand either. */
  apply(lines: string): void {
    for (const line of lines.split("\n").map((one) => one.trim()).filter((one) => one !== "")) {
      const doomed = line.match(/^;\s*delete:\s*(.*)$/);
      if (!doomed && line.startsWith(";")) continue;
      const record = parse(doomed?.[1] ?? line);
      if (!doomed) {
        this.records.push(record);
        continue;
      }
      const rest = this.records.filter((r) => !(r.name.toLowerCase() === record.name && r.type === record.type && plain(r) === plain(record)));
      if (rest.length === this.records.length) throw new Error(`there is no such record: ${line}`);
      this.records = rest;
    }
  }

  copy(): Zone {
    const zone = new Zone(this.origin);
    zone.records = this.records.map((r) => ({ ...r }));
    return zone;
  }

  text(): string {
    const soa = this.records.filter((r) => r.type === "SOA");
    const rest = this.records.filter((r) => r.type !== "SOA");
    return [...soa, ...rest].map((r) => `${r.name}. ${r.ttl} IN ${r.type} ${r.data}\n`).join("");
  }
}

function parse(line: string): ZoneRecord {
  const match = line.match(/^(\S+)\s+(\d+)\s+IN\s+([A-Z0-9]+)\s+(.*)$/);
  if (!match?.[1]?.endsWith(".")) throw new Error(`no line of a zone file: ${line}`);
  return { name: match[1].slice(0, -1).toLowerCase(), ttl: Number(match[2]), type: match[3] ?? "", data: match[4] ?? "" };
}

/** Data that can be compared: strings of TXT joined, spaces as one. */
function plain(record: ZoneRecord): string {
  const data = record.type === "TXT" ? record.data.replace(/"\s+"/g, "") : record.data.toLowerCase();
  return data.replace(/\s+/g, " ").replace(/"/g, "").trim();
}
