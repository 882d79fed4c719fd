import { describe, expect, it } from "vitest";
import { type Box, contains, EVERYTHING, leftOf, mayMeet, networkPeer, opaquePeer } from "./nsg-box.ts";

const box = (text: string, more: Partial<Box> = {}): Box => ({
  ...EVERYTHING,
  protocol: "tcp",
  peer: networkPeer(text) ?? opaquePeer(text),
  ...more,
});

describe("boxes", () => {
  it("have networks within networks of their own family only", () => {
    expect(contains(box("10.0.0.0/8"), box("10.1.0.0/16"))).toBe(true);
    expect(contains(box("10.1.0.0/16"), box("10.0.0.0/8"))).toBe(false);
    expect(contains(box("0.0.0.0/0"), box("::/0"))).toBe(false);
    expect(mayMeet(box("0.0.0.0/0"), box("::/0"))).toBe(false);
  });

  it("have a tag within itself and everything alone, while it may meet any network", () => {
    expect(contains(box("Storage"), box("storage"))).toBe(true);
    expect(contains(EVERYTHING, box("Storage"))).toBe(true);
    expect(contains(box("0.0.0.0/0"), box("Storage"))).toBe(false);
    expect(contains(box("a"), box("a;b"))).toBe(false);
    expect(contains(box("a"), box("ab"))).toBe(false);
    expect(mayMeet(box("Storage"), box("10.0.0.0/8"))).toBe(true);
    expect(mayMeet(box("Storage"), box("Internet"))).toBe(true);
  });

  it("leave what no other surely has", () => {
    const halves = [box("10.0.0.0/9"), box("10.128.0.0/9")];
    expect(leftOf([box("10.0.0.0/8")], halves)).toEqual([]);
    expect(leftOf([box("10.0.0.0/8")], halves.slice(1))).toEqual([box("10.0.0.0/9")]);
    expect(leftOf([box("10.0.0.0/8")], [box("10.0.0.0/8", { to: 442 })])).toEqual([
      box("10.0.0.0/8", { from: 443 }),
    ]);
    expect(leftOf([box("10.0.0.0/8")], [box("Storage")])).toEqual([box("10.0.0.0/8")]);
    const udp = { ...EVERYTHING, protocol: "udp" };
    expect(leftOf([EVERYTHING], [udp])?.map(({ protocol }) => protocol)).toEqual([
      "tcp",
      "icmp",
      "50",
      "51",
      "other",
    ]);
  });

  it("cannot tell what is left once it is in too many pieces", () => {
    const dots = Array.from({ length: 300 }, (_, port) =>
      box("10.0.0.0/8", { from: port * 2, to: port * 2 }),
    );
    expect(leftOf([box("10.0.0.0/8")], dots)).toBeNull();
  });
});
