/** What the deployment promises of the tunnels' pre-shared keys, and of the function that rotates them. */
import { describe, expect, it } from "vitest";
import { authorize } from "../../aws/authorization.ts";
import { ACCOUNT_ID } from "../identifiers.ts";
import { lintPolicy } from "../policy-lint.ts";
import type { Graph } from "../schema.ts";

const NAMES = ["fixed-a", "guarded-a", "new-a", "new-b", "old-a", "old-b"];

export function promisePreSharedKeys(graph: () => Graph): void {
  const rotate = () => {
    const found = graph().functions.find(({ logicalName }) => logicalName === "RotatePreSharedKeys");
    if (found === undefined) throw new Error("the deployment has no RotatePreSharedKeys");
    return found;
  };
  const secrets = (): Record<string, string> => JSON.parse(rotate().environment["KEY_SECRETS"] ?? "");
  const connection = (id: string) => `arn:aws:ec2:${graph().region}:${ACCOUNT_ID}:vpn-connection/${id}`;
  const ofAws = (id: string) =>
    `arn:aws:secretsmanager:${graph().region}:${ACCOUNT_ID}:secret:s2svpn!${id}-xyz-a1B2c3`;
  const may = async (action: string, resource: string, who = rotate()) => {
    const { arn: roleArn, policy } = who.role;
    return (await authorize({ roleArn, policy, action, resource, context: {} })) === "allowed";
  };

  describe("pre-shared keys", () => {
    it("have a secret for each tunnel, which is kept and has no value of the deployment's", () => {
      const made = graph().resources.filter(({ type }) => type === "aws:secretsmanager/secret:Secret");
      const own = made.filter(({ name }) => name.startsWith("PreSharedKey-"));
      expect(own.map(({ name }) => name)).toEqual(NAMES.map((name) => `PreSharedKey-${name}`));
      expect(own.every(({ protect, retainOnDelete }) => protect && retainOnDelete)).toBe(true);
      expect(own.map(({ state }) => state["name"])).toEqual(
        NAMES.map((name) => `warrener-test-tunnel-${name}`),
      );
      expect(Object.keys(secrets()).toSorted()).toEqual(NAMES);
      expect(Object.values(secrets()).toSorted()).toEqual(own.map(({ state }) => state["arn"]).toSorted());
    });

    it("are looked after each minute, by a function that is told of the same tunnels as the watching one", () => {
      const schedules = graph().schedules.filter(
        ({ targetFunction }) => targetFunction === "RotatePreSharedKeys",
      );
      expect(schedules.map(({ expression }) => expression)).toEqual(["rate(1 minute)"]);
      const watch = graph().functions.find(({ logicalName }) => logicalName === "WatchTunnels");
      expect(rotate().environment["TUNNELS"]).toBe(watch?.environment["TUNNELS"]);
      expect(Object.keys(rotate().environment).sort()).toEqual([
        "ALARM_PREFIX",
        "BUS_NAME",
        "HAND_URL",
        "JOURNAL_TABLE",
        "KEY_SECRETS",
        "TOKEN_AUDIENCE",
        "TUNNELS",
      ]);
    });

    it("can be set on the link's own tunnels alone, and by that function alone", async () => {
      const action = "ec2:ModifyVpnTunnelOptions";
      expect(await may(action, connection("vpn-0a1b2c3d4e5f60718"))).toBe(true);
      expect(await may(action, connection("vpn-0a1b2c3d4e5f60719"))).toBe(false);
      for (const other of graph().functions.filter(
        ({ logicalName }) => logicalName !== "RotatePreSharedKeys",
      )) {
        const mayOther = await may(action, connection("vpn-0a1b2c3d4e5f60718"), other);
        expect([other.logicalName, mayOther]).toEqual([other.logicalName, false]);
      }
      for (const denied of ["ec2:ReplaceVpnTunnel", "ec2:ModifyVpnConnection", "ec2:DeleteVpnConnection"])
        expect([denied, await may(denied, connection("vpn-0a1b2c3d4e5f60718"))]).toEqual([denied, false]);
    });

    it("are read where AWS keeps them, of the connections for which the link says so, and never changed there", async () => {
      const created = graph().resources.filter(({ type }) => type === "aws:ec2/vpnConnection:VpnConnection");
      expect(created).toHaveLength(2);
      for (const id of [...created.map((one) => one.id), "vpn-0a1b2c3d4e5f6071a"]) {
        expect(await may("secretsmanager:GetSecretValue", ofAws(id))).toBe(true);
        expect(await may("secretsmanager:PutSecretValue", ofAws(id))).toBe(false);
      }
      expect(await may("secretsmanager:GetSecretValue", ofAws("vpn-0a1b2c3d4e5f60718"))).toBe(false);
    });

    it("are written by that function, which may give none away nor delete one, and read by no other", async () => {
      const [arn] = Object.values(secrets());
      for (const action of ["DescribeSecret", "GetSecretValue", "PutSecretValue", "UpdateSecretVersionStage"])
        expect([action, await may(`secretsmanager:${action}`, arn ?? "")]).toEqual([action, true]);
      for (const action of ["DeleteSecret", "PutResourcePolicy", "RotateSecret", "UpdateSecret"])
        expect([action, await may(`secretsmanager:${action}`, arn ?? "")]).toEqual([action, false]);
      for (const other of graph().functions.filter(
        ({ logicalName }) => logicalName !== "RotatePreSharedKeys",
      )) {
        const mayOther = await may("secretsmanager:GetSecretValue", arn ?? "", other);
        expect([other.logicalName, mayOther]).toEqual([other.logicalName, false]);
      }
      expect(await lintPolicy(rotate().role.policy)).toEqual([]);
    });
  });
}
