/** What the chapters look at: the world as a person with access to everything would see it. */
import * as z from "zod";
import { Serial } from "../../shared/certificates/schema.ts";
import { RelayLogLine } from "../relay/log.ts";
import type { Stack } from "../stack/stack.ts";
import { check } from "./chapter.ts";

/** The function, certificate and bunny that the demo is about. */
export function protagonists(stack: Stack) {
  const renew = [...stack.functions.values()].find(({ deployed }) =>
    deployed.name.endsWith("-renew-certificates"),
  );
  const [bunny] = stack.workloads.bunnies;
  const [declared] = stack.link.bunnies;
  const [certificate] = declared?.certificates ?? [];
  const [vault] = stack.graph.vaults;
  check(
    renew !== undefined && bunny !== undefined && certificate !== undefined && vault !== undefined,
    "the link has a bunny with a certificate",
  );
  return { renew, bunny, certificate, vault: stack.azure.keyVaults.vault(vault.name) };
}

/** The versions that the vault holds of the certificate, oldest first. */
export function versions(
  stack: Stack,
): { readonly version: string; readonly serial: Serial; readonly notAfterMs: number }[] {
  const { certificate, vault } = protagonists(stack);
  const merged = vault.certificates.get(certificate.name)?.versions ?? [];
  return merged.map(({ id, leaf, notAfter }) => ({
    version: id,
    serial: Serial.parse(leaf.serialNumber),
    notAfterMs: notAfter * 1000,
  }));
}

const ContainerRecord = z.object({ log_processed: z.unknown() });

/** relay's own lines as CloudWatch holds them. */
export function relayLines(stack: Stack): RelayLogLine[] {
  const events = stack.aws.logs.events(stack.link.relay.log.group);
  return events.flatMap(({ message }) => {
    const record = ContainerRecord.safeParse(parseJson(message));
    const line = RelayLogLine.safeParse(record.data?.log_processed);
    return line.success ? [line.data] : [];
  });
}

export function acceptedSerials(stack: Stack): Serial[] {
  return relayLines(stack).flatMap((line) =>
    line.event === "client.accepted" ? [line.clientCertificateSerial] : [],
  );
}

/** How often the brain had a certificate signed; relay's own certificates are not its doing. */
export function signedForBunny(stack: Stack) {
  const role = protagonists(stack).renew.deployed.role.arn;
  return stack.aws.acmPca.issued().filter(({ issuedTo }) => issuedTo === role);
}

const BrainLine = z.object({
  message: z.object({
    event: z.string(),
    change: z
      .object({ kind: z.string(), requestId: z.string().optional(), reasons: z.array(z.string()).optional() })
      .optional()
      // A word alone, in what was decided and not done.
      .catch(undefined),
  }),
});

export type BrainRecord = z.infer<typeof BrainLine>["message"];

/** What a Lambda logged, as CloudWatch holds it; lines of the platform's own are passed over. */
export const recordsOf = (stack: Stack, logicalName: string, sinceMs = 0): BrainRecord[] =>
  linesOf(stack, logicalName, sinceMs).flatMap((line) => BrainLine.safeParse(line).data?.message ?? []);

/** The same as JSON, whatever it says. */
export function linesOf(stack: Stack, logicalName: string, sinceMs = 0): unknown[] {
  const found = [...stack.functions.values()].find(({ deployed }) => deployed.logicalName === logicalName);
  check(found !== undefined, `the deployment has a function ${logicalName}`);
  const events = stack.aws.logs.events(found.deployed.logGroup);
  return events.flatMap(({ message, timestamp }) => (timestamp < sinceMs ? [] : [parseJson(message)]));
}

export const brainRecords = (stack: Stack): BrainRecord[] => recordsOf(stack, "RenewCertificates");

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
