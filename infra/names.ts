/// <reference path="../.sst/platform/config.d.ts" />
/**
 * Names of what is deployed. All are fixed for a stage, so that policies, tokens and people can name a
 * thing before it exists, and a second deployment of the same stage finds the same things.
 */
import { createHash } from "node:crypto";
import { nameInStage } from "../shared/runtime/deployed-names.ts";

const SUFFIX_LENGTH = 8;

/** The name of a thing inside one AWS account or one resource group. */
export function stageName(thing?: string): string {
  return nameInStage($app.name, $app.stage, thing);
}

/** The audience of the tokens that the functions in AWS show to the Function App. */
export function tokenAudience(): string {
  return `api://${stageName()}`;
}

/** The Azure subscription and tenant that are deployed to. */
export function azureAccount() {
  return azurenative.authorization.getClientConfigOutput();
}

/**
 * A short suffix for names that must be unique in the whole world (vaults, storage accounts, sites). It
 * depends on the subscription, the stage and the thing alone.
 */
export function uniqueSuffix(thing: string): $util.Output<string> {
  return azureAccount().subscriptionId.apply((subscription) =>
    createHash("sha256")
      .update([subscription, stageName(), thing].join("/"))
      .digest("hex")
      .slice(0, SUFFIX_LENGTH),
  );
}

/** What the names of the stage's alarms begin with. */
export const alarmPrefix = (): string => `${stageName()}-`;
