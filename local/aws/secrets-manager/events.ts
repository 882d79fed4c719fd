/**
 * What Secrets Manager tells on the default bus when a label moved; of AWSPENDING and AWSPREVIOUS it tells nothing.
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/event-detail-secret-label-updated-secretsmanager.html
 */
import type { ServiceEvent } from "../event-bridge/event.ts";
import { type Labels, movedLabels } from "./labels.ts";

export function labelsUpdated(
  secret: { readonly arn: string; readonly name: string },
  before: Labels,
  after: Labels,
): ServiceEvent[] {
  return movedLabels(before, after).map(({ label, versionId }) => ({
    source: "aws.secretsmanager",
    detailType: "Secret Label Updated",
    resources: [secret.arn],
    detail: { name: secret.name, labelUpdated: label, versionId },
  }));
}
