import { describe, expect, it } from "vitest";
import * as z from "zod";
import { modelConnectionKeys } from "../../local/model/connection-keys.ts";
import { connectedEnd, modelConnections } from "../../local/model/connections.ts";
import { modelRows } from "../../local/model/rows.ts";
import { createHand } from "../azure-api/client.ts";
import { CONTRACT_VERSION, endpoints } from "../azure-api/contract.ts";
import { Secret } from "../runtime/secret.ts";
import { desiredOf } from "../tunnels/test-tunnels.ts";
import { azureKeys } from "./pre-shared-ask-hand.ts";
import { fingerprintOf, makeSalt } from "./pre-shared-fingerprint.ts";
import { observeTunnelKeys, setTunnelKey } from "./pre-shared-hand.ts";

const [KEY, NEW] = ["planted.old.key", "planted.new.key"];
const salt = makeSalt((bytes) => new Uint8Array(bytes).fill(5));
const digest = "a".repeat(64);
const Envelope = z.object({ body: z.unknown() });

/** The real client and the hand's own verbs over a wire of text; `bend` changes what goes back. */
function open(count = 2, bend: (outcome: object) => unknown = (outcome) => outcome) {
  const desired = desiredOf(...Array.from({ length: count }, (_, at) => `tunnel-${at}`));
  const hand = {
    places: new Map(desired.map(({ name }) => [name, `/connections/${name}`])),
    connections: modelConnections(
      Object.fromEntries(desired.map((one) => [`/connections/${one.name}`, connectedEnd(one.outsideIp)])),
    ),
    keys: modelConnectionKeys(Object.fromEntries(desired.map(({ name }) => [`/connections/${name}`, KEY]))),
    rows: modelRows(),
  };
  const sent: string[] = [];
  const answer = async (url: string, body: unknown) => {
    if (url.endsWith(endpoints["keys.set-tunnel"].path))
      return await setTunnelKey(hand, endpoints["keys.set-tunnel"].body.parse(body));
    return await observeTunnelKeys(hand, endpoints["keys.observe-tunnels"].body.parse(body));
  };
  const azure = azureKeys(
    createHand({
      url: "https://hand.example/api",
      link: digest,
      token: async () => new Secret("a.b.c"),
      fetch: async (url, init) => {
        sent.push(String(init?.body));
        const { body } = Envelope.parse(JSON.parse(String(init?.body)));
        const outcome = bend(await answer(String(url), body));
        return new Response(JSON.stringify({ contract: CONTRACT_VERSION, link: digest, outcome }));
      },
    }),
  );
  return { ...hand, desired, azure, sent, names: desired.map(({ name }) => name) };
}

const mark = (name: string, key: string) => fingerprintOf(salt, name, new Secret(key));
const orderOf = ({ desired }: ReturnType<typeof open>, over: string | null) => {
  const [tunnel] = desired;
  if (tunnel === undefined) throw new Error("a tunnel is expected");
  return { tunnel, key: new Secret(NEW), over, salt, fence: 3 };
};

describe("azureKeys, read", () => {
  it("has the code of each tunnel's key, and null where the end has none", async () => {
    const opened = open();
    opened.keys.stored.set("/connections/tunnel-1", null);
    expect(await opened.azure.read(opened.names, salt)).toEqual(
      new Map([
        ["tunnel-0", mark("tunnel-0", KEY)],
        ["tunnel-1", null],
      ]),
    );
  });

  it("asks for as many at once as the hand takes", async () => {
    const opened = open(45);
    const read = await opened.azure.read(opened.names, salt);
    expect(opened.sent).toHaveLength(3);
    expect([...read.keys()].toSorted()).toEqual(opened.names.toSorted());
    for (const [name, told] of read) expect(told).toBe(mark(name, KEY));
  });

  it("cannot tell the key of a tunnel that the hand cannot read, does not know, or passes over", async () => {
    const opened = open(2, (outcome) =>
      "tunnels" in outcome && Array.isArray(outcome.tunnels)
        ? { ...outcome, tunnels: outcome.tunnels.filter(({ name }) => name !== "tunnel-1") }
        : outcome,
    );
    opened.keys.stored.set("/connections/tunnel-0", "unreadable");
    expect(await opened.azure.read([...opened.names, "other"], salt)).toEqual(
      new Map([
        ["tunnel-0", { unknown: "unreachable" }],
        ["tunnel-1", { unknown: "not-answered" }],
        ["other", { unknown: "unknown-tunnel" }],
      ]),
    );
  });

  it("knows the others when one batch of them has failed", async () => {
    const opened = open(25, (outcome) =>
      JSON.stringify(outcome).includes("tunnel-0") ? { outcome: "unheard-of" } : outcome,
    );
    const read = await opened.azure.read(opened.names, salt);
    expect(read.size).toBe(25);
    const unknown = [...read.values()].filter((told) => typeof told !== "string");
    expect(unknown).toHaveLength(20);
    expect(unknown[0]).toEqual({ unknown: "unreadable-answer" });
  });

  it("cannot tell any key of a half that was built from another link", async () => {
    const opened = open(1);
    const other = azureKeys(async () => ({ outcome: "refused", reason: "other-link", detail: "" }) as const);
    expect(await other.read(opened.names, salt)).toEqual(new Map([["tunnel-0", { unknown: "other-link" }]]));
  });
});

describe("azureKeys, set", () => {
  it("begins the change of the key that was seen, with the key itself on the wire and nowhere else", async () => {
    const opened = open();
    expect(await opened.azure.set(orderOf(opened, mark("tunnel-0", KEY)))).toBe("begun");
    expect(opened.keys.begun).toEqual([{ id: "/connections/tunnel-0", key: NEW }]);
    expect(opened.sent.join()).toContain(NEW);
  });

  it("hands on why the hand has refused", async () => {
    const opened = open();
    expect(await opened.azure.set(orderOf(opened, null))).toEqual({ refused: "observation-stale" });
    const frozen = open(1, () => ({ outcome: "refused", reason: "frozen", detail: "" }));
    expect(await frozen.azure.set(orderOf(frozen, mark("tunnel-0", KEY)))).toEqual({ refused: "frozen" });
  });

  it("throws when nobody knows whether it was begun", async () => {
    const opened = open(1, () => "<html>");
    await expect(opened.azure.set(orderOf(opened, mark("tunnel-0", KEY)))).rejects.toMatchObject({
      name: "CloudError",
      code: "unreadable-answer",
      message: expect.not.stringContaining("planted"),
    });
  });
});
