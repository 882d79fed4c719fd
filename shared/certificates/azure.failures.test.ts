import type { RequestListener } from "node:http";
import { AuthenticationError } from "@azure/identity";
import { afterEach, describe, expect, it } from "vitest";
import { type LocalVaultOptions, openVault } from "../../local/testing/vault-client.ts";
import type { VaultPolicy } from "./vault.ts";

const NAME = "bunny";
const ODD_HOST = "kv-odd.vault.azure.net";
const policy: VaultPolicy = {
  identity: { commonName: "bunny", dnsNames: ["bunny.example.com"] },
  key: { type: "EC", curve: "P-256" },
  purpose: "client",
};

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function open(options?: LocalVaultOptions) {
  const opened = await openVault(options);
  closing.push(opened.world.close);
  return opened;
}

/** A vault that answers everything with this. */
async function openOdd(status: number, body: unknown, type = "application/json") {
  const opened = await open({ uri: `https://${ODD_HOST}` });
  const answer: RequestListener = (_request, response) => {
    response.writeHead(status, { "content-type": type });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  };
  opened.world.proxy.serve(ODD_HOST, answer);
  return opened.vault;
}

describe("keyVault, when the vault did not say", () => {
  it("throws the vault's code, and nothing of its text", async () => {
    const { vault } = await open();
    const failure = vault.readCertificate("not-the-hands");
    await expect(failure).rejects.toMatchObject({
      name: "CloudError",
      provider: "azure",
      operation: "GetCertificate",
      target: "not-the-hands",
      code: "Forbidden",
      retryable: false,
      message: "azure GetCertificate of not-the-hands failed: Forbidden",
    });
  });

  it("does not take a refusal to create for a request that waits", async () => {
    const { vault } = await open();
    await expect(vault.createRequest("not-the-hands", policy, null)).rejects.toMatchObject({
      code: "Forbidden",
    });
  });

  it("does not take a conflict of another kind for a name that is taken", async () => {
    const vault = await openOdd(409, { error: { code: "VaultBusy", message: "x" } });
    await expect(vault.createRequest(NAME, policy, null)).rejects.toMatchObject({
      operation: "CreateCertificate",
      code: "VaultBusy",
    });
  });

  it("calls again after a pause when it is throttled, and gives up after the last one", async () => {
    const { vault, world } = await open({ backOffMs: [0, 0] });
    const operation = "key-vault:GetCertificate";
    const effect = { kind: "refuse", status: 429, code: "Throttled", message: "x" } as const;
    const once = world.kernel.faults.add({ operation, nth: 1, when: "before", effect });
    expect(await vault.readCertificate(NAME)).toBeNull();
    once();
    world.kernel.faults.add({ operation, nth: "every", when: "before", effect });
    const before = world.kernel.calls(operation).length;
    await expect(vault.readCertificate(NAME)).rejects.toMatchObject({ code: "Throttled", retryable: true });
    expect(world.kernel.calls(operation).length - before).toBe(3);
  });

  it.each([
    ["GetCertificate", "key-vault:GetCertificate"],
    ["GetCertificateOperation", "key-vault:GetCertificateOperation"],
    ["GetCertificatePolicy", "key-vault:GetCertificatePolicy"],
    ["CreateCertificate", "key-vault:CreateCertificate"],
    ["DeleteCertificateOperation", "key-vault:DeleteCertificateOperation"],
    ["MergeCertificate", "key-vault:MergeCertificate"],
  ] as const)("calls a throttled %s retryable", async (name, operation) => {
    const { vault, world } = await open();
    const effect = { kind: "refuse", status: 429, code: "Throttled", message: "x" } as const;
    world.kernel.faults.add({ operation, nth: "every", when: "before", effect });
    const calls = {
      GetCertificate: () => vault.readCertificate(NAME),
      GetCertificateOperation: () => vault.readRequest(NAME),
      GetCertificatePolicy: () => vault.readPolicyFaults(NAME, policy),
      CreateCertificate: () => vault.createRequest(NAME, policy, null),
      DeleteCertificateOperation: () => vault.dropRequest(NAME, "1"),
      MergeCertificate: () => vault.merge(NAME, [new Uint8Array([1])], "1"),
    };
    await expect(calls[name]()).rejects.toMatchObject({
      operation: name,
      code: "Throttled",
      retryable: true,
    });
  });

  it("says that no answer came, also when the request was carried out", async () => {
    const { vault, world } = await open();
    const operation = "key-vault:CreateCertificate";
    world.kernel.faults.add({ operation, nth: 1, when: "after", effect: { kind: "lose-connection" } });
    await expect(vault.createRequest(NAME, policy, null)).rejects.toMatchObject({
      code: "unreachable",
      retryable: true,
    });
    expect(await vault.createRequest(NAME, policy, null)).toBe("request-pending");
  });

  it("says that it had no token to ask with", async () => {
    const getToken = () => Promise.reject(new AuthenticationError(400, "text that nobody should see"));
    const { vault } = await open({ getToken });
    const failure = vault.readCertificate(NAME);
    await expect(failure).rejects.toMatchObject({ code: "no-credential", retryable: true });
    await expect(failure).rejects.not.toThrow("nobody should see");
  });

  const bundle = { id: `https://${ODD_HOST}/certificates/bunny/${"0".repeat(32)}` };
  it.each([
    ["no JSON", 200, "<html>", "unreadable-answer"],
    ["no attributes", 200, bundle, "unreadable-answer"],
    [
      "an id without a version",
      200,
      { ...bundle, id: "x", attributes: { enabled: true, created: 1 } },
      "unreadable-answer",
    ],
    ["an error whose code is a text", 403, { error: { code: "you may not", message: "x" } }, "http-403"],
    ["a success of another kind", 202, bundle, "http-202"],
  ])("takes an answer with %s for no fact", async (_name, status, body, code) => {
    const vault = await openOdd(status, body);
    await expect(vault.readCertificate(NAME)).rejects.toMatchObject({ name: "CloudError", code });
  });

  it.each([
    [200, "unreadable-answer"],
    [503, "http-503"],
  ])("takes a front end's page with status %i for no fact", async (status, code) => {
    const vault = await openOdd(status, "<html>", "text/html");
    await expect(vault.readCertificate(NAME)).rejects.toMatchObject({ code, retryable: status === 503 });
  });

  it("does not go on with a request that has no CSR", async () => {
    const vault = await openOdd(200, { status: "inProgress", request_id: "r" });
    await expect(vault.readRequest(NAME)).rejects.toMatchObject({ code: "csr-missing" });
  });

  it.each(["completed", "canceled", "failed"])("does not wait for a request that is %s", async (status) => {
    const vault = await openOdd(200, { status, request_id: "r", csr: "AAAA" });
    expect(await vault.readRequest(NAME)).toBeNull();
  });

  it("waits for a request whose state is written in the other form", async () => {
    const vault = await openOdd(200, { status: "InProgress", request_id: "r", csr: "AAAA" });
    expect(await vault.readRequest(NAME)).toMatchObject({ requestId: "r" });
  });
});
