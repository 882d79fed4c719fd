/** Of what no emulator is asked about: why, and of its operations, what else their truth rests on, or that nobody could check. */
import type { Missing } from "./run.ts";

/** Emulators that are known and not asked, on any machine. */
export const LEFT_OUT: readonly Missing[] = [
  {
    target: "lowkey-vault",
    reason:
      "Maven Central has no such artifact, under the name that the project gives; what it does with certificates is self-signed only, without a merge",
  },
];

const BY_SERVICE: Readonly<Record<string, string>> = {
  tables: "the stand-in hands all calls on to Azurite, which is Microsoft's own emulator",
  "key-vault": "nobody: Lowkey Vault is not run; recordings of the real service are cited above",
  network: "nobody: there is no emulator of Azure Resource Manager's networks",
  entra: "nobody; the SDK's own client accepts the answers",
  "managed-identity": "nobody; the SDK's own client accepts the answers",
  "event-grid": "nobody: the service calls, and is not called",
  slack: "nobody; the SDK's own client accepts the answers",
  lambda: "nobody: AWS's own runtime client runs the functions, and emulators need containers for it",
  kms: "nobody: the project has no client of AWS's for it",
  sqs: "nobody: the stand-in takes no calls from clients, only from other stand-ins",
  sns: "nobody: the stand-in takes no calls from clients, only from other stand-ins",
};

export function otherwise(operation: string): string {
  const [service = ""] = operation.split(":");
  return BY_SERVICE[service] ?? "nobody";
}
