import { describe, expect, it } from "vitest";
import { parseRunRequest } from "./run-request.ts";

const parse = (event: unknown) => parseRunRequest(event, "API key");

describe("parseRunRequest", () => {
  it.each([{}, null, "text", { source: "aws.events" }])(
    "takes an event that asks for nothing for a run: %j",
    (event) => {
      expect(parse(event)).toEqual({ run: "all" });
    },
  );

  it("reads what a person asks for, who may be unknown", () => {
    expect(parse({ run: "plan" })).toEqual({ run: "plan" });
    expect(parse({ run: "rotate", name: "k" })).toEqual({ run: "rotate", name: "k", actor: "unknown" });
    expect(parse({ run: "rotate", name: "k", actor: "me" })).toMatchObject({ actor: "me" });
  });

  it.each([
    { run: "Plan" },
    { run: undefined },
    { run: "rotate" },
    { run: "rotate", name: "" },
    { run: "plan", name: "k" },
  ])("takes no slip of the pen for a run: %j", (event) => {
    expect(() => parse(event)).toThrow(
      'the event asks for no run that there is: {"run":"plan"} or {"run":"rotate","name":"<API key>"}',
    );
  });
});
