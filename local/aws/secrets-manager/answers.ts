/** Answers in the service's form: instants in seconds, and only the members that have a value. */
import type { ListInput } from "./inputs.ts";
import { labelsOn } from "./labels.ts";
import { badPageToken } from "./refusals.ts";
import type { Contents, Secret, Version } from "./secret-store.ts";

const seconds = (ms: number) => ms / 1000;
const nonEmpty = (labels: readonly string[]) => (labels.length === 0 ? {} : { VersionStages: labels });

export function toDescription(secret: Secret, { versions, labels }: Contents) {
  const staged = [...versions.keys()].flatMap((id) => {
    const on = labelsOn(labels, id);
    return on.length === 0 ? [] : [[id, on] as const];
  });
  const accessed = Math.max(...secret.accessedAtMs.values());
  return {
    ARN: secret.arn,
    Name: secret.name,
    CreatedDate: seconds(secret.createdAtMs),
    LastChangedDate: seconds(secret.lastChangedAtMs),
    ...(secret.kmsKeyArn === undefined ? {} : { KmsKeyId: secret.kmsKeyArn }),
    ...(secret.accessedAtMs.size === 0 ? {} : { LastAccessedDate: seconds(accessed) }),
    ...(secret.deletionAtMs === undefined ? {} : { DeletedDate: seconds(secret.deletionAtMs) }),
    ...(staged.length === 0 ? {} : { VersionIdsToStages: Object.fromEntries(staged) }),
  };
}

export function toValue(secret: Secret, version: Version, { labels }: Contents) {
  return {
    ARN: secret.arn,
    Name: secret.name,
    VersionId: version.id,
    ...version.value,
    ...nonEmpty(labelsOn(labels, version.id)),
    CreatedDate: seconds(version.createdAtMs),
  };
}

export function toPage(secret: Secret, { versions, labels }: Contents, request: ListInput, limit: number) {
  const listed = [...versions.values()].filter(
    ({ id }) => request.IncludeDeprecated || labelsOn(labels, id).length > 0,
  );
  const start = request.NextToken === undefined ? 0 : positionOf(request.NextToken, secret, request);
  const end = start + limit;
  return {
    ARN: secret.arn,
    Name: secret.name,
    Versions: listed.slice(start, end).map((version) => ({
      VersionId: version.id,
      ...nonEmpty(labelsOn(labels, version.id)),
      ...lastAccess(secret.accessedAtMs.get(version.id)),
      CreatedDate: seconds(version.createdAtMs),
      KmsKeyIds: [version.kmsKeyArn ?? "DefaultEncryptionKey"],
    })),
    ...(end < listed.length ? { NextToken: tokenOf(end, secret, request) } : {}),
  };
}

const lastAccess = (atMs: number | undefined) =>
  atMs === undefined ? {} : { LastAccessedDate: seconds(atMs) };

const searched = ({ arn }: Secret, { IncludeDeprecated }: ListInput) => `${arn} ${IncludeDeprecated}`;

const tokenOf = (position: number, secret: Secret, request: ListInput) =>
  Buffer.from(`${position} ${searched(secret, request)}`).toString("base64");

/** Throws `Refusal` for a token that is none, or of another search. */
function positionOf(token: string, secret: Secret, request: ListInput): number {
  const [, position, search] = /^(\d+) (.+)$/.exec(Buffer.from(token, "base64").toString()) ?? [];
  if (position === undefined || search !== searched(secret, request)) throw badPageToken();
  return Number(position);
}
