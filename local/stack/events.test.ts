import { ACMPCAClient } from "@aws-sdk/client-acm-pca";
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { describe, expect, it, onTestFinished } from "vitest";
import { AcmPca } from "../aws/acm-pca/acm-pca.ts";
import { arn as caArn, dayS, request } from "../aws/acm-pca/test-ca.ts";
import { authorizeBy } from "../aws/authorization.ts";
import { EventBridge } from "../aws/event-bridge/event-bridge.ts";
import { LambdaApi } from "../aws/lambda-api/lambda-api.ts";
import { accountId, region, roleArn, startWorld } from "../aws/test-world.ts";
import { realTimers } from "../aws/timers.ts";
import { until } from "../demo/chapter.ts";
import { type LambdaFunction, PolicyDocument, type Schedule } from "../graph/schema.ts";
import type { InvokeResult } from "../lambda/lambda.ts";
import { createEvents } from "./events.ts";

const functionArn = `arn:aws:lambda:${region}:${accountId}:function:note`;
const queueArn = `arn:aws:sqs:${region}:${accountId}:dead`;
const ruleArn = `arn:aws:events:${region}:${accountId}:rule/note`;
const statement = (Action: string, Resource: string, more: object = {}) => ({
  Effect: "Allow",
  Action,
  Resource,
  ...more,
});
const forRule = {
  Principal: { Service: "events.amazonaws.com" },
  Condition: { ArnLike: { "aws:SourceArn": ruleArn } },
};
const policy = (...Statement: object[]) => PolicyDocument.parse({ Version: "2012-10-17", Statement });

const rolePolicy = policy(
  statement("acm-pca:IssueCertificate", caArn),
  statement("lambda:InvokeFunction", functionArn),
  statement("events:PutEvents", `arn:aws:events:${region}:${accountId}:event-bus/changes`, {
    Condition: {
      "ForAllValues:StringEquals": { "events:source": "warrener" },
      Null: { "events:source": "false" },
    },
  }),
);

const note: LambdaFunction = {
  logicalName: "Note",
  name: "note",
  arn: functionArn,
  runtime: "nodejs24.x",
  architecture: "arm64",
  directory: "/",
  handler: "bundle.handler",
  metafile: "/",
  environment: {},
  timeoutSeconds: 1,
  memoryMb: 128,
  logGroup: "/aws/lambda/note",
  logFormat: "JSON",
  role: {
    logicalName: "NoteRole",
    name: "note",
    arn: roleArn,
    trust: policy(),
    policy: rolePolicy,
    managedPolicyArns: [],
  },
};
const queue = { name: "dead", arn: queueArn, url: "https://sqs.example/dead", retentionSeconds: 60 };
const rule = {
  logicalName: "Note",
  name: "note",
  arn: ruleArn,
  busName: "default",
  enabled: true,
  pattern: JSON.stringify({ source: ["aws.acm-pca"], resources: [caArn] }),
  targets: [{ arn: functionArn, targetFunction: "Note", deadLetterArn: queueArn }],
};

/** A calm AWS with a CA, a bus, a rule, and one function that this test plays. */
async function start(
  functionPolicy: PolicyDocument,
  timed: {
    readonly schedules?: readonly Schedule[];
    readonly certificatesSpeed?: number;
    /** How long a run takes. */
    readonly until?: Promise<void>;
  } = {},
) {
  const lambda = new LambdaApi({ region, accountId });
  const made: { readonly bridge: EventBridge; readonly pca: AcmPca }[] = [];
  const { server, kernel, client } = await startWorld(
    (of) => {
      const bridge = new EventBridge({ kernel: of, region, accountId, timers: realTimers });
      const pca = new AcmPca({ kernel: of, tell: (event) => bridge.tell(event) });
      made.push({ bridge, pca });
      return [pca.service, bridge.service, lambda.service];
    },
    {
      authorize: authorizeBy({
        roles: new Map([[roleArn, rolePolicy]]),
        resources: new Map([
          [functionArn, functionPolicy],
          [queueArn, policy(statement("sqs:SendMessage", queueArn, forRule))],
        ]),
      }),
    },
  );
  const [stand] = made;
  if (stand === undefined) throw new Error("the services were not made");
  const { bridge: eventBridge, pca } = stand;
  eventBridge.addBus("changes");
  await pca.createAuthority({ arn: caArn, commonName: "Link CA", lifetimeSeconds: 30 * dayS });
  const invoked = Promise.withResolvers<unknown>();
  const all: unknown[] = [];
  const invoke = async (event: unknown): Promise<InvokeResult> => {
    invoked.resolve(event);
    all.push(event);
    await timed.until;
    return { ok: true, payload: { noted: true } };
  };
  const events = createEvents({
    kernel,
    graph: { queues: [queue], schedules: [...(timed.schedules ?? [])], eventRules: [rule] },
    aws: { server, lambda, eventBridge },
    azure: { eventGrid: { troubles: () => [] } },
    functions: new Map([[functionArn, { deployed: note, invoke }]]),
    speed: 1,
    ...(timed.certificatesSpeed === undefined ? {} : { certificatesSpeed: timed.certificatesSpeed }),
  });
  onTestFinished(async () => {
    await events.stop();
    await eventBridge.stop();
    await server.close();
  });
  const issue = async () => await new ACMPCAClient(client()).send(await request());
  return { server, kernel, client, eventBridge, events, invoked: invoked.promise, all, issue };
}

