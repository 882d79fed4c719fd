/**
 * The Secrets Manager adapter. All of its operations are eventually consistent, so a read may be of the time before
 * this process's own last move: such a read is answered with what was moved. Use one for each invocation.
 *
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html
 */
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  type GetSecretValueCommandOutput,
  PutSecretValueCommand,
  type SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";
import { attempt, broken } from "../journal/items.ts";
import type { Clock } from "../runtime/instant.ts";
import { Secret } from "../runtime/secret.ts";
import { DRAFT, type LabelledVersion, type StagedSecret } from "./staged-secret.ts";

export interface SecretOptions {
  readonly client: SecretsManagerClient;
  /** ARN. */
  readonly secret: string;
  readonly clock: Clock;
  /** Told the service's id of each change. */
  readonly note?: (requestId: string) => void;
}

/** What every answer of the SDK is. */
interface MetadataBearer {
  readonly $metadata: { readonly requestId?: string | undefined };
}

interface Move {
  readonly from: string | null;
  readonly to: string | null;
}

export function stagedSecret({ client, secret, clock, note }: SecretOptions): StagedSecret {
  const written = new Map<string, LabelledVersion>();
  const moves = new Map<string, Move>();
  const place = { client, secret };
  const noteOf = ({ $metadata }: MetadataBearer) => {
    if ($metadata.requestId !== undefined) note?.($metadata.requestId);
  };
  return {
    async read(label) {
      const seen = await readLabelled(place, label);
      const move = moves.get(label);
      if (move === undefined || (seen?.version ?? null) !== move.from) return seen;
      if (move.to === null) return null;
      return written.get(move.to) ?? (await readVersion(place, move.to));
    },
    async write(version, value) {
      const command = new PutSecretValueCommand({
        SecretId: secret,
        ClientRequestToken: version,
        SecretString: value.unwrap(),
        // Without a label it would become the current version at once.
        VersionStages: [DRAFT],
      });
      noteOf(await attempt("PutSecretValue", secret, () => client.send(command)));
      written.set(version, { version, createdAt: clock(), labels: [], value });
    },
    async move(label, from, to) {
      const command = new UpdateSecretVersionStageCommand({
        SecretId: secret,
        VersionStage: label,
        ...(from === null ? {} : { RemoveFromVersionId: from }),
        ...(to === null ? {} : { MoveToVersionId: to }),
      });
      // How the service says that the label is not on the version that it is to be taken from.
      const moved = await attempt(
        "UpdateSecretVersionStage",
        secret,
        () => client.send(command),
        "InvalidParameterException",
      );
      if (moved === null) return "elsewhere";
      noteOf(moved);
      moves.set(label, { from, to });
      return "moved";
    },
  };
}

type Place = Pick<SecretOptions, "client" | "secret">;

async function readLabelled({ client, secret }: Place, label: string): Promise<LabelledVersion | null> {
  const command = new GetSecretValueCommand({ SecretId: secret, VersionStage: label });
  const answer = await attempt(
    "GetSecretValue",
    secret,
    () => client.send(command),
    "ResourceNotFoundException",
  );
  if (answer !== null) return toVersion(answer, secret);
  await expectUnlabelled({ client, secret }, label);
  return null;
}

/** A secret that is not there is refused in the same words as a label that is not there. */
async function expectUnlabelled({ client, secret }: Place, label: string): Promise<void> {
  const command = new DescribeSecretCommand({ SecretId: secret });
  const { VersionIdsToStages } = await attempt("DescribeSecret", secret, () => client.send(command));
  const labels = Object.values(VersionIdsToStages ?? {}).flat();
  // It was labelled between the two calls, or one of them is late.
  if (labels.includes(label)) throw broken("GetSecretValue", secret, "label-unsettled", true);
}

async function readVersion({ client, secret }: Place, version: string): Promise<LabelledVersion> {
  const command = new GetSecretValueCommand({ SecretId: secret, VersionId: version });
  return toVersion(await attempt("GetSecretValue", secret, () => client.send(command)), secret);
}

function toVersion(
  { VersionId, SecretString, CreatedDate, VersionStages }: GetSecretValueCommandOutput,
  secret: string,
): LabelledVersion {
  if (VersionId === undefined || CreatedDate === undefined)
    throw broken("GetSecretValue", secret, "unreadable-answer", false);
  return {
    version: VersionId,
    createdAt: Math.floor(CreatedDate.getTime() / 1000),
    labels: VersionStages ?? [],
    value: SecretString === undefined ? null : new Secret(SecretString),
  };
}
