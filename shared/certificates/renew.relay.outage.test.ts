/** relay goes on being served while a cloud is away that only the next certificate needs. */
import { describe, expect, it } from "vitest";
import { START } from "../../local/model/brain.ts";
import { SERVICES, tellRun } from "../../local/model/outage.ts";
import { isServable, type RelayModel, servingRelay, stagedRelay } from "../../local/model/relay.ts";
import { OPERATOR } from "../../local/model/revoking.ts";
import { outage } from "../../local/model/weather.ts";
import { CURRENT, PENDING } from "./staged-secret.ts";

const WEEK = 604_800;
const LOOK = 900;
const END = START + WEEK;

const AWAY = ["the CA", "the table"] as const;

function takeAway({ calls }: RelayModel, service: (typeof AWAY)[number], untilSeconds: number): void {
  calls.weather = outage(SERVICES[service], 0, untilSeconds * 1_000);
}

const promotions = ({ records }: RelayModel) =>
  records.filter(({ event }) => event === "certificate.promoted").map(({ reason }) => reason);

describe("renewCertificates, for relay, while a cloud is away", () => {
  it("has relay serve what is staged before the other one ends, without the CA", async () => {
    const model = await stagedRelay();
    const next = model.serialOf(PENDING);
    takeAway(model, "the CA", END + WEEK);
    for (let at = END - 3 * LOOK; at <= END; at += LOOK) {
      model.clock.moveTo(at);
      expect(await tellRun(model)).toContain("unreachable");
      expect(isServable(model)).toBe(true);
    }
    expect(model.serialOf(CURRENT)).toBe(next);
    expect(promotions(model)).toEqual(["nothing-current", "current-ending"]);
  });

  it("has relay serve what every replica has loaded, without the CA", async () => {
    const model = await stagedRelay();
    const next = model.serialOf(PENDING);
    takeAway(model, "the CA", END);
    model.clock.advance(60);
    model.look("relay-0", "relay-1");
    expect(await tellRun(model)).toContain("unreachable");
    expect(model.serialOf(CURRENT)).toBe(next);
    expect(model.audit.changes.at(-1)).toMatchObject({ kind: "promote", reasons: ["loaded"] });
  });

  it("leaves what is staged where it is without the table, which also says whether the link is frozen", async () => {
    const model = await stagedRelay();
    const labels = new Map(model.secret.labels);
    takeAway(model, "the table", END);
    model.clock.advance(60);
    model.look("relay-0", "relay-1");
    expect(await tellRun(model)).toContain("unreachable");
    expect(model.secret.labels).toEqual(labels);
    model.calls.weather = () => undefined;
    expect(await tellRun(model)).toBe("");
    expect(promotions(model)).toEqual(["nothing-current", "loaded"]);
  });

  it.each(AWAY)(
    "changes nothing where nothing is staged, without %s, and reports no other trouble",
    async (service) => {
      const model = await servingRelay();
      const labels = new Map(model.secret.labels);
      model.clock.advance(60);
      takeAway(model, service, END);
      expect(await tellRun(model)).toContain("unreachable");
      expect(model.secret.labels).toEqual(labels);
      const errors = model.records.filter(({ level }) => level === "error").map(({ event }) => event);
      expect(errors).toEqual(["run.failed"]);
    },
  );

  it("tells on the bus what an earlier run has changed, without the CA", async () => {
    const model = await servingRelay();
    const [serial = ""] = [model.serialOf(CURRENT)];
    await model.audit.record({
      ...{ id: "0".repeat(32), link: "test-link", linkDigest: "0".repeat(64), concern: "certificates" },
      ...{ target: "relay-server", kind: "order-revocation", before: null, after: { serial } },
      ...{ reasons: [], actor: OPERATOR, requestIds: {} },
    });
    takeAway(model, "the CA", END);
    expect(await tellRun(model)).toContain("unreachable");
    expect(model.audit.outbox.size).toBe(0);
    expect(model.bus.events.at(-1)).toMatchObject({ actor: OPERATOR });
  });
});
