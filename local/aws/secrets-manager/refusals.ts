/** The refusals of Secrets Manager, worded as the service words them. None carries any part of a value. */
import { Refusal } from "../../stand-in/operations.ts";

const refuse = (code: string, message: string) => new Refusal(400, code, message);

export const secretNotFound = () =>
  refuse("ResourceNotFoundException", "Secrets Manager can't find the specified secret.");

/** `what` is `staging label: AWSCURRENT` or `VersionId: <id>`. */
export const valueNotFound = (what: string) =>
  refuse("ResourceNotFoundException", `Secrets Manager can't find the specified secret value for ${what}`);

export const markedForDeletion = () =>
  refuse(
    "InvalidRequestException",
    "You can't perform this operation on the secret because it was marked for deletion.",
  );

export const labelElsewhere = () =>
  refuse(
    "InvalidRequestException",
    "You provided a VersionStage that is not associated to the provided VersionId.",
  );

export const noRequestToken = () =>
  refuse(
    "InvalidRequestException",
    "You must provide a ClientRequestToken value. We recommend a UUID-type value.",
  );

export const noValue = () =>
  refuse("InvalidRequestException", "You must provide either SecretString or SecretBinary.");

export const twoValues = () =>
  refuse("InvalidParameterException", "You can't specify both SecretString and SecretBinary.");

export const tokenInUse = (token: string, secretArn: string) =>
  refuse(
    "ResourceExistsException",
    `You can't use ClientRequestToken ${token} because that value is already in use for a version of secret ${secretArn}.`,
  );

export const tooManyVersions = () =>
  refuse("LimitExceededException", "You've exceeded the limit for the number of versions of this secret.");

export const tooManyLabels = () =>
  refuse("LimitExceededException", "You exceeded the maximum number of staging labels allowed on a secret.");

export const moveNothing = () =>
  refuse(
    "InvalidParameterException",
    "You must provide a value for MoveToVersionId or RemoveFromVersionId, or both.",
  );

export const mustRemoveFrom = (label: string, versionId: string) =>
  refuse(
    "InvalidParameterException",
    `The parameter RemoveFromVersionId can't be empty. Staging label ${label} is currently attached to version ${versionId}, so you must explicitly reference that version in RemoveFromVersionId.`,
  );

export const removesFromAnother = (label: string) =>
  refuse(
    "InvalidParameterException",
    `If you specify RemoveFromVersionId, it must be the version that currently has the staging label ${label}.`,
  );

export const currentMustMove = () =>
  refuse(
    "InvalidParameterException",
    "You can only move staging label AWSCURRENT to a different secret version. It can't be completely removed.",
  );

export const badPageToken = () => refuse("InvalidNextTokenException", "The NextToken value is invalid.");

export const cannotEncrypt = () =>
  refuse(
    "EncryptionFailure",
    "Secrets Manager can't encrypt the protected secret text using the provided KMS key.",
  );

export const cannotDecrypt = () =>
  refuse(
    "DecryptionFailure",
    "Secrets Manager can't decrypt the protected secret text using the provided KMS key.",
  );
