import { connect } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { Kernel, type Sighting } from "../stand-in/kernel.ts";
import { createLocalClient, type LocalClient } from "./client.ts";
import { createLocalCa, type LocalCa } from "./local-ca.ts";
import { type LocalProxy, startProxy } from "./proxy.ts";
import { nameCaller } from "./tap.ts";

interface World {
  readonly ca: LocalCa;
  readonly proxy: LocalProxy;
  readonly client: LocalClient;
  readonly sightings: Sighting[];
}

const open: World[] = [];

async function world(): Promise<World> {
  const sightings: Sighting[] = [];
  const kernel = new Kernel({ seed: 1, calm: true, tap: (sighting) => sightings.push(sighting) });
  const ca = await createLocalCa();
  const proxy = await startProxy({ kernel, ca });
  const made = { ca, proxy, client: createLocalClient(proxy, ca), sightings };
  open.push(made);
  return made;
}

afterEach(async () => {
  for (const { ca, proxy, client } of open.splice(0)) {
    client.close();
    await proxy.close();
    await ca.close();
  }
});

describe("startProxy", () => {
  it("answers a production URL over TLS that the run's own CA vouches for", async () => {
    const { proxy, client } = await world();
    proxy.serve("example.test", (request, response) => response.end(`${request.method} ${request.url}`));
    const answer = await client.send({ url: "https://example.test/a?b=1" });
    expect(answer.body.toString()).toBe("GET /a?b=1");
  });

  it("is not trusted by a client that does not know the run's CA", async () => {
    const { proxy } = await world();
    const other = await createLocalCa();
    proxy.serve("example.test", (_, response) => response.end());
    const client = createLocalClient(proxy, other);
    await expect(client.send({ url: "https://example.test/" })).rejects.toThrow(/certificate|signature/);
    client.close();
    await other.close();
  });

  it("serves every host under a suffix, and prefers an exact name", async () => {
    const { proxy, client } = await world();
    proxy.serve(".vault.test", (request, response) => response.end(`any ${request.headers.host}`));
    proxy.serve("one.vault.test", (_, response) => response.end("exact"));
    expect((await client.send({ url: "https://two.vault.test/" })).body.toString()).toBe(
      "any two.vault.test",
    );
    expect((await client.send({ url: "https://one.vault.test/" })).body.toString()).toBe("exact");
  });

  it("refuses and notes a host that nobody registered", async () => {
    const { proxy, client } = await world();
    await expect(client.send({ url: "https://elsewhere.test/" })).rejects.toThrow();
    expect(proxy.refused().map(({ target }) => target)).toEqual(["elsewhere.test:443"]);
  });

  it("refuses a registered host on another port than 443", async () => {
    const { proxy, client } = await world();
    proxy.serve("example.test", (_, response) => response.end());
    await expect(client.send({ url: "https://example.test:444/" })).rejects.toThrow();
    expect(proxy.refused()).toHaveLength(1);
  });

  it("refuses a plain http request", async () => {
    const { proxy } = await world();
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(proxy.port, proxy.host, () =>
        socket.write("GET http://example.test/ HTTP/1.0\r\n\r\n"),
      );
      socket.once("data", (data) => resolve(data.toString()));
    });
    expect(answer).toMatch(/^HTTP\/1.1 502/);
    expect(proxy.refused().map(({ target }) => target)).toEqual(["http://example.test/"]);
  });

  it("shows the tap each body in the clear, with who called, even when the listener reads late", async () => {
    const { proxy, client, sightings } = await world();
    proxy.serve("example.test", async (request, response) => {
      nameCaller(request, "principal-1");
      await new Promise((resolve) => setImmediate(resolve));
      for await (const chunk of request) response.write(`echo ${chunk} `);
      response.end("done");
    });
    await client.send({ method: "PUT", url: "https://example.test/x?secret=no", body: "planted" });
    expect(
      sightings.map(({ from, to, what, bytes }) => [from, to, what, Buffer.from(bytes).toString()]),
    ).toEqual([
      ["principal-1", "example.test", "PUT /x", "planted"],
      ["principal-1", "example.test", "PUT /x answer", "echo planted done"],
    ]);
  });

  it("does not let one name be served twice", async () => {
    const { proxy } = await world();
    proxy.serve("example.test", () => {});
    expect(() => proxy.serve("EXAMPLE.test", () => {})).toThrow(/already served/);
  });
});
