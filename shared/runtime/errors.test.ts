import { describe, expect, it } from "vitest";
import { CloudError, ConfigError, ContractError, InvariantError } from "./errors.ts";

describe("CloudError", () => {
  const cause = new Error("answer with a body that nobody should see");
  const error = new CloudError({
    provider: "aws",
    operation: "IssueCertificate",
    target: "bunny-client",
    code: "LimitExceededException",
    retryable: false,
    cause,
  });

  it("says what failed at which cloud, and nothing of its cause", () => {
    expect(error.message).toBe("aws IssueCertificate of bunny-client failed: LimitExceededException");
  });

  it("keeps each fact as a field", () => {
    expect({ ...error }).toMatchObject({
      name: "CloudError",
      provider: "aws",
      operation: "IssueCertificate",
      target: "bunny-client",
      code: "LimitExceededException",
      retryable: false,
    });
    expect(error.cause).toBe(cause);
  });
});

describe("each error", () => {
  it.each([
    [ConfigError, "ConfigError"],
    [ContractError, "ContractError"],
    [InvariantError, "InvariantError"],
  ] as const)("is an Error with its own name", (Class, name) => {
    const error = new Class("what happened");
    expect(error).toBeInstanceOf(Error);
    expect(String(error)).toBe(`${name}: what happened`);
  });
});
