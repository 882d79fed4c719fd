/** The model of a link as the command line sees it: its functions behind Lambda's own API, and its journal. */
import { LambdaClient } from "@aws-sdk/client-lambda";
import { relayCertificates } from "../../shared/certificates/desired.ts";
import { runOnEvent } from "../../shared/certificates/on-event.ts";
import type { InvocationResult } from "../aws/async-invoke.ts";
import { LambdaApi } from "../aws/lambda-api/lambda-api.ts";
import { accountId, region, startWorld } from "../aws/test-world.ts";
import type { Model } from "../model/brain.ts";
import type { Deployment } from "./deployment.ts";

export const PERSON = `arn:aws:sts::${accountId}:assumed-role/operator/alice`;

const functions = {
  bunnies: "warrener-test-renew-certificates",
  relay: "warrener-test-renew-relay-certificate",
  allowlists: "warrener-test-heal-allowlists",
  apiKeys: "warrener-test-rotate-api-keys",
  preSharedKeys: "warrener-test-rotate-pre-shared-keys",
  trust: "warrener-test-publish-trust",
  callers: "warrener-test-read-auth-failures",
};
/** What a function answers to an event. */
export type AnswerEvent = (event: unknown) => InvocationResult | Promise<InvocationResult>;
/** What heal-allowlists answers. */
export type AnswerAllowlists = AnswerEvent;
const NOT_DEPLOYED: AnswerEvent = () => {
  throw new Error("the link has nothing for that function");
};
/** What the functions answer that look after keys, trust and refused callers. */
export type AnswerKeys = Partial<
  Readonly<Record<"apiKeys" | "preSharedKeys" | "trust" | "callers", AnswerEvent>>
>;

export interface TestDeployment {
  readonly deployment: Deployment;
  /** What was asked of which function. */
  readonly events: readonly string[];
  close(): Promise<void>;
}

export async function startDeployment(
  model: Model,
  answerAllowlists: AnswerAllowlists = NOT_DEPLOYED,
  given: AnswerKeys = {},
): Promise<TestDeployment> {
  const answers = new Map([
    [functions.allowlists, answerAllowlists],
    [functions.apiKeys, given.apiKeys ?? NOT_DEPLOYED],
    [functions.preSharedKeys, given.preSharedKeys ?? NOT_DEPLOYED],
    [functions.trust, given.trust ?? NOT_DEPLOYED],
    [functions.callers, given.callers ?? NOT_DEPLOYED],
  ]);
  const api = new LambdaApi({ region, accountId });
  const events: string[] = [];
  for (const name of Object.values(functions)) {
    api.addFunction(`arn:aws:lambda:${region}:${accountId}:function:${name}`, {
      async run(_arn, payload) {
        events.push(`${name} ${payload}`);
        const answer = answers.get(name);
        if (answer !== undefined) return await answer(JSON.parse(payload));
        const certificates =
          name === functions.relay ? relayCertificates(model.link) : model.brain().certificates;
        return {
          payload: JSON.stringify(await runOnEvent({ ...model.brain(), certificates }, JSON.parse(payload))),
        };
      },
      queue: () => {},
    });
  }
  const world = await startWorld(() => [api.service]);
  const deployment: Deployment = {
    stage: "test",
    link: model.link,
    lambda: new LambdaClient(world.client()),
    functions,
    table: "warrener-test-journal",
    journal: model.journal,
    audit: model.audit,
    freezes: model.journal.freeze,
    readPerson: async () => PERSON,
  };
  return { deployment, events, close: world.server.close };
}
