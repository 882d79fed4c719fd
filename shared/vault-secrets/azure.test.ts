import { inspect } from "node:util";
import { CredentialUnavailableError } from "@azure/identity";
import { afterEach, describe, expect, it } from "vitest";
import { requestByHand } from "../../local/azure/key-vault/person.ts";
import {
  deleteSecretByHand,
  disableSecretByHand,
  recoverSecretByHand,
  setSecretByHand,
} from "../../local/azure/key-vault/secret-person.ts";
import { HAND, VAULT_ID, type World } from "../../local/azure/world-for-tests.ts";
import {
  type LocalVaultSecrets,
  type LocalVaultSecretsOptions,
  openVaultSecrets,
} from "../../local/testing/vault-secrets-client.ts";
import { CloudError } from "../runtime/errors.ts";
import { Secret } from "../runtime/secret.ts";

const NAME = "bunny-key";
const CANARY = "canary-of-a-key";
const wanted = {
  value: new Secret(CANARY),
  tags: { "warrener-key-id": "0123456789abcdef" },
  contentType: "text/plain",
};

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function open(options?: LocalVaultSecretsOptions): Promise<LocalVaultSecrets> {
  const opened = await openVaultSecrets(options);
  closing.push(opened.world.close);
  return opened;
}

async function failureOf(run: () => Promise<unknown>): Promise<CloudError> {
  const error = await run().catch((thrown: unknown) => thrown);
  if (!(error instanceof CloudError)) throw new Error("it did not fail as a cloud does");
  return error;
}

describe("readNewest", () => {
  it("knows nothing of a name that never was", async () => {
    const { secrets } = await open();
    expect(await secrets.readNewest(NAME)).toBeNull();
  });

  it("finds the newest version among pages that are in no order of time", async () => {
    const { secrets, vault } = await open();
    for (let n = 0; n < 60; n += 1) {
      setSecretByHand(vault, NAME, { value: "x", tags: { n: String(n) }, createdAt: 1_795_248_000 + n });
    }
    expect(await secrets.readNewest(NAME)).toMatchObject({ tags: { n: "59" }, createdAt: 1_795_248_059 });
  });

  it("names none as the newest where it has not seen them all", async () => {
    const { secrets, vault } = await open();
    for (let n = 0; n < 2_001; n += 1) setSecretByHand(vault, NAME, { value: "x" });
    const failure = await failureOf(() => secrets.readNewest(NAME));
    expect(failure).toMatchObject({
      operation: "GetSecretVersions",
      code: "too-many-versions",
      retryable: false,
    });
  });

  it("shows a disabled version as what it is", async () => {
    const { secrets, vault } = await open();
    const { id } = setSecretByHand(vault, NAME, { value: "x" });
    disableSecretByHand(vault, NAME, id);
    expect(await secrets.readNewest(NAME)).toMatchObject({
      version: id,
      enabled: false,
      tags: {},
      contentType: null,
    });
  });

  it("tells a deleted secret from none, and knows it again when it was recovered", async () => {
    const { secrets, vault } = await open();
    const { id } = setSecretByHand(vault, NAME, { value: "x" });
    deleteSecretByHand(vault, NAME);
    expect(await secrets.readNewest(NAME)).toBe("deleted");
    recoverSecretByHand(vault, NAME);
    expect(await secrets.readNewest(NAME)).toMatchObject({ version: id });
  });

  it("takes a deleted secret for none where it may not see what is deleted, as nothing can be set there", async () => {
    const { secrets, vault, world } = await open();
    setSecretByHand(vault, NAME, { value: "x" });
    deleteSecretByHand(vault, NAME);
    refuse(world, "GetDeletedSecret", 403, "Forbidden");
    expect(await secrets.readNewest(NAME)).toBeNull();
    expect(await secrets.set(NAME, wanted)).toBe("deleted");
  });

  it("takes no other trouble for an absence", async () => {
    const { secrets, world } = await open();
    refuse(world, "GetDeletedSecret", 429, "Throttled");
    const failure = await failureOf(() => secrets.readNewest(NAME));
    expect(failure).toMatchObject({ operation: "GetDeletedSecret", throttled: true, retryable: true });
  });

  it("says that a name is a certificate's", async () => {
    const { secrets, world, vault } = await open();
    await requestByHand(vault, "bunny", { subject: "CN=bunny", issuer: "Self" });
    await world.certificates(HAND).getCertificateOperation("bunny");
    world.rbac.assign({ principalId: HAND.principalId, roleDefinitionId: "setter-role", scope: VAULT_ID });
    expect(await secrets.readNewest("bunny")).toBe("taken");
    expect(await secrets.set("bunny", wanted)).toBe("taken");
  });
});

