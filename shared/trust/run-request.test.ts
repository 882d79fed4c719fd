import { describe, expect, it } from "vitest";
import { ContractError } from "../runtime/errors.ts";
import { runTrust } from "./run-request.ts";
import { deployed, trustWorld } from "./test-publisher.ts";

describe("runTrust", () => {
  it("looks and publishes on any event that asks for nothing else", async () => {
    const world = await trustWorld();
    for (const ca of world.cas) await world.issue("relay-server", ca, 10);
    expect(await runTrust(world.publisher(), {})).toMatchObject({ published: ["relay", "bunny"] });
  });

  it("answers a person what is published, and who has loaded it, and changes nothing", async () => {
    const issuing = await deployed("issuing", "one");
    const world = await trustWorld([issuing]);
    await world.issue("relay-server", issuing, 10);
    await world.run();
    await world.sayLoaded("a");
    world.cas = [issuing, await deployed("next", "two")];
    const before = { head: await world.head(), memory: world.memory, reports: world.reports.length };
    expect(await runTrust(world.publisher(), { run: "plan" })).toMatchObject({
      link: "example-link",
      frozen: false,
      trust: {
        version: before.head?.version,
        authorities: [
          { id: issuing.facts.id.slice(0, 16), subject: "CN=one", isIssuing: false, state: "open" },
          { subject: "CN=two", isIssuing: true, state: "not-published" },
        ],
        revoked: 0,
        rollover: expect.stringContaining("not-published"),
        loaded: [
          { party: "relay", state: "loaded", replicas: [] },
          { party: "bunny", state: "loaded", replicas: [] },
        ],
        steps: [expect.stringMatching(/^publish relay 2-/), expect.stringMatching(/^copy bunny 2-/)],
      },
      problems: [],
      trouble: [],
    });
    expect({ head: await world.head(), memory: world.memory, reports: world.reports.length }).toEqual(before);
  });

  it.each([{ run: "rotate" }, { run: "plan", names: ["a"] }, { run: undefined }])(
    "takes %j for no run",
    async (event) => {
      const world = await trustWorld();
      await expect(runTrust(world.publisher(), event)).rejects.toThrow(ContractError);
      expect(await world.head()).toBeNull();
    },
  );
});
