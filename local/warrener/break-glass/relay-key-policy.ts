/**
 * The policy of the key that relay's secret is under, for the moment in which a person puts a version there. Only the
 * function and relay may use that key, whatever rights somebody has otherwise; who may administer it may change that.
 * What is added lets one person encrypt, through Secrets Manager and for this secret: no key in it can be read by that.
 *
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
 */
import * as z from "zod";
import { ConfigError } from "../../../shared/runtime/errors.ts";
import { need, needJson } from "./certificate-files.ts";
import type { Done } from "./done.ts";
import type { PrivateFiles } from "./private-files.ts";

/** By this name the statement is known again, and taken away. */
const SID = "BreakGlass";

const Statement = z.looseObject({ Sid: z.string().optional() });
/** IAM reads a statement alone as a list of one. */
const Policy = z.looseObject({
  Statement: z.union([z.array(Statement), Statement.transform((one) => [one])]),
});

const SECRET = /^arn:[\w-]+:secretsmanager:([a-z\d-]+):\d{12}:secret:(.+)-[A-Za-z\d]{6}$/;
/** A session of a role, or a user: a policy may name both (reference_policies_elements_principal of IAM). */
const CALLER = /^arn:[\w-]+:(?:sts::\d{12}:assumed-role\/[^/]+\/.+|iam::\d{12}:user\/.+)$/;

/** Writes the policy with that statement, and the one to go back to. Throws `ConfigError` with what to do. */
export async function openKey(secretName: string, files: PrivateFiles): Promise<Done> {
  const policy = await readPolicy(files);
  const caller = await readCaller(files);
  const { arn, region } = await readSecret(secretName, files);
  // One that an earlier attempt has left there is not gone back to.
  const others = policy.Statement.filter(({ Sid }) => Sid !== SID);
  const statement = {
    Sid: SID,
    Effect: "Allow",
    Principal: { AWS: caller },
    Action: "kms:GenerateDataKey",
    Resource: "*",
    Condition: {
      StringEquals: {
        "kms:ViaService": `secretsmanager.${region}.amazonaws.com`,
        "kms:EncryptionContext:SecretARN": arn,
      },
    },
  };
  await files.write("key-closed.json", JSON.stringify({ ...policy, Statement: others }));
  await files.write("key-open.json", JSON.stringify({ ...policy, Statement: [...others, statement] }));
  const [open, closed] = [files.nameOf("key-open.json"), files.nameOf("key-closed.json")];
  const lines = [
    `${open} lets ${caller} encrypt for this secret, and read nothing of it. ${closed} is the policy to go back to.`,
  ];
  return { lines, json: { open, closed, caller } };
}

async function readPolicy(files: PrivateFiles): Promise<z.output<typeof Policy>> {
  const parsed = Policy.safeParse(await needJson(files, "key-policy.json"));
  if (parsed.success) return parsed.data;
  throw new ConfigError(
    `${files.nameOf("key-policy.json")} holds no policy of a key: do the step again that writes it`,
  );
}

async function readCaller(files: PrivateFiles): Promise<string> {
  const caller = (await need(files, "caller")).trim();
  if (CALLER.test(caller)) return caller;
  throw new ConfigError(
    `${caller} is no user and no session of a role, to whom alone the key is opened: log in as one, and begin anew`,
  );
}

async function readSecret(secretName: string, files: PrivateFiles) {
  const arn = (await need(files, "secret")).trim();
  const [, region, name] = SECRET.exec(arn) ?? [];
  if (region !== undefined && name === secretName) return { arn, region };
  throw new ConfigError(
    `${files.nameOf("secret")} holds ${arn}, which is not ${secretName}: do the step again that writes it`,
  );
}
