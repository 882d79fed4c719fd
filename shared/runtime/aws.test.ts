import { describe, expect, it } from "vitest";
import { cloudError } from "./aws.ts";

/** An error as the SDK makes it of an answer. */
const answered = (name: string, marks: object) =>
  Object.assign(new Error("text of the cloud"), { name, ...marks });

describe("cloudError", () => {
  it("keeps operation, target and code, and none of the text", () => {
    const error = cloudError(
      "PutItem",
      "bunny-client",
      answered("AccessDeniedException", { $fault: "client" }),
    );
    expect(error.message).toBe("aws PutItem of bunny-client failed: AccessDeniedException");
    expect(error).toMatchObject({ code: "AccessDeniedException", retryable: false });
  });

  it.each([
    ["the service's own fault", answered("InternalServerError", { $fault: "server" })],
    ["what the SDK marks", answered("SlowDown", { $fault: "client", $retryable: {} })],
    ["throttling", answered("ThrottlingException", { $fault: "client" })],
    ["a request that had no answer", new TypeError("connect ECONNREFUSED")],
    ["something that is no error", "thrown text"],
  ])("calls %s retryable", (_name, error) => {
    expect(cloudError("Query", "table", error).retryable).toBe(true);
  });

  it.each([
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
  ])("tells %s as a throttle, which may be tried again", (name) => {
    const error = cloudError("Query", "table", answered(name, { $fault: "client" }));
    expect(error).toMatchObject({ code: name, throttled: true, retryable: true });
  });

  it("takes no other refusal for a throttle, a quota that is used up for good least of all", () => {
    for (const name of ["LimitExceededException", "AccessDeniedException", "InternalServerError"])
      expect(cloudError("Query", "table", answered(name, { $fault: "client" })).throttled).toBe(false);
    expect(cloudError("Query", "table", new TypeError("connect ECONNREFUSED")).throttled).toBe(false);
  });

  it("gives no answer the code unreachable, whatever the error is called", () => {
    expect(cloudError("Query", "table", new TypeError("fetch failed")).code).toBe("unreachable");
  });

  it("passes no text on that pretends to be a code", () => {
    const odd = answered("a name with spaces", { $fault: "client" });
    expect(cloudError("Query", "table", odd).code).toBe("unnamed-error");
  });
});
