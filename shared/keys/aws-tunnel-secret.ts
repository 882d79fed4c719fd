/**
 * The Secrets Manager adapter of a tunnel's secret. One call tells which versions have the labels; a version, which never
 * changes, is fetched once for as long as the function stays warm. What is written and moved is as for relay's secret.
 */
import { DescribeSecretCommand, GetSecretValueCommand } from "@aws-sdk/client-secrets-manager";
import { type SecretOptions, stagedSecret } from "../certificates/aws-staged-secret.ts";
import { CURRENT, type LabelledVersion, PENDING } from "../certificates/staged-secret.ts";
import { attempt, broken } from "../journal/items.ts";
import { Secret } from "../runtime/secret.ts";
import type { TunnelSecret } from "./pre-shared-ports.ts";

type Fetched = Omit<LabelledVersion, "labels">;

export function tunnelSecret(options: SecretOptions): TunnelSecret {
  let fetched: ReadonlyMap<string, Fetched> = new Map();
  return {
    async readLabels() {
      const labels = await describe(options);
      if (labels === "deleted") return labels;
      const read = async (label: string) => {
        const [version, all] = [...labels].find(([, on]) => on.includes(label)) ?? [];
        if (version === undefined || all === undefined) return null;
        return { ...(fetched.get(version) ?? (await fetchVersion(options, version))), labels: all };
      };
      const [current, pending] = await Promise.all([read(CURRENT), read(PENDING)]);
      const labelled = [current, pending].filter((one) => one !== null);
      fetched = new Map(labelled.map((one) => [one.version, one]));
      return { current, pending };
    },
    // Of that adapter's own memory of a read nothing is needed.
    write: (version, value) => stagedSecret(options).write(version, value),
    move: (label, from, to) => stagedSecret(options).move(label, from, to),
  };
}

/** By version. */
async function describe({
  client,
  secret,
}: SecretOptions): Promise<ReadonlyMap<string, readonly string[]> | "deleted"> {
  const command = new DescribeSecretCommand({ SecretId: secret });
  const answer = await attempt("DescribeSecret", secret, () => client.send(command));
  if (answer.DeletedDate !== undefined) return "deleted";
  return new Map(Object.entries(answer.VersionIdsToStages ?? {}));
}

async function fetchVersion({ client, secret }: SecretOptions, version: string): Promise<Fetched> {
  const command = new GetSecretValueCommand({ SecretId: secret, VersionId: version });
  const answer = await attempt("GetSecretValue", secret, () => client.send(command));
  const { CreatedDate, SecretString } = answer;
  if (answer.VersionId !== version || CreatedDate === undefined)
    throw broken("GetSecretValue", secret, "unreadable-answer", false);
  return {
    version,
    createdAt: Math.floor(CreatedDate.getTime() / 1000),
    value: SecretString === undefined ? null : new Secret(SecretString),
  };
}
