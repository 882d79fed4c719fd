/**
 * One call about security groups, in two steps: understood, with what it needs and what CloudTrail will have of it,
 * and then done. The service and a person at the console share both.
 */
import { randomUUID } from "node:crypto";
import { Refusal } from "../../../stand-in/operations.ts";
import type { Identity } from "../../identities.ts";
import type { Need } from "../../service.ts";
import { dryRun } from "../refusals.ts";
import { type TrailActor, trailRecord } from "../trail-record.ts";
import type { Xml } from "../wire.ts";
import type { SecurityGroupWorld } from "./world.ts";

export type Answer = Readonly<Record<string, Xml | undefined>>;

export interface Understood {
  readonly dryRun: boolean;
  readonly needs: (caller: Identity) => readonly Need[];
  /** As a record has them; a call that only looks has none, as it is not told. */
  readonly requestParameters?: object;
  /** Throws `Refusal`. */
  readonly act: () => Done;
}

export interface Done {
  readonly answer: Answer;
  /** What a record has of the answer, beside the id of the request. */
  readonly responseElements?: (requestId: string) => object;
}

/** Throws `Refusal` for input that the call does not take. */
export type Understand = (input: unknown) => Understood;

export interface Operation {
  readonly name: string;
  readonly mutates: boolean;
  readonly understand: Understand;
}

/** A call that cannot be understood is told too, without its parameters. */
export function understood(
  world: SecurityGroupWorld,
  operation: Operation,
  actor: TrailActor,
  input: unknown,
): Understood {
  try {
    return operation.understand(input);
  } catch (error) {
    if (error instanceof Refusal) tell(world, { operation, actor, refused: error, requestParameters: null });
    throw error;
  }
}

export function perform(
  world: SecurityGroupWorld,
  operation: Operation,
  actor: TrailActor,
  call: Understood,
): Answer {
  const told = { operation, actor, requestParameters: call.requestParameters ?? null };
  try {
    if (call.dryRun) throw dryRun();
    const { answer, responseElements } = call.act();
    tell(world, { ...told, ...(responseElements === undefined ? {} : { responseElements }) });
    return answer;
  } catch (error) {
    if (error instanceof Refusal) tell(world, { ...told, refused: error });
    throw error;
  }
}

interface Told {
  readonly operation: Operation;
  readonly actor: TrailActor;
  readonly requestParameters: object | null;
  readonly refused?: Refusal;
  readonly responseElements?: (requestId: string) => object;
}

function tell(world: SecurityGroupWorld, { operation, actor, refused, ...told }: Told): void {
  if (!operation.mutates) return;
  const requestId = randomUUID();
  world.tell(
    trailRecord({
      eventName: operation.name,
      region: world.region,
      accountId: world.accountId,
      at: world.now(),
      requestId,
      actor,
      refused,
      requestParameters: told.requestParameters,
      responseElements: told.responseElements?.(requestId) ?? { requestId, _return: true },
    }),
  );
}
