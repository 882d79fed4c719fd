/**
 * `az`, as far as the steps call it. `az rest` sends what it is told to; which subscription and which vaults there are
 * comes from the environment, as no stand-in answers that, and so do the tokens of whoever is logged in.
 */
import { readFileSync } from "node:fs";
import * as z from "zod";
import { createLocalClient } from "../../../network/client.ts";
import { fileOrText, print, readInvocation } from "./options.ts";

const VAULTS = "https://vault.azure.net";
const MANAGEMENT = "https://management.azure.com/";

const Environment = z.object({
  TEST_PROXY_URL: z.string(),
  TEST_CA_FILE: z.string(),
  TEST_SUBSCRIPTION: z.string(),
  /** JSON. */
  TEST_VAULTS: z.string(),
  TEST_VAULT_TOKEN: z.string(),
  TEST_MANAGEMENT_TOKEN: z.string(),
});

const env = Environment.parse(process.env);
const invocation = readInvocation(process.argv.slice(2));
const { operation, need, find } = invocation;

print(await answer(), invocation, "");

async function answer(): Promise<unknown> {
  switch (operation) {
    case "account show":
      invocation.allow(["query", "output"]);
      return { id: env.TEST_SUBSCRIPTION };
    case "keyvault list": {
      invocation.allow(["subscription", "resource-group", "query", "output"]);
      const group = `/subscriptions/${need("subscription")}/resourceGroups/${need("resource-group")}/`;
      const vaults = z.array(z.looseObject({ id: z.string() })).parse(JSON.parse(env.TEST_VAULTS));
      return vaults.filter(({ id }) => id.startsWith(group));
    }
    case "rest":
      invocation.allow(["method", "resource", "url", "body", "query", "output"]);
      return await rest();
    default:
      throw new Error(`az ${operation} is not known here`);
  }
}

async function rest(): Promise<unknown> {
  const url = need("url");
  const body = find("body");
  const proxy = { url: env.TEST_PROXY_URL };
  const client = createLocalClient(proxy, { caPem: readFileSync(env.TEST_CA_FILE, "utf8") });
  const { status, body: said } = await client.send({
    method: need("method").toUpperCase(),
    url,
    headers: {
      authorization: `Bearer ${tokenFor(url)}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(JSON.parse(fileOrText(body))) }),
  });
  client.close();
  const text = said.toString("utf8");
  // As the real one does: the answer's own words, and a failed command.
  if (status >= 400) throw new Error(`${status}(${text})`);
  return text === "" ? undefined : JSON.parse(text);
}

/** Of the resource that is named; of Resource Manager's own address where none is. */
function tokenFor(url: string): string {
  const resource = find("resource");
  if (resource === VAULTS) return env.TEST_VAULT_TOKEN;
  if (resource === undefined && url.startsWith(MANAGEMENT)) return env.TEST_MANAGEMENT_TOKEN;
  throw new Error("Can't derive appropriate Azure AD resource from --url");
}
