// SPDX-License-Identifier: Apache-2.0
// Servers that want to hurt whoever looks at them. Each ends with the test.
import { readFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import net from "node:net";
import { gzipSync } from "node:zlib";
import { atEnd } from "../harness/child.ts";
import type { Lab } from "./lab.ts";
import type { Placed } from "./site.ts";

const PIECE = 65536;

type Answer = (request: http.IncomingMessage, response: http.ServerResponse) => void;

function keep(server: net.Server): void {
  const sockets = new Set<net.Socket>();
  server.on("connection", (socket: net.Socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
  });
  atEnd(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
}

function listen(server: net.Server, address: string, port: number): Promise<void> {
  keep(server);
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, address, resolve);
  });
}

/** Answers plain HTTP and HTTPS of a site, with a certificate that is in order. */
export async function answers(lab: Lab, self: Placed, answer: Answer): Promise<void> {
  const issued = await lab.authority.leaf(self.domain, { names: [self.domain, `www.${self.domain}`, `mta-sts.${self.domain}`] });
  const secure = https.createServer({ cert: readFileSync(issued.chain), key: readFileSync(issued.key) }, answer);
  secure.on("tlsClientError", () => {});
  await listen(secure, self.address, lab.ports.https);
  await listen(http.createServer(answer), self.address, lab.ports.http);
}

/** Speaks bytes at whoever connects, on both ports. */
export async function speaks(lab: Lab, self: Placed, speak: (socket: net.Socket) => void): Promise<void> {
  for (const port of [lab.ports.https, lab.ports.http]) await listen(net.createServer(speak), self.address, port);
}

/** Writes `piece` again and again for as long as it is read, `total` bytes at most. */
export function pour(out: NodeJS.WritableStream & { destroyed?: boolean }, piece: string | Buffer, total = Infinity): void {
  let written = 0;
  const more = (): void => {
    while (!out.destroyed && written < total) {
      written += piece.length;
      if (!out.write(piece)) {
        out.once("drain", more);
        return;
      }
    }
    if (!out.destroyed) out.end();
  };
  more();
}

/** Answers as these do. */
export const ANSWERS: Record<string, Answer> = {
  "a page of 100 MB": (_, response) => {
    response.writeHead(200, { "Content-Type": "text/html" });
    pour(response, `<p>${"words and more words ".repeat(3000)}</p>`, 100 << 20);
  },
  "a page of endless depth": (_, response) => {
    response.writeHead(200, { "Content-Type": "text/html" });
    pour(response, "<div><b><i>".repeat(5000), 8 << 20);
  },
  "a page of endless scripts": (_, response) => {
    response.writeHead(200, { "Content-Type": "text/html" });
    pour(response, Array.from({ length: 500 }, (__, i) => `<script src="/s${i}.js?${Math.random()}"></script><img src=x${i}>`).join(""), 8 << 20);
  },
  "a compressed bomb": (_, response) => {
    response.writeHead(200, { "Content-Type": "text/html", "Content-Encoding": "gzip" });
    response.end(BOMB);
  },
  "one byte a second": (_, response) => {
    response.writeHead(200, { "Content-Type": "text/html" });
    const timer = setInterval(() => response.write("x"), 1000);
    response.on("close", () => clearInterval(timer));
  },
  "redirects without end": (request, response) => {
    response.writeHead(301, { Location: `${request.url ?? "/"}x` }).end();
  },
  "a redirect to a file": (_, response) => {
    response.writeHead(301, { Location: "file:///etc/passwd" }).end();
  },
  "a redirect into the house": (_, response) => {
    response.writeHead(301, { Location: "http://169.254.169.254/latest/meta-data/" }).end();
  },
  "a redirect of 60 KB": (_, response) => {
    response.writeHead(301, { Location: `https://${"a".repeat(60000)}.test/` }).end();
  },
  "terminal escapes everywhere": (_, response) => {
    response.writeHead(200, { "Content-Type": "text/html", Server: "\x1b[2J\x9b31m".replace(/[^\x20-\x7e]/g, "\\"), "Set-Cookie": "a=b" });
    response.end("<title>\x1b[2J\x1b]0;owned\x07</title><script src='http://x\u202e.test/\x1b[31m.js'></script><form action='http://\x07'></form>");
  },
};

const BOMB = gzipSync(Buffer.alloc(200 << 20, "<p>bomb</p>"));

/** Speak like these on a raw socket. */
export const SPEAKS: Record<string, (socket: net.Socket) => void> = {
  "headers without end": (socket) => {
    socket.write("HTTP/1.1 200 OK\r\n");
    pour(socket, Array.from({ length: 200 }, (_, i) => `X-Header-${i}: ${"y".repeat(200)}\r\n`).join(""));
  },
  "one header without end": (socket) => {
    socket.write("HTTP/1.1 200 OK\r\nX: ");
    pour(socket, Buffer.alloc(PIECE, "z"));
  },
  "noise": (socket) => pour(socket, Buffer.from(Array.from({ length: PIECE }, (_, i) => (i * 7919) & 255))),
  "silence": () => {},
  "a hang-up": (socket) => socket.destroy(),
  "a TLS record of noise": (socket) => {
    socket.write(Buffer.concat([Buffer.from([22, 3, 3, 0x40, 0]), Buffer.alloc(0x4000, 0xab)]));
    pour(socket, Buffer.concat([Buffer.from([22, 3, 3, 0x40, 0]), Buffer.alloc(0x4000, 2)]));
  },
  "TLS warnings without end": (socket) => pour(socket, Buffer.from([21, 3, 3, 0, 2, 1, 90])),
};
