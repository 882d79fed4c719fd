/**
 * Operations that go on after their answer, of which a resource takes one at a time. The forms are those of a recorded
 * `sharedkey/reset`: 202 with two addresses, of which one tells a status and the other the result.
 */
import { randomUUID } from "node:crypto";
import type { Answer } from "../../network/json-listener.ts";
import { operationNotFound } from "./operations.ts";

export interface Operation {
  readonly id: string;
  /** In lower case. */
  readonly resourceId: string;
  /** As whoever began it can ask for its status and for its result. */
  readonly statusUrl: string;
  readonly resultUrl: string;
  status: "InProgress" | "Succeeded" | "Failed";
}

/** Of those that have ended; older ones are forgotten. */
const KEPT_MAX = 1_000;

export class LongRunning {
  readonly #operations = new Map<string, Operation>();

  begin(place: Place & { readonly resourceId: string }): Operation {
    const id = randomUUID();
    const operation: Operation = {
      id,
      resourceId: place.resourceId.toLowerCase(),
      status: "InProgress",
      ...addressesOf({ ...place, id }),
    };
    this.#operations.set(id, operation);
    this.#forget();
    return operation;
  }

  runningOn(resourceId: string): Operation | undefined {
    const wanted = resourceId.toLowerCase();
    return [...this.#operations.values()].find(
      (operation) => operation.resourceId === wanted && operation.status === "InProgress",
    );
  }

  /** Throws `Refusal`. */
  find(id: string): Operation {
    const operation = this.#operations.get(id.toLowerCase());
    if (operation === undefined) throw operationNotFound(id);
    return operation;
  }

  #forget(): void {
    const ended = [...this.#operations.values()].filter(({ status }) => status !== "InProgress");
    for (const { id } of ended.slice(0, Math.max(0, ended.length - KEPT_MAX))) this.#operations.delete(id);
  }
}

interface Place {
  readonly subscriptionId: string;
  readonly location: string;
  readonly apiVersion: string;
}

export function addressesOf({ id, subscriptionId, location, apiVersion }: Place & { readonly id: string }) {
  const base = `https://management.azure.com/subscriptions/${subscriptionId}/providers/Microsoft.Network/locations/${location}`;
  const url = (kind: string) => `${base}/${kind}/${id}?api-version=${apiVersion}`;
  return { statusUrl: url("operations"), resultUrl: url("operationResults") };
}

export function accepted({ statusUrl, resultUrl }: Operation): Answer {
  return { status: 202, headers: { "azure-asyncoperation": statusUrl, location: resultUrl } };
}

const FAILURE = { code: "InternalServerError", message: "An error occurred." };

export function statusAnswer({ status }: Operation): Answer {
  switch (status) {
    case "InProgress":
      return { status: 200, json: { status } };
    case "Succeeded":
      return { status: 200, json: { status, properties: {} } };
    case "Failed":
      return { status: 200, json: { status, error: FAILURE } };
  }
}

export function resultAnswer(operation: Operation): Answer {
  const { headers = {} } = accepted(operation);
  switch (operation.status) {
    case "InProgress":
      return accepted(operation);
    case "Succeeded":
      return { status: 200, headers, json: null };
    case "Failed":
      return { status: 500, headers, json: { error: FAILURE } };
  }
}
