// SPDX-License-Identifier: Apache-2.0
// A small web site on loopback for crawling, and scripted peers (webhook receivers, model endpoints).
import http from "node:http";
import type { AddressInfo } from "node:net";
import { atEnd } from "./child.ts";

export interface Seen {
  method: string;
  path: string;
  headers: http.IncomingHttpHeaders;
  body: string;
}

export type Handler = (
  request: Seen,
  response: http.ServerResponse,
) => void | Promise<void>;

/** A web server whose answers a test decides; it keeps what it was asked. */
export class Site {
  readonly seen: Seen[] = [];
  private constructor(private readonly server: http.Server, readonly port: number) {}

  static async start(handler: Handler, port = 0): Promise<Site> {
    const server = http.createServer();
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, "127.0.0.1", resolve);
    });
    const site = new Site(server, (server.address() as AddressInfo).port);
    atEnd(() => site.stop());
    server.on("request", async (request: http.IncomingMessage, response: http.ServerResponse) => {
      const pieces: Buffer[] = [];
      for await (const piece of request) pieces.push(piece as Buffer);
      const seen: Seen = {
        method: request.method ?? "",
        path: request.url ?? "",
        headers: request.headers,
        body: Buffer.concat(pieces).toString("utf8"),
      };
      site.seen.push(seen);
      await handler(seen, response);
    });
    return site;
  }

  /** Serves pages by path; a page is HTML unless it begins with "<?xml". Understands If-None-Match. */
  static pages(pages: Record<string, string>): Promise<Site> {
    return Site.start((request, response) => {
      const page = pages[request.path.split("?")[0] ?? ""];
      if (page === undefined) {
        response.writeHead(404, { "Content-Type": "text/html" }).end("<h1>Not found</h1>");
        return;
      }
      const etag = `"${Buffer.from(page).length}-${page.length}"`;
      if (request.headers["if-none-match"] === etag) {
        response.writeHead(304, { ETag: etag }).end();
        return;
      }
      const type = page.startsWith("<?xml") ? "application/xml" : page.startsWith("User-agent") ? "text/plain" : "text/html";
      response.writeHead(200, { "Content-Type": `${type}; charset=utf-8`, ETag: etag }).end(page);
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async stop(): Promise<void> {
    if (!this.server.listening) return;
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
