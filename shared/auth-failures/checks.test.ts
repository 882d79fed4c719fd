import { describe, expect, it } from "vitest";
import { adoptedVpn, faultsOf, linkWith } from "../../local/testing/links.ts";

const faults = (log: object, changes: Readonly<Record<string, unknown>> = {}) =>
  faultsOf(linkWith({ authFailures: { logs: [{ group: "/example/logs", ...log }] }, ...changes }));
const relay = [{ reader: "relay" }];

describe("a link's authFailures", () => {
  it("loads with the readers of a log", () => {
    expect(faults({ readers: relay, pods: { namespace: "relay" } })).toEqual([]);
  });

  it("is refused where one reader is there twice", () => {
    expect(faults({ readers: [...relay, ...relay] })).toEqual([
      "authFailures.logs[0].readers[1]: is there twice: write it once",
    ]);
  });

  it("is refused where tunnels' logs are read and the link has no tunnels", () => {
    const readers = [{ reader: "ike" }];
    expect(faults({ readers })).toEqual([
      "authFailures.logs[0]: has the reader ike, and the link has no vpn, so no tunnel of it could be named: write vpn, or leave the reader out",
    ]);
    expect(faults({ readers }, { vpn: adoptedVpn })).toEqual([]);
  });

  it("is refused where a use is to be observed in a log whose readers cannot show one", () => {
    const log = { group: "/example/relay", readers: [{ reader: "nginx-access" }] };
    expect(faults(log)).toEqual([
      'authFailures.logs[0].readers: is relay.log.group, in which the use of bunny-client is to be observed, and none of its readers is relay\'s: add { reader: "relay" }, or choose proof: { after } for them',
    ]);
    expect(faults(log, { "bunnies[0].certificates[0].proof": { after: "2 hours" } })).toEqual([]);
    expect(faults({ ...log, readers: [...log.readers, ...relay] })).toEqual([]);
  });

  it("is refused where bunnies have more certificates than can be told apart", () => {
    const certificates = (count: number) => ({
      "bunnies[0].certificates": Array.from({ length: count }, (_, index) => ({
        name: `bunny-${index}`,
        identity: { commonName: `bunny-${index}.example.com` },
      })),
    });
    expect(faults({ readers: relay }, certificates(16))).toEqual([]);
    expect(faults({ readers: relay }, certificates(17))).toEqual([
      "authFailures: can tell of up to 16 certificates of bunnies, and the link has 17: leave it out, or split the link",
    ]);
  });

  it("is refused where the link has more tunnels than can be told apart", () => {
    const [connection] = adoptedVpn.connections;
    const connections = Array.from({ length: 9 }, (_, index) => ({
      ...connection,
      name: `c${index}`,
      aws: { adopt: `vpn-0a1b2c3d4e5f6071${index}` },
      tunnels: [0, 1].map((end) => ({
        name: `t${index}-${end}`,
        outsideIp: `198.51.100.${index * 2 + end}`,
        azure: { adopt: `aws-${index}-${end}` },
      })),
    }));
    expect(faults({ readers: relay }, { vpn: { ...adoptedVpn, connections } })).toEqual([
      "authFailures: can tell of up to 16 tunnels, and the link has 18: leave it out, or split the link",
    ]);
  });

  it("is refused where Warrener would read its own log", () => {
    expect(faults({ group: "/aws/lambda/warrener-prod-read-auth-failures", readers: relay })).toEqual([
      "authFailures.logs[0].group: is a log group of Warrener's own, which no caller writes to",
    ]);
  });
});
