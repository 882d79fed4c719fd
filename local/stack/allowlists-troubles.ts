/** What healing must hold to when events are lost, come twice or in another order, and when somebody is in the way. */
import { describe, expect, it, onTestFinished } from "vitest";
import { NSG_FUNCTION } from "../../shared/runtime/deployed-names.ts";
import { dynamodbOperations } from "../aws/dynamodb.ts";
import { stsOperations } from "../aws/sts.ts";
import type { ResourceEvent } from "../azure/arm/nsg/resource-event.ts";
import { until } from "../demo/chapter.ts";
import { sayFreezeWord } from "../demo/operator.ts";
import { RELAY } from "./allowlists-link.ts";
import { deployed } from "./deployed.ts";
import { type Allowlists, byHand, ssh } from "./test-allowlists.ts";

export function promiseHealing(world: () => Allowlists): void {
  describe("with every event lost", () => {
    it("the sweep heals both clouds, and names nobody", async () => {
      loseEvents(world());
      world()
        .onAws("carol")
        .open(RELAY, [ssh(5_432)]);
      await world().onAzure("dave").putRule(world().nsg, byHand("by-hand-lost", 5_432));
      await world().run({});
      expect(world().ports()).toEqual(["in 443"]);
      expect(world().byHandNames()).toEqual([]);
      const isTold = () =>
        ["in tcp 5432", "out tcp 5432"].every((rule) => world().toldText().includes(`closed ${rule}`));
      // What an incident has more of is not announced: it is told by the schedule of each minute.
      await until("it is told", async () => {
        await deployed(world().stack, "TellIncidents").invoke({});
        return isTold();
      });
      expect(world().toldText()).toContain("actor unknown");
      expect(world().toldText()).not.toMatch(/carol|dave/);
    });
  });

  describe("events that come again, and in another order", () => {
    it("are looked into, and nothing is written or told twice", async () => {
      const { stack, nsg, run } = world();
      const heard = hearEvents(world());
      world()
        .onAws("erin")
        .open(RELAY, [ssh(8_001)]);
      await until("the port is closed", () => !world().ports().includes("in 8001"));
      world()
        .onAws("erin")
        .open(RELAY, [ssh(8_002)]);
      await until("the port is closed", () => !world().ports().includes("in 8002"));
      await world().onAzure("erin").putRule(nsg, byHand("by-hand-again", 8_003));
      await until("the rule is gone", () => world().byHandNames().length === 0);
      // AWS's erin and Azure's are two, and told in a message each; the ports of AWS's are in one.
      await until("it is told", async () => {
        await run({ run: "tend" });
        return ["in tcp 8001", "in tcp 8002", "out tcp 8003"].every((rule) =>
          world().toldText().includes(`closed ${rule}`),
        );
      });
      const [from, messages] = [world().calls(), world().told().length];
      expect(heard.aws.length).toBeGreaterThanOrEqual(2);
      for (const event of heard.aws.toReversed()) await run(event);
      for (const event of heard.azure.toReversed()) {
        expect(await stack.azure.functionApp.deliverEvent(NSG_FUNCTION, event)).toBe(202);
      }
      await run({ run: "tend" });
      expect(world().writes(from)).toEqual([]);
      expect(world().told()).toHaveLength(messages);
    });
  });

  describe("two runs at once", () => {
    it("close what is open and write nothing else, and neither is in trouble", async () => {
      loseEvents(world());
      const from = world().calls();
      world()
        .onAws("frank")
        .open(RELAY, [ssh(7_001), ssh(7_002)]);
      await world().onAzure("frank").putRule(world().nsg, byHand("by-hand-twice", 7_001));
      // Each in an environment of its own; of the hand there is one.
      await Promise.all([world().run({}), world().run({})]);
      expect(world().ports()).toEqual(["in 443"]);
      expect(world().byHandNames()).toEqual([]);
      const byHalves = world().writes(from);
      // To take away what is gone already is no refusal in Azure, and in AWS one.
      expect(new Set(byHalves.map(({ operation }) => operation))).toEqual(
        new Set(["ec2:RevokeSecurityGroupIngress", "network:DeleteSecurityRule"]),
      );
      const closed = byHalves.filter(({ operation, outcome }) => /^ec2:/.test(operation) && outcome === "ok");
      expect(closed).toHaveLength(1);
    });
  });

  describe("AWS away", () => {
    it("keeps Azure's half from nothing: it heals by itself, and is told of once AWS is back", async () => {
      const { stack, nsg, run } = world();
      const bringBack = takeAwsAway(world());
      await expect(run({ run: "tend" })).rejects.toThrow();
      await world().onAzure("grace").putRule(nsg, byHand("by-hand-alone", 9_001));
      await until("the rule is gone", () => world().byHandNames().length === 0);
      bringBack();
      await until("it is told", async () => {
        await run({ run: "tend" });
        return world().toldText().includes("grace@example.com");
      });
      expect(stack.azure.nsgs.rules(nsg).length).toBeGreaterThan(5);
    });
  });

  describe("a revert war", () => {
    it("turns critical with the third time, names who it is, and ends no healing", async () => {
      for (let turn = 0; turn < 4; turn += 1) {
        world()
          .onAws("mallory")
          .open(RELAY, [ssh(6_379)]);
        await until("the port is closed", () => !world().ports().includes("in 6379"));
      }
      const war = await until("it is told", () =>
        world()
          .told()
          .find(({ lines }) => lines.some((line) => line.endsWith("#allowlist-revert-war)"))),
      );
      expect(war.text).toMatch(/^🔴/);
      expect(war.lines.join("\n")).toContain("mallory@example.com");
    });
  });

  describe("a frozen link", () => {
    it("has nothing written in either cloud, is told of what is found, and is healed after the thaw", async () => {
      const { stack, nsg, run } = world();
      await sayFreezeWord(stack, "the network is being moved");
      // The hand hears of it.
      await run({ run: "tend" });
      const from = world().calls();
      world()
        .onAws("heidi")
        .open(RELAY, [ssh(4_001)]);
      await world().onAzure("heidi").putRule(nsg, byHand("by-hand-frozen", 4_001));
      await run({});
      await until("it is told", () => world().toldText().includes("#allowlist-frozen"));
      expect(world().writes(from)).toEqual([]);
      expect(world().ports()).toContain("in 4001");
      expect(world().byHandNames()).toEqual(["by-hand-frozen"]);

      await sayFreezeWord(stack, null);
      await run({ run: "tend" });
      await run({});
      expect(world().ports()).toEqual(["in 443"]);
      expect(world().byHandNames()).toEqual([]);
    });
  });
}

/** Of both clouds, until the test is over. */
function loseEvents({ stack }: Allowlists): void {
  stack.aws.securityGroups.stopLogging();
  const deliver = stack.azure.eventGrid.loseAll();
  onTestFinished(() => {
    stack.aws.securityGroups.startLogging();
    deliver();
  });
}

/** What AWS puts on the default bus from now on, and what Azure tells of the groups. */
function hearEvents({ stack }: Allowlists) {
  const aws: object[] = [];
  const azure: ResourceEvent[] = [];
  stack.aws.eventBridge.listen((bus, event) => {
    if (bus === "default" && event.source === "aws.ec2") aws.push(event);
  });
  stack.azure.nsgs.onEvent((event) => azure.push(event));
  return { aws, azure };
}

/** Every connection to what each run of the brain needs breaks. The answer ends it. */
function takeAwsAway({ stack }: Allowlists): () => void {
  const effect = { kind: "lose-connection" } as const;
  const ends = Object.keys({ ...dynamodbOperations, ...stsOperations }).map((operation) =>
    stack.kernel.faults.add({ operation, nth: "every", when: "before", effect }),
  );
  const bringBack = () => {
    for (const end of ends.splice(0)) end();
  };
  onTestFinished(bringBack);
  return bringBack;
}
