import { describe, expect, it } from "vitest";
import { awaitedUntil, planProof } from "./proof.ts";

const current = { createdAt: 1_000 };
const observed = { proof: "observed", proofWithinSeconds: 60 } as const;

describe("planProof", () => {
  it("needs none where there is no certificate", () => {
    expect(planProof(observed, null, null, 5_000)).toBe("not-needed");
  });

  it("awaits the first use up to the deadline, which is overdue after it", () => {
    expect(planProof(observed, current, null, 1_060)).toBe("awaited");
    expect(planProof(observed, current, null, 1_061)).toBe("overdue");
  });

  it("is seen once it was, however late", () => {
    expect(planProof(observed, current, 0, 5_000)).toBe("seen");
  });

  it("takes use for granted after the declared time, and never calls it overdue", () => {
    const after = { proof: { after: 100 }, proofWithinSeconds: 60 };
    expect(planProof(after, current, null, 1_099)).toBe("awaited");
    expect(planProof(after, current, null, 1_100)).toBe("seen");
  });

  it("leaves it to a person where the link says so", () => {
    expect(planProof({ proof: "manual", proofWithinSeconds: 60 }, current, null, 5_000)).toBe("manual");
  });
});

describe("awaitedUntil", () => {
  it("ends what is awaited at the declared time, whatever was seen, where use is taken for granted", () => {
    const after = { proof: { after: 100 }, proofWithinSeconds: 60 };
    expect(awaitedUntil(after, current, null)).toBe(1_100);
    expect(awaitedUntil(after, current, 1_005)).toBe(1_100);
  });

  it("ends it at once where it was seen or is left to a person, and else when it becomes overdue", () => {
    expect(awaitedUntil(observed, current, 1_005)).toBe(1_000);
    expect(awaitedUntil({ proof: "manual", proofWithinSeconds: 60 }, current, null)).toBe(1_000);
    expect(awaitedUntil(observed, current, null)).toBe(1_061);
  });
});
