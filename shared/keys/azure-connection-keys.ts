/**
 * Pre-shared keys over Resource Manager's REST, with Microsoft's client. The key is wrapped as soon as it was read, and no
 * error of this file is made of an answer's text.
 *
 * REST: https://learn.microsoft.com/rest/api/network-gateway/virtual-network-gateway-connections/set-shared-key
 */
import type { Client } from "@azure-rest/core-client";
import * as z from "zod";
import { orCloudError } from "../reconcile/or-cloud-error.ts";
import { armCaller } from "../runtime/arm.ts";
import { CloudError } from "../runtime/errors.ts";
import { Secret } from "../runtime/secret.ts";
import type { ConnectionKeys } from "./connection-keys.ts";

/** An answer without the field says nothing: a half that may not see the key must not be taken for one without. */
const SharedKey = z.object({ value: z.string().nullable() });

export function armConnectionKeys(client: Client): ConnectionKeys {
  const at = (id: string) => client.pathUnchecked(`${id}/sharedkey`);
  return {
    async read(id) {
      const answer = await withoutCause(() => armCaller("GetSharedKey", id)((bound) => at(id).get(bound)));
      const { value } = answer.expect(["200"], SharedKey);
      return value === null || value === "" ? null : new Secret(value);
    },
    async set(id, key) {
      const body = { value: key.unwrap() };
      const answer = await withoutCause(() =>
        armCaller("SetSharedKey", id)((bound) => at(id).put({ ...bound, body })),
      );
      // A gateway has other words for being busy, too.
      if (answer.status === "409" || answer.isBusy) return "busy";
      answer.expect(["200", "201", "202"], z.unknown());
      return "begun";
    },
  };
}

/** What the client throws holds the request, or the text of an answer: there is a key in either. */
async function withoutCause<T>(run: () => Promise<T>): Promise<T> {
  const answer = await orCloudError(run);
  if (!(answer instanceof CloudError)) return answer;
  const { provider, operation, target, code, retryable, throttled } = answer;
  throw new CloudError({ provider, operation, target, code, retryable, throttled });
}
