import { describe, expect, it } from "vitest";
import type { Resource } from "./schema.ts";
import { findVpnFaults } from "./vpn-faults.ts";

const OPTIONS = ["tunnel1LogOptions", "tunnel1PresharedKey"];
const resource = (type: string, changes: Partial<Resource> = {}): Resource => ({
  type,
  name: "Thing",
  id: "thing",
  adopted: false,
  protect: true,
  retainOnDelete: true,
  ignoreChanges: [],
  waitsFor: [],
  inputs: {},
  state: {},
  ...changes,
});
const aws = (changes: Partial<Resource> = {}) =>
  resource("aws:ec2/vpnConnection:VpnConnection", { ignoreChanges: OPTIONS, ...changes });
const azure = (changes: Partial<Resource> = {}) =>
  resource("azure-native:network:VirtualNetworkGatewayConnection", {
    ignoreChanges: ["sharedKey"],
    ...changes,
  });

describe("findVpnFaults", () => {
  it("finds nothing in connections that are set once, hold no key and are kept", () => {
    expect(findVpnFaults([aws(), azure()], OPTIONS)).toEqual([]);
  });

  it.each([
    [
      "an option that a deployment may change",
      aws({ ignoreChanges: ["tunnel1PresharedKey"] }),
      /change tunnel1LogOptions/,
    ],
    ["an Azure key that a deployment may change", azure({ ignoreChanges: [] }), /change sharedKey/],
    [
      "an AWS key in the deployment",
      aws({ inputs: { tunnel1PresharedKey: "x" } }),
      /has tunnel1PresharedKey in/,
    ],
    ["an Azure key in the deployment", azure({ inputs: { sharedKey: "x" } }), /has sharedKey in/],
    ["a connection that is not protected", aws({ protect: false }), /may be deleted/],
    ["a connection that goes with its code", azure({ retainOnDelete: false }), /may be deleted/],
    [
      "a gateway that is not kept",
      resource("aws:ec2/customerGateway:CustomerGateway", { protect: false }),
      /may be deleted/,
    ],
    ["an adopted connection among the resources", aws({ adopted: true }), /may only be named/],
  ])("names %s", (_what, faulty, sentence) => {
    expect(findVpnFaults([faulty], OPTIONS)).toEqual([expect.stringMatching(sentence)]);
  });
});
