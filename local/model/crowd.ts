/**
 * Many certificates that are all due at once, none of them late yet: each vault's deadlines in no order of names, and
 * the calls take as long as they do in the clouds.
 */
import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { policyOf } from "../../shared/certificates/azure-policy.ts";
import { bunnyCertificates } from "../../shared/certificates/desired.ts";
import type { Link } from "../../shared/link/schema.ts";
import { createModel, type Model, START } from "./brain.ts";
import type { Call, CallName } from "./calls.ts";
import { linkOf } from "./link.ts";
import { storedPolicy } from "./vault-request.ts";
import { randomFrom } from "./weather.ts";

export interface Crowd {
  readonly certificates: number;
  readonly vaults: number;
  readonly issuePerSecond: number;
  readonly seed: number;
  /** "fresh" when there is nothing to be done; "pending" when each waits in its vault to be signed. */
  readonly state?: "due" | "pending" | "fresh";
}

const WEEK = 604_800;
/** A third of the week is the lead; the last half of it is when a run that postpones is late. */
const LEAD = WEEK / 3;
const SPREAD_MINUTES = 800;

/**
 * A call's own part: what the hand does in the vault comes on top. A batch of twenty is read within about 200 ms
 * between London and the UK South region.
 */
const LATENCIES_MS: Partial<Readonly<Record<CallName, number>>> = {
  "authority.observe": 50,
  "authority.issue": 120,
  "authority.read": 60,
  "hand.observe": 100,
  "hand.request": 60,
  "hand.drop-request": 60,
  "hand.merge": 60,
  "vault.read-certificate": 50,
  "vault.read-request": 50,
  "vault.read-policy": 50,
  "vault.create-request": 300,
  "vault.drop-request": 80,
  "vault.merge": 250,
  "usage.first-accepted": 200,
  "bus.tell": 30,
};
const TABLE_MS = 10;

/** With when each one's version ends. */
export async function createCrowd(
  crowd: Crowd,
): Promise<{ readonly model: Model; readonly deadlines: ReadonlyMap<string, number> }> {
  const link = linkFor(crowd);
  const model = await createModel({ link });
  const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const spki = createPublicKey(publicKey.export({ type: "spki", format: "pem" })).export({
    type: "spki",
    format: "der",
  });
  const random = randomFrom(crowd.seed);
  // Those that end in the same minute are the same certificate: each of them would take long to make.
  const leaves = new Map<number, Promise<Uint8Array>>();
  const deadlines = new Map<string, number>();
  const latest = START + (crowd.state === "fresh" ? WEEK : LEAD);
  for (const { holder, name, identity, ...desired } of bunnyCertificates(link)) {
    const notAfter = latest - 60 * Math.floor(random() * SPREAD_MINUTES);
    const leaf = leaves.get(notAfter) ?? model.authority.signByHand(identity, spki, notAfter);
    leaves.set(notAfter, leaf);
    const vault = model.vaults.get(holder);
    vault?.importByHand(name, await leaf);
    if (crowd.state === "pending")
      await vault?.requestByHand(name, storedPolicy(policyOf({ identity, ...desired })));
    deadlines.set(name, notAfter);
  }
  // The CA signs within its first pause, as a rule.
  model.authority.readsInProgress = 1;
  model.calls.durationOf = latencyOf;
  model.calls.retriesAfterMs = retriesOf;
  return { model, deadlines };
}

/** As the adapters have it: the AWS SDK's three attempts, the vault's (azure.ts), none of the hand itself or the CA. */
function retriesOf({ name }: Call): readonly number[] {
  if (name.startsWith("hand.") || name.startsWith("authority.")) return [];
  return name.startsWith("vault.") ? [1_000, 2_000] : [100, 200];
}

const latencyOf = ({ name }: Call): number => LATENCIES_MS[name] ?? TABLE_MS;

function linkFor({ certificates, vaults, issuePerSecond }: Crowd): Link {
  const names = Array.from({ length: certificates }, (_, index) => `certificate-${index}`);
  const bunnies = Array.from({ length: vaults }, (_, vault) => [
    `bunny-${vault}`,
    names.filter((_name, index) => index % vaults === vault).map((name) => ({ name })),
  ]);
  const certificateAuthority = { commonName: "Test CA", mode: "short-lived", issuePerSecond } as const;
  return linkOf(Object.fromEntries(bunnies), { certificateAuthority });
}

/** Which vault a certificate is in: what a vault limits, it limits by itself. */
export function holderOf({ bunnies }: Link): (certificate: string) => string {
  const holders = new Map(
    bunnies.flatMap(({ name, certificates }) => certificates.map((one) => [one.name, name])),
  );
  return (certificate) => holders.get(certificate) ?? "";
}
