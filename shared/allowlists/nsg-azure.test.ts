import { afterEach, describe, expect, it } from "vitest";
import { hand, named, nsgId, startNsgs } from "../../local/azure/arm/nsg/test-nsgs.ts";
import { modelNsg } from "../../local/model/network-security-groups.ts";
import { armClient } from "../runtime/arm.ts";
import type { NetworkSecurityGroups } from "./network-security-groups.ts";
import { armNetworkSecurityGroups } from "./nsg-azure.ts";
import type { NsgRule } from "./nsg-rule.ts";
import { allowOf } from "./nsg-write.ts";
import { OFFICE } from "./test-nsg-plan.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

interface Opened {
  readonly groups: NetworkSecurityGroups;
  readonly id: string;
  /** Until a write that goes on has ended. */
  readonly settle: () => Promise<unknown>;
}

const BUNNY = named("bunny", { sourceAddressPrefix: "10.10.1.0/24" });

async function openArm(): Promise<Opened> {
  const started = await startNsgs({ rules: [BUNNY] });
  closing.push(() => started.close());
  const groups = armNetworkSecurityGroups(armClient(started.credential(hand), started.network));
  return { groups, id: nsgId, settle: started.settle };
}

async function openModel(): Promise<Opened> {
  const groups = modelNsg({
    id: nsgId,
    rules: [{ name: "bunny", properties: BUNNY.properties }],
    readsToEnd: () => 2,
  });
  const settle = async () => {
    for (let count = 0; count < 3; count += 1) await groups.read(nsgId);
  };
  return { groups, id: nsgId, settle };
}

const written = (name: string, priority: number, etag: string | null = null): NsgRule =>
  allowOf(OFFICE, { name, etag, priority });
const read = async ({ groups, id }: Opened) => {
  const observed = await groups.read(id);
  if (observed === null) throw new Error("there is no such group");
  return observed;
};
const etagOf = async (opened: Opened, wanted = "bunny") =>
  (await read(opened)).rules.find(({ name }) => name === wanted)?.etag ?? null;

/** What the tests of runs rely on in the model is what the adapter really does. */
describe.each<[string, () => Promise<Opened>]>([
  ["the adapter, over Resource Manager's stand-in", openArm],
  ["the model", openModel],
])("%s", (_name, open) => {
  it("reads the rules of a group, each with its etag, and that nothing goes on", async () => {
    const { rules, changing } = await read(await open());
    expect(rules).toMatchObject([
      {
        name: "bunny",
        direction: "in",
        access: "allow",
        priority: 100,
        protocol: "tcp",
        source: { prefixes: ["10.10.1.0/24"], ports: ["*"] },
        destination: { prefixes: ["*"], ports: ["443"] },
        isInEffect: true,
      },
    ]);
    expect(rules[0]?.etag).toMatch(/^W\//);
    expect(changing.size).toBe(0);
  });

  it("writes a rule, which shows at once as one that is being changed, and later as done", async () => {
    const opened = await open();
    const { groups, id, settle } = opened;
    expect(await groups.put(id, written("Office", 200))).toEqual({ kind: "accepted" });
    expect([...(await read(opened)).changing]).toEqual(["office"]);
    await settle();
    const { rules, changing } = await read(opened);
    expect(rules.find(({ name }) => name === "Office")).toMatchObject({
      ...written("Office", 200),
      etag: expect.any(String),
    });
    expect(changing.size).toBe(0);
  });

  it("keeps others out while a write goes on, and does nothing then", async () => {
    const opened = await open();
    const { groups, id } = opened;
    await groups.put(id, written("office", 200));
    expect(await groups.put(id, written("other", 201))).toMatchObject({ kind: "busy" });
    expect(await groups.remove(id, "bunny", await etagOf(opened))).toMatchObject({ kind: "busy" });
    expect((await read(opened)).rules).toHaveLength(2);
  });

  it("takes a rule away, which is gone when that has ended, and was gone already when it is asked again", async () => {
    const opened = await open();
    const { groups, id, settle } = opened;
    expect(await groups.remove(id, "bunny", await etagOf(opened))).toEqual({ kind: "accepted" });
    const { rules, changing } = await read(opened);
    expect(rules).toMatchObject([{ name: "bunny", isInEffect: false }]);
    expect([...changing]).toEqual(["bunny"]);
    await settle();
    expect((await read(opened)).rules).toEqual([]);
    expect(await groups.remove(id, "bunny", null)).toEqual({ kind: "gone" });
  });

  it("does nothing when anything in the group has changed since its etag was read", async () => {
    const opened = await open();
    const { groups, id, settle } = opened;
    const etag = await etagOf(opened);
    await groups.put(id, written("office", 200));
    await settle();
    expect(await groups.remove(id, "bunny", etag)).toEqual({ kind: "unmatched" });
    expect(await groups.put(id, written("bunny", 100, etag))).toEqual({ kind: "unmatched" });
    expect(await groups.remove(id, "bunny", await etagOf(opened))).toEqual({ kind: "accepted" });
  });

  it("does nothing when another rule of the direction has the priority", async () => {
    const { groups, id } = await open();
    expect(await groups.put(id, written("office", 100))).toEqual({
      kind: "taken",
      code: "SecurityRuleConflict",
    });
  });
});
