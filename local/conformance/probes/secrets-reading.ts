/** Secrets Manager: what is read, by name, label and version. */
import type { Ground, Probe } from "../probe.ts";
import { get, labels, put, token, twoVersions, Value, Versions } from "./secrets.ts";

export const secretReadingProbes: readonly Probe[] = [
  {
    operation: "secretsmanager:GetSecretValue",
    cases: [
      { name: "a secret that is not there", main: true, refuses: (ground) => get(ground, "absent") },
      {
        name: "a secret without a value",
        main: true,
        refuses: async (ground) => await get(ground, (await ground.secret()).name),
      },
      {
        name: "the current value, by name",
        main: true,
        run: async (ground) => Value.parse(await get(ground, await twoVersions(ground))),
      },
      {
        name: "the current value, by ARN",
        run: async (ground) => {
          const { name, arn } = await ground.secret();
          await put(ground, name, 1);
          return Value.parse(await get(ground, arn));
        },
      },
      {
        name: "the current value, by ARN without its suffix",
        run: async (ground) => {
          const { name, arn } = await ground.secret();
          await put(ground, name, 1);
          return Value.parse(await get(ground, arn.slice(0, -7)));
        },
      },
      {
        name: "the value of a label",
        run: async (ground) =>
          Value.parse(await get(ground, await twoVersions(ground), { VersionStage: "AWSPREVIOUS" })),
      },
      {
        name: "the value of a version",
        run: async (ground) =>
          Value.parse(await get(ground, await twoVersions(ground), { VersionId: token(1) })),
      },
      {
        name: "a label that no version has",
        refuses: async (ground) => await get(ground, await twoVersions(ground), { VersionStage: "nobody" }),
      },
      {
        name: "a version that is not there",
        refuses: async (ground) => await get(ground, await twoVersions(ground), { VersionId: token(9) }),
      },
      {
        name: "a version that has not the label",
        refuses: async (ground) =>
          await get(ground, await twoVersions(ground), { VersionId: token(1), VersionStage: "AWSCURRENT" }),
      },
    ],
  },
  {
    operation: "secretsmanager:ListSecretVersionIds",
    cases: [
      {
        name: "versions with labels",
        run: async (ground) => await list(ground, {}),
      },
      {
        name: "all versions",
        run: async (ground) => await list(ground, { IncludeDeprecated: true }),
      },
      {
        name: "a secret that is not there",
        refuses: ({ call }) => call("secretsmanager", "ListSecretVersionIds", { SecretId: "absent" }),
      },
    ],
  },
  {
    operation: "secretsmanager:DescribeSecret",
    cases: [
      {
        name: "a secret that is not there",
        main: true,
        refuses: ({ call }) => call("secretsmanager", "DescribeSecret", { SecretId: "absent" }),
      },
      {
        name: "a secret without a value has no labels",
        run: async (ground) => await labels(ground, (await ground.secret()).name),
      },
      {
        name: "labels of two versions",
        run: async (ground) => await labels(ground, await twoVersions(ground)),
      },
    ],
  },
];

async function list(ground: Ground, more: object) {
  const SecretId = await twoVersions(ground);
  await put(ground, SecretId, 3);
  const answer = await ground.call("secretsmanager", "ListSecretVersionIds", { SecretId, ...more });
  return Versions.parse(answer).Versions.toSorted((a, b) => (a.VersionId < b.VersionId ? -1 : 1));
}
