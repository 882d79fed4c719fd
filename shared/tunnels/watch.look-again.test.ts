/** What was seen may be a minute old when its repair is due: it is looked at again, and nothing else counts then. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Call } from "../../local/model/calls.ts";
import { createTunnelsModel, type TunnelsModel, type VpnInput } from "../../local/model/tunnels.ts";
import { runs } from "../../local/property.ts";

const ONE_TUNNEL: VpnInput = {
  connections: [
    {
      name: "one",
      aws: { adopt: "vpn-0a1b2c3d4e5f60718" },
      tunnels: [{ name: "one-a", outsideIp: "198.51.100.10", azure: { adopt: "aws-one-a" } }],
    },
  ],
};

type Kind = "reset-azure" | "replace-aws";

/** The next run makes this repair of one-a, if nothing changes: a reset was made ten minutes ago, or none yet. */
async function upTo(kind: Kind, vpn: VpnInput = {}): Promise<TunnelsModel> {
  const model = createTunnelsModel(vpn);
  model.cut("one-a");
  await model.watch();
  const at = model.clock.now();
  const { stands } = model.memory;
  const made = { kind: "reset-azure", at, outcome: "begun" } as const;
  const repairs = kind === "reset-azure" ? [] : [made];
  const tunnels = stands.tunnels.map((tunnel) => (tunnel.name === "one-a" ? { ...tunnel, repairs } : tunnel));
  model.memory.stands = { ...stands, tunnels };
  model.clock.advance(kind === "reset-azure" ? 180 : 600);
  model.calls.forget();
  return model;
}

describe("watchTunnels, right before a repair", () => {
  it.each<[Kind, string]>([
    ["reset-azure", "resets"],
    ["replace-aws", "replaces"],
  ])("looks at the whole link again, and makes the %s that is still due", async (kind) => {
    const model = await upTo(kind);
    await model.watch();
    expect(model.repairs).toEqual([`${kind} one-a`]);
    expect(model.calls.count("tunnels.describe")).toBe(2);
    const names = model.calls.brain.map(({ name }) => name);
    const call = kind === "reset-azure" ? "hand.tunnels-reset" : "tunnels.replace";
    // AWS is the quicker witness: nothing stands between its word and the repair.
    expect(names.slice(names.lastIndexOf("tunnels.describe"), names.indexOf(call) + 1)).toEqual([
      "tunnels.describe",
      "tunnels.active-status",
      call,
    ]);
  });

  it("leaves a link's only tunnel alone that has come back while the run was telling", async () => {
    const model = await upTo("replace-aws", ONE_TUNNEL);
    const { tell } = model.watcher();
    await model.watch({
      tell: async (report) => {
        const told = await tell(report);
        model.restore("one-a");
        return told;
      },
    });
    expect(model.repairs).toEqual([]);
    expect(model.records).toContainEqual(
      expect.objectContaining({ event: "tunnel.not-mended", kind: "replace-aws", code: "not-due-any-more" }),
    );
  });

  it("does not count what it gave up, tells what it saw then, and leaves the lease to the next", async () => {
    const model = await upTo("replace-aws", ONE_TUNNEL);
    const { tell } = model.watcher();
    const repairs = () => model.memory.stands.tunnels[0]?.repairs.length;
    const before = repairs();
    await model.watch({
      tell: async (report) => {
        const told = await tell(report);
        model.clock.advance(1);
        model.restore("one-a");
        return told;
      },
    });
    expect(repairs()).toBe(before);
    expect(model.memory.stands.work).toBeNull();
    expect(model.lease.until).toBe(0);
    expect(model.store.standing.get("tunnels")).toMatchObject({ state: "closed" });
    model.cut("one-a");
    model.clock.advance(60);
    await model.watchFor(4);
    expect(model.repairs).toEqual(["replace-aws one-a"]);
    expect(model.store.standing.get("tunnels")).toMatchObject({ state: "open" });
  });

  it("gives up when the link was frozen meanwhile", async () => {
    const model = await upTo("replace-aws");
    const { tell } = model.watcher();
    await model.watch({
      tell: async (report) => {
        model.freeze.freeze(model.clock.now());
        return await tell(report);
      },
    });
    expect(model.repairs).toEqual([]);
  });

  it("gives up when the second look left no time for the call", async () => {
    const model = await upTo("replace-aws");
    let looks = 0;
    model.calls.durationOf = ({ name }) => {
      if (name === "tunnels.describe") looks += 1;
      return name === "tunnels.describe" && looks === 2 ? 100_000 : 0;
    };
    await model.watch();
    expect(model.repairs).toEqual([]);
    expect(model.records.find(({ event }) => event === "tunnel.not-mended")).toMatchObject({
      code: "no-time-left",
    });
    expect(model.memory.stands.tunnels[0]?.repairs).toHaveLength(1);
  });
});

