/** A cloud's failure as a value: what one target's failure means to the others is the caller's to say. */
import { CloudError } from "../runtime/errors.ts";

/** Throws what is no failure of a cloud. */
export async function orCloudError<T>(run: () => Promise<T>): Promise<T | CloudError> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof CloudError) return error;
    throw error;
  }
}
