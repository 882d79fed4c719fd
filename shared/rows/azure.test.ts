import type { RequestListener } from "node:http";
import { AuthenticationError } from "@azure/identity";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { openTables, table, tablesUrl } from "../../local/azure/tables/test-tables.ts";
import { HAND, NOBODY } from "../../local/azure/world-for-tests.ts";
import { modelRows } from "../../local/model/rows.ts";
import { rowsClient, tableRows } from "./azure.ts";
import { type Rows, TEXT_MAX } from "./rows.ts";

const ODD_URL = "https://odd.table.core.windows.net";
const place = { url: tablesUrl, table };

let opened: Awaited<ReturnType<typeof openTables>>;
beforeAll(async () => {
  opened = await openTables();
});
afterAll(() => opened.close());

const removing: (() => void)[] = [];
afterEach(() => {
  for (const remove of removing.splice(0)) remove();
});

const openAdapter = (): Rows => tableRows(rowsClient(place, opened.world.credential(HAND), opened.network));

/** What the tests of the verbs rely on in the model is what the adapter really does. */
describe.each([
  ["the adapter, over Azurite", openAdapter],
  ["the model", (): Rows => modelRows()],
])("%s", (_name, open) => {
  it("knows nothing of a row that never was", async () => {
    const rows = open();
    const key = { partition: "never", name: "one" };
    expect(await rows.read(key)).toBeNull();
    expect(await rows.list("never", null, 10)).toEqual([]);
    expect(await rows.replace(key, "text", "W/\"datetime'2026-11-21T16%3A12%3A48.4997680Z'\"")).toBe(
      "changed",
    );
    await rows.remove(key);
  });

  it("inserts a row once", async () => {
    const rows = open();
    const key = { partition: "inserting", name: "one" };
    expect(await rows.insert(key, "first")).toBe("inserted");
    expect(await rows.insert(key, "second")).toBe("taken");
    expect(await rows.read(key)).toMatchObject({ name: "one", text: "first" });
    await rows.remove(key);
    expect(await rows.read(key)).toBeNull();
  });

  it("replaces only what nobody has written since it was read", async () => {
    const rows = open();
    const key = { partition: "replacing", name: "one" };
    await rows.insert(key, "first");
    const read = await rows.read(key);
    expect(await rows.replace(key, "second", read?.version ?? "")).toBe("replaced");
    expect(await rows.replace(key, "third", read?.version ?? "")).toBe("changed");
    expect(await rows.read(key)).toMatchObject({ text: "second" });
  });

  it("lists one partition in the order of names, after a name, and no more than is asked for", async () => {
    const rows = open();
    for (const name of ["c", "a", "d", "b"]) await rows.insert({ partition: "listing", name }, name);
    await rows.insert({ partition: "listing2", name: "e" }, "e");
    const names = async (after: string | null, most: number) =>
      (await rows.list("listing", after, most)).map(({ name }) => name);
    expect(await names(null, 10)).toEqual(["a", "b", "c", "d"]);
    expect(await names("b", 10)).toEqual(["c", "d"]);
    expect(await names(null, 3)).toEqual(["a", "b", "c"]);
  });

  it("counts one partition, and no further than is asked for", async () => {
    const rows = open();
    for (const name of ["a", "b", "c"]) await rows.insert({ partition: "counting", name }, name);
    expect(await rows.count("counting", 10)).toBe(3);
    expect(await rows.count("counting", 2)).toBe(2);
    expect(await rows.count("none", 2)).toBe(0);
  });

  it("keeps a text that is longer than a property may be, and a shorter one after it", async () => {
    const rows = open();
    const key = { partition: "long", name: "one" };
    for (const text of ["x".repeat(32_001), "y".repeat(TEXT_MAX), "z".repeat(32_000), ""]) {
      const stored = await rows.read(key);
      if (stored === null) await rows.insert(key, text);
      else expect(await rows.replace(key, text, stored.version)).toBe("replaced");
      expect((await rows.read(key))?.text === text).toBe(true);
    }
  });

  it("keeps a quote in a name a quote", async () => {
    const rows = open();
    const key = { partition: "it's", name: "o'clock" };
    await rows.insert(key, "'");
    expect(await rows.read(key)).toMatchObject({ text: "'" });
    expect(await rows.list("it's", null, 1)).toHaveLength(1);
  });
});

