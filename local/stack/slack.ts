/**
 * The Slack workspace that the link's incidents are told in, where the link has one: its channel, with the app in it,
 * and the app's token in the deployment's secret, where a person has put it (docs/deploy.md).
 */
import { randomUUID } from "node:crypto";
import { PutSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { Link } from "../../shared/link/schema.ts";
import type { Graph } from "../graph/schema.ts";
import type { LocalProxy } from "../network/proxy.ts";
import { createSlack } from "../slack/slack.ts";
import type { SlackApp, SlackChannel, SlackWorkspace } from "../slack/workspace.ts";
import type { Kernel } from "../stand-in/kernel.ts";
import type { LocalAws } from "./aws.ts";
import { slackTokenSecret } from "./slack-secret.ts";

export interface StackSlack {
  readonly workspace: SlackWorkspace;
  readonly app: SlackApp;
  readonly channel: SlackChannel;
  /** A person puts another value into the secret, whether or not it is a token. */
  putToken(value: string): Promise<void>;
}

export interface SlackParts {
  readonly kernel: Kernel;
  readonly graph: Graph;
  readonly link: Link;
  readonly aws: LocalAws;
  readonly proxy: LocalProxy;
}

/** As docs/deploy.md has it: to write, and to look for what was written. */
const SCOPES = ["chat:write", "channels:history"];

/** Undefined where the link tells nobody in Slack. */
export async function startSlack(parts: SlackParts): Promise<StackSlack | undefined> {
  const { kernel, link, proxy } = parts;
  const told = link.alerts?.slack;
  if (told === undefined) return undefined;
  const { host, listener, workspace } = createSlack({ kernel });
  proxy.serve(host, listener);
  const app = workspace.createApp({ name: "Warrener", token: `xoxb-${randomUUID()}`, scopes: SCOPES });
  const channel = workspace.createChannel({ id: told.channel, name: "link" });
  channel.bots.add(app.botId);
  await putToken(parts, app.token);
  return { workspace, app, channel, putToken: (value) => putToken(parts, value) };
}

async function putToken({ graph, aws }: SlackParts, value: string): Promise<void> {
  const secret = slackTokenSecret(graph);
  if (secret === undefined) throw new Error("the deployment has no secret for the token of Slack's app");
  const { credentials } = aws.identities.issue({ roleArn: aws.installerRoleArn, sessionName: "you" });
  const { region } = graph;
  const client = new SecretsManagerClient({ region, endpoint: aws.server.url, credentials, maxAttempts: 5 });
  try {
    await client.send(new PutSecretValueCommand({ SecretId: secret.arn, SecretString: value }));
  } finally {
    client.destroy();
  }
}
