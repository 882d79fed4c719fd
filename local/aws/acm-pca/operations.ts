/** What the local Private CA can do and how it refuses; docs/fidelity.md names the source of each row. */
import type { OperationTable } from "../../stand-in/operations.ts";
import { jsonCommonErrors } from "../json-wire.ts";

const common = [
  ...jsonCommonErrors,
  "InvalidArnException",
  "ResourceNotFoundException",
  "ValidationException",
];

export const acmPcaOperations: OperationTable = {
  "acm-pca:IssueCertificate": {
    mutates: true,
    errors: [
      ...common,
      "InvalidArgsException",
      "InvalidStateException",
      "LimitExceededException",
      "MalformedCSRException",
    ],
  },
  "acm-pca:GetCertificate": {
    mutates: false,
    errors: [...common, "InvalidStateException", "RequestFailedException", "RequestInProgressException"],
  },
  "acm-pca:DescribeCertificateAuthority": { mutates: false, errors: common },
  "acm-pca:GetCertificateAuthorityCertificate": {
    mutates: false,
    errors: [...common, "InvalidStateException"],
  },
  "acm-pca:RevokeCertificate": {
    mutates: true,
    errors: [
      ...common,
      "ConcurrentModificationException",
      "InvalidRequestException",
      "InvalidStateException",
      "LimitExceededException",
      "RequestAlreadyProcessedException",
      "RequestFailedException",
      "RequestInProgressException",
    ],
  },
};
