// SPDX-License-Identifier: Apache-2.0
// TCP proxies: one holds an answer back in the middle and can then break the connection off, one is far away.
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

export interface Proxy {
  url: string;
  close(): Promise<void>;
}

export interface HoldingProxy extends Proxy {
  /** Connections it has broken off. */
  readonly cuts: number;
  /** Break off the connection whose answer is held. */
  cut(): void;
}

/** Joins each connection with one to a port of loopback; what passes is up to `join`. */
async function startProxy(port: number, join: (client: Socket, upstream: Socket) => void): Promise<Proxy> {
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(port, "127.0.0.1");
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => {
        open.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    join(client, upstream);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      for (const socket of open) socket.destroy();
      return new Promise((done) => server.close(() => done()));
    },
  };
}

/** The first answer that has `mark` in it is held right behind it, for ever. */
export async function holdingProxy(port: number, mark: RegExp): Promise<HoldingProxy> {
  let held: Socket | undefined;
  let cuts = 0;
  const proxy = await startProxy(port, (client, upstream) => {
    let seen = "";
    client.pipe(upstream);
    upstream.on("data", (bytes: Buffer) => {
      if (held === client) return;
      const before = seen.length;
      seen += bytes.toString("latin1");
      const found = held || cuts ? null : mark.exec(seen);
      if (found) held = client;
      client.write(found ? bytes.subarray(0, found.index + found[0].length - before) : bytes);
    });
    upstream.on("end", () => held !== client && client.end());
  });
  return {
    ...proxy,
    get cuts() {
      return cuts;
    },
    cut: () => {
      if (!held) return;
      cuts++;
      held.destroy();
      held = undefined;
    },
  };
}

/** Every byte arrives some milliseconds later, in both directions. */
export const distantProxy = (port: number, ms: number): Promise<Proxy> =>
  startProxy(port, (client, upstream) => {
    for (const [from, to] of [[client, upstream], [upstream, client]] as const) {
      from.on("data", (bytes: Buffer) => setTimeout(() => to.writable && to.write(bytes), ms));
      from.on("end", () => setTimeout(() => to.end(), ms));
    }
  });
