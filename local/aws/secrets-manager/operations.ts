/** What the local Secrets Manager can do and how it refuses; docs/fidelity.md names the source of each row. */
import type { OperationTable } from "../../stand-in/operations.ts";
import { jsonCommonErrors } from "../json-wire.ts";

const common = [
  ...jsonCommonErrors,
  "InternalServiceError",
  "InvalidParameterException",
  "ResourceNotFoundException",
  "ValidationException",
];

export const secretsManagerOperations: OperationTable = {
  "secretsmanager:DescribeSecret": { mutates: false, errors: common },
  "secretsmanager:GetSecretValue": {
    mutates: false,
    errors: [...common, "DecryptionFailure", "InvalidRequestException"],
  },
  "secretsmanager:ListSecretVersionIds": { mutates: false, errors: [...common, "InvalidNextTokenException"] },
  "secretsmanager:PutSecretValue": {
    mutates: true,
    errors: [
      ...common,
      "DecryptionFailure",
      "EncryptionFailure",
      "InvalidRequestException",
      "LimitExceededException",
      "ResourceExistsException",
    ],
  },
  "secretsmanager:UpdateSecretVersionStage": {
    mutates: true,
    errors: [...common, "InvalidRequestException", "LimitExceededException"],
  },
};
