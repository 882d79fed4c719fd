/**
 * A secret of Secrets Manager as relay reads it: which versions carry the labels, and what a version holds. A version
 * never changes, so what it holds crosses the wire once for each replica.
 */
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  type SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { Label } from "./log.ts";

export interface LabelledSecret {
  /** The version of each label that is there. Rejects when it cannot be told. */
  readLabels(): Promise<ReadonlyMap<Label, string>>;
  /** What it holds; undefined when there is no such version (any more). Rejects when it cannot be told. */
  readVersion(versionId: string): Promise<string | undefined>;
}

/** A read that hangs would end the watching. */
const READ_TIMEOUT_MS = 10_000;

export function secretsManagerSecret(client: SecretsManagerClient, secretId: string): LabelledSecret {
  const options = () => ({ abortSignal: AbortSignal.timeout(READ_TIMEOUT_MS) });
  return {
    async readLabels() {
      const answer = await client.send(new DescribeSecretCommand({ SecretId: secretId }), options());
      const labelled = Object.entries(answer.VersionIdsToStages ?? {}).flatMap(([versionId, labels]) =>
        labels.flatMap((text): [Label, string][] => {
          const label = Label.safeParse(text);
          return label.success ? [[label.data, versionId]] : [];
        }),
      );
      return new Map(labelled);
    },
    async readVersion(versionId) {
      try {
        const input = { SecretId: secretId, VersionId: versionId };
        // A binary value is not a document of ours; as an empty text it is called malformed.
        return (await client.send(new GetSecretValueCommand(input), options())).SecretString ?? "";
      } catch (error) {
        if (error instanceof Error && error.name === "ResourceNotFoundException") return undefined;
        throw error;
      }
    },
  };
}
