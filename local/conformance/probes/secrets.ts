/** Secrets Manager as its probes ask it: secrets of two versions, and answers without ids. */
import * as z from "zod";
import type { Ground } from "../probe.ts";

/** A request token, and so a version's id. */
export const token = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
const named = (id: string) =>
  id.startsWith("00000000-") ? `version ${Number(id.slice(-12))}` : "another version";
const Id = z.string().transform(named);

export const Value = z.object({
  ARN: z.string().transform((arn) => (/:secret:.+-[A-Za-z0-9]{6}$/.test(arn) ? "arn" : "another form")),
  SecretString: z.string().optional(),
  VersionId: Id,
  VersionStages: z.array(z.string()).transform((labels) => labels.toSorted()),
});
export const Put = Value.pick({ VersionId: true, VersionStages: true });
export const Versions = z.object({
  Versions: z.array(
    z.object({
      VersionId: Id,
      VersionStages: z
        .array(z.string())
        .transform((labels) => labels.toSorted())
        .optional(),
    }),
  ),
});
const Labels = z.object({
  VersionIdsToStages: z.record(z.string(), z.array(z.string())).optional(),
});

export async function labels({ call }: Ground, SecretId: string) {
  const { VersionIdsToStages: stages = {} } = Labels.parse(
    await call("secretsmanager", "DescribeSecret", { SecretId }),
  );
  return Object.fromEntries(
    Object.entries(stages)
      .map(([id, names]) => [named(id), names.toSorted()] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}

export const put = ({ call }: Ground, SecretId: string, n: number, more: object = {}) =>
  call("secretsmanager", "PutSecretValue", {
    SecretId,
    ClientRequestToken: token(n),
    SecretString: `value ${n}`,
    ...more,
  });
export const get = ({ call }: Ground, SecretId: string, more: object = {}) =>
  call("secretsmanager", "GetSecretValue", { SecretId, ...more });
export const move = ({ call }: Ground, SecretId: string, VersionStage: string, more: object) =>
  call("secretsmanager", "UpdateSecretVersionStage", { SecretId, VersionStage, ...more });

/** Two versions: the second is current, the first previous. */
export async function twoVersions(ground: Ground): Promise<string> {
  const { name } = await ground.secret();
  await put(ground, name, 1);
  await put(ground, name, 2);
  return name;
}
