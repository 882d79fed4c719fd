/**
 * A key vault in memory, as its adapter shows it (shared/certificates/vault.ts), with real key pairs and CSRs.
 * Known of the real one, from the recordings of Microsoft's own tests (github.com/Azure/azure-sdk-for-js,
 * sdk/keyvault/keyvault-certificates): a name whose first version is pending has no certificate yet, and none
 * after that request was dropped; its policy stays; only the key of a merged leaf is checked, not its issuer.
 */
import { createPublicKey, randomUUID, X509Certificate } from "node:crypto";
import { comparePolicy, policyOf } from "../../shared/certificates/azure-policy.ts";
import type { Vault, VaultCertificate } from "../../shared/certificates/vault.ts";
import { CloudError } from "../../shared/runtime/errors.ts";
import type { Calls } from "./calls.ts";
import type { ModelClock } from "./clock.ts";
import { type MadeRequest, makeRequest, type StoredPolicy, storedPolicy } from "./vault-request.ts";

/** What a vault makes by chance: key pairs with their CSRs, and names. */
export interface VaultMaker {
  readonly makeRequest: (policy: StoredPolicy) => MadeRequest | Promise<MadeRequest>;
  /** Versions and requests are named by 32 hexadecimal digits. */
  readonly newId: () => string;
}

const realMaker: VaultMaker = { makeRequest, newId: () => randomUUID().replaceAll("-", "") };

interface ModelVersion extends VaultCertificate {
  readonly chain: readonly Uint8Array[];
  readonly privateKeyPem: string;
}

interface ModelRequest extends MadeRequest {
  readonly requestId: string;
  status: "in-progress" | "completed" | "canceled";
}

export interface ModelEntry {
  policy: StoredPolicy;
  /** The newest last. */
  readonly versions: ModelVersion[];
  request: ModelRequest | undefined;
}

export interface ModelVault extends Vault {
  readonly entries: ReadonlyMap<string, ModelEntry>;
  /** Names of ordinary secrets. */
  readonly secrets: ReadonlySet<string>;
  /** A person's hand, in the portal: asks with a policy of their own. */
  requestByHand(name: string, policy: StoredPolicy): Promise<void>;
  cancelByHand(name: string): void;
  /** A certificate from elsewhere becomes the current version. */
  importByHand(name: string, leaf: Uint8Array): void;
  disableByHand(name: string): void;
  /** Soft deletion: all versions go, and the name stays taken until they are recovered. */
  deleteByHand(name: string): void;
  recoverByHand(name: string): void;
  /** An ordinary secret of this name. */
  storeSecretByHand(name: string): void;
  changePolicyByHand(name: string, policy: StoredPolicy): void;
}

export function modelVault(
  calls: Calls,
  clock: ModelClock,
  { makeRequest, newId }: VaultMaker = realMaker,
): ModelVault {
  const entries = new Map<string, ModelEntry>();
  const deleted = new Map<string, ModelEntry>();
  const secrets = new Set<string>();
  const refusalOf = (name: string) => {
    if (deleted.has(name)) return "deleted";
    if (waiting(name) !== undefined) return "request-pending";
    return secrets.has(name) ? "taken" : null;
  };
  const waiting = (name: string) => {
    const request = entries.get(name)?.request;
    return request?.status === "in-progress" ? request : undefined;
  };
  const addVersion = (name: string, version: Omit<ModelVersion, "version" | "enabled" | "createdAt">) => {
    const added = { ...version, version: newId(), enabled: true, createdAt: clock.now() };
    const entry = entries.get(name) ?? { policy: {}, versions: [], request: undefined };
    entry.versions.push(added);
    entries.set(name, entry);
    return added;
  };
  const ask = async (name: string, policy: StoredPolicy) => {
    const refusal = refusalOf(name);
    if (refusal !== null) return refusal;
    const made = await makeRequest(policy);
    // Keys take time to make: another request may have been first.
    const late = refusalOf(name);
    if (late !== null) return late;
    const request: ModelRequest = { ...made, requestId: newId(), status: "in-progress" };
    entries.set(name, { policy, versions: entries.get(name)?.versions ?? [], request });
    return request;
  };

  return {
    entries,
    secrets,
    compares: false,
    readCertificate: (name) =>
      calls.perform("vault.read-certificate", name, () => entries.get(name)?.versions.at(-1) ?? null),
    readRequest: (name) => calls.perform("vault.read-request", name, () => waiting(name) ?? null),
    readPolicyFaults: (name, policy) =>
      calls.perform("vault.read-policy", name, () => comparePolicy(entries.get(name)?.policy, policy)),
    createRequest: (name, policy) =>
      calls.perform("vault.create-request", name, () => ask(name, storedPolicy(policyOf(policy)))),
    dropRequest: (name) =>
      calls.perform("vault.drop-request", name, () => {
        const entry = entries.get(name);
        if (entry?.request === undefined) return "gone";
        entry.request = undefined;
        return "dropped";
      }),
    merge: (name, chain) =>
      calls.perform("vault.merge", name, () => {
        const request = waiting(name);
        const [leaf, ...issuers] = chain;
        if (request === undefined) return "gone";
        if (leaf === undefined || hasEnded(leaf, clock)) throw badParameter(name);
        if (!isFor(leaf, request)) return "other-key";
        request.status = "completed";
        return addVersion(name, { leaf, chain: issuers, privateKeyPem: request.privateKeyPem });
      }),
    async requestByHand(name, policy) {
      const made = await ask(name, policy);
      if (typeof made === "string") throw new Error(`no request can be made for ${name}: ${made}`);
    },
    cancelByHand(name) {
      const request = waiting(name);
      if (request !== undefined) request.status = "canceled";
    },
    importByHand: (name, leaf) => void addVersion(name, { leaf, chain: [], privateKeyPem: "" }),
    disableByHand(name) {
      const versions = entries.get(name)?.versions ?? [];
      const current = versions.pop();
      if (current !== undefined) versions.push({ ...current, enabled: false });
    },
    deleteByHand(name) {
      const entry = entries.get(name);
      if (entry === undefined) throw new Error(`there is no certificate ${name} to be deleted`);
      deleted.set(name, { ...entry, request: undefined });
      entries.delete(name);
    },
    recoverByHand(name) {
      const entry = deleted.get(name);
      if (entry === undefined) throw new Error(`there is no certificate ${name} to be recovered`);
      entries.set(name, entry);
      deleted.delete(name);
    },
    storeSecretByHand: (name) => void secrets.add(name),
    changePolicyByHand(name, policy) {
      const entry = entries.get(name);
      if (entry !== undefined) entry.policy = policy;
    },
  };
}

function isFor(leaf: Uint8Array, { privateKeyPem }: ModelRequest): boolean {
  const wanted = createPublicKey(privateKeyPem).export({ type: "spki", format: "der" });
  return new X509Certificate(leaf).publicKey.export({ type: "spki", format: "der" }).equals(wanted);
}

const hasEnded = (leaf: Uint8Array, clock: ModelClock) =>
  new X509Certificate(leaf).validToDate.getTime() <= clock.nowMs();

const badParameter = (target: string) =>
  new CloudError({
    provider: "azure",
    operation: "MergeCertificate",
    target,
    code: "BadParameter",
    retryable: false,
  });
