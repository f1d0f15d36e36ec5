// SPDX-License-Identifier: Apache-2.0
// A TCP proxy that breaks a connection off in the middle of an answer.
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

export interface Proxy {
  url: string;
  /** Connections it has broken off. */
  readonly cuts: number;
  stopCutting(): void;
  close(): Promise<void>;
}

/** Passes bytes to a port of loopback. The first time an answer has `mark` in it, both ends are cut right behind it. */
export async function cuttingProxy(port: number, mark: RegExp): Promise<Proxy> {
  const open = new Set<Socket>();
  let cuts = 0;
  let cutting = true;
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
    let seen = "";
    client.pipe(upstream);
    upstream.on("data", (bytes: Buffer) => {
      const before = seen.length;
      seen += bytes.toString("latin1");
      const found = cutting ? mark.exec(seen) : null;
      if (!found) return void client.write(bytes);
      cutting = false;
      cuts++;
      client.end(bytes.subarray(0, found.index + found[0].length - before), () => client.destroy());
    });
    upstream.on("end", () => client.end());
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get cuts() {
      return cuts;
    },
    stopCutting: () => void (cutting = false),
    close: () => {
      for (const socket of open) socket.destroy();
      return new Promise((done) => server.close(() => done()));
    },
  };
}
