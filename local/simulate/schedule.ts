/** The schedules of what is deployed, and the runs that they start: each beside the others, and each may be killed. */
import { CloudError } from "../../shared/runtime/errors.ts";
import type { Instant } from "../../shared/runtime/instant.ts";
import { FUNCTIONS } from "./functions/all.ts";
import type { DeployedFunction, Started } from "./functions/deployed.ts";
import { takeDelivery } from "./functions/read-auth-failures.ts";
import { type Run, RunEnded, within } from "./runs.ts";
import type { World } from "./world.ts";

export class Schedule {
  /** Under way, or due to begin. */
  active = 0;
  started = 0;
  /** What a run ended with that none may end with: a fault of ours. */
  fault: string | null = null;
  readonly #world: World;
  readonly #dueAt = new Map<DeployedFunction, Instant>();

  constructor(world: World) {
    this.#world = world;
  }

  /** Everything is due at once, and then from now on in its own time. */
  restart(): void {
    this.#dueAt.clear();
  }

  startDue(): void {
    const now = this.#world.clock.now();
    this.#handOverLog();
    for (const { started, afterSeconds } of this.#world.wakes.splice(0))
      for (const seconds of this.#world.weather.startsOf(now))
        void this.#start(started, afterSeconds + seconds);
    for (const deployed of FUNCTIONS) {
      if (now < (this.#dueAt.get(deployed) ?? now)) continue;
      this.#dueAt.set(deployed, now + deployed.everySeconds);
      for (const seconds of this.#world.weather.startsOf(now)) void this.#start(deployed, seconds);
    }
  }

  /** What relay has said of callers since is handed to the function that reads it. */
  #handOverLog(): void {
    const { callers, clock, weather, wakes } = this.#world;
    const now = clock.now();
    for (const delivery of callers.log.handOver(now, callers.draw, weather.is("log-deliveries", now)))
      wakes.push({ started: takeDelivery(delivery), afterSeconds: delivery.afterSeconds });
  }

  async #start(deployed: Started, afterSeconds: number): Promise<void> {
    const { timeline, clock, weather, events } = this.#world;
    this.active += 1;
    this.started += 1;
    const name = `${deployed.name} ${this.started}`;
    if (afterSeconds > 0) await timeline.sleep(afterSeconds * 1_000);
    const skewSeconds = weather.skewSeconds(clock.now());
    const endsAtMs = clock.nowMs() + deployed.limitSeconds * 1_000;
    const run: Run = { name, endsAtMs, skewSeconds, dead: false };
    const ended = await this.#ending(deployed, run);
    events.note(clock.nowMs(), `${name} ${ended}`);
    this.active -= 1;
  }

  async #ending(deployed: Started, run: Run): Promise<"done" | "killed" | "failed"> {
    try {
      // What a run ends with is logged by the platform: its trouble fails the invocation, and so does what it throws.
      this.#world.told.push(JSON.stringify(await within(run, () => deployed.invoke(this.#world, run))));
      return "done";
    } catch (error) {
      this.#world.told.push(String(error));
      if (error instanceof RunEnded) return "killed";
      if (error instanceof CloudError) return "failed";
      this.fault ??= `${run.name} ended with ${error instanceof Error ? (error.stack ?? error.message) : "no error"}`;
      return "failed";
    }
  }
}
