/** The deployed hand's part in API keys, as a caller in AWS meets it: over TLS, with the roles that were deployed. */
import { describe, expect, it } from "vitest";
import type { Endpoint, Outcome } from "../../../shared/azure-api/contract.ts";
import { makeApiKey } from "../../../shared/keys/api-key-value.ts";
import {
  deleteSecretByHand,
  recoverSecretByHand,
  setSecretByHand,
} from "../../azure/key-vault/secret-person.ts";
import { handOf } from "../hand-as.ts";
import type { Stack } from "../stack.ts";

const NAME = "jobs-key";
const key = makeApiKey({ identity: "bunny", scopes: ["poll"] }, (bytes) => new Uint8Array(bytes).fill(7));
const order = { name: NAME, keyId: key.facts.id, key: key.key.unwrap(), over: null };

/** `lines`: what the hand has logged. */
export function promiseHandOfApiKeys(stack: () => Stack, lines: () => readonly string[]): void {
  const hand = () => handOf(stack(), "RotateApiKeys");
  const vault = () => {
    const [deployed] = stack().graph.vaults;
    if (deployed === undefined) throw new Error("the deployment has no vault");
    return stack().azure.keyVaults.vault(deployed.name);
  };
  const observe = () => hand()("keys.observe-key", { names: [NAME] });
  const observed = (seen: unknown): Outcome<"keys.observe-key"> =>
    ({ outcome: "observed", keys: [{ name: NAME, ...Object(seen) }] }) as const;

  describe("the deployed hand, of API keys", () => {
    it.each<[Endpoint, object]>([
      ["keys.observe-key", { names: [NAME] }],
      ["keys.set-key", order],
    ])("lets the function that rotates them alone call %s", async (endpoint, body) => {
      const other = handOf(stack(), "RenewCertificates");
      await expect(Reflect.apply(other, undefined, [endpoint, body])).rejects.toMatchObject({
        code: "role-not-allowed",
      });
      expect(await observe()).toEqual(observed({ key: null }));
    });

    it("sets the key where there is none, shows it by its id, and notes that it did", async () => {
      expect(await hand()("keys.set-key", order)).toMatchObject({ outcome: "set" });
      expect(vault().secrets.get(NAME)?.versions).toMatchObject([
        { value: order.key, contentType: "text/plain", tags: { "warrener-key-id": key.facts.id } },
      ]);
      expect(await observe()).toMatchObject(observed({ key: { keyId: key.facts.id, enabled: true } }));
      const collected = await handOf(stack(), "WatchTunnels")("notes.collect", { after: null });
      const noted = expect.objectContaining({ act: "keys.set-key", target: NAME, outcome: "set" });
      expect(collected).toMatchObject({ notes: expect.arrayContaining([noted]) });
      expect(JSON.stringify(collected)).not.toContain(order.key);
    });

    it("sets nothing over what it was not asked to replace", async () => {
      const { id } = setSecretByHand(vault(), NAME, {
        value: "typed",
        createdAt: Math.floor(Date.now() / 1000) + 5,
      });
      expect(await hand()("keys.set-key", order)).toMatchObject({ reason: "observation-stale" });
      expect(await observe()).toMatchObject(observed({ key: { version: id, keyId: null } }));
    });

    it("sets no secret but the link's API keys", async () => {
      for (const name of ["bunny-client", "trust-bundle", "other"])
        expect(await hand()("keys.set-key", { ...order, name })).toMatchObject({ reason: "unknown-key" });
    });

    it("tells that the secret is deleted, and does not bring it back", async () => {
      deleteSecretByHand(vault(), NAME);
      expect(await observe()).toEqual(observed({ key: "deleted" }));
      expect(await hand()("keys.set-key", { ...order, over: null })).toMatchObject({ reason: "key-deleted" });
      recoverSecretByHand(vault(), NAME);
    });

    it("has logged no key, and was refused nothing by the vault", () => {
      const log = lines().join("\n");
      expect(log).toContain(`"apiKey":"${NAME}"`);
      expect(log).not.toContain(order.key);
      const { principalId } = stack().graph.functionApp;
      const calls = stack()
        .kernel.calls()
        .filter(({ caller }) => caller === principalId);
      expect(calls.filter(({ outcome }) => outcome === "Forbidden")).toEqual([]);
    });
  });
}
