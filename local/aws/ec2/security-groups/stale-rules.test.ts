import { describe, expect, it } from "vitest";
import { Faults } from "../../../stand-in/faults.ts";
import { rootUser } from "./people.ts";
import { https, startMs } from "./test-security-groups.ts";
import { SecurityGroupWorld } from "./world.ts";

const accountId = "111122223333";

function start(calm: boolean) {
  let nowMs = startMs;
  const groups = new SecurityGroupWorld({
    region: "eu-west-2",
    accountId,
    faults: new Faults({ seed: 1, calm }),
    now: () => nowMs,
    tell: () => {},
  });
  const group = groups.create({ name: "relay", egress: "none", rules: [https("10.0.0.0/8")] });
  const root = groups.console(rootUser(accountId));
  /** What a hundred looks see. */
  const looks = () => {
    const seen = Array.from({ length: 100 }, () => groups.seenRules());
    return new Set(seen.map((rules) => rules.map(({ value }) => value.fromPort).join()));
  };
  return { groups, group, root, looks, pass: (ms: number) => (nowMs += ms) };
}

describe("StaleRules", () => {
  it("lets a look miss a new rule for a moment, and no longer", () => {
    const { group, root, looks, pass } = start(false);
    root.open(group.id, [{ ...https("10.0.0.0/9"), from: 22 }]);
    expect(looks()).toEqual(new Set(["443,22", "443"]));
    pass(1_500);
    expect(looks()).toEqual(new Set(["443,22"]));
  });

  it("lets a look still see a closed rule and the old value of a changed one", () => {
    const { groups, group, root, looks, pass } = start(false);
    const [{ id } = { id: "" }] = groups.rules(group.id);
    root.rewrite(group.id, id, { ...https("10.0.0.0/8"), from: 80 });
    expect(looks()).toEqual(new Set(["443", "80"]));
    pass(1_500);
    root.close(group.id, [id]);
    expect(looks()).toEqual(new Set(["80", ""]));
    expect(groups.rules(group.id)).toEqual([]);
  });

  it("shows what was there before the first of several writes, or the last of them", () => {
    const { group, root, looks } = start(false);
    const [id = ""] = root.open(group.id, [{ ...https("10.0.0.0/9"), from: 22 }]);
    root.rewrite(group.id, id, { ...https("10.0.0.0/9"), from: 80 });
    expect(looks()).toEqual(new Set(["443,80", "443"]));
  });

  it("lets a look miss a new group for a moment", () => {
    const { groups, root, pass } = start(false);
    const id = root.createGroup("loader");
    const seen = () =>
      new Set(Array.from({ length: 100 }, () => groups.seenGroups().some((group) => group.id === id)));
    expect(seen()).toEqual(new Set([true, false]));
    pass(1_500);
    expect(seen()).toEqual(new Set([true]));
  });

  it("shows the truth at once when the world is calm", () => {
    const { group, root, looks } = start(true);
    root.open(group.id, [{ ...https("10.0.0.0/9"), from: 22 }]);
    expect(looks()).toEqual(new Set(["443,22"]));
  });
});
