/** The deployed hand's part in pre-shared keys, as a caller in AWS meets it: over TLS, with the roles that were deployed. */
import { describe, expect, it } from "vitest";
import type { Endpoint } from "../../../shared/azure-api/contract.ts";
import { fingerprintOf, makeSalt } from "../../../shared/keys/pre-shared-fingerprint.ts";
import { Secret } from "../../../shared/runtime/secret.ts";
import { until } from "../../demo/chapter.ts";
import { handOf } from "../hand-as.ts";
import type { Stack } from "../stack.ts";

const KEY = "planted.key_that.both.clouds.take_0123456789";

/** `lines`: what the hand has logged. */
export function promiseHandOfPreSharedKeys(stack: () => Stack, lines: () => readonly string[]): void {
  const hand = () => handOf(stack(), "RotatePreSharedKeys");

  const salt = makeSalt((bytes) => new Uint8Array(bytes).fill(3));
  const mark = (name: string, key: string) => fingerprintOf(salt, name, new Secret(key));
  const azureKey = (name: string) => stack().vpn.tunnel(name).azure?.preSharedKey ?? "";
  const observed = async (name: string): Promise<string> =>
    JSON.stringify(await hand()("keys.observe-tunnels", { names: [name], salt: salt.unwrap() }));
  const order = (fence: number, over: string) => ({
    ...{ name: "one-a", outsideIp: "198.51.100.10", key: KEY },
    ...{ over: mark("one-a", over), salt: salt.unwrap(), fence },
  });

  describe("the deployed hand, of pre-shared keys", () => {
    it("tells which key each Azure end has, without telling a key", async () => {
      const names = ["one-b", "one-a"];
      const answer = await hand()("keys.observe-tunnels", { names, salt: salt.unwrap() });
      expect(answer).toEqual({
        outcome: "observed",
        tunnels: names.map((name) => ({ name, fingerprint: mark(name, azureKey(name)) })),
      });
      expect(JSON.stringify(answer)).not.toContain(azureKey("one-a"));
    });

    it.each<[Endpoint, object]>([
      ["keys.observe-tunnels", { names: ["one-a"], salt: salt.unwrap() }],
      ["keys.set-tunnel", order(1, KEY)],
    ])("lets the function that rotates them alone call %s", async (endpoint, body) => {
      for (const name of ["WatchTunnels", "RenewCertificates"]) {
        const other = handOf(stack(), name);
        await expect(Reflect.apply(other, undefined, [endpoint, body])).rejects.toMatchObject({
          code: "role-not-allowed",
        });
      }
    });

    it("lets that function look at the tunnels too, and reset none", async () => {
      expect(await hand()("tunnels.observe", { names: ["one-a"] })).toMatchObject({ outcome: "observed" });
      const reset = { name: "one-a", outsideIp: "198.51.100.10", fence: 1 };
      await expect(hand()("tunnels.reset", reset)).rejects.toMatchObject({ code: "role-not-allowed" });
    });

    it("sets the key over the one that was seen, which shows once Azure has it, and notes that it did", async () => {
      const before = azureKey("one-a");
      expect(await hand()("keys.set-tunnel", order(5, KEY))).toMatchObject({ reason: "observation-stale" });
      expect(await hand()("keys.set-tunnel", order(5, before))).toEqual({ outcome: "begun" });
      await until("Azure has the key", async () => (await observed("one-a")).includes(mark("one-a", KEY)));
      expect(azureKey("one-a")).toBe(KEY);
      const collected = await handOf(stack(), "WatchTunnels")("notes.collect", { after: null });
      const noted = expect.objectContaining({ act: "keys.set-tunnel", target: "one-a", outcome: "begun" });
      expect(collected).toMatchObject({ notes: expect.arrayContaining([noted]) });
      expect(JSON.stringify(collected)).not.toContain("planted");
    });

    it("sets none for a holder of the lease who comes after a later one", async () => {
      expect(await hand()("keys.set-tunnel", order(4, KEY))).toMatchObject({ reason: "lease-lost" });
    });

    it("shows the old key after a change that Azure took and ignored", async () => {
      const before = azureKey("one-b");
      stack().azure.arm.ignoreNextKey(stack().vpn.tunnel("one-b").azure?.connectionId ?? "");
      const other = {
        ...order(6, before),
        ...{ name: "one-b", outsideIp: "198.51.100.11", over: mark("one-b", before) },
      };
      expect(await hand()("keys.set-tunnel", other)).toEqual({ outcome: "begun" });
      await until("the change has ended", async () => stack().vpn.tunnel("one-b").azure?.rekeying === false);
      expect(await observed("one-b")).toContain(mark("one-b", before));
    });

    it("has logged no key and no salt", () => {
      const log = lines().join("\n");
      expect(log).toContain('"tunnel":"one-a"');
      for (const secret of ["planted", azureKey("one-b"), salt.unwrap()]) expect(log).not.toContain(secret);
    });
  });
}
