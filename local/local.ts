/**
 * `npm run local`: keeps both clouds and both workloads up until Ctrl-C, and says what to point at them. `--calm`
 * for stand-ins that never misbehave, `--seed N` for their faults, `--link FILE` for another link than
 * link.config.ts, `--speed N` for a scheduler that runs N times as fast.
 */
import { randomInt } from "node:crypto";
import { allowlistsOf } from "../shared/allowlists/desired.ts";
import { ConfigError } from "../shared/runtime/errors.ts";
import { parseOptions } from "./command-line.ts";
import { followChannel } from "./slack/follow.ts";
import { startControl } from "./stack/control.ts";
import { type Stack, startStack } from "./stack/stack.ts";
import { stopSignal } from "./stop-signal.ts";
import { tellCommandLine } from "./warrener/tell-command-line.ts";

const options = parseOptions("npm run local --", {
  calm: { type: "boolean", default: false },
  seed: { type: "string" },
  link: { type: "string" },
  speed: { type: "string" },
});
const seed = options.number("seed") ?? randomInt(1, 1_000_000);
const linkFile = options.text("link");
const speed = options.number("speed", 1) ?? 1;

/** How often Slack is looked at. */
const LOOK_MS = 500;

const stopped = stopSignal();
try {
  process.stdout.write("evaluating the deployment and starting both clouds…\n");
  const stack = await startStack({
    seed,
    speed,
    calm: options.flag("calm"),
    onLogLine: (source, line) => void process.stdout.write(`${source} | ${line}\n`),
    // What Kubernetes does on its own clock keeps pace with the schedules.
    mountEveryMs: 120_000 / speed,
    secretEveryMs: 60_000 / speed,
    ...(linkFile === undefined ? {} : { linkFile }),
  });
  const control = await startControl(stack.vpn);
  const told = await tellCommandLine(stack, linkFile, control);
  process.stdout.write(guide(stack));
  stack.begin();
  const following = showChannel(stack);
  await stopped;
  clearInterval(following);
  process.stdout.write("stopping…\n");
  await told.takeBack();
  await control.close();
  await stack.close();
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

/** What is told in Slack, where the link has a channel. */
function showChannel({ slack }: Stack): NodeJS.Timeout | undefined {
  if (slack === undefined) return undefined;
  const look = followChannel(slack.channel);
  return setInterval(() => {
    for (const line of look()) process.stdout.write(`slack | ${line}\n`);
  }, LOOK_MS);
}

function guide(stack: Stack): string {
  const { aws, proxy, ca, workloads, graph, vpn, slack } = stack;
  const { credentials } = aws.identities.issue({ roleArn: aws.visitorRoleArn, sessionName: "you" });
  const { host, port, servername } = workloads.address;
  return `
everything listens (stand-in faults: --seed ${seed}). To look around, in another terminal:

  AWS, as one of relay's people, who may also read the CA, the journal and the logs, and change security groups:
    export AWS_ENDPOINT_URL=${aws.server.url} AWS_REGION=${graph.region} AWS_DEFAULT_REGION=${graph.region}
    export AWS_ACCESS_KEY_ID=${credentials.accessKeyId}
    export AWS_SECRET_ACCESS_KEY=${credentials.secretAccessKey}
    export AWS_SESSION_TOKEN=${credentials.sessionToken}

  Azure, at its production URLs:
    export HTTPS_PROXY=${proxy.url} NODE_USE_ENV_PROXY=1
    CA file: ${ca.caFile}
    the Function App: https://${graph.functionApp.hostName}/api
    vaults: ${graph.vaults.map(({ uri }) => uri).join(" ")}

  relay: https://${host}:${port} as ${servername}, mutual TLS

  what was changed, why, and what comes next: npm run warrener -- status
${tunnelGuide(vpn)}${allowlistGuide(stack)}${slack === undefined ? "" : `  what is told in Slack's channel #${slack.channel.name} shows here as: slack | …\n`}
schedules: ${graph.schedules.map(({ name, expression }) => `${name} ${expression}`).join(", ")}. Ctrl-C stops everything.

`;
}

/** A port that anybody may open by hand, and where. */
function allowlistGuide({ link, azure }: Stack): string {
  const groups = allowlistsOf(link).groups.filter((group) => group.cloud === "aws");
  const [first] = groups;
  const opened =
    first === undefined
      ? ""
      : `  security groups ${groups.map(({ name, group }) => `${name} (${group})`).join(", ")}:
    npm run warrener -- accept ${first.name}, and then open a port by hand:
    aws ec2 authorize-security-group-ingress --group-id ${first.group} --protocol tcp --port 22 --cidr 0.0.0.0/0
`;
  const nsgs = azure.nsgs.all().map(({ id }) => id);
  return nsgs.length === 0 ? opened : `${opened}  network security groups: ${nsgs.join(", ")}\n`;
}

function tunnelGuide(vpn: Stack["vpn"]): string {
  const names = vpn.tunnels().map(({ name }) => name);
  return names.length === 0
    ? ""
    : `  tunnels ${names.join(", ")}: npm run warrener -- local cut-tunnel ${names[0]}, or restore-tunnel\n`;
}
