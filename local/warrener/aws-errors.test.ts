import { describe, expect, it } from "vitest";
import { CloudError, ConfigError } from "../../shared/runtime/errors.ts";
import { sayAwsError } from "./aws-errors.ts";

const attempted = { action: "dynamodb:Query", target: "the table t" };
const refused = (name: string) => Object.assign(new Error("text of AWS"), { name, $fault: "client" });
const failed = (code: string) =>
  new CloudError({ provider: "aws", operation: "Query", target: "t", code, retryable: false });

describe("sayAwsError", () => {
  it.each([
    ["ExpiredTokenException", /credentials have expired: log in again/],
    ["ExpiredToken", /credentials have expired: log in again/],
    ["UnrecognizedClientException", /does not know these credentials \(UnrecognizedClientException\)/],
    ["InvalidSignatureException", /does not know these credentials/],
    ["ResourceNotFoundException", /^the table t is not there, .* is the stage right \(--stage\)/],
    ["AccessDeniedException", /may not use the table t: they need dynamodb:Query on it/],
    ["ThrottlingException", /takes no call of the table t for now \(ThrottlingException\): try again/],
    ["TooManyRequestsException", /try again/],
    ["unreadable-item", /^the table t failed: unreadable-item$/],
  ])("says what to do about %s, from the SDK or from an adapter", (code, advice) => {
    for (const error of [refused(code), failed(code)]) {
      const said = sayAwsError(error, attempted);
      expect(said).toBeInstanceOf(ConfigError);
      expect(said.message).toMatch(advice);
      expect(said.message).not.toContain("text of AWS");
    }
  });

  it("takes no answer at all for a network that is down", () => {
    const error = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
    expect(sayAwsError(error, attempted).message).toMatch(/^the table t cannot be reached/);
  });

  it.each(["CredentialsProviderError", "TokenProviderError"])(
    "says how to log in when the SDK ends with %s, wherever it did",
    (name) => {
      const none = Object.assign(new Error("could not load"), { name });
      const wrapped = new CloudError({ ...failed("unreachable"), cause: none });
      for (const error of [none, wrapped])
        expect(sayAwsError(error, attempted).message).toMatch(/^there are no AWS credentials.*aws sso login/);
    },
  );

  it("leaves an advice that is there already", () => {
    const advice = new ConfigError("do this");
    expect(sayAwsError(advice, attempted)).toBe(advice);
  });
});
