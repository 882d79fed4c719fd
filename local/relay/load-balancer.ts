/**
 * One address before several replicas, as a network load balancer with TLS pass-through is: it hands each
 * connection whole to the next replica that is ready, from its caller's own address, and reads nothing of it. Without
 * any it hangs up.
 */
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";

export class LoadBalancer {
  readonly #server: Server;
  readonly #open = new Set<Socket>();
  readonly #ports: number[] = [];
  #next = 0;

  private constructor() {
    this.#server = createServer((caller) => this.#forward(caller));
  }

  static async start(host = "127.0.0.1"): Promise<LoadBalancer> {
    const balancer = new LoadBalancer();
    balancer.#server.listen(0, host);
    await once(balancer.#server, "listening");
    return balancer;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === "string") {
      throw new Error("the load balancer does not listen on a port");
    }
    return address.port;
  }

  /** From now on new connections come to this port of the same machine, too. */
  add(port: number): void {
    this.#ports.push(port);
  }

  async close(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    for (const socket of this.#open) socket.destroy();
    await closed;
  }

  #forward(caller: Socket): void {
    const port = this.#ports[this.#next % this.#ports.length];
    this.#next += 1;
    if (port === undefined) {
      caller.destroy();
      return;
    }
    const { remoteAddress: localAddress } = caller;
    const from = localAddress === undefined ? {} : { localAddress };
    const replica = connect({ host: "127.0.0.1", port, noDelay: true, ...from });
    caller.setNoDelay(true);
    this.#join(caller, replica);
    this.#join(replica, caller);
  }

  #join(from: Socket, to: Socket): void {
    this.#open.add(from);
    from.pipe(to);
    // Whoever fails, the other one learns of it by its connection's end.
    from.on("error", () => {});
    from.once("close", () => {
      this.#open.delete(from);
      to.destroySoon();
    });
  }
}
