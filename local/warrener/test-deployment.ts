/** The model of a link as the command line sees it: its functions behind Lambda's own API, and its journal. */
import { LambdaClient } from "@aws-sdk/client-lambda";
import { relayCertificates } from "../../shared/certificates/desired.ts";
import { planRun } from "../../shared/certificates/plan-run.ts";
import { parseRunRequest } from "../../shared/certificates/run-request.ts";
import { LambdaApi } from "../aws/lambda-api/lambda-api.ts";
import { accountId, region, startWorld } from "../aws/test-world.ts";
import type { Model } from "../model/brain.ts";
import type { Deployment } from "./deployment.ts";

export const PERSON = `arn:aws:sts::${accountId}:assumed-role/operator/alice`;

const functions = {
  bunnies: "warrener-test-renew-certificates",
  relay: "warrener-test-renew-relay-certificate",
};

export interface TestDeployment {
  readonly deployment: Deployment;
  /** What was asked of which function. */
  readonly events: readonly string[];
  close(): Promise<void>;
}

export async function startDeployment(model: Model): Promise<TestDeployment> {
  const api = new LambdaApi({ region, accountId });
  const events: string[] = [];
  for (const name of Object.values(functions)) {
    api.addFunction(`arn:aws:lambda:${region}:${accountId}:function:${name}`, {
      async run(_arn, payload) {
        events.push(`${name} ${payload}`);
        const request = parseRunRequest(JSON.parse(payload));
        if (request.run !== "plan") throw new Error("the command line changes nothing");
        const certificates =
          name === functions.relay ? relayCertificates(model.link) : model.brain().certificates;
        return { payload: JSON.stringify(await planRun({ ...model.brain(), certificates }, request.names)) };
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
