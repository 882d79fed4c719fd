import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../../local/property.ts";
import { type Box, EVERYTHING, mayMeet, networkPeer, opaquePeer } from "./nsg-box.ts";
import { NearBoxes } from "./nsg-near.ts";
import { PORT_MAX } from "./protocol.ts";

interface Thing {
  readonly at: number;
  readonly boxes: readonly Box[];
}

/** Few bits that differ, of every length: many are within one another, and many are not. */
const network = fc
  .tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 32 }))
  .map(([second, third, prefix]) => networkPeer(`10.${second}.${third}.0/${prefix}`) ?? "");
const peer = fc.oneof(
  network,
  fc.constantFrom("", "4", "6", networkPeer("2001:db8::/32") ?? "", opaquePeer("AzureCloud")),
);
const box = fc.record({
  protocol: fc.constantFrom("tcp", "udp", "all"),
  peer,
  from: fc.constantFrom(0, 443),
  to: fc.constantFrom(443, PORT_MAX),
});
const things = fc
  .array(fc.array(box, { minLength: 1, maxLength: 3 }), { maxLength: 30 })
  .map((all): Thing[] => all.map((boxes, at) => ({ at, boxes })));

const nearOf = (all: readonly Thing[]): NearBoxes<Thing> => {
  const near = new NearBoxes<Thing>(
    ({ boxes }) => boxes,
    (one, other) => one.at - other.at,
  );
  for (const thing of all) near.add(thing);
  return near;
};

describe("NearBoxes", () => {
  it("finds all that asking each of them finds, each once and in their order", () => {
    fc.assert(
      fc.property(things, fc.array(box, { minLength: 1, maxLength: 3 }), fc.nat(), (all, boxes, gone) => {
        const near = nearOf(all);
        const removed = all[gone % (all.length + 1)];
        if (removed !== undefined) near.remove(removed);
        const asked = all.filter(
          (thing) =>
            thing !== removed && thing.boxes.some((one) => boxes.some((other) => mayMeet(one, other))),
        );
        expect(near.meeting(boxes)).toEqual(asked);
      }),
      runs(1),
    );
  });

  it("finds everything near all flows", () => {
    const all = [{ at: 0, boxes: [{ ...EVERYTHING, peer: networkPeer("10.0.0.0/24") ?? "" }] }];
    expect(nearOf(all).meeting([EVERYTHING])).toEqual(all);
  });
});
