import { describe, expect, it } from "vitest";
import { adoptedVpn, linkWith } from "../../local/testing/links.ts";
import { parseLink } from "../link/load.ts";
import { sweepingFunction } from "./sweeping-function.ts";

describe("sweepingFunction", () => {
  it("is the one that renews certificates in a link of nothing else", () => {
    expect(sweepingFunction(parseLink(linkWith({})))).toBe("renew-certificates");
  });

  it("is the one that watches tunnels where there are some, as it runs each minute", () => {
    expect(sweepingFunction(parseLink(linkWith({ vpn: adoptedVpn })))).toBe("watch-tunnels");
  });

  it("is the one that heals allowlists where there are some, with tunnels or without", () => {
    expect(sweepingFunction({ allowlists: {} })).toBe("heal-allowlists");
    expect(sweepingFunction({ allowlists: {}, vpn: {} })).toBe("heal-allowlists");
  });
});