describe("tableRows, when the table did not say", () => {
  const key = { partition: "control", name: "freeze" };
  const fault = (effect: { readonly status: number; readonly code: string }, nth: 1 | "every" = "every") => {
    const operation = "tables:GetEntity";
    const wanted = {
      operation,
      nth,
      when: "before",
      effect: { kind: "refuse", message: "x", ...effect },
    } as const;
    removing.push(opened.world.kernel.faults.add(wanted));
  };

  it("throws the code of a caller without the role, and does not take it for an absent row", async () => {
    const rows = tableRows(rowsClient(place, opened.world.credential(NOBODY), opened.network));
    await expect(rows.read(key)).rejects.toMatchObject({
      name: "CloudError",
      provider: "azure",
      operation: "QueryEntities",
      target: "freeze",
      code: "AuthorizationPermissionMismatch",
      retryable: false,
    });
    await expect(rows.insert(key, "x")).rejects.toMatchObject({ code: "AuthorizationPermissionMismatch" });
    await expect(rows.remove(key)).rejects.toMatchObject({ code: "AuthorizationPermissionMismatch" });
    await expect(rows.list("notes", null, 1)).rejects.toMatchObject({ target: "notes" });
  });

  it("does not take a table that is missing for an absent row", async () => {
    const credential = opened.world.credential(HAND);
    const scope = `${opened.tableId.split("/").slice(0, -1).join("/")}/missing`;
    removing.push(opened.allow(HAND, scope));
    const rows = tableRows(rowsClient({ ...place, table: "missing" }, credential, opened.network));
    await expect(rows.read(key)).rejects.toMatchObject({ code: "TableNotFound", retryable: false });
  });

  it("says that a busy account is to be asked again", async () => {
    fault({ status: 503, code: "ServerBusy" });
    await expect(openAdapter().read(key)).rejects.toMatchObject({
      code: "ServerBusy",
      retryable: true,
      throttled: true,
    });
  });

  it("asks once more by itself", async () => {
    fault({ status: 500, code: "InternalError" }, 1);
    const rows = tableRows(
      rowsClient(place, opened.world.credential(HAND), {
        ...opened.network,
        retryOptions: { maxRetries: 1, retryDelayInMs: 0 },
      }),
    );
    expect(await rows.read(key)).toBeNull();
  });

  it.each([
    [401, {}, "http-401", false],
    [502, "<html>", "http-502", true],
    [200, {}, "unreadable-answer", false],
    [200, { RowKey: "freeze", text: 5 }, "unreadable-answer", false],
  ])("throws on an answer with status %i and the body %j", async (status, body, code, retryable) => {
    const host = `odd${odd++}.table.core.windows.net`;
    const answer: RequestListener = (_request, response) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(typeof body === "string" ? body : JSON.stringify(body));
    };
    opened.world.proxy.serve(host, answer);
    const credential = opened.world.credential(HAND);
    const rows = tableRows(rowsClient({ url: `https://${host}`, table }, credential, opened.network));
    await expect(rows.read(key)).rejects.toMatchObject({ name: "CloudError", code, retryable });
  });
  let odd = 0;

  it("is retryable when nobody answered", async () => {
    const credential = opened.world.credential(HAND);
    const rows = tableRows(rowsClient({ url: ODD_URL, table }, credential, opened.network));
    await expect(rows.read(key)).rejects.toMatchObject({ code: "unreachable", retryable: true });
  });

  it("says so when the function's own identity gave no token", async () => {
    const getToken = async () => {
      throw new AuthenticationError(400, { error: "invalid_request" });
    };
    const rows = tableRows(rowsClient(place, { getToken }, opened.network));
    await expect(rows.read(key)).rejects.toMatchObject({ code: "no-credential", retryable: true });
  });
});
