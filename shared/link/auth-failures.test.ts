import { describe, expect, it } from "vitest";
import { LinkAuthFailures } from "./auth-failures.ts";

const LOG = { group: "/example/relay", readers: [{ reader: "relay" }] };
const faultsOf = (part: object): string[] =>
  (LinkAuthFailures.safeParse({ logs: [LOG], ...part }).error?.issues ?? []).map(
    ({ path, message }) => `${path.join(".")}: ${message}`,
  );

describe("a link's authentication failures", () => {
  it("need no more than a log", () => {
    expect(LinkAuthFailures.parse({ logs: [LOG] })).toEqual({
      logs: [{ ...LOG, lines: "json" }],
      windowSeconds: 300,
      lateSeconds: 180,
      floodCount: 20,
      scanSources: 20,
      criticalCount: 2,
      unreadCount: 20,
      quietSeconds: 900,
      callers: null,
    });
  });

  it("have networks in one spelling and one order", () => {
    const { callers } = LinkAuthFailures.parse({
      logs: [LOG],
      callers: ["10.20.0.7/16", "10.10.1.7", "FD00::/64"],
    });
    expect(callers).toEqual(["10.10.1.7/32", "10.20.0.0/16", "fd00::/64"]);
  });

  it.each<[what: string, part: object, fault: string]>([
    ["no log", { logs: [] }, "logs: must have at least one log group"],
    [
      "a log group twice",
      { logs: [LOG, LOG] },
      "logs: names one log group twice: write its readers into one list",
    ],
    [
      "a window that is too short",
      { window: "9 seconds", late: "5 seconds" },
      'window: must be from 10 seconds to 1 day, such as "5 minutes"',
    ],
    [
      "a window that is too long",
      { window: "2 days" },
      'window: must be from 10 seconds to 1 day, such as "5 minutes"',
    ],
    [
      "a window in which lines that come late could not be told apart",
      { window: "59 seconds" },
      "window: must be at least a third of late: lines are told apart by no less, when they may come so late",
    ],
    [
      "lines that may come hours late",
      { late: "61 minutes", window: "2 hours", quiet: "2 hours" },
      'late: must be at most 1 hour, such as "3 minutes"',
    ],
    [
      "an end that is sooner than a late line",
      { quiet: "179 seconds" },
      "quiet: must be at least late: a failure would be over before it is heard of",
    ],
    ["a flood of one", { flood: 1 }, "flood: must be a whole number of failures from 2 to 1000000"],
    ["no failure at all", { critical: 0 }, "critical: must be a whole number of failures from 1 to 100"],
    ["a key it does not know", { floods: 3 }, ': unknown key "floods"; did you mean "flood"?'],
  ])("are refused with %s", (_, part, fault) => {
    expect(faultsOf(part)).toEqual([fault]);
  });
});