const EVENTS = {
  "one-a comes back": (model: TunnelsModel) => model.restore("one-a"),
  "one-a is lost": (model: TunnelsModel) => model.cut("one-a"),
  "the other is lost": (model: TunnelsModel) => model.cut(...others(model)),
  "the other comes back": (model: TunnelsModel) => model.restore(...others(model)),
} as const;
const others = ({ desired }: TunnelsModel) =>
  desired.map(({ name }) => name).filter((name) => name !== "one-a");

type What = keyof typeof EVENTS;
interface Happening {
  /** Right before the how many-th call of the run has its effect. */
  readonly at: number;
  readonly what: What;
}

/** Runs once while this happens; the calls in order, and what of it happened after AWS was asked for the last time. */
async function runThrough(model: TunnelsModel, happenings: readonly Happening[]) {
  const trace: Call["name"][] = [];
  const late: What[] = [];
  let touched: string[] = [];
  model.calls.weather = ({ name }) => {
    const happening = happenings.filter(({ at }) => at === trace.length);
    trace.push(name);
    for (const { what } of happening) EVENTS[what](model);
    if (name === "tunnels.describe") late.length = 0;
    else late.push(...happening.map(({ what }) => what));
    if (name === "tunnels.replace" || name === "hand.tunnels-reset")
      touched = [...model.tunnels].filter(([, { aws }]) => aws === "up").map(([tunnel]) => tunnel);
    return undefined;
  };
  await model.watch();
  return { trace, late, upAtRepair: touched };
}

const anyHappening = fc.record<Happening>({
  at: fc.nat(16),
  what: fc.constantFrom<What[]>(
    "one-a comes back",
    "one-a is lost",
    "the other is lost",
    "the other comes back",
  ),
});

describe.each<[Kind, string, VpnInput]>([
  ["reset-azure", "two tunnels", {}],
  ["replace-aws", "two tunnels", {}],
  ["reset-azure", "one tunnel", ONE_TUNNEL],
  ["replace-aws", "one tunnel", ONE_TUNNEL],
])("a run that is about to make a %s on a link with %s", (kind, _, vpn) => {
  it("makes it when nothing happens meanwhile", async () => {
    const model = await upTo(kind, vpn);
    await runThrough(model, []);
    expect(model.repairs).toHaveLength(1);
  });

  it("touches no tunnel that came back at any of its awaits, let alone the last healthy one", async () => {
    const property = fc.asyncProperty(fc.array(anyHappening, { maxLength: 4 }), async (happenings) => {
      const model = await upTo(kind, vpn);
      const { late, upAtRepair } = await runThrough(model, happenings);
      // What happens once AWS has been asked, one call before the repair, nobody can see.
      fc.pre(late.length === 0);
      const made = model.repairs;
      expect(made.length).toBeLessThanOrEqual(1);
      if (made.length === 1) expect(upAtRepair).not.toContain(made[0]?.split(" ")[1]);
    });
    await fc.assert(property, runs(8));
  });

  it("touches nothing when one-a comes back before any single call up to the last look", async () => {
    const length = (await runThrough(await upTo(kind, vpn), [])).trace.lastIndexOf("tunnels.describe");
    expect(length).toBeGreaterThan(6);
    for (let at = 0; at <= length; at += 1) {
      for (const more of [[], [{ at, what: "the other is lost" }]] as const) {
        const model = await upTo(kind, vpn);
        const { late } = await runThrough(model, [{ at, what: "one-a comes back" }, ...more]);
        expect(late).toEqual([]);
        expect(model.repairs.filter((repair) => repair.endsWith("one-a"))).toEqual([]);
      }
    }
  });
});
