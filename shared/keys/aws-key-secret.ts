/**
 * An API key's secret in Secrets Manager. A look is one DescribeSecret; a version never changes, so each is read once,
 * and of it only what it says of itself is kept, never the key.
 *
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html
 */
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";
import { DRAFT } from "../certificates/staged-secret.ts";
import { attempt, broken } from "../journal/items.ts";
import { Secret } from "../runtime/secret.ts";
import type { KeyLabel, KeySecret } from "./api-key-ports.ts";
import type { LabelledKey } from "./api-key-schema.ts";
import { type ApiKey, parseApiKey } from "./api-key-value.ts";

export interface KeySecretOptions {
  readonly client: SecretsManagerClient;
  /** ARN. */
  readonly secret: string;
  /** What is known of versions, by their ids; kept from one invocation to the next it spares reading them again. */
  readonly known: Map<string, LabelledKey>;
}

interface Version {
  readonly createdAt: number;
  readonly key: ApiKey | null;
}

const NOT_FOUND = "ResourceNotFoundException";

export function keySecret({ client, secret, known }: KeySecretOptions): KeySecret {
  const readVersion = async (versionId: string): Promise<Version | null> => {
    const command = new GetSecretValueCommand({ SecretId: secret, VersionId: versionId });
    const answer = await attempt("GetSecretValue", secret, () => client.send(command), NOT_FOUND);
    if (answer === null) return null;
    const { SecretString, CreatedDate } = answer;
    if (CreatedDate === undefined) throw broken("GetSecretValue", secret, "unreadable-answer", false);
    const value = SecretString === undefined ? null : new Secret(SecretString);
    return { createdAt: Math.floor(CreatedDate.getTime() / 1000), key: parseApiKey(value) };
  };
  const labelledBy = async (versionId: string | undefined): Promise<LabelledKey | null> => {
    if (versionId === undefined) return null;
    const before = known.get(versionId);
    if (before !== undefined) return before;
    const version = await readVersion(versionId);
    // It has a label, so it is there: one of the two reads is late.
    if (version === null) throw broken("GetSecretValue", secret, "label-unsettled", true);
    const labelled = { versionId, createdAt: version.createdAt, key: version.key?.facts ?? null };
    known.set(versionId, labelled);
    return labelled;
  };
  return {
    async readLabels() {
      const command = new DescribeSecretCommand({ SecretId: secret });
      const { DeletedDate, VersionIdsToStages = {} } = await attempt("DescribeSecret", secret, () =>
        client.send(command),
      );
      if (DeletedDate !== undefined) return "deleted";
      const versionWith = (label: KeyLabel) =>
        Object.entries(VersionIdsToStages).find(([, labels]) => labels.includes(label))?.[0];
      // After a promotion two of them are on one version.
      const current = await labelledBy(versionWith("AWSCURRENT"));
      const pending = await labelledBy(versionWith("AWSPENDING"));
      const previous = await labelledBy(versionWith("AWSPREVIOUS"));
      forgetOthers(known, [current, pending, previous]);
      return { current, pending, previous };
    },
    readKey: async (versionId) => (await readVersion(versionId))?.key ?? null,
    async write(versionId, value) {
      const command = new PutSecretValueCommand({
        SecretId: secret,
        ClientRequestToken: versionId,
        SecretString: value.unwrap(),
        // Without a label it would become the current version at once.
        VersionStages: [DRAFT],
      });
      await attempt("PutSecretValue", secret, () => client.send(command));
    },
    async move(label, from, to) {
      const command = new UpdateSecretVersionStageCommand({
        SecretId: secret,
        VersionStage: label,
        ...(from === null ? {} : { RemoveFromVersionId: from }),
        ...(to === null ? {} : { MoveToVersionId: to }),
      });
      // The label is not on the version that it is to be taken from; or one of the two versions is gone.
      const expected = ["InvalidParameterException", NOT_FOUND];
      const moved = await attempt("UpdateSecretVersionStage", secret, () =>
        orRefused(client.send(command), expected),
      );
      return moved === null ? "elsewhere" : "moved";
    },
  };
}

/** What has no label any more is never asked about again. */
function forgetOthers(known: Map<string, LabelledKey>, labelled: readonly (LabelledKey | null)[]): void {
  for (const versionId of known.keys())
    if (!labelled.some((one) => one?.versionId === versionId)) known.delete(versionId);
}

async function orRefused<T>(answer: Promise<T>, expected: readonly string[]): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Error && expected.includes(error.name)) return null;
    throw error;
  }
}
