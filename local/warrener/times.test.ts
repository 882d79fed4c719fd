import { describe, expect, it } from "vitest";
import { sayDistance, sayInstant, sayInstantAndDistance } from "./times.ts";

/** 2026-11-21T08:00:00Z. */
const NOW = 1_795_248_000;
const at = (timeZone: string) => ({ now: NOW, timeZone });

describe("sayInstant", () => {
  it("says an instant in the reader's time, and in UTC", () => {
    expect(sayInstant(NOW, at("Europe/Berlin"))).toBe("2026-11-21 09:00:00 CET (08:00:00 UTC)");
  });

  it("says UTC once to a reader in UTC", () => {
    expect(sayInstant(NOW, at("UTC"))).toBe("2026-11-21 08:00:00 UTC");
  });

  it("says the date in UTC too where it is another one", () => {
    expect(sayInstant(NOW, at("Asia/Tokyo"))).toMatch(/^2026-11-21 17:00:00 GMT\+9 \(08:00:00 UTC\)$/);
    expect(sayInstant(NOW + 28_800, at("Asia/Tokyo"))).toBe(
      "2026-11-22 01:00:00 GMT+9 (2026-11-21 16:00:00 UTC)",
    );
  });

  it("keeps the two hours apart that share a name when clocks go back", () => {
    const clocksBack = Date.parse("2026-10-25T00:30:00Z") / 1_000;
    expect(sayInstant(clocksBack, at("Europe/London"))).toBe("2026-10-25 01:30:00 BST (00:30:00 UTC)");
    expect(sayInstant(clocksBack + 3_600, at("Europe/London"))).toBe(
      "2026-10-25 01:30:00 GMT (01:30:00 UTC)",
    );
  });
});

describe("sayDistance", () => {
  it.each([
    [0, "now"],
    [1, "in 1 second"],
    [-61, "1 minute 1 second ago"],
    [90_000, "in 1 day 1 hour"],
    [345_599, "in 3 days 23 hours"],
  ])("says %i seconds roughly", (seconds, said) => {
    expect(sayDistance(NOW + seconds, NOW)).toBe(said);
  });

  it("comes after the instant", () => {
    expect(sayInstantAndDistance(NOW + 60, at("UTC"))).toBe("2026-11-21 08:01:00 UTC, in 1 minute");
  });
});
