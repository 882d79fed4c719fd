/** The probes' own stand-in, asked through the SDK: what is compared later must be answers, whoever else is there. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sdkCall } from "./clients/sdk.ts";
import { patient } from "./patient.ts";
import { ask } from "./probe.ts";
import { PROBES } from "./probes.ts";
import { type StandIn, startStandIn } from "./stand-in.ts";

let standIn: StandIn;
beforeAll(async () => {
  standIn = await startStandIn();
});
afterAll(() => standIn.close());

describe("startStandIn", () => {
  it("answers the main cases of every probe, none of them with a fault of its own", async () => {
    const ground = standIn.ground(patient(sdkCall(standIn.door)));
    const main = PROBES.flatMap(({ cases }) => cases.filter((one) => one.main === true));
    const asked = [];
    for (const one of main) asked.push({ name: one.name, ...(await ask(one, ground)) });
    expect(asked.length).toBeGreaterThan(30);
    const bad = asked.filter((one) => one.kind === "broken" || /^(?:error|not in form)/.test(one.text));
    expect(bad).toEqual([]);
  });
});
