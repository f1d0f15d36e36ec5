// SPDX-License-Identifier: Apache-2.0
// An SMTP server (RFC 5321) that misbehaves on demand, at every point of the dialogue.
import net from "node:net";
import type { AddressInfo } from "node:net";

export type Fault =
  | "none" | "silent" | "greets 421" | "greets 554" | "greets with garbage" | "drops before its greeting"
  | "drops after EHLO" | "refuses EHLO" | "451 for the sender" | "450 for the recipient" | "drops at RCPT"
  | "421 at DATA" | "drops in mid-DATA" | "drops instead of taking it" | "452 after DATA" | "an endless reply"
  | "a reply of 10 MB" | "drips its greeting" | "takes it and drops";

/** Faults after which it may be asked again at once. */
export const QUICK: Fault[] = [
  "greets 421", "greets 554", "greets with garbage", "drops before its greeting", "drops after EHLO", "refuses EHLO",
  "451 for the sender", "450 for the recipient", "drops at RCPT", "421 at DATA", "drops in mid-DATA",
  "drops instead of taking it", "452 after DATA", "a reply of 10 MB", "takes it and drops",
];
/** Faults that last until a deadline of ours. */
export const SLOW: Fault[] = ["silent", "an endless reply", "drips its greeting"];

export class SmtpPeer {
  /** Chooses what the next connection meets. */
  next: () => Fault = () => "none";
  /** Messages that were answered with 250. */
  readonly taken: string[] = [];
  connections = 0;
  private readonly sockets = new Set<net.Socket>();
  private constructor(private readonly server: net.Server, readonly port: number) {}

  static async start(port = 0): Promise<SmtpPeer> {
    const server = net.createServer();
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, "127.0.0.1", resolve);
    });
    const peer = new SmtpPeer(server, (server.address() as AddressInfo).port);
    server.on("connection", (socket) => peer.serve(socket, peer.next()));
    return peer;
  }

  get url(): string {
    return `smtp://127.0.0.1:${this.port}`;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private serve(socket: net.Socket, fault: Fault): void {
    this.connections++;
    this.sockets.add(socket);
    socket.on("close", () => this.sockets.delete(socket));
    socket.on("error", () => {});
    if (greet(socket, fault)) new Dialogue(socket, fault, this.taken);
  }
}

/** Sends the greeting; false when the dialogue ends here. */
function greet(socket: net.Socket, fault: Fault): boolean {
  switch (fault) {
    case "silent":
      return false;
    case "greets 421":
      socket.end("421 4.3.2 too busy\r\n");
      return false;
    case "greets 554":
      socket.end("554 5.3.2 no service\r\n");
      return false;
    case "greets with garbage":
      socket.end(Buffer.from([0, 255, 13, 10, 7, 7, 10]));
      return false;
    case "drops before its greeting":
      socket.destroy();
      return false;
    case "drips its greeting": {
      const timer = setInterval(() => socket.write("2"), 500);
      socket.on("close", () => clearInterval(timer));
      return false;
    }
    case "an endless reply": {
      const timer = setInterval(() => socket.write("220-still here\r\n"), 50);
      socket.on("close", () => clearInterval(timer));
      return false;
    }
    case "a reply of 10 MB":
      socket.end(`220-${"x".repeat(10 << 20)}\r\n220 ready\r\n`);
      return false;
    default:
      socket.write("220 peer ESMTP\r\n");
      return true;
  }
}

class Dialogue {
  private rest = "";
  private message: string | undefined;

  constructor(private readonly socket: net.Socket, private readonly fault: Fault, private readonly taken: string[]) {
    socket.setEncoding("latin1");
    socket.on("data", (text: string) => this.feed(text));
  }

  private feed(text: string): void {
    this.rest += text;
    for (;;) {
      if (this.message !== undefined) {
        if (this.fault === "drops in mid-DATA" && this.rest.length > 200) return void this.socket.destroy();
        const end = this.rest.indexOf("\r\n.\r\n");
        if (end < 0) return;
        this.end(this.rest.slice(0, end + 2));
        this.rest = this.rest.slice(end + 5);
      } else {
        const end = this.rest.indexOf("\r\n");
        if (end < 0) return;
        this.command(this.rest.slice(0, end).toUpperCase());
        this.rest = this.rest.slice(end + 2);
      }
      if (this.socket.destroyed) return;
    }
  }

  private end(message: string): void {
    this.message = undefined;
    if (this.fault === "drops instead of taking it") return void this.socket.destroy();
    if (this.fault === "452 after DATA") return void this.socket.write("452 4.3.1 no space\r\n");
    this.taken.push(Buffer.from(message.replace(/^\.\./gm, "."), "latin1").toString("utf8"));
    if (this.fault === "takes it and drops") return void this.socket.destroy();
    this.socket.write("250 2.0.0 taken\r\n");
  }

  private command(line: string): void {
    const { fault, socket } = this;
    if (line.startsWith("EHLO") || line.startsWith("HELO")) {
      if (fault === "drops after EHLO") return void socket.destroy();
      if (fault === "refuses EHLO") return void socket.end("421 4.7.0 not you, not now\r\n");
      socket.write("250-peer\r\n250-8BITMIME\r\n250 SIZE 10485760\r\n");
    } else if (line.startsWith("MAIL")) {
      socket.write(fault === "451 for the sender" ? "451 4.3.0 later\r\n" : "250 ok\r\n");
    } else if (line.startsWith("RCPT")) {
      if (fault === "drops at RCPT") return void socket.destroy();
      socket.write(fault === "450 for the recipient" ? "450 4.2.1 mailbox busy\r\n" : "250 ok\r\n");
    } else if (line === "DATA") {
      if (fault === "421 at DATA") return void socket.end("421 4.3.2 closing\r\n");
      this.message = "";
      socket.write("354 go ahead\r\n");
    } else if (line === "QUIT") {
      socket.end("221 bye\r\n");
    } else {
      socket.write(line === "RSET" || line === "NOOP" ? "250 ok\r\n" : "502 unknown\r\n");
    }
  }
}
