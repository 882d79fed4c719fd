/**
 * Every call of a cloud in the simulation: a moment at which others go on, something may go wrong, and, once it has had
 * its effect, every promise is looked at.
 */
import { CloudError, type Provider } from "../../shared/runtime/errors.ts";
import { type CallName, Calls } from "../model/calls.ts";
import type { Draw } from "./draw.ts";
import type { EventLog } from "./event-log.ts";
import type { Effect } from "./faults.ts";
import { currentRun, isRunning, type Run, RunEnded } from "./runs.ts";
import type { Timeline } from "./timeline.ts";
import type { Weather } from "./weather.ts";

/** Between London and the UK South region, and within either. */
const LATENCY_MS = { min: 10, max: 250 } as const;
/** What a caller waits for an answer that never comes. */
const TIMEOUT_MS = 15_000;
/** Below what a message may take (shared/alerts/messenger.ts). */
const SLOW_MS = { min: 1_000, max: 8_000 } as const;
const SLACK_RETRY_SECONDS = 5;

export interface Step {
  readonly name: CallName;
  readonly target: string;
  /** Which run made the call. */
  readonly run: Run;
}

export interface SimulatedCallsOptions {
  readonly timeline: Timeline;
  readonly weather: Weather;
  readonly events: EventLog;
  readonly draw: Draw;
}

export class SimulatedCalls extends Calls {
  /** A person may be a moment ahead of a call. */
  ahead: (step: Step) => void = () => undefined;
  /** Told before a call has its effect, and right after. */
  before: (step: Step) => void = () => undefined;
  after: (step: Step) => void = () => undefined;
  made = 0;
  faulty = 0;
  readonly #options: SimulatedCallsOptions;

  constructor(options: SimulatedCallsOptions) {
    super(options.timeline.clock);
    this.#options = options;
  }

  override async perform<T>(name: CallName, target: string, work: () => T | Promise<T>): Promise<T> {
    // What is set up before a life begins is no call.
    if (!isRunning()) return await work();
    const { timeline, weather, events, draw } = this.#options;
    const step: Step = { name, target, run: currentRun() };
    this.#live(step);
    const effect = weather.strike(name, timeline.clock.now());
    this.made += 1;
    if (effect !== undefined) this.faulty += 1;
    const latencyMs = draw.whole(LATENCY_MS.min, LATENCY_MS.max);
    await timeline.sleep(latencyMs + (effect === "slow" ? draw.whole(SLOW_MS.min, SLOW_MS.max) : 0));
    this.#live(step);
    events.note(timeline.clock.nowMs(), `${step.run.name}: ${name} ${target} ${effect ?? "ok"}`);
    await this.#failBefore(step, effect);
    this.ahead(step);
    this.before(step);
    const result = await work();
    this.after(step);
    await this.#failAfter(step, effect);
    this.#live(step);
    return result;
  }

  #live({ run }: Step): void {
    if (this.#options.timeline.clock.nowMs() >= run.endsAtMs) run.dead = true;
    if (run.dead) throw new RunEnded("a run that has ended made a call");
  }

  async #failBefore(step: Step, effect: Effect | "away" | undefined): Promise<void> {
    switch (effect) {
      case "kill-before":
        return die(step);
      case "away":
        await this.#options.timeline.sleep(TIMEOUT_MS);
        throw toError(step, "unreachable");
      case "throttled":
        throw toError(step, "ThrottlingException", true);
      case "error-before":
        throw toError(step, "InternalServerError");
      case "error-after":
      case "lost":
      case "slow":
      case "kill-after":
      case undefined:
        return;
    }
  }

  async #failAfter(step: Step, effect: Effect | "away" | undefined): Promise<void> {
    if (effect === "kill-after") die(step);
    if (effect === "error-after") throw toError(step, "InternalServerError");
    if (effect !== "lost") return;
    await this.#options.timeline.sleep(TIMEOUT_MS);
    throw toError(step, "unreachable");
  }
}

function die({ run }: Step): never {
  run.dead = true;
  throw new RunEnded("a run was killed");
}

function toError({ name, target }: Step, code: string, throttled = false): CloudError {
  const provider = providerOf(name);
  const waits = provider === "slack" && throttled ? { retryAfterSeconds: SLACK_RETRY_SECONDS } : {};
  return new CloudError({ provider, operation: name, target, code, retryable: true, throttled, ...waits });
}

function providerOf(name: CallName): Provider {
  if (/^(vault|hand|nsg|rows|connections|connection-keys)\./.test(name)) return "azure";
  return name.startsWith("messenger.") ? "slack" : "aws";
}
