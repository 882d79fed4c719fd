import type { PutEventsRequestEntry } from "@aws-sdk/client-eventbridge";
import { describe, expect, it } from "vitest";
import { busWaker } from "./aws-wakes.ts";
import { AT } from "./test-auth.ts";

const open = (put: (entries: PutEventsRequestEntry[]) => readonly { readonly ErrorCode?: string }[]) =>
  busWaker({
    sender: async () => ({ putEvents: async (entries) => put(entries) }),
    name: "warrener-test",
    link: "example-link",
  });

describe("busWaker", () => {
  it("puts an event for each concern on the link's bus, which names nobody's failure", async () => {
    const sent: PutEventsRequestEntry[] = [];
    const waker = open((entries) => {
      sent.push(...entries);
      return entries.map(() => ({}));
    });
    expect(await waker.wake(["certificates", "trust"], AT)).toBeNull();
    expect(sent.map(({ Detail = "", ...rest }) => ({ ...rest, detail: JSON.parse(Detail) }))).toEqual(
      ["certificates", "trust"].map((target) => ({
        EventBusName: "warrener-test",
        Source: "warrener",
        DetailType: "Warrener Wake",
        Time: new Date(AT * 1_000),
        detail: { id: `${target}-${AT}`, at: "2026-11-21T08:00:00Z", link: "example-link", target },
      })),
    );
  });

  it("says why the bus did not take one", async () => {
    const waker = open(() => [{ ErrorCode: "InternalException" }]);
    expect(await waker.wake(["certificates"], AT)).toBe("InternalException");
  });
});
