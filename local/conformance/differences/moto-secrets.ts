/** Where moto answers otherwise than the stand-in: Secrets Manager. */
import type { Differences } from "../compare.ts";

export const motoSecrets: readonly Differences[] = [
  {
    emulator: "moto",
    right: "stand-in",
    why: "refusals are recorded with status 400; moto says 404, and breaks on a list",
    source: "sm-recorded",
    answers: {
      "secretsmanager:GetSecretValue / a secret that is not there": "refused ResourceNotFoundException 404",
      "secretsmanager:GetSecretValue / a secret without a value": "refused ResourceNotFoundException 404",
      "secretsmanager:GetSecretValue / a label that no version has": "refused ResourceNotFoundException 404",
      "secretsmanager:GetSecretValue / a version that is not there": "refused ResourceNotFoundException 404",
      "secretsmanager:GetSecretValue / a version that has not the label":
        "refused InvalidRequestException 404",
      "secretsmanager:PutSecretValue / a secret that is not there": "refused ResourceNotFoundException 404",
      "secretsmanager:ListSecretVersionIds / a secret that is not there": "error 500",
      "secretsmanager:DescribeSecret / a secret that is not there": "refused ResourceNotFoundException 404",
      "secretsmanager:UpdateSecretVersionStage / to a version that is not there":
        "refused InvalidParameterException 400",
    },
  },
  {
    emulator: "moto",
    right: "stand-in",
    why: "a version without labels is in no list of labels, and only in the list that asks for all",
    source: "sm-recorded",
    answers: {
      "secretsmanager:PutSecretValue / the third leaves the first without a label":
        '{"version 1":[],"version 2":["AWSPREVIOUS"],"version 3":["AWSCURRENT"]}',
      "secretsmanager:PutSecretValue / a label moves from the version that has it":
        '{"version 1":["AWSPREVIOUS"],"version 2":["AWSCURRENT"],"version 3":[],"version 4":["next"]}',
      "secretsmanager:ListSecretVersionIds / versions with labels":
        '[{"VersionId":"version 1","VersionStages":[]},{"VersionId":"version 2","VersionStages":["AWSPREVIOUS"]},{"VersionId":"version 3","VersionStages":["AWSCURRENT"]}]',
      "secretsmanager:ListSecretVersionIds / all versions":
        '[{"VersionId":"version 1","VersionStages":[]},{"VersionId":"version 2","VersionStages":["AWSPREVIOUS"]},{"VersionId":"version 3","VersionStages":["AWSCURRENT"]}]',
      "secretsmanager:UpdateSecretVersionStage / the pending version becomes current":
        '{"version 1":[],"version 2":["AWSPREVIOUS"],"version 3":["AWSCURRENT","AWSPENDING"]}',
      "secretsmanager:UpdateSecretVersionStage / a label is taken away":
        '{"version 1":[],"version 2":["AWSCURRENT"]}',
    },
  },
  {
    emulator: "moto",
    right: "unknown",
    why: "the model asks for 32 characters; which code breaking that gives is not documented",
    source: "sm-model",
    answers: {
      "secretsmanager:PutSecretValue / a token of 31 characters": "refused InvalidParameterException 400",
    },
  },
  {
    emulator: "moto",
    right: "stand-in",
    why: "a value is a text or bytes; the code of the refusal is inferred",
    source: "sm-model",
    answers: {
      "secretsmanager:PutSecretValue / a text and bytes at once": "answered",
    },
  },
  {
    emulator: "moto",
    right: "stand-in",
    why: "the model allows 20 labels in a call",
    source: "sm-model",
    answers: {
      "secretsmanager:PutSecretValue / 21 labels": "answered",
    },
  },
  {
    emulator: "moto",
    right: "stand-in",
    why: "the refusal is quoted there",
    source: "sm-remove-current",
    answers: {
      "secretsmanager:UpdateSecretVersionStage / the current label cannot be taken away": "answered",
    },
  },
];
