/** What a person should know of API keys, as conditions. */
import type { Condition, Severity } from "../alerts/condition.ts";
import type { Instant } from "../runtime/instant.ts";
import type { ApiKeyPlan } from "./api-key-plan.ts";
import type { ApiKeyTrouble, ApiKeyTroubleReason } from "./api-key-troubles.ts";
import { KEY_TROUBLES, KEY_WAITS } from "./api-key-words.ts";
import type { BunnysKey } from "./api-keys-desired.ts";

export const CONCERN = "api-keys";

/** Critical: bunny may be locked out by now, or will be once a pod starts. */
const SEVERITIES: Record<ApiKeyTroubleReason, Severity> = {
  "labels-unreadable": "warning",
  "secret-deleted": "critical",
  "vault-unreadable": "warning",
  "vault-deleted": "critical",
  "log-unreadable": "warning",
  "not-labelled": "warning",
  "current-foreign": "critical",
  "vault-disabled": "critical",
  "unknown-in-vault": "critical",
  "not-loaded": "warning",
  "not-used": "warning",
  "given-up": "warning",
  "previous-in-use": "warning",
  "bunny-not-heard": "warning",
  "rotation-late": "warning",
};

/** As long as the halves may be of different versions during a deployment. */
const BLIND_SECONDS = 900;
const BLIND: readonly ApiKeyTroubleReason[] = ["labels-unreadable", "vault-unreadable", "log-unreadable"];

export const apiKeyConditions = (
  { bunny, desired: { name } }: BunnysKey,
  { step, troubles }: Pick<ApiKeyPlan, "step" | "troubles">,
  now: Instant,
): Condition[] =>
  troubles
    .filter((trouble) => !isShort(trouble, now))
    .map(({ reason, since, replicas }) => ({
      key: `api-key:${name}:${reason}`,
      concern: CONCERN,
      severity: SEVERITIES[reason],
      title: `${name}: ${KEY_TROUBLES[reason]}`,
      facts: [
        { label: "Bunny", value: bunny },
        ...(step.kind === "wait" ? [{ label: "Waits", value: KEY_WAITS[step.reason] }] : []),
        ...(replicas.length === 0 ? [] : [{ label: "Replicas", value: replicas.join(", ") }]),
      ],
      since,
      actions: [],
      links: [],
      runbook: "api-keys",
    }));

const isShort = ({ reason, since }: ApiKeyTrouble, now: Instant): boolean =>
  BLIND.includes(reason) && now - since < BLIND_SECONDS;
