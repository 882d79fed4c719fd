import { afterEach, describe, expect, it } from "vitest";
import { createAlertsModel } from "../../local/model/alerts.ts";
import { planIncidents } from "./plan.ts";
import type { IncidentStore } from "./store.ts";
import { AT, action, condition, reportOf, SCOPE, settled } from "./test-conditions.ts";
import { claimOf, ending, next, only, opened, startStore, toldOf } from "./test-store.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function openAdapter(): Promise<IncidentStore> {
  const { store, close } = await startStore();
  closing.push(close);
  return store;
}
const openModel = async (): Promise<IncidentStore> => createAlertsModel().store;

/** What the tests of the verbs rely on in the model is what the adapter really does. */
describe.each([
  ["the adapter, over DynamoDB", openAdapter],
  ["the model", openModel],
])("%s", (_name, open) => {
  it("has no incidents at first", async () => {
    expect(await (await open()).readIncidents()).toEqual({ incidents: [], unreadable: [] });
  });

  it("gives back an incident as it was written", async () => {
    const store = await open();
    const facts = [
      { label: "down", value: "one-a" },
      { label: "left", value: 0 },
    ];
    const change = { facts, since: AT - 60, actions: [action("reset", AT)] };
    const [written] = planIncidents(SCOPE, [], reportOf(AT, [condition("tunnels", change)]));
    if (written === undefined) throw new Error("nothing is opened");
    await store.write(written);
    expect(await only(store)).toEqual(written.after);
  });

  it("opens one incident for a key, whoever comes first", async () => {
    const store = await open();
    const first = await opened(store);
    const [second] = planIncidents(SCOPE, [], reportOf(AT + 1, [condition("tunnels")]));
    expect(second?.after.id).not.toBe(first.id);
    expect(second === undefined || (await store.write(second))).toBe(false);
    expect(await only(store)).toEqual(first);
  });

  it("takes a change of what stands, and none of what stood before", async () => {
    const store = await open();
    const first = await opened(store);
    const worse = next(first, AT + 60, { severity: "critical" });
    expect(await store.write(worse)).toBe(true);
    expect(await store.write(next(first, AT + 90, { title: "Other" }))).toBe(false);
    expect(await only(store)).toEqual(worse.after);
  });

  it("takes no change of what was meanwhile seen again", async () => {
    const store = await open();
    const first = await opened(store);
    const seen = next(first, AT + 60, {});
    expect(seen.kind).toBe("see");
    expect(await store.write(seen)).toBe(true);
    expect(await store.write(next(first, AT + 30, { severity: "critical" }))).toBe(false);
    expect((await only(store)).observedAt).toBe(AT + 60);
  });

  it("keeps a claim through a change, and a change through what was told", async () => {
    const store = await open();
    const first = await opened(store);
    const claimed = await store.claim(first, claimOf("one"));
    expect(claimed).toEqual({ ...first, telling: claimOf("one") });
    const worse = next(first, AT + 60, { severity: "critical" });
    expect(await store.write(worse)).toBe(true);
    expect(await store.noteTold({ ...first, telling: claimOf("one") }, toldOf(1), true)).toBe(true);
    expect(await only(store)).toEqual({ ...worse.after, told: toldOf(1), telling: null });
  });

  it("gives a claim to one of two who read the same", async () => {
    const store = await open();
    const first = await opened(store);
    const claims = await Promise.all(["one", "two"].map((name) => store.claim(first, claimOf(name))));
    expect(claims.filter((claim) => claim !== null)).toHaveLength(1);
  });

  it("gives a claim again to whoever did not hear that it has it", async () => {
    const store = await open();
    const first = await opened(store);
    await store.claim(first, claimOf("one"));
    expect(await store.claim(first, claimOf("one"))).toEqual({ ...first, telling: claimOf("one") });
    const read = await only(store);
    await store.claim(read, claimOf("two"));
    expect(await store.claim(read, claimOf("two"))).toMatchObject({ telling: { attempt: "two" } });
    expect(await store.claim(first, claimOf("three"))).toBeNull();
  });

  it("gives an expired claim to one of two who found it", async () => {
    const store = await open();
    await store.claim(await opened(store), claimOf("one"));
    const read = await only(store);
    expect(await store.claim(read, claimOf("two"))).toMatchObject({ telling: { attempt: "two" } });
    expect(await store.claim(read, claimOf("three"))).toBeNull();
    expect(await store.noteTold(read, toldOf(1), true)).toBe(false);
    expect(await only(store)).toMatchObject({ told: null, telling: { attempt: "two" } });
  });

  it("shows who claims late what was told meanwhile", async () => {
    const store = await open();
    const first = await opened(store);
    await store.claim(first, claimOf("one"));
    await store.noteTold({ ...first, telling: claimOf("one") }, toldOf(1, ["a"]), true);
    expect(await store.claim(first, claimOf("two"))).toMatchObject({ told: toldOf(1, ["a"]) });
  });

  it("notes what was told without giving the claim back", async () => {
    const store = await open();
    const first = await opened(store);
    const telling = claimOf("one");
    await store.claim(first, telling);
    expect(await store.noteTold({ ...first, telling }, toldOf(1), false)).toBe(true);
    expect(await only(store)).toMatchObject({ told: toldOf(1), telling });
    expect(await store.noteTold({ ...first, telling }, null, true)).toBe(true);
    expect(await only(store)).toMatchObject({ told: null, telling: null });
  });

  it("never takes back what was announced later", async () => {
    const store = await open();
    const first = await opened(store);
    const later = { revision: 2, state: "closed", severity: "warning" } as const;
    await store.noteAnnounced(first, later);
    await store.noteAnnounced(first, { revision: 1, state: "open", severity: "warning" });
    expect((await only(store)).announced).toEqual(later);
  });

  it("files what is over, and still knows of it", async () => {
    const store = await open();
    const { after } = ending(await opened(store), AT + 60);
    await store.write(ending(await only(store), AT + 60));
    await store.file(after);
    expect(await only(store)).toEqual({ ...after, filed: true });
    expect(await store.write(next(after, AT + 90, {}))).toBe(false);
  });

  it("files nothing that came back meanwhile", async () => {
    const store = await open();
    await opened(store);
    const over = ending(await only(store), AT + 60);
    await store.write(over);
    await store.write(next(over.after, AT + 90, {}));
    await store.file(over.after);
    expect(await only(store)).toMatchObject({ state: "open", filed: false });
  });

  it("puts a new incident in the place of one that is over, once", async () => {
    const store = await open();
    await opened(store);
    const over = ending(await only(store), AT + 60);
    await store.write(over);
    const again = next(settled(over.after), AT + 90, {});
    expect(again.after.id).not.toBe(over.after.id);
    expect(await store.write(again)).toBe(true);
    expect(await store.write(again)).toBe(false);
    expect(await only(store)).toEqual(again.after);
    expect(await store.noteTold({ ...over.after, telling: claimOf("one") }, toldOf(2), true)).toBe(false);
  });
});
