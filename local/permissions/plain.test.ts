import { describe, expect, it } from "vitest";
import { plain, plainList } from "./plain.ts";

const graph = {
  ...{ app: "warrener", stage: "prod", region: "eu-west-2", accountId: "123456789012" },
  storageTables: [{ account: "warrener0123abcd", name: "hand", resourceId: "/r" }],
};
const options = { graph, link: "whole-link", itself: "warrener-prod-renew" };

describe("plain", () => {
  it.each([
    ["arn:aws:dynamodb:eu-west-2:123456789012:table/warrener-prod-journal", "table/warrener-<stage>-journal"],
    ["arn:aws:iam::123456789012:role/relay", "role/relay"],
    ["arn:aws:ec2:eu-west-2:*:prefix-list/pl-0a1b2c3d4e5f60718", "prefix-list/pl-<id>"],
    [
      "arn:aws:acm-pca:::template/EndEntityClientAuthCertificate/V1",
      "template/EndEntityClientAuthCertificate/V1",
    ],
    [
      "arn:aws:secretsmanager:eu-west-2:123456789012:secret:warrener-prod-trust-bundle-2a5fb7",
      "secret:warrener-<stage>-trust-bundle",
    ],
    [
      "arn:aws:logs:eu-west-2:123456789012:log-group:/aws/lambda/warrener-prod-renew:*",
      "log-group:/aws/lambda/<its own>:*",
    ],
    ["arn:aws:kms:eu-west-2:123456789012:key/4ed82dc4-7ced-44ec-8acf-f51d57e2316d", "key/<id>"],
    ["secretsmanager.eu-west-2.amazonaws.com", "secretsmanager.<region>.amazonaws.com"],
    ["history#whole-link#*", "history#<link>#*"],
    ["whole-link", "<link>"],
    [
      "/subscriptions/s/resourceGroups/network/providers/Microsoft.Network/connections/aws-a",
      "network / connections/aws-a",
    ],
    [
      "/subscriptions/s/resourceGroups/warrener-prod/providers/Microsoft.KeyVault/vaults/wr-one-276bfc29",
      "warrener-<stage> / vaults/wr-one-<id>",
    ],
    ["warrener0123abcd/tables/hand", "<storage account>/tables/hand"],
    ["*", "*"],
  ])("leaves of %s what is the same for everybody", (text, expected) => {
    expect(plain(text, options)).toBe(expected);
  });
});

describe("plainList", () => {
  it("says each once, in order, and how many more there are", () => {
    expect(plainList(["b", "a", "b"], options)).toBe("`a`, `b`");
    expect(plainList(["c", "b", "a"], options, 2)).toBe("`a`, `b`, 1 more");
  });
});