describe("set", () => {
  it("adds a version with its tags, and says which", async () => {
    const { secrets, vault } = await open();
    const first = await secrets.set(NAME, wanted);
    const stored = vault.secrets.get(NAME)?.versions;
    expect(stored?.map(({ value }) => value)).toEqual([CANARY]);
    expect(first).toEqual(await secrets.readNewest(NAME));
    expect(first).toMatchObject({
      version: stored?.[0]?.id,
      enabled: true,
      tags: wanted.tags,
      contentType: "text/plain",
    });
  });

  it.each([true, false])(
    "knows a name whose secret is deleted, also while it still is (%s)",
    async (justNow) => {
      const { secrets, vault } = await open();
      setSecretByHand(vault, NAME, { value: "x" });
      deleteSecretByHand(vault, NAME, justNow);
      expect(await secrets.set(NAME, wanted)).toBe("deleted");
    },
  );

  it("is tried once: where its answer is lost, nobody knows", async () => {
    const { secrets, vault, world } = await open();
    const effect = { kind: "lose-connection" } as const;
    world.kernel.faults.add({ operation: "key-vault:SetSecret", nth: "every", when: "after", effect });
    const failure = await failureOf(() => secrets.set(NAME, wanted));
    expect(failure).toMatchObject({
      operation: "SetSecret",
      target: NAME,
      code: "unreachable",
      retryable: true,
    });
    expect(vault.secrets.get(NAME)?.versions).toHaveLength(1);
  });

  it("waits for a throttled vault, and tells when it stays so", async () => {
    const { secrets, vault, world } = await open({ backOffMs: [0] });
    const clear = refuse(world, "SetSecret", 429, "Throttled", 2);
    expect(await secrets.set(NAME, wanted)).toMatchObject({ enabled: true });
    expect(vault.secrets.get(NAME)?.versions).toHaveLength(1);
    clear();
    refuse(world, "SetSecret", 429, "Throttled");
    expect(await failureOf(() => secrets.set(NAME, wanted))).toMatchObject({
      code: "Throttled",
      throttled: true,
    });
  });

  it("tells the vault's id of each request", async () => {
    const noted: string[] = [];
    const { secrets } = await open({ note: (requestId) => noted.push(requestId) });
    await secrets.set(NAME, wanted);
    expect(noted).toContainEqual(expect.stringMatching(/^[0-9a-f-]{36}$/));
  });

  it("puts the value into no error, however it is looked at", async () => {
    const { secrets, world } = await open();
    for (const status of [400, 403, 429, 500]) {
      const clear = refuse(world, "SetSecret", status, "BadParameter");
      const failure = await failureOf(() => secrets.set(NAME, wanted));
      clear();
      expect(failure.code).toBe("BadParameter");
      expect(seenIn(failure)).not.toContain(CANARY);
    }
    const lost = await failureOf(async () =>
      (await open({ uri: "https://nobody.invalid" })).secrets.set(NAME, wanted),
    );
    expect(lost).toMatchObject({ code: "unreachable" });
    expect(seenIn(lost)).not.toContain(CANARY);
  });
});

describe("a vault that gives no answer", () => {
  it("is said to be unreachable", async () => {
    const { secrets } = await open({ uri: "https://nobody.invalid" });
    expect(await failureOf(() => secrets.readNewest(NAME))).toMatchObject({
      provider: "azure",
      operation: "GetSecretVersions",
      target: NAME,
      code: "unreachable",
      retryable: true,
    });
  });

  it("was never asked when the function's identity gives no token", async () => {
    const getToken = () => Promise.reject(new CredentialUnavailableError("no identity here"));
    const { secrets } = await open({ credential: { getToken } });
    expect(await failureOf(() => secrets.readNewest(NAME))).toMatchObject({ code: "no-credential" });
  });
});

/** `nth`: of the calls from now on, of which the first only asks who the vault trusts; all of them when left out. */
function refuse(
  { kernel }: World,
  operation: string,
  status: number,
  code: string,
  nth: number | "every" = "every",
): () => void {
  const effect = { kind: "refuse", status, code, message: "" } as const;
  return kernel.faults.add({ operation: `key-vault:${operation}`, nth, when: "before", effect });
}

const seenIn = (value: unknown): string =>
  inspect(value, { depth: null, showHidden: true, getters: true }) +
  JSON.stringify(value, Object.getOwnPropertyNames(value)) +
  String(value);
