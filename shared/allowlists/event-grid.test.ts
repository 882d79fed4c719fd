import { describe, expect, it } from "vitest";
import { actorWords } from "./actor.ts";
import { hearEventGrid } from "./event-grid.ts";
import {
  AKS,
  ALICE,
  DELETED,
  GUEST,
  grid,
  IDENTITY,
  LISTENING,
  NAME,
  NSG,
  OID,
  OWN,
  PIPELINE,
  rule,
  SUB,
  TID,
  WRITE,
} from "./test-event-grid.ts";
import { changeOf } from "./test-seen.ts";

const changeIn = (event: unknown) => changeOf(hearEventGrid(LISTENING, event));

describe("hearEventGrid names the group, the actor and the tool", () => {
  it.each<[what: string, event: unknown, groups: unknown, actor: string, tool: string | null]>([
    [
      "a rule written in the portal",
      grid(rule("allow-ssh")),
      ["bunny"],
      "user alice@example.com",
      "Azure portal",
    ],
    [
      "a rule deleted by a guest with the CLI",
      grid(
        rule("warrener-one-443"),
        { claims: GUEST, operationName: WRITE.replace("write", "delete") },
        DELETED,
      ),
      ["bunny"],
      "guest user bob_partner.example#EXT#@example.onmicrosoft.com",
      "Azure CLI",
    ],
    [
      "the whole NSG written by a service principal",
      grid(NSG, { claims: PIPELINE, operationName: "Microsoft.Network/networkSecurityGroups/write" }),
      ["bunny"],
      "service principal 5e000000-0000-4000-8000-000000000003",
      null,
    ],
    [
      "the whole NSG deleted, its id in another case",
      grid(NSG.toUpperCase(), { operationName: "Microsoft.Network/networkSecurityGroups/delete" }, DELETED),
      ["bunny"],
      "user alice@example.com",
      "Azure portal",
    ],
    [
      "a rule in the group that AKS makes, by the cluster's identity",
      grid(`${AKS.replace("resourceGroups", "resourcegroups")}/securityRules/k8s-azure-lb_allow_IPv4`, {
        claims: IDENTITY,
      }),
      ["nodes"],
      "managed identity bunny-agentpool",
      null,
    ],
    [
      "AKS itself",
      grid(AKS, { claims: { appid: "7319c514-987d-4e9b-ac3d-d38c4f427f4c", [OID]: "aa" } }),
      ["nodes"],
      "service principal “Azure Kubernetes Service”",
      null,
    ],
    [
      "the resource group deleted, with what is in it",
      grid(
        `${SUB}/resourceGroups/RG-LINK`,
        { operationName: "Microsoft.Resources/subscriptions/resourcegroups/delete" },
        DELETED,
      ),
      ["bunny"],
      "user alice@example.com",
      "Azure portal",
    ],
    [
      "no claims, and a role assigned to a service principal",
      grid(rule("a"), {
        claims: {},
        authorization: { evidence: { principalId: "5e04", principalType: "ServicePrincipal" } },
      }),
      ["bunny"],
      "service principal 5e04",
      null,
    ],
    [
      "no claims, and a role assigned to a group of people",
      grid(rule("a"), {
        claims: {},
        authorization: { evidence: { principalId: "9f01", principalType: "Group" } },
      }),
      ["bunny"],
      "principal of an unknown kind through “group 9f01”",
      null,
    ],
    [
      "no claims and no evidence",
      grid(rule("a"), { claims: {}, authorization: { evidence: [] } }),
      ["bunny"],
      "actor unknown",
      null,
    ],
    [
      "a guest without an address of its own, and an application of its own",
      grid(rule("a"), { claims: { appid: OWN, [NAME]: "live.com#eve@example.net", [OID]: "e5e" } }),
      ["bunny"],
      "guest user live.com#eve@example.net",
      `application ${OWN}`,
    ],
    [
      "a user of another tenant",
      grid(rule("a"), { claims: { ...ALICE, [TID]: "7e000000-0000-4000-8000-000000000099" } }),
      ["bunny"],
      "user alice@example.com of 7e000000-0000-4000-8000-000000000099",
      "Azure portal",
    ],
    ["no subject", grid("", { resourceUri: undefined }), "all", "user alice@example.com", "Azure portal"],
  ])("%s", (_, event, groups, actor, tool) => {
    const change = changeIn(event);
    expect(change.groups).toEqual(groups);
    expect(actorWords(change.actor)).toBe(actor);
    expect(change.tool?.name ?? null).toBe(tool);
  });

  it("tells when, from where, and which rule, in the case it has", () => {
    expect(changeIn(grid(rule("Allow-SSH")))).toMatchObject({
      at: Date.UTC(2026, 10, 21, 8, 20) / 1000,
      sourceAddress: "198.51.100.4",
      call: WRITE,
      what: { added: [], removed: [], touched: ["Allow-SSH"], isComplete: false },
    });
  });

  it("tells where a caller signed in when the request is not there", () => {
    expect(changeIn(grid(NSG, { httpRequest: undefined })).sourceAddress).toBe("203.0.113.9");
  });

  it("reads Event Grid's other schema", () => {
    const { eventType, eventTime, topic, ...rest } = grid(rule("a"));
    const cloudEvent = { ...rest, type: eventType, time: eventTime, source: topic, specversion: "1.0" };
    expect(changeIn(cloudEvent)).toEqual(changeIn(grid(rule("a"))));
  });

  it("gives the two events of one write one id, and looks at both", () => {
    const accepted = {
      ...grid(rule("a"), { status: "Accepted" }),
      id: "e0000000-0000-4000-8000-000000000012",
    };
    const succeeded = grid(rule("A"), { operationName: WRITE.toUpperCase() });
    expect(changeIn(accepted).id).toBe(changeIn(succeeded).id);
    expect(changeIn(accepted).id).not.toBe(changeIn(grid(rule("b"))).id);
    const deleted = grid(rule("a"), { operationName: WRITE.replace("write", "delete") }, DELETED);
    expect(changeIn(accepted).id).not.toBe(changeIn(deleted).id);
    expect(hearEventGrid(LISTENING, accepted)).toMatchObject({ look: true, reason: "accepted-change" });
    expect(hearEventGrid(LISTENING, succeeded)).toMatchObject({ look: true, reason: "changed-by-others" });
  });
});

