/** Identities and records as CloudTrail writes them, for tests. Ids, names and addresses are invented. */

export const ACCOUNT = "111122223333";
export const RELAY = "sg-0a1b2c3d4e5f60718";
export const LOADER = "sg-0b1b2c3d4e5f60718";
export const FOREIGN = "sg-0f1b2c3d4e5f60718";
export const OWN_ROLE = `arn:aws:iam::${ACCOUNT}:role/warrener-prod-heal-allowlists`;

export const LISTENING = {
  groups: [
    { name: "relay", id: RELAY },
    { name: "loader", id: LOADER },
  ],
  ownRoles: [OWN_ROLE],
};

const SESSION = { creationDate: "2026-11-21T07:30:00Z", mfaAuthenticated: "false" };
const issuer = (arn: string, userName: string, principalId = "AROAEXAMPLE0001") => ({
  type: "Role",
  principalId,
  arn,
  accountId: ACCOUNT,
  userName,
});

export const ROOT = {
  type: "Root",
  principalId: ACCOUNT,
  arn: `arn:aws:iam::${ACCOUNT}:root`,
  accountId: ACCOUNT,
};

export const USER = {
  type: "IAMUser",
  principalId: "AIDAEXAMPLE0002",
  arn: `arn:aws:iam::${ACCOUNT}:user/network/bob`,
  accountId: ACCOUNT,
  accessKeyId: "AKIAEXAMPLE0002",
  userName: "bob",
};

export const ROLE = {
  type: "AssumedRole",
  principalId: "AROAEXAMPLE0003:carol-laptop",
  arn: `arn:aws:sts::${ACCOUNT}:assumed-role/NetworkAdmin/carol-laptop`,
  accountId: ACCOUNT,
  accessKeyId: "ASIAEXAMPLE0003",
  sessionContext: {
    sessionIssuer: issuer(`arn:aws:iam::${ACCOUNT}:role/NetworkAdmin`, "NetworkAdmin", "AROAEXAMPLE0003"),
    webIdFederationData: {},
    attributes: SESSION,
  },
};

const SSO_ROLE = "AWSReservedSSO_NetAdmin_0123456789abcdef";
const sso = (path: string) => ({
  type: "AssumedRole",
  principalId: "AROAEXAMPLE0004:alice@example.com",
  arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${SSO_ROLE}/alice@example.com`,
  accountId: ACCOUNT,
  accessKeyId: "ASIAEXAMPLE0004",
  sessionContext: {
    sessionIssuer: issuer(
      `arn:aws:iam::${ACCOUNT}:role/aws-reserved/sso.amazonaws.com/${path}${SSO_ROLE}`,
      SSO_ROLE,
    ),
    attributes: SESSION,
  },
});
export const SSO = sso("");
export const SSO_IN_REGION = sso("eu-west-2/");

export const POD = {
  type: "AssumedRole",
  principalId: "AROAEXAMPLE0005:botocore-session-1763712000",
  arn: `arn:aws:sts::${ACCOUNT}:assumed-role/deployer/botocore-session-1763712000`,
  accountId: ACCOUNT,
  accessKeyId: "ASIAEXAMPLE0005",
  sessionContext: {
    sessionIssuer: issuer(`arn:aws:iam::${ACCOUNT}:role/deployer`, "deployer"),
    webIdFederationData: {
      federatedProvider: `arn:aws:iam::${ACCOUNT}:oidc-provider/token.actions.githubusercontent.com`,
      attributes: {
        "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
        "token.actions.githubusercontent.com:sub": "repo:example/infra:ref:refs/heads/main",
      },
    },
    attributes: SESSION,
  },
};

export const FEDERATED = {
  type: "FederatedUser",
  principalId: `${ACCOUNT}:dave`,
  arn: `arn:aws:sts::${ACCOUNT}:federated-user/dave`,
  accountId: ACCOUNT,
  accessKeyId: "ASIAEXAMPLE0006",
  sessionContext: {
    sessionIssuer: {
      type: "IAMUser",
      principalId: "AIDAEXAMPLE0006",
      arn: `arn:aws:iam::${ACCOUNT}:user/broker`,
      accountId: ACCOUNT,
      userName: "broker",
    },
    attributes: SESSION,
  },
};

export const SERVICE = { type: "AWSService", invokedBy: "fms.amazonaws.com" };

export const SERVICE_ROLE = {
  type: "AssumedRole",
  principalId: "AROAEXAMPLE0007:AutoScaling",
  arn: `arn:aws:sts::${ACCOUNT}:assumed-role/AWSServiceRoleForAmazonEKS/AmazonEKS`,
  accountId: ACCOUNT,
  sessionContext: {
    sessionIssuer: issuer(
      `arn:aws:iam::${ACCOUNT}:role/aws-service-role/eks.amazonaws.com/AWSServiceRoleForAmazonEKS`,
      "AWSServiceRoleForAmazonEKS",
    ),
    attributes: SESSION,
  },
  invokedBy: "eks.amazonaws.com",
};

export const OTHER_ACCOUNT = {
  type: "AWSAccount",
  principalId: "AROAEXAMPLE0008:partner",
  accountId: "999988887777",
};

export const IDENTITY_CENTER = {
  type: "IdentityCenterUser",
  accountId: ACCOUNT,
  onBehalfOf: {
    userId: "544894e8-80c1-707f-60e3-3ba6510dfac1",
    identityStoreArn: `arn:aws:identitystore::${ACCOUNT}:identitystore/d-9067642ac7`,
  },
  credentialId: "EXAMPLEVHULjJdTUdPJfofVa1sufHDoj7aYcOYcxFVllWR_Whr1fEXAMPLE",
};

export const OWN = {
  ...ROLE,
  principalId: "AROAEXAMPLE0009:warrener-prod-heal-allowlists",
  arn: `arn:aws:sts::${ACCOUNT}:assumed-role/warrener-prod-heal-allowlists/warrener-prod-heal-allowlists`,
  sessionContext: {
    sessionIssuer: issuer(OWN_ROLE, "warrener-prod-heal-allowlists"),
    attributes: SESSION,
  },
};

export const CLI = "aws-cli/2.31.4 md/awscrt#0.27.6 ua/2.1 os/linux#6.8.0 lang/python#3.13.7 md/command#ec2";

/** An event on the default bus; `detail` is what differs. */
export const trail = (detail: object) => ({
  version: "0",
  id: "c30ca9c7-1c4d-4b8e-9d6b-2f0a4e1d7b11",
  "detail-type": "AWS API Call via CloudTrail",
  source: "aws.ec2",
  account: ACCOUNT,
  time: "2026-11-21T08:01:00Z",
  region: "eu-west-2",
  resources: [],
  detail: {
    eventVersion: "1.11",
    userIdentity: ROLE,
    eventTime: "2026-11-21T08:00:12Z",
    eventSource: "ec2.amazonaws.com",
    eventName: "AuthorizeSecurityGroupIngress",
    awsRegion: "eu-west-2",
    sourceIPAddress: "203.0.113.7",
    userAgent: CLI,
    requestID: "0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0",
    eventID: "5e1f7a90-3b2c-4d5e-8f60-718293a4b5c6",
    readOnly: false,
    eventType: "AwsApiCall",
    managementEvent: true,
    recipientAccountId: ACCOUNT,
    eventCategory: "Management",
    tlsDetails: { tlsVersion: "TLSv1.3", clientProvidedHostHeader: "ec2.eu-west-2.amazonaws.com" },
    ...detail,
  },
});
