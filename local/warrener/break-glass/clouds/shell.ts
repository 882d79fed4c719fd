/**
 * Runs steps as a person would: pasted into a shell, in the project's folder, against a running stack. `aws` and `az`
 * are the programs beside this file, and a pause is a tenth of a second.
 */
import { execFile } from "node:child_process";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Principal } from "../../../azure/tokens.ts";
import type { Stack } from "../../../stack/stack.ts";
import { quote, type Step } from "../guide.ts";

const ROOT = path.resolve(import.meta.dirname, "../../../..");
const OUTPUT_MAX = 4_194_304;

/** Somebody who is logged in to both clouds. */
export const PERSON: Principal = { principalId: "responder-object-id", clientId: "azure-cli" };

export interface Ran {
  readonly code: number;
  /** What the person saw, by the step's id. */
  readonly shown: ReadonlyMap<string, string>;
  readonly err: string;
}

export interface Shell {
  /** The steps, one after the other, in one shell that stops at what fails. */
  run(steps: readonly Step[]): Promise<Ran>;
}

/** `directory` is for the programs. In AWS, the person has that role. */
export async function openShell(
  stack: Stack,
  directory: string,
  roleArn = stack.aws.responderRoleArn,
): Promise<Shell> {
  const bin = path.join(directory, "bin");
  await mkdir(bin, { recursive: true });
  const program = (name: string) =>
    `exec ${quote(process.execPath)} ${quote(path.join(import.meta.dirname, `${name}.ts`))} "$@"`;
  for (const [name, line] of [
    ["aws", program("aws")],
    ["az", program("az")],
    ["sleep", "exec /bin/sleep 0.1"],
  ] as const) {
    await writeFile(path.join(bin, name), `#!/bin/sh\n${line}\n`);
    await chmod(path.join(bin, name), 0o755);
  }
  const env = { ...(await loggedIn(stack, roleArn)), PATH: `${bin}:${process.env["PATH"]}`, HOME: directory };
  return {
    run: (steps) =>
      new Promise((resolve) => {
        const options = { cwd: ROOT, env, maxBuffer: OUTPUT_MAX };
        const child = execFile("bash", ["-c", scriptOf(steps)], options, (_error, out, err) =>
          resolve({ code: child.exitCode ?? -1, shown: shownOf(out), err }),
        );
      }),
  };
}

const MARK = "### ";

const scriptOf = (steps: readonly Step[]): string =>
  [
    "set -euo pipefail",
    ...steps.flatMap(({ id, commands }) => [`echo ${quote(`${MARK}${id}`)}`, ...commands]),
  ].join("\n");

const shownOf = (out: string): ReadonlyMap<string, string> =>
  new Map(
    out
      .split(MARK)
      .slice(1)
      .map((part): [string, string] => {
        const [id = "", ...lines] = part.split("\n");
        return [id, lines.join("\n")];
      }),
  );

async function loggedIn(
  { aws, azure, graph, link, proxy, ca }: Stack,
  roleArn: string,
): Promise<Record<string, string>> {
  const { credentials } = aws.identities.issue({ roleArn, sessionName: "alice" });
  const token = (audience: string) =>
    azure.entra.tokens.mint({ principal: PERSON, audience, lifetimeSeconds: 3_600 });
  const { arn } = graph.certificateAuthority;
  const CertificateAuthorities = [
    { Arn: `${arn}-deleted`, Status: "DELETED", CertificateAuthorityConfiguration: subjectOf(link) },
    { Arn: arn, Status: "ACTIVE", CertificateAuthorityConfiguration: subjectOf(link) },
  ];
  return {
    AWS_ENDPOINT_URL: aws.server.url,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
    TEST_CERTIFICATE_AUTHORITIES: JSON.stringify({ CertificateAuthorities }),
    TEST_PROXY_URL: proxy.url,
    TEST_CA_FILE: ca.caFile,
    TEST_SUBSCRIPTION: graph.subscriptionId,
    TEST_VAULTS: JSON.stringify(graph.vaults.map(({ name, resourceId }) => ({ name, id: resourceId }))),
    TEST_VAULT_TOKEN: await token("https://vault.azure.net"),
    TEST_MANAGEMENT_TOKEN: await token("https://management.azure.com"),
  };
}

const subjectOf = ({ certificateAuthority: ca }: Stack["link"]) => ({
  Subject: { CommonName: "commonName" in ca ? ca.commonName : "" },
});
