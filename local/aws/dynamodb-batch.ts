/**
 * BatchWriteItem: several puts and deletes, each by itself. A batch is never all or nothing, and DynamoDB may leave
 * any of it unprocessed and say so; here that is the last write of a batch to one table.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html
 */
import * as z from "zod";
import type { Faults } from "../stand-in/faults.ts";
import type { Dynalite } from "./dynalite-client.ts";
import type { WireAnswer } from "./service.ts";

const Attributes = z.record(z.string(), z.unknown());

export const BatchInput = z.object({
  RequestItems: z.record(
    z.string(),
    z.array(
      z.union([
        z.strictObject({ PutRequest: z.object({ Item: Attributes }) }),
        z.strictObject({ DeleteRequest: z.object({ Key: Attributes }) }),
      ]),
    ),
  ),
});
export type Batch = z.output<typeof BatchInput>["RequestItems"];
type Write = Batch[string][number];

/** The attributes of a write, the key's among them. */
export const attributesOf = (write: Write) =>
  "PutRequest" in write ? write.PutRequest.Item : write.DeleteRequest.Key;

const unprocessedChance = 0.1;

/** The batch without what is left unprocessed, which is null when nothing is. */
export function leaveOne(
  batch: Batch,
  faults: Faults,
): { readonly done: Batch; readonly left: Batch | null } {
  const [entry, ...others] = Object.entries(batch);
  const isLeft = faults.chance("dynamodb unprocessed", unprocessedChance);
  if (entry === undefined || others.length > 0 || !isLeft) return { done: batch, left: null };
  const [table, writes] = entry;
  return { done: { [table]: writes.slice(0, -1) }, left: { [table]: writes.slice(-1) } };
}

/** Writes what is done, and answers with what is left. */
export async function answerBatch(dynalite: Dynalite, done: Batch, left: Batch): Promise<WireAnswer> {
  const some = Object.values(done).some((writes) => writes.length > 0);
  if (some) await dynalite.call("BatchWriteItem", { RequestItems: done });
  return { status: 200, headers: {}, body: JSON.stringify({ UnprocessedItems: left }) };
}
