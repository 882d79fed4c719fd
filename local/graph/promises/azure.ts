/** What the half in Azure promises, read from the evaluated deployment. */
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { caCertificatePlaceholder, DEPLOYER_ID, SUBSCRIPTION_ID, TENANT_ID } from "../identifiers.ts";
import type { Graph, LambdaFunction, Resource } from "../schema.ts";

export function promiseAzure(graph: () => Graph): void {
  const ofType = (type: string): Resource[] => {
    const found = graph().resources.filter((resource) => resource.type === type);
    if (found.length === 0) throw new Error(`the deployment has no ${type}`);
    return found;
  };
  const renew = (): LambdaFunction => {
    const found = graph().functions.find(({ logicalName }) => logicalName === "RenewCertificates");
    if (found === undefined) throw new Error("the deployment has no RenewCertificates");
    return found;
  };

  describe("vaults", () => {
    it("are one for each bunny, and keep what is deleted for 90 days, which nobody can shorten", () => {
      expect(graph().vaults).toEqual([
        {
          bunny: "bunny",
          name: expect.stringMatching(/^wr-bunny-[0-9a-f]{8}$/),
          uri: expect.stringMatching(/^https:\/\/wr-bunny-[0-9a-f]{8}\.vault\.azure\.net\/$/),
          resourceId: expect.stringContaining("/providers/Microsoft.KeyVault/vaults/wr-bunny-"),
        },
      ]);
      for (const vault of ofType("azure-native:keyvault:Vault")) {
        const properties = {
          enableSoftDelete: true,
          softDeleteRetentionInDays: 90,
          enablePurgeProtection: true,
        };
        expect(vault).toMatchObject({ protect: true, retainOnDelete: true, state: { properties } });
      }
    });

    it("are not deleted with the group that holds them", () => {
      expect(ofType("azure-native:resources:ResourceGroup")).toMatchObject([
        { protect: true, retainOnDelete: true },
      ]);
    });

    it("know roles alone, and no access policies of their own", () => {
      for (const { state } of ofType("azure-native:keyvault:Vault")) {
        expect(state).toMatchObject({ properties: { enableRbacAuthorization: true, tenantId: TENANT_ID } });
        expect(state["properties"]).not.toHaveProperty("accessPolicies");
      }
    });
  });

  describe("roles in Azure", () => {
    const rolesOf = (principal: string) =>
      graph()
        .roleAssignments.filter(({ principalId }) => principalId === principal)
        .map(({ roleDefinitionId, scope }) => [roleDefinitionId, scope]);
    const builtIn = (id: string) =>
      `/subscriptions/${SUBSCRIPTION_ID}/providers/Microsoft.Authorization/roleDefinitions/${id}`;
    const storageId = () => ofType("azure-native:storage:StorageAccount")[0]?.id;
    const tableId = () => `${storageId()}/tableServices/default/tables/hand`;

    it("have one of our own, which requests and merges certificates and reads no private key", () => {
      expect(graph().roleDefinitions).toMatchObject([
        {
          actions: [],
          dataActions: [
            "Microsoft.KeyVault/vaults/certificates/read",
            "Microsoft.KeyVault/vaults/certificates/create/action",
            "Microsoft.KeyVault/vaults/certificates/update/action",
          ],
        },
      ]);
    });

    it("give the Function App that role on each vault, its host the storage, and its code one table of it", () => {
      const certificates = graph().vaults.map(({ resourceId }) => [
        graph().roleDefinitions[0]?.id,
        resourceId,
      ]);
      const storage = [builtIn("b7e6dc6d-f1e8-4753-8033-0f276bb0955b"), storageId()];
      const table = [builtIn("0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3"), tableId()];
      expect(graph().storageTables.map(({ resourceId }) => resourceId)).toEqual([tableId()]);
      expect(rolesOf(graph().functionApp.principalId).sort()).toEqual(
        [...certificates, storage, table].sort(),
      );
    });

    it("let a bunny's own service account read its own certificate, and nothing else", () => {
      const [credential] = graph().federatedCredentials;
      expect(graph().federatedCredentials).toEqual([
        {
          identityName: "warrener-test-bunny",
          principalId: expect.any(String),
          clientId: expect.any(String),
          tenantId: TENANT_ID,
          issuer: "https://oidc.example.com/00000000-0000-0000-0000-000000000000/",
          subject: "system:serviceaccount:bunny:bunny",
          audiences: ["api://AzureADTokenExchange"],
        },
      ]);
      const scope = `${graph().vaults[0]?.resourceId}/secrets/bunny-client`;
      expect(rolesOf(credential?.principalId ?? "")).toEqual([
        [builtIn("4633458b-17de-408a-b874-0445c86b69e6"), scope],
      ]);
    });

    it("give whoever deploys nothing", () => {
      expect(rolesOf(DEPLOYER_ID)).toEqual([]);
    });
  });

  describe("the Function App", () => {
    const site = () => ofType("azure-native:web:WebApp")[0]?.state;

    it("runs Node 22 on Flex Consumption, with an identity of its own", () => {
      expect(ofType("azure-native:web:AppServicePlan")[0]?.state).toMatchObject({
        sku: { name: "FC1", tier: "FlexConsumption" },
        reserved: true,
      });
      expect(site()).toMatchObject({
        kind: "functionapp,linux",
        functionAppConfig: {
          runtime: { name: "node", version: "22" },
          deployment: {
            storage: { type: "blobContainer", authentication: { type: "SystemAssignedIdentity" } },
          },
        },
      });
    });

    it("is reached over TLS 1.2 or newer alone", () => {
      const siteConfig = {
        minTlsVersion: "1.2",
        scmMinTlsVersion: "1.2",
        ftpsState: "Disabled",
      };
      expect(site()).toMatchObject({ httpsOnly: true, siteConfig });
    });

    it("is published to by nobody with a password", () => {
      for (const type of ["azure-native:web:WebAppFtpAllowed", "azure-native:web:WebAppScmAllowed"]) {
        expect(ofType(type).map(({ state }) => [state["name"], state["allow"]])).toEqual([
          [graph().functionApp.name, false],
        ]);
      }
    });

    it("keeps its storage closed to the public and to old TLS, and holds no key of it", () => {
      expect(ofType("azure-native:storage:StorageAccount")[0]?.state).toMatchObject({
        allowBlobPublicAccess: false,
        enableHttpsTrafficOnly: true,
        minimumTlsVersion: "TLS1_2",
      });
      expect(ofType("azure-native:storage:BlobContainer")[0]?.state).toMatchObject({ publicAccess: "None" });
      expect(Object.keys(graph().functionApp.settings)).not.toContain("AzureWebJobsStorage");
      expect(JSON.stringify(site())).not.toMatch(/AccountKey|ConnectionString/);
    });

    it("is packaged as one file with its manifest and the host's settings", async () => {
      const { directory } = graph().functionApp;
      expect((await readdir(directory)).sort()).toEqual(["host.json", "main.cjs", "package.json"]);
      expect(JSON.parse(await readFile(path.join(directory, "package.json"), "utf8"))).toEqual({
        main: "main.cjs",
      });
      expect(JSON.parse(await readFile(path.join(directory, "host.json"), "utf8"))).toMatchObject({
        version: "2.0",
        extensions: { http: { routePrefix: "api" } },
        // Without it no trigger of Event Grid is registered.
        extensionBundle: { id: "Microsoft.Azure.Functions.ExtensionBundle", version: "[4.*, 5.0.0)" },
      });
    });
  });

  describe("settings", () => {
    it("of the Function App name the caller that it lets in, and the audience that the caller asks for", () => {
      const { settings } = graph().functionApp;
      expect(settings["ROLE_RENEW_CERTIFICATES"]).toBe(renew().role.arn);
      expect(settings["TOKEN_AUDIENCE"]).toBe(renew().environment["TOKEN_AUDIENCE"]);
      expect(Object.keys(settings).sort()).toEqual([
        "AzureWebJobsStorage__accountName",
        "PACKAGE_DIGEST",
        "PINNED_CA",
        "ROLE_RENEW_CERTIFICATES",
        "TABLES_URL",
        "TABLE_NAME",
        "TOKEN_AUDIENCE",
        "TOKEN_ISSUER",
        "VAULTS",
      ]);
    });

    it("hold no secret", () => {
      const settings = [
        ...graph().functions.map(({ environment }) => environment),
        graph().functionApp.settings,
      ].flatMap((it) => Object.entries(it));
      const secret = /PRIVATE KEY|AccountKey=|SharedAccess|\bAKIA|\bxox[a-z]-|^[A-Za-z0-9+/_-]{32,}=*$/;
      const found = settings.filter(([name, value]) => name !== "PACKAGE_DIGEST" && secret.test(value));
      expect(found.map(([name]) => name)).toEqual([]);
    });
  });

  describe("placeholders", () => {
    it("stand only where no evaluation can know the value", () => {
      expect(graph().functionApp.settings).toMatchObject({
        TOKEN_ISSUER: "{{token-issuer}}",
        PINNED_CA: caCertificatePlaceholder(graph().certificateAuthority.arn),
      });
      const unknown = graph().functions.flatMap(({ logicalName, environment }) =>
        Object.entries(environment).flatMap(([name, value]) =>
          value.includes("{{") ? [[logicalName, name, value]] : [],
        ),
      );
      expect(unknown).toEqual([
        ["RenewRelayCertificate", "PINNED_CA", caCertificatePlaceholder(graph().certificateAuthority.arn)],
      ]);
    });
  });
}
