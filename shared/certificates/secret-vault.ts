/**
 * relay's certificate in one secret of Secrets Manager, as a vault. Each change writes a version first and then
 * moves a label to it, from the version that was read: a run that dies between the two has changed nothing, and of
 * two at once one finds the label elsewhere. Nothing is ever overwritten.
 */
import { createHash } from "node:crypto";
import { CloudError } from "../runtime/errors.ts";
import { readCsrPublicKey } from "./csr.ts";
import { makeCsr } from "./make-csr.ts";
import { CURRENT, HOLD, type LabelledVersion, PENDING, type StagedSecret } from "./staged-secret.ts";
import { parseVersion, type StoredVersion, spkiOfLeaf, writeVersion } from "./stored-version.ts";
import type { Vault, VaultCertificate } from "./vault.ts";

/** What relay serves, and what is ready to follow it. */
export interface Stages {
  readonly staged: VaultCertificate | null;
  readonly current: VaultCertificate | null;
  /** The version that has the label, certificate or not: a secret's first version gets it whatever it is. */
  readonly currentVersion: string | null;
  /** A person wants what is current to stay so. */
  readonly held: boolean;
}

export interface Staging {
  readStages(): Promise<Stages>;
  /** Makes the staged version `to` the current one, in the place of `from`. */
  promote(from: string | null, to: string): Promise<"promoted" | "elsewhere">;
}

export function secretVault(secret: StagedSecret): Vault & Staging {
  const read = async (label: typeof PENDING | typeof CURRENT) => toHeld(await secret.read(label), label);
  return {
    compares: true,
    async readCertificate() {
      // What is staged counts, or it would be made again before relay has had time to load it.
      const staged = certificateOf(await read(PENDING));
      return staged ?? certificateOf(await read(CURRENT));
    },
    async readRequest() {
      const pending = await read(PENDING);
      if (pending?.stored.kind !== "request") return null;
      return { requestId: pending.version, csr: pending.stored.csr };
    },
    // There is no policy: the key is made here, as it is asked for.
    readPolicyFaults: () => Promise.resolve([]),
    async createRequest(_name, policy, current) {
      const pending = await read(PENDING);
      if (pending?.stored.kind === "request") return "request-pending";
      // Made since the caller looked: to ask again would be to throw away what nobody has loaded yet.
      if (pending !== null && pending.version !== current) return "request-pending";
      const { csr, privateKey } = await makeCsr(policy);
      const requestId = versionOf([csr]);
      await secret.write(requestId, writeVersion({ kind: "request", privateKey, csr }));
      const moved = await secret.move(PENDING, pending?.version ?? null, requestId);
      return moved === "elsewhere" ? "request-pending" : { requestId, csr };
    },
    async dropRequest(_name, requestId) {
      if ((await read(PENDING))?.version !== requestId) return "gone";
      return (await secret.move(PENDING, requestId, null)) === "elsewhere" ? "gone" : "dropped";
    },
    async merge(_name, chain, requestId) {
      const pending = await read(PENDING);
      if (pending?.version !== requestId || pending.stored.kind !== "request") return "gone";
      const [leaf, ...issuers] = chain;
      const { privateKey, csr } = pending.stored;
      if (leaf === undefined || !spkiOfLeaf(leaf).equals(readCsrPublicKey(csr))) return "other-key";
      // The same request and chain are the same version, so that a repeat adds none.
      const version = versionOf([Buffer.from(requestId), ...chain]);
      await secret.write(
        version,
        writeVersion({ kind: "certificate", privateKey, chain: [leaf, ...issuers] }),
      );
      if ((await secret.move(PENDING, requestId, version)) === "elsewhere") return "gone";
      return certificateOf(await read(PENDING)) ?? "gone";
    },
    async readStages() {
      const [pending, current] = [await read(PENDING), await read(CURRENT)];
      return {
        staged: certificateOf(pending),
        current: certificateOf(current),
        currentVersion: current?.version ?? null,
        held: current?.labels.includes(HOLD) ?? false,
      };
    },
    async promote(from, to) {
      return (await secret.move(CURRENT, from, to)) === "elsewhere" ? "elsewhere" : "promoted";
    },
  };
}

interface Held extends LabelledVersion {
  readonly stored: StoredVersion;
}

/** Somebody's own value may be worth something to them: it is neither passed over nor written over. */
function toHeld(labelled: LabelledVersion | null, target: string): Held | null {
  if (labelled === null) return null;
  const stored = parseVersion(labelled.value);
  if (stored !== null) return { ...labelled, stored };
  const code = "unreadable-secret";
  throw new CloudError({ provider: "aws", operation: "GetSecretValue", target, code, retryable: false });
}

function certificateOf(held: Held | null): VaultCertificate | null {
  if (held?.stored.kind !== "certificate") return null;
  const { version, createdAt, stored } = held;
  return { version, enabled: true, createdAt, leaf: stored.chain[0] };
}

/** Versions are named by what they are made of, and by nothing secret: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html */
function versionOf(parts: readonly Uint8Array[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(String(part.length)).update("\n").update(part);
  return hash.digest("hex").slice(0, 32);
}
