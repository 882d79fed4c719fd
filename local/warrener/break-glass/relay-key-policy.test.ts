import { describe, expect, it } from "vitest";
import { openKey } from "./relay-key-policy.ts";
import { memoryFiles } from "./test-files.ts";

const NAME = "warrener-prod-relay-certificate";
const SECRET = `arn:aws:secretsmanager:eu-west-2:123456789012:secret:${NAME}-a1B2c3`;
const CALLER = "arn:aws:sts::123456789012:assumed-role/on-call/alice@example.com";
const deployed = {
  Version: "2012-10-17",
  Statement: [
    {
      Effect: "Allow",
      Principal: { AWS: "arn:aws:iam::123456789012:root" },
      Action: ["kms:PutKeyPolicy"],
      Resource: "*",
    },
  ],
};
const files = (changes: Readonly<Record<string, string>> = {}) =>
  memoryFiles({
    "key-policy.json": JSON.stringify(deployed),
    caller: `${CALLER}\n`,
    secret: `${SECRET}\n`,
    ...changes,
  });
const read = (folder: ReturnType<typeof files>, name: string) => JSON.parse(folder.files.get(name) ?? "");

describe("openKey", () => {
  it("adds that one person may encrypt, through Secrets Manager and for this secret, and nothing else", async () => {
    const folder = files();
    const { lines } = await openKey(NAME, folder);
    const added = {
      Sid: "BreakGlass",
      Effect: "Allow",
      Principal: { AWS: CALLER },
      Action: "kms:GenerateDataKey",
      Resource: "*",
      Condition: {
        StringEquals: {
          "kms:ViaService": "secretsmanager.eu-west-2.amazonaws.com",
          "kms:EncryptionContext:SecretARN": SECRET,
        },
      },
    };
    expect(read(folder, "key-open.json")).toEqual({ ...deployed, Statement: [...deployed.Statement, added] });
    expect(read(folder, "key-closed.json")).toEqual(deployed);
    expect(lines.join()).toMatch(/^folder\/key-open\.json lets .*alice@example\.com encrypt for this secret/);
  });

  it("goes back to the policy without what an earlier attempt has left in it", async () => {
    const first = files();
    await openKey(NAME, first);
    const again = files({ "key-policy.json": first.files.get("key-open.json") ?? "" });
    await openKey(NAME, again);
    expect(read(again, "key-closed.json")).toEqual(deployed);
    expect(read(again, "key-open.json")).toEqual(read(first, "key-open.json"));
  });

  it("takes a policy of one statement that stands alone", async () => {
    const folder = files({
      "key-policy.json": JSON.stringify({ ...deployed, Statement: deployed.Statement[0] }),
    });
    await openKey(NAME, folder);
    expect(read(folder, "key-closed.json")).toEqual(deployed);
  });

  it("opens it to a user as well", async () => {
    const user = "arn:aws:iam::123456789012:user/people/alice";
    const folder = files({ caller: user });
    await openKey(NAME, folder);
    expect(read(folder, "key-open.json").Statement[1].Principal).toEqual({ AWS: user });
  });

  it.each([
    ["a policy that is none", { "key-policy.json": "None\n" }, "key-policy.json holds no policy of a key"],
    ["a policy without statements", { "key-policy.json": "{}" }, "key-policy.json holds no policy of a key"],
    ["a policy that was not fetched", { "key-policy.json": "" }, "key-policy.json is missing or empty"],
    [
      "the root of the account, for whom everybody in it would be let in",
      { caller: "arn:aws:iam::123456789012:root" },
      "123456789012:root is no user and no session of a role",
    ],
    ["nobody", { caller: "None" }, "None is no user and no session of a role"],
    ["another secret", { secret: SECRET.replace("prod", "dev") }, `which is not ${NAME}`],
    ["a secret that is none", { secret: "None" }, `folder/secret holds None, which is not ${NAME}`],
  ])("refuses %s, and writes no policy", async (_case, changes, words) => {
    const folder = files(changes);
    await expect(openKey(NAME, folder)).rejects.toThrow(words);
    expect(folder.files.has("key-open.json")).toBe(false);
    expect(folder.files.has("key-closed.json")).toBe(false);
  });
});
