// SPDX-License-Identifier: Apache-2.0
// Something in front of a TLS server that says what no library says any more: the first answer to a hello.
import { randomBytes } from "node:crypto";
import { connect, createServer, type Socket } from "node:net";
import { atEnd } from "../harness/child.ts";

export interface Hello {
  version: number;
  ciphers: number[];
  deflate: boolean;
  /** Offers TLS 1.3, whatever the version says. */
  modern: boolean;
}

export interface Greeting {
  suite: number;
  deflate?: boolean;
  /** Without the extension of RFC 5746. */
  insecure?: boolean;
  /** An empty certificate and a finite-field key exchange follow. */
  primeBits?: number;
}

const HEAD_BYTES = 5;

export function certainly(holds: boolean, words: string): void {
  if (!holds) throw new Error(words);
}

/** Reads a ClientHello; undefined when it is none. */
function read(record: Buffer): Hello | undefined {
  if (record[0] !== 0x16 || record[5] !== 1) return undefined;
  const version = record.readUInt16BE(9);
  let at = 43 + 1 + record.readUInt8(43);
  const ciphers = Array.from({ length: record.readUInt16BE(at) / 2 }, (_, i) => record.readUInt16BE(at + 2 + 2 * i));
  at += 2 + 2 * ciphers.length;
  const methods = record.subarray(at + 1, at + 1 + record.readUInt8(at));
  return { version, ciphers, deflate: methods.includes(1), modern: record.includes(Buffer.from("002b0003020304", "hex")) };
}

function message(type: number, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from([type, 0, body.length >> 8, body.length & 255]), body]);
}

function number16(n: number): Buffer {
  return Buffer.from([n >> 8, n & 255]);
}

/** The ServerHello to a hello, when `choose` wants to answer it. */
export function greeting(record: Buffer, choose: (hello: Hello) => Greeting | undefined): Buffer | undefined {
  const hello = read(record), chosen = hello && !hello.modern ? choose(hello) : undefined;
  if (!hello || !chosen) return undefined;
  const extension = hello.version > 0x0300 && !chosen.insecure ? Buffer.from("0005ff01000100", "hex") : Buffer.alloc(0);
  let bytes = message(2, Buffer.concat([number16(hello.version), randomBytes(32), Buffer.from([0]), number16(chosen.suite),
    Buffer.from([chosen.deflate ? 1 : 0]), extension]));
  if (chosen.primeBits) {
    const prime = Buffer.alloc(chosen.primeBits / 8, 0xff);
    bytes = Buffer.concat([bytes, message(11, Buffer.from([0, 0, 0])), message(12, Buffer.concat([number16(prime.length), prime,
      Buffer.from([0, 1, 2]), number16(prime.length), prime, number16(0)]))]);
  }
  return Buffer.concat([Buffer.from([0x16]), number16(hello.version), number16(bytes.length), bytes]);
}

/** Waits for the first record. */
function first(socket: Socket): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let seen = Buffer.alloc(0);
    const take = (piece: Buffer): void => {
      seen = Buffer.concat([seen, piece]);
      const length = seen[0] === 0x80 ? 2 + (seen[1] ?? 0) : seen.length < HEAD_BYTES ? HEAD_BYTES : HEAD_BYTES + seen.readUInt16BE(3);
      if (seen.length >= length) {
        socket.off("data", take).pause();
        resolve(seen);
      }
    };
    socket.on("data", take).once("close", () => reject(new Error("closed")));
  });
}

/** Listens and answers a hello by itself where `instead` has an answer; hands the others on. */
export function front(address: string, port: number, behind: number, instead: (hello: Buffer) => Buffer | undefined): Promise<void> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on("error", () => {}).on("close", () => open.delete(socket));
    first(socket).then((record) => {
      const answer = instead(record);
      if (answer) {
        socket.end(answer);
        return;
      }
      const other = connect({ host: address, port: behind }, () => {
        other.write(record);
        socket.pipe(other).pipe(socket);
      });
      other.on("error", () => socket.destroy()).on("close", () => socket.destroy());
      socket.on("close", () => other.destroy());
    }, () => socket.destroy());
  });
  atEnd(() => {
    server.close();
    for (const socket of open) socket.destroy();
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject).listen(port, address, resolve);
  });
}
