import { describe, expect, it } from "vitest";
import { PLAN_NAMES_MAX, parseRunRequest } from "./run-request.ts";

describe("parseRunRequest", () => {
  it("takes whatever a schedule or a person sends for a run", () => {
    for (const event of [{}, null, undefined, "plan", { names: ["a"] }, [{ run: "plan" }]])
      expect(parseRunRequest(event)).toEqual({ run: "all" });
  });

  it.each(["plans", "now", "", null, 1])(
    "throws for another run than there is, such as %j, rather than running",
    (run) => {
      expect(() => parseRunRequest({ run })).toThrow(/run: it is "plan", or "rotate", or left out/);
    },
  );

  it("takes a plan of all certificates, or of those that are named", () => {
    expect(parseRunRequest({ run: "plan" })).toEqual({ run: "plan", names: null });
    expect(parseRunRequest({ run: "plan", names: ["a", "b"] })).toEqual({ run: "plan", names: ["a", "b"] });
  });

  it("takes a person's wish for another certificate in the place of one", () => {
    const wish = { run: "rotate", name: "bunny-client", serial: "0A:BC", actor: "alice" };
    expect(parseRunRequest(wish)).toEqual({ ...wish, serial: "abc" });
    const { actor: _, ...nobodys } = wish;
    expect(parseRunRequest(nobodys)).toMatchObject({ actor: "unknown" });
  });

  it.each([
    ["no name", { name: undefined }],
    ["no serial", { serial: undefined }],
    ["no serial number", { serial: "xyz" }],
    ["anything else", { names: ["bunny-client"] }],
  ])("throws for a wish with %s, rather than running", (_what, more) => {
    const wish = { run: "rotate", name: "bunny-client", serial: "abc", ...more };
    expect(() => parseRunRequest(wish)).toThrow(/asks for a plan or a renewal, and is none/);
  });

  it.each([
    ["names that are no list", { names: "bunny-client" }],
    ["no names", { names: [] }],
    ["an empty name", { names: [""] }],
    ["too many names", { names: Array(PLAN_NAMES_MAX + 1).fill("a") }],
    ["anything else", { dryRun: true }],
  ])("throws for a plan with %s, rather than running", (_what, more) => {
    expect(() => parseRunRequest({ run: "plan", ...more })).toThrow(
      /asks for a plan or a renewal, and is none/,
    );
  });
});
