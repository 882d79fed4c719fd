/** The secret of the evaluated deployment that holds the token of Slack's app, where the link has one. */
import type { Graph, Secret } from "../graph/schema.ts";

export interface TokenParts extends Pick<Graph, "app" | "stage"> {
  readonly secrets: readonly Pick<Secret, "name" | "arn" | "kmsKeyArn">[];
}

export const slackTokenSecret = ({ app, stage, secrets }: TokenParts) =>
  secrets.find(({ name }) => name === `${app}-${stage}-slack-token`);
