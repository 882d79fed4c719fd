import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { afterEach, describe, expect, it } from "vitest";
import { type SecretsOptions, secretArn, startSecrets } from "../../local/aws/test-secrets.ts";
import { Calls } from "../../local/model/calls.ts";
import { ModelClock } from "../../local/model/clock.ts";
import { type FirstVersion, modelSecret } from "../../local/model/secret.ts";
import { certify, makeCa, publicKeyOf } from "../../local/testing/certificates.ts";
import { stagedSecret } from "./aws-staged-secret.ts";
import { readCsr } from "./csr.ts";
import { checkCsr } from "./match.ts";
import { secretVault } from "./secret-vault.ts";
import type { StagedSecret } from "./staged-secret.ts";
import type { VaultPolicy, VaultRequest } from "./vault.ts";

const NAME = "relay-server";
const IDENTITY = { commonName: "relay.example.com", dnsNames: ["relay.example.com"] };
const policy: VaultPolicy = {
  identity: IDENTITY,
  key: { type: "EC", curve: "P-256" },
  purpose: "server",
};
const clock = () => Math.floor(Date.now() / 1000);

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** Opens the secret as another process would. */
type Open = () => StagedSecret;

async function openAdapter(options: SecretsOptions = {}): Promise<Open> {
  const started = await startSecrets(options);
  closing.push(() => started.server.close());
  const client = new SecretsManagerClient(started.client());
  return () => stagedSecret({ client, secret: secretArn, clock });
}

async function openModel(firstVersion?: FirstVersion): Promise<Open> {
  const model = new ModelClock(clock());
  const secret = modelSecret(new Calls(model), model, firstVersion);
  return () => secret;
}

async function request(vault: ReturnType<typeof secretVault>, current: string | null = null) {
  const made = await vault.createRequest(NAME, policy, current);
  if (typeof made === "string") throw new Error(`the request was answered with ${made}`);
  return made;
}

async function sign({ csr }: VaultRequest): Promise<Uint8Array[]> {
  const ca = await makeCa();
  const leaf = await certify(ca, { ...IDENTITY, usages: ["serverAuth"], publicKey: publicKeyOf(csr) });
  return [leaf.der, ca.der];
}

async function merge(vault: ReturnType<typeof secretVault>, waiting: VaultRequest) {
  const chain = await sign(waiting);
  const merged = await vault.merge(NAME, chain, waiting.requestId);
  if (typeof merged === "string") throw new Error(`the merge was answered with ${merged}`);
  return merged;
}

