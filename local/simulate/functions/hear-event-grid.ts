/** The hand's own function: Event Grid starts it for each change of an NSG, and again when it fails. */
import type { Run } from "../runs.ts";
import type { World } from "../world.ts";

const name = "hear-event-grid";
/** As azure-functions/allowlists.ts has it. */
const limitSeconds = 480;
/** The first of https://learn.microsoft.com/azure/event-grid/delivery-and-retry. */
const AGAIN_AFTER_SECONDS = [10, 30, 60, 300] as const;

export const hearEventGrid = (event: unknown, attempt = 0) => ({
  name,
  limitSeconds,
  async invoke(world: World, _run: Run): Promise<unknown> {
    try {
      return await world.allowlists.hear(event);
    } catch (error) {
      const afterSeconds = AGAIN_AFTER_SECONDS[attempt];
      if (afterSeconds !== undefined)
        world.wakes.push({ started: hearEventGrid(event, attempt + 1), afterSeconds });
      throw error;
    }
  },
});
