/**
 * What the Key Vault stand-in can do and every code it can answer. Codes are the top-level ones of the wire;
 * `Forbidden` and `Conflict` are told apart by the inner code, as in the real service.
 */
import { type OperationTable, Refusal } from "../../stand-in/operations.ts";

const COMMON = ["Unauthorized", "Forbidden", "BadParameter", "Throttled"];

export const KEY_VAULT_OPERATIONS = {
  "key-vault:CreateCertificate": { mutates: true, errors: [...COMMON, "Conflict"] },
  "key-vault:GetCertificateOperation": { mutates: false, errors: [...COMMON, "PendingCertificateNotFound"] },
  "key-vault:UpdateCertificateOperation": {
    mutates: true,
    errors: [...COMMON, "PendingCertificateNotFound"],
  },
  "key-vault:DeleteCertificateOperation": {
    mutates: true,
    errors: [...COMMON, "PendingCertificateNotFound"],
  },
  "key-vault:MergeCertificate": { mutates: true, errors: [...COMMON, "PendingCertificateNotFound"] },
  "key-vault:ImportCertificate": { mutates: true, errors: COMMON },
  "key-vault:GetCertificate": { mutates: false, errors: [...COMMON, "CertificateNotFound"] },
  "key-vault:GetCertificatePolicy": { mutates: false, errors: [...COMMON, "CertificateNotFound"] },
  "key-vault:GetCertificateVersions": { mutates: false, errors: COMMON },
  "key-vault:UpdateCertificate": { mutates: true, errors: [...COMMON, "CertificateNotFound"] },
  "key-vault:DeleteCertificate": { mutates: true, errors: [...COMMON, "CertificateNotFound"] },
  "key-vault:GetSecret": { mutates: false, errors: [...COMMON, "SecretNotFound"] },
  "key-vault:GetSecretVersions": { mutates: false, errors: COMMON },
  "key-vault:GetDeletedSecret": { mutates: false, errors: [...COMMON, "SecretNotFound"] },
  "key-vault:SetSecret": { mutates: true, errors: [...COMMON, "Conflict"] },
} as const satisfies OperationTable;

export type KeyVaultOperation = keyof typeof KEY_VAULT_OPERATIONS;

/** A refusal with the code that Key Vault puts into `innererror`. */
export class VaultRefusal extends Refusal {
  readonly innerCode: string | undefined;

  constructor(status: number, code: string, message: string, innerCode?: string) {
    super(status, code, message);
    this.innerCode = innerCode;
  }
}

const RECOVERY_HINT =
  "If you recently deleted this certificate you may be able to recover it using the correct recovery command. " +
  "For help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125182";

export function badParameter(message: string): VaultRefusal {
  return new VaultRefusal(400, "BadParameter", message);
}

export function certificateNotFound(id: string): VaultRefusal {
  const message = `A certificate with (name/id) ${id} was not found in this key vault. ${RECOVERY_HINT}`;
  return new VaultRefusal(404, "CertificateNotFound", message);
}

export function secretNotFound(id: string): VaultRefusal {
  const message = `A secret with (name/id) ${id} was not found in this key vault. ${RECOVERY_HINT}`;
  return new VaultRefusal(
    404,
    "SecretNotFound",
    message.replace("deleted this certificate", "deleted this secret"),
  );
}

export function deletedSecretNotFound(name: string): VaultRefusal {
  return new VaultRefusal(404, "SecretNotFound", `Deleted Secret not found: ${name}`);
}

export function secretDeleted(name: string): VaultRefusal {
  const message =
    `Secret ${name} is currently in a deleted but recoverable state, and its name cannot be reused; in this state, ` +
    "the secret can only be recovered or purged.";
  return new VaultRefusal(409, "Conflict", message, "ObjectIsDeletedButRecoverable");
}

export function secretBeingDeleted(name: string): VaultRefusal {
  const message = `Secret ${name} is currently being deleted and cannot be re-created; retry later.`;
  return new VaultRefusal(409, "Conflict", message, "ObjectIsBeingDeleted");
}

/** What stands behind a certificate is changed with the certificate alone. */
export function secretManaged(name: string): VaultRefusal {
  return new VaultRefusal(409, "Conflict", `Secret ${name} belongs to a certificate and cannot be set.`);
}

export function secretDisabled(): VaultRefusal {
  const message = "Operation get is not allowed on a disabled secret.";
  return new VaultRefusal(403, "Forbidden", message, "SecretDisabled");
}

export function pendingNotFound(name: string): VaultRefusal {
  return new VaultRefusal(404, "PendingCertificateNotFound", `Pending certificate not found: ${name}`);
}
