import { AzureNamedKeyCredential, TableClient } from "@azure/data-tables";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HAND, NOBODY } from "../world-for-tests.ts";
import { openTables, reader, table, tablesUrl } from "./test-tables.ts";

let opened: Awaited<ReturnType<typeof openTables>>;
beforeAll(async () => {
  opened = await openTables();
});
afterAll(() => opened.close());

const entity = (rowKey: string) => ({ partitionKey: "tests", rowKey, text: "one" });
const refusal = (statusCode: number, code: string) => ({
  name: "RestError",
  statusCode,
  details: { odataError: { code } },
});

describe("startTables", () => {
  it("keeps what an allowed caller inserts, reads, replaces, lists and deletes", async () => {
    const client = opened.clientOf(HAND);
    await client.createEntity(entity("kept"));
    const read = await client.getEntity("tests", "kept");
    expect(read).toMatchObject({ text: "one" });
    await client.updateEntity({ ...entity("kept"), text: "two" }, "Replace", { etag: read.etag });
    const listed = await client.listEntities({ queryOptions: { filter: "RowKey eq 'kept'" } }).next();
    expect(listed.value).toMatchObject({ text: "two" });
    await client.deleteEntity("tests", "kept");
    await expect(client.getEntity("tests", "kept")).rejects.toMatchObject(refusal(404, "ResourceNotFound"));
  });

  it("refuses as the service does what is there already, was changed, or is not there", async () => {
    const client = opened.clientOf(HAND);
    await client.createEntity(entity("twice"));
    await expect(client.createEntity(entity("twice"))).rejects.toMatchObject(
      refusal(409, "EntityAlreadyExists"),
    );
    const { etag } = await client.getEntity("tests", "twice");
    await client.updateEntity({ ...entity("twice"), text: "two" }, "Replace", { etag });
    await expect(client.updateEntity(entity("twice"), "Replace", { etag })).rejects.toMatchObject(
      refusal(412, "UpdateConditionNotSatisfied"),
    );
    await expect(client.deleteEntity("tests", "never")).rejects.toMatchObject(
      refusal(404, "ResourceNotFound"),
    );
  });

  it("tells an allowed caller that a table is not there", async () => {
    const client = opened.clientOf(reader, "elsewhere");
    await expect(client.getEntity("tests", "one")).rejects.toMatchObject(refusal(404, "TableNotFound"));
  });

  it.each([
    ["whom no role names", () => opened.clientOf(NOBODY).getEntity("tests", "one")],
    ["whose role is for another table", () => opened.clientOf(HAND, "elsewhere").getEntity("tests", "one")],
    ["who may only read, to insert", () => opened.clientOf(reader).createEntity(entity("new"))],
    [
      "who may only read, to replace",
      () => opened.clientOf(reader).updateEntity(entity("new"), "Replace", { etag: "*" }),
    ],
    ["who may only read, to delete", () => opened.clientOf(reader).deleteEntity("tests", "new")],
  ])("does not let a caller %s", async (_who, call) => {
    await expect(call()).rejects.toMatchObject(refusal(403, "AuthorizationPermissionMismatch"));
  });

  it("lets a caller read whose role says no more", async () => {
    await opened.clientOf(HAND).createEntity(entity("shown"));
    expect(await opened.clientOf(reader).getEntity("tests", "shown")).toMatchObject({ text: "one" });
  });

  it.each([
    ["for another resource", "https://vault.azure.net", 3_600],
    ["that has ended", "https://storage.azure.com", -60],
  ])("refuses a token %s, with the challenge of the storage", async (_what, audience, lifetimeSeconds) => {
    const { world, network } = opened;
    const token = await world.entra.tokens.mint({ principal: HAND, audience, lifetimeSeconds });
    const credential = { getToken: async () => ({ token, expiresOnTimestamp: Date.now() + 3_600_000 }) };
    const client = new TableClient(tablesUrl, table, credential, network);
    await expect(client.getEntity("tests", "one")).rejects.toMatchObject(
      refusal(401, "InvalidAuthenticationInfo"),
    );
  });

  it("lets nobody in with the account's key, not even with Azurite's own", async () => {
    const key = Buffer.from("k".repeat(64)).toString("base64");
    const credential = new AzureNamedKeyCredential("warrenertest", key);
    const client = new TableClient(tablesUrl, table, credential, opened.network);
    await expect(client.getEntity("tests", "one")).rejects.toMatchObject(
      refusal(401, "NoAuthenticationInformation"),
    );
  });

  it("says that it cannot make a table, nor several changes in one call", async () => {
    const client = opened.clientOf(HAND);
    await expect(client.createTable()).rejects.toMatchObject({ statusCode: 501 });
    await expect(client.submitTransaction([["create", entity("batch")]])).rejects.toMatchObject({
      statusCode: 501,
    });
  });

  it("records each call with its caller, for faults to be placed around it", async () => {
    const { world, clientOf } = opened;
    const effect = { kind: "refuse", status: 503, code: "ServerBusy", message: "x" } as const;
    const remove = world.kernel.faults.add({ operation: "tables:GetEntity", nth: 1, when: "before", effect });
    await expect(clientOf(HAND).getEntity("tests", "one")).rejects.toMatchObject(refusal(503, "ServerBusy"));
    remove();
    expect(world.kernel.calls("tables:GetEntity").at(-1)).toMatchObject({
      caller: HAND.principalId,
      outcome: "ServerBusy",
      mutates: false,
    });
  });
});
