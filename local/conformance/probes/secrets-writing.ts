/** Secrets Manager: what is written, under which token, and which label goes where. */
import type { Probe } from "../probe.ts";
import { labels, move, Put, put, token, twoVersions } from "./secrets.ts";

export const secretWritingProbes: readonly Probe[] = [
  {
    operation: "secretsmanager:PutSecretValue",
    cases: [
      {
        name: "the first value is current",
        main: true,
        run: async (ground) => Put.parse(await put(ground, (await ground.secret()).name, 1)),
      },
      {
        name: "the second makes the first previous",
        main: true,
        run: async (ground) => await labels(ground, await twoVersions(ground)),
      },
      {
        name: "the third leaves the first without a label",
        run: async (ground) => {
          const name = await twoVersions(ground);
          await put(ground, name, 3);
          return await labels(ground, name);
        },
      },
      {
        name: "a value with a label of its own is not current",
        main: true,
        run: async (ground) => {
          const name = await twoVersions(ground);
          const answer = Put.parse(await put(ground, name, 3, { VersionStages: ["AWSPENDING"] }));
          return { answer, labels: await labels(ground, name) };
        },
      },
      {
        name: "a label moves from the version that has it",
        run: async (ground) => {
          const name = await twoVersions(ground);
          await put(ground, name, 3, { VersionStages: ["next"] });
          await put(ground, name, 4, { VersionStages: ["next"] });
          return await labels(ground, name);
        },
      },
      {
        name: "the first value with a label of its own",
        run: async (ground) => {
          const { name } = await ground.secret();
          await put(ground, name, 1, { VersionStages: ["AWSPENDING"] });
          return await labels(ground, name);
        },
      },
      {
        name: "the same token with the same value",
        run: async (ground) => {
          const name = await twoVersions(ground);
          const answer = Put.parse(await put(ground, name, 1));
          return { answer: answer.VersionId, labels: await labels(ground, name) };
        },
      },
      {
        name: "the same token with another value",
        refuses: async (ground) => await put(ground, await twoVersions(ground), 1, { SecretString: "other" }),
      },
      {
        name: "a token of 31 characters",
        refuses: async (ground) =>
          await put(ground, (await ground.secret()).name, 1, { ClientRequestToken: "x".repeat(31) }),
      },
      {
        name: "a text and bytes at once",
        refuses: async (ground) => {
          const SecretBinary = { $bytes: "AAAA" };
          return await put(ground, (await ground.secret()).name, 1, { SecretBinary });
        },
      },
      {
        name: "no value",
        refuses: async (ground) => {
          const SecretId = (await ground.secret()).name;
          return await ground.call("secretsmanager", "PutSecretValue", {
            SecretId,
            ClientRequestToken: token(1),
          });
        },
      },
      { name: "a secret that is not there", refuses: (ground) => put(ground, "absent", 1) },
      {
        name: "21 labels",
        refuses: async (ground) => {
          const VersionStages = Array.from({ length: 21 }, (_, n) => `label-${n}`);
          await put(ground, (await ground.secret()).name, 1, { VersionStages });
        },
      },
    ],
  },
  {
    operation: "secretsmanager:UpdateSecretVersionStage",
    cases: [
      {
        name: "the current label moves back, and the previous one with it",
        main: true,
        run: async (ground) => {
          const name = await twoVersions(ground);
          await move(ground, name, "AWSCURRENT", {
            MoveToVersionId: token(1),
            RemoveFromVersionId: token(2),
          });
          return await labels(ground, name);
        },
      },
      {
        name: "the pending version becomes current",
        run: async (ground) => {
          const name = await twoVersions(ground);
          await put(ground, name, 3, { VersionStages: ["AWSPENDING"] });
          await move(ground, name, "AWSCURRENT", {
            MoveToVersionId: token(3),
            RemoveFromVersionId: token(2),
          });
          return await labels(ground, name);
        },
      },
      {
        name: "a label that no version has",
        run: async (ground) => {
          const name = await twoVersions(ground);
          await move(ground, name, "next", { MoveToVersionId: token(1) });
          return await labels(ground, name);
        },
      },
      {
        name: "a label is taken away",
        run: async (ground) => {
          const name = await twoVersions(ground);
          await move(ground, name, "AWSPREVIOUS", { RemoveFromVersionId: token(1) });
          return await labels(ground, name);
        },
      },
      {
        name: "the current label without saying from where",
        refuses: async (ground) => {
          const name = await twoVersions(ground);
          return await move(ground, name, "AWSCURRENT", { MoveToVersionId: token(1) });
        },
      },
      {
        name: "the current label from a version that has it not",
        refuses: async (ground) => {
          const name = await twoVersions(ground);
          const from = { MoveToVersionId: token(1), RemoveFromVersionId: token(1) };
          return await move(ground, name, "AWSCURRENT", from);
        },
      },
      {
        name: "the current label cannot be taken away",
        refuses: async (ground) =>
          await move(ground, await twoVersions(ground), "AWSCURRENT", { RemoveFromVersionId: token(2) }),
      },
      {
        name: "to a version that is not there",
        refuses: async (ground) =>
          await move(ground, await twoVersions(ground), "next", { MoveToVersionId: token(9) }),
      },
    ],
  },
];
