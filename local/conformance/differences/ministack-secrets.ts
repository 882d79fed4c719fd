/** Where ministack answers otherwise than the stand-in: Secrets Manager. */
import type { Differences } from "../compare.ts";

export const ministackSecrets: readonly Differences[] = [
  {
    emulator: "ministack",
    right: "stand-in",
    why: "a secret that is made without a value has no version; ministack makes one",
    source: "sm-recorded",
    answers: {
      "secretsmanager:GetSecretValue / a secret without a value": "answered",
      "secretsmanager:PutSecretValue / the first value with a label of its own":
        '{"another version":["AWSCURRENT"],"version 1":["AWSPENDING"]}',
      "secretsmanager:DescribeSecret / a secret without a value has no labels":
        '{"another version":["AWSCURRENT"]}',
    },
  },
  {
    emulator: "ministack",
    right: "stand-in",
    why: "a version and a label that do not go together are refused",
    source: "sm-recorded",
    answers: {
      "secretsmanager:GetSecretValue / a version that has not the label": "answered",
    },
  },
  {
    emulator: "ministack",
    right: "stand-in",
    why: "a label is on one version at a time",
    source: "sm-model",
    answers: {
      "secretsmanager:PutSecretValue / a label moves from the version that has it":
        '{"version 1":["AWSPREVIOUS"],"version 2":["AWSCURRENT"],"version 3":["next"],"version 4":["next"]}',
    },
  },
  {
    emulator: "ministack",
    right: "stand-in",
    why: "a token that was used does nothing with the same value, and is refused with another",
    source: "sm-model",
    answers: {
      "secretsmanager:PutSecretValue / the same token with the same value":
        '{"answer":"version 1","labels":{"version 1":["AWSCURRENT"],"version 2":["AWSPREVIOUS"]}}',
      "secretsmanager:PutSecretValue / the same token with another value": "answered",
    },
  },
  {
    emulator: "ministack",
    right: "unknown",
    why: "the model asks for 32 characters; which code breaking that gives is not documented",
    source: "sm-model",
    answers: {
      "secretsmanager:PutSecretValue / a token of 31 characters": "answered",
    },
  },
  {
    emulator: "ministack",
    right: "stand-in",
    why: "a value is a text or bytes; the code of the refusal is inferred",
    source: "sm-model",
    answers: {
      "secretsmanager:PutSecretValue / a text and bytes at once": "answered",
    },
  },
  {
    emulator: "ministack",
    right: "stand-in",
    why: "moto agrees with the stand-in; the code is inferred",
    source: "sm-recorded",
    answers: {
      "secretsmanager:PutSecretValue / no value": "answered",
    },
  },
  {
    emulator: "ministack",
    right: "stand-in",
    why: "the model allows 20 labels in a call",
    source: "sm-model",
    answers: {
      "secretsmanager:PutSecretValue / 21 labels": "answered",
    },
  },
  {
    emulator: "ministack",
    right: "stand-in",
    why: "IncludeDeprecated lists the versions without labels too",
    source: "sm-recorded",
    answers: {
      "secretsmanager:ListSecretVersionIds / all versions":
        '[{"VersionId":"version 2","VersionStages":["AWSPREVIOUS"]},{"VersionId":"version 3","VersionStages":["AWSCURRENT"]}]',
    },
  },
  {
    emulator: "ministack",
    right: "stand-in",
    why: "the refusal is quoted there",
    source: "sm-remove-current",
    answers: {
      "secretsmanager:UpdateSecretVersionStage / the current label cannot be taken away": "answered",
    },
  },
];
