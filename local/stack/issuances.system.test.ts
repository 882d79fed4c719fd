/** What becomes of a certificate whose ARN was lost, and of orders to revoke: the deployed bundles, events and all. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { ACMPCAClient, IssueCertificateCommand } from "@aws-sdk/client-acm-pca";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import reference from "../../link.config.ts";
import { TEMPLATE_OF } from "../../shared/certificates/authority.ts";
import { dynamoJournal } from "../../shared/certificates/aws-journal.ts";
import { Serial } from "../../shared/certificates/schema.ts";
import { type Scene, setScene } from "../crash/scene.ts";
import { until } from "../demo/chapter.ts";
import { makeCsr } from "../testing/certificates.ts";
import { type Stack, startStack } from "./stack.ts";

let directory: string;
let stack: Stack;
let scene: Scene;

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "link-"));
  const linkFile = path.join(directory, "link.config.ts");
  const certificateAuthority = { commonName: "Example CA", mode: "general-purpose" };
  await writeFile(linkFile, `export default ${JSON.stringify({ ...reference, certificateAuthority })};\n`);
  stack = await startStack({ linkFile, seed: 3, calm: true });
  scene = setScene(stack);
});

afterAll(async () => {
  await stack?.close();
  await rm(directory, { recursive: true, force: true });
});

/** As the role of the function that renews; a person would have one of their own. */
function clientOptions(roleArn: string) {
  const { credentials } = stack.aws.identities.issue({ roleArn });
  return { region: stack.graph.region, endpoint: stack.aws.server.url, credentials };
}

function journal() {
  const [table] = stack.graph.tables;
  const client = new DynamoDBClient(clientOptions(scene.renew.deployed.role.arn));
  const clock = () => Math.floor(Date.now() / 1000);
  return dynamoJournal({ client, table: table?.name ?? "", link: stack.link.name, clock });
}

const intents = () => journal().readIntents(scene.certificate.name);
const signed = () =>
  stack.aws.acmPca.issued().filter(({ issuedTo }) => issuedTo === scene.renew.deployed.role.arn);
const merged = () => scene.vault.certificates.get(scene.certificate.name)?.versions ?? [];
const serialOf = (version: ReturnType<typeof merged>[number] | undefined) =>
  Serial.parse(version?.leaf.serialNumber);

describe("an issued certificate whose ARN was lost", () => {
  it("is found by the event that tells of it, and merged by the next run", async () => {
    const operation = "acm-pca:IssueCertificate";
    const lose = { kind: "lose-connection" } as const;
    // Every attempt that the SDK makes.
    for (const nth of [1, 2, 3]) stack.kernel.faults.add({ operation, nth, when: "after", effect: lose });
    expect(await scene.renew.invoke({})).toMatchObject({ ok: false });
    expect(signed()).toHaveLength(1);
    await until("the event to be noted", async () => (await intents())[0]?.state === "issued");

    expect(await scene.renew.invoke({})).toMatchObject({ ok: true });
    const [issued, ...others] = signed();
    expect(others).toEqual([]);
    expect(serialOf(merged()[0])).toBe(Serial.parse(issued?.serial));
    expect(await intents()).toMatchObject([{ state: "merged", certificateArn: issued?.certificateArn }]);
  });
});

describe("a certificate that somebody else had signed", () => {
  it("is found by the event that tells of it, and recorded", async () => {
    const { pem } = await makeCsr({ commonName: scene.certificate.identity.commonName, dnsNames: [] });
    const people = new ACMPCAClient(clientOptions(stack.aws.peopleRoleArn));
    const { CertificateArn } = await people.send(
      new IssueCertificateCommand({
        CertificateAuthorityArn: stack.aws.authority.arn,
        Csr: Buffer.from(pem),
        SigningAlgorithm: "SHA256WITHECDSA",
        TemplateArn: TEMPLATE_OF.client,
        Validity: { Type: "DAYS", Value: 1 },
      }),
    );
    const [table] = stack.graph.tables;
    await until("the finding to be recorded", async () => {
      const items = await stack.aws.dynamoDb.items(table?.name ?? "");
      const texts = items.map((item) => JSON.stringify(item));
      return texts.find((text) => text.includes("unknown-issue") && text.includes(CertificateArn ?? "-"));
    });
  });
});

describe("an order to revoke", () => {
  it("has a compromised certificate replaced and revoked by the next run", async () => {
    const serial = serialOf(merged().at(-1));
    await journal().orderRevocation({
      serial,
      certificate: scene.certificate.name,
      reason: "KEY_COMPROMISE",
      origin: "person",
      orderedBy: "arn:aws:iam::123456789012:role/operator",
      orderedAt: Math.floor(Date.now() / 1000),
      state: "ordered",
    });
    expect(await scene.renew.invoke({})).toMatchObject({ ok: true });
    expect(stack.aws.acmPca.revoked()).toMatchObject([{ serial, reason: "KEY_COMPROMISE" }]);
    expect(serialOf(merged().at(-1))).not.toBe(serial);
    const { revocations } = await journal().readStanding();
    expect(revocations).toMatchObject([{ serial, state: "revoked" }]);
  });

  it("and all of this needs no more than the captured policies allow", () => {
    expect(stack.aws.server.decisions().filter(({ result }) => result === "denied")).toEqual([]);
    expect(stack.events.troubles()).toEqual([]);
  });
});
