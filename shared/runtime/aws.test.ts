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

  it("gives no answer the code unreachable, whatever the error is called", () => {
    expect(cloudError("Query", "table", new TypeError("fetch failed")).code).toBe("unreachable");
  });

  it("passes no text on that pretends to be a code", () => {
    const odd = answered("a name with spaces", { $fault: "client" });
    expect(cloudError("Query", "table", odd).code).toBe("unnamed-error");
  });
});