const letIn = policy(statement("lambda:InvokeFunction", functionArn, forRule));

const schedule = (concern: string): Schedule => ({
  logicalName: concern,
  name: `warrener-test-${concern}`,
  arn: `arn:aws:scheduler:${region}:${accountId}:schedule/default/${concern}`,
  enabled: true,
  expression: "rate(10 minutes)",
  timeZone: "UTC",
  targetArn: functionArn,
  targetFunction: "Note",
  input: JSON.stringify({ schedule: concern }),
  maximumRetryAttempts: 0,
  maximumEventAgeSeconds: 60,
  deadLetterArn: queueArn,
  role: note.role,
});

describe("createEvents", () => {
  it("starts a function when the CA tells of an issuance", async () => {
    const { issue, invoked, events } = await start(letIn);
    const { CertificateArn } = await issue();
    expect(await invoked).toMatchObject({
      source: "aws.acm-pca",
      "detail-type": "ACM Private CA Certificate Issuance",
      resources: [caArn, CertificateArn],
      detail: { result: "success" },
    });
    expect(events.troubles()).toEqual([]);
  });

  it("runs the schedules of the certificates at a speed of their own, and others at that of all else", async () => {
    const { events, all } = await start(letIn, {
      schedules: ["heal-allowlists", "renew-certificates", "renew-relay-certificate"].map(schedule),
      // Ten minutes take ten milliseconds.
      certificatesSpeed: 60_000,
    });
    events.startSchedules();
    const runs = (name: string) => all.filter((event) => JSON.stringify(event) === `{"schedule":"${name}"}`);
    await until("they have run again and again", () =>
      ["renew-certificates", "renew-relay-certificate"].every((concern) => runs(concern).length > 3),
    );
    // At its beginning, and not again within these ten minutes.
    expect(runs("heal-allowlists")).toHaveLength(1);
  });

  it("comes upon two runs of a function with no third one, where a schedule runs faster than the clock", async () => {
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    const timed = { schedules: [schedule("renew-certificates")], certificatesSpeed: 60_000, until: ended };
    const { server, events, all } = await start(letIn, timed);
    events.startSchedules();
    const times = () => server.decisions().filter(({ action }) => action === "lambda:InvokeFunction").length;
    await until("its time has come again and again", () => times() > 9);
    expect(all).toHaveLength(2);
    end();
    await until("there is another run", () => all.length > 2);
  });

  it("makes a dead letter, and a denied decision, of what the function's own policy does not let in", async () => {
    const { issue, events, server, kernel } = await start(policy());
    const sent = Promise.withResolvers<void>();
    const effect = { kind: "run", action: () => sent.resolve() } as const;
    kernel.faults.add({ operation: "sqs:SendMessage", nth: 1, when: "after", effect });
    await issue();
    await sent.promise;

    expect(events.queues.messages(queueArn)).toMatchObject([
      { attributes: { RULE_ARN: ruleArn, ERROR_CODE: "NO_PERMISSIONS" } },
    ]);
    expect(server.decisions()).toContainEqual({
      roleArn: "events.amazonaws.com",
      action: "lambda:InvokeFunction",
      resource: functionArn,
      context: { "aws:SourceArn": ruleArn },
      result: "denied",
      by: "service",
    });
  });

  it("lets whoever may do so invoke a function and wait for its answer", async () => {
    const { client, invoked } = await start(policy());
    const command = new InvokeCommand({ FunctionName: "note", Payload: '{"run":"plan"}' });
    const answer = await new LambdaClient(client()).send(command);
    expect(JSON.parse(answer.Payload?.transformToString() ?? "")).toEqual({ noted: true });
    expect(await invoked).toEqual({ run: "plan" });
  });

  it("lets a role put events on a bus under the one source that its policy names", async () => {
    const { client, eventBridge } = await start(policy());
    const sdk = new EventBridgeClient(client());
    const entry = { DetailType: "Warrener Change", Detail: "{}", EventBusName: "changes" };
    const put = (...sources: (string | undefined)[]) =>
      sdk.send(new PutEventsCommand({ Entries: sources.map((Source) => ({ ...entry, Source })) }));
    await put("warrener");
    const denied = { name: "AccessDeniedException" };
    await expect(put("warrener", "other")).rejects.toMatchObject(denied);
    await expect(put(undefined)).rejects.toMatchObject(denied);
    expect(eventBridge.bus("changes").events()).toMatchObject([{ source: "warrener" }]);
  });
});
