/**
 * relay's secret in the evaluated deployment, and whoever writes it. Neither is there when the link has no
 * certificate for relay.
 */
import { DEPLOYED, nameInStage, RELAY_SECRET } from "../../shared/runtime/deployed-names.ts";
import type { Graph, Role, Secret } from "../graph/schema.ts";

/** What of the graph tells. */
export interface SecretParts extends Pick<Graph, "app" | "stage"> {
  readonly secrets: readonly Pick<Secret, "name" | "arn" | "kmsKeyArn">[];
  readonly functions: readonly { readonly role: Pick<Role, "name" | "arn"> }[];
}

export interface RelaySecret {
  readonly arn: string;
  /** The customer's key that it is encrypted with. */
  readonly kmsKeyArn: string;
  /** The one role that puts values into it. */
  readonly writerRoleArn: string;
}

/** Throws for a secret that is under no key of its own, or that no function of the deployment writes. */
export function relaySecret({ app, stage, secrets, functions }: SecretParts): RelaySecret | undefined {
  const named = (thing: string) => nameInStage(app, stage, thing);
  const secret = secrets.find(({ name }) => name === named(RELAY_SECRET));
  if (secret === undefined) return undefined;
  const writer = functions.find(({ role }) => role.name === named(DEPLOYED.renewRelayCertificate));
  if (writer === undefined) throw new Error(`no function of the deployment writes ${secret.name}`);
  const { arn, kmsKeyArn } = secret;
  if (kmsKeyArn === undefined) throw new Error(`${secret.name} is under no key of its own`);
  return { arn, kmsKeyArn, writerRoleArn: writer.role.arn };
}