describe.each([
  ["secretVault, over Secrets Manager's stand-in", () => openAdapter()],
  [
    "secretVault, over one whose first version has only the labels it was given",
    () => openAdapter({ firstVersion: "as-asked" }),
  ],
  ["secretVault, over the model", () => openModel()],
  ["secretVault, over the model of such a one", () => openModel("as-asked")],
])("%s", (_name, prepare) => {
  it("finds nothing in a secret without a version", async () => {
    const vault = secretVault((await prepare())());
    expect(await vault.readCertificate(NAME)).toBeNull();
    expect(await vault.readRequest(NAME)).toBeNull();
    expect(await vault.readStages()).toEqual({
      staged: null,
      current: null,
      currentVersion: null,
      held: false,
    });
    expect(await vault.dropRequest(NAME, "1".repeat(32))).toBe("gone");
    expect(await vault.merge(NAME, [], "1".repeat(32))).toBe("gone");
  });

  it("makes a request for exactly what is wanted, which others find, and is no certificate", async () => {
    const open = await prepare();
    const made = await request(secretVault(open()));
    expect(checkCsr(readCsr(made.csr, "server"), policy)).toEqual([]);
    const other = secretVault(open());
    const found = await other.readRequest(NAME);
    expect(found?.requestId).toBe(made.requestId);
    expect(Buffer.from(found?.csr ?? []).equals(made.csr)).toBe(true);
    expect(await other.readCertificate(NAME)).toBeNull();
    expect(await other.readStages()).toMatchObject({ staged: null, current: null });
  });

  it("makes one request at a time", async () => {
    const open = await prepare();
    const [one, other] = [secretVault(open()), secretVault(open())];
    const answers = await Promise.all([
      one.createRequest(NAME, policy, null),
      other.createRequest(NAME, policy, null),
    ]);
    expect(answers.filter((answer) => answer === "request-pending")).toHaveLength(1);
    expect(await one.createRequest(NAME, policy, null)).toBe("request-pending");
  });

  it("stages what it merges, and shows that as the newest", async () => {
    const open = await prepare();
    const vault = secretVault(open());
    const merged = await merge(vault, await request(vault));
    const other = secretVault(open());
    expect(await other.readRequest(NAME)).toBeNull();
    expect(await other.readCertificate(NAME)).toMatchObject({ version: merged.version, enabled: true });
    expect(await other.readStages()).toMatchObject({ staged: { version: merged.version }, current: null });
  });

  it("merges the same chain once more into the same version, after a run that died in between", async () => {
    const open = await prepare();
    const secret = open();
    const vault = secretVault(secret);
    const waiting = await request(vault);
    const chain = await sign(waiting);
    const dying = secretVault({ ...secret, move: () => Promise.reject(new Error("died")) });
    await expect(dying.merge(NAME, chain, waiting.requestId)).rejects.toThrow("died");
    expect(await vault.readRequest(NAME)).toMatchObject({ requestId: waiting.requestId });
    const merged = await secretVault(open()).merge(NAME, chain, waiting.requestId);
    expect(merged).toMatchObject({ enabled: true });
    expect(await secretVault(open()).readRequest(NAME)).toBeNull();
  });

  it("merges nothing for another key, or into another request", async () => {
    const vault = secretVault((await prepare())());
    const first = await request(vault);
    const chain = await sign(first);
    expect(await vault.dropRequest(NAME, first.requestId)).toBe("dropped");
    const second = await request(vault);
    expect(await vault.merge(NAME, chain, first.requestId)).toBe("gone");
    expect(await vault.merge(NAME, chain, second.requestId)).toBe("other-key");
    expect(await vault.readRequest(NAME)).toMatchObject({ requestId: second.requestId });
  });

  it("drops no other request than the one that is meant", async () => {
    const open = await prepare();
    const vault = secretVault(open());
    const first = await request(vault);
    await vault.dropRequest(NAME, first.requestId);
    const second = await request(vault);
    expect(await secretVault(open()).dropRequest(NAME, first.requestId)).toBe("gone");
    expect(await secretVault(open()).readRequest(NAME)).toMatchObject({ requestId: second.requestId });
  });

  it("promotes from what was observed, once", async () => {
    const open = await prepare();
    const vault = secretVault(open());
    const waiting = await request(vault);
    const { version } = await merge(vault, waiting);
    const { currentVersion } = await vault.readStages();
    const [one, other] = [secretVault(open()), secretVault(open())];
    expect(await one.promote(currentVersion, version)).toBe("promoted");
    expect(await other.promote(currentVersion, waiting.requestId)).toBe("elsewhere");
    expect(await secretVault(open()).readStages()).toMatchObject({
      staged: { version },
      current: { version },
      currentVersion: version,
    });
  });

  it("keeps the current one while another is asked for, merged and staged", async () => {
    const open = await prepare();
    const vault = secretVault(open());
    const first = await merge(vault, await request(vault));
    await vault.promote((await vault.readStages()).currentVersion, first.version);
    const waiting = await request(vault, first.version);
    expect(await secretVault(open()).readCertificate(NAME)).toMatchObject({ version: first.version });
    const second = await merge(vault, waiting);
    expect(await secretVault(open()).readStages()).toMatchObject({
      staged: { version: second.version },
      current: { version: first.version },
    });
  });

  it("asks for nothing over a certificate that the caller has not seen", async () => {
    const vault = secretVault((await prepare())());
    await merge(vault, await request(vault));
    expect(vault.compares).toBe(true);
    expect(await vault.createRequest(NAME, policy, null)).toBe("request-pending");
  });
});