describe("hearEventGrid", () => {
  it.each<[what: string, event: unknown, heard: object]>([
    ["another NSG", grid(`${NSG}-2/securityRules/a`), { look: false, reason: "not-ours" }],
    [
      "a resource group that was only tagged",
      grid(`${SUB}/resourceGroups/rg-link`),
      { look: false, reason: "not-ours" },
    ],
    [
      "a failed write",
      grid(NSG, {}, "Microsoft.Resources.ResourceWriteFailure"),
      { look: false, reason: "failed-call" },
    ],
    [
      "an action",
      grid(NSG, {}, "Microsoft.Resources.ResourceActionSuccess"),
      { look: false, reason: "read-only" },
    ],
    [
      "another event",
      grid(NSG, {}, "Microsoft.KeyVault.SecretNearExpiry"),
      { look: false, reason: "other-event" },
    ],
    ["our own", grid(NSG, { claims: { ...IDENTITY, [OID]: OWN } }), { look: false, reason: "own-change" }],
    ["no event", [null], { look: false, reason: "other-event" }],
  ])("passes over %s", (_, event, heard) => {
    expect(hearEventGrid(LISTENING, event)).toEqual(heard);
  });

  it("looks where a write was canceled, which may have been half done", () => {
    const canceled = grid(NSG, {}, "Microsoft.Resources.ResourceWriteCancel");
    expect(hearEventGrid(LISTENING, canceled)).toMatchObject({ look: true, reason: "canceled-change" });
  });
});
