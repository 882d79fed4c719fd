import { describe, expect, it } from "vitest";
import { awsEnd, down, up } from "../tunnels/test-tunnels.ts";
import { keyOf, NOW, planWith, reasonOf } from "./test-pre-shared.ts";

const one = (key: ReturnType<typeof keyOf>) => [key, keyOf("one-b")];

describe("planPreSharedKeys, when it cannot tell", () => {
  it.each([
    ["the secret", { stored: { unknown: "AccessDeniedException" } }],
    ["AWS's key", { aws: { unknown: "unreadable-answer" } }],
    ["Azure's key", { azure: { unknown: "unknown-tunnel" } }],
  ])("changes nothing of a tunnel while %s cannot be read", (_, part) => {
    const keys = one({ ...keyOf("one-a", { azure: "other" }), ...part });
    const plan = planWith({ keys, tunnels: [down("one-a"), up("one-b")] });
    expect(plan).toMatchObject({ step: null, complete: false });
    expect(reasonOf(plan, "one-a")).toBe("unreadable");
  });

  it("waits for a secret that is marked for deletion to be restored, and tells at once", () => {
    const keys = one({ ...keyOf("one-a"), stored: "secret-deleted" });
    const plan = planWith({ keys });
    expect(reasonOf(plan, "one-a")).toBe("secret-deleted");
    expect(plan.conditions.map(({ key }) => key)).toEqual(["pre-shared-key:one-a:secret-deleted"]);
  });

  it("changes nothing while the link is frozen, not even what would help", () => {
    const keys = one(keyOf("one-a", { azure: "other" }));
    const plan = planWith({ keys, tunnels: [down("one-a"), up("one-b")], frozen: true });
    expect(plan.step).toBeNull();
    expect(reasonOf(plan, "one-a")).toBe("frozen");
  });

  it("changes nothing while what it remembers cannot be read", () => {
    const keys = one(keyOf("one-a", { azure: "other" }));
    const plan = planWith({ keys, memory: null });
    expect(plan).toMatchObject({ step: null, complete: false });
    expect(reasonOf(plan, "one-b")).toBe("memory-unreadable");
  });

  it("takes a tunnel that was not answered for one that could not be read", () => {
    const plan = planWith({ keys: [keyOf("one-b")], tunnels: [up("one-b")] });
    expect(reasonOf(plan, "one-a")).toBe("unreadable");
    expect(plan.memory.tunnels[0]?.blind).toEqual({ since: NOW, code: "not-answered" });
  });

  it("sets no end of a tunnel that AWS does not have", () => {
    const keys = one(keyOf("one-a", { aws: "other" }));
    const absent = { ...down("one-a"), aws: awsEnd({ status: "absent", connectionState: "deleted" }) };
    expect(reasonOf(planWith({ keys, tunnels: [absent, up("one-b")] }), "one-a")).toBe("absent");
  });
});
