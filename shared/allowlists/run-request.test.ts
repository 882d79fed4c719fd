import { describe, expect, it } from "vitest";
import { parseAllowlistsRequest } from "./run-request.ts";

const wish = "a".repeat(64);

describe("parseAllowlistsRequest", () => {
  it.each([[{}], [{ source: "aws.ec2", detail: {} }], [null], ["text"], [[]]])(
    "takes %j for an event, as it names no run",
    (event) => {
      expect(parseAllowlistsRequest(event)).toEqual({ run: "hear" });
    },
  );

  it.each([[{ run: "tend" }], [{ run: "plan" }], [{ run: "accept", group: "relay", wish }]])(
    "takes %j at its word",
    (event) => {
      expect(parseAllowlistsRequest(event)).toEqual(event);
    },
  );

  it.each<[event: unknown, fault: string]>([
    [{ run: "tent" }, 'run: it is "tend", "plan" or "accept", or left out'],
    [{ run: undefined }, 'run: it is "tend", "plan" or "accept", or left out'],
    [{ run: "plan", group: "relay" }, "event: "],
    [{ run: "accept", group: "relay" }, "wish: "],
    [{ run: "accept", group: "relay", wish: "A" }, "wish: is no digest of a wish: copy it from the plan"],
  ])("refuses %j: it is never taken for a run of the schedule", (event, fault) => {
    expect(() => parseAllowlistsRequest(event)).toThrow(
      `the event asks for a run that there is not: ${fault}`,
    );
  });
});
