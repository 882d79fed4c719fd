/** How soon a certificate is renewed after a cloud was away across its renewal point, over models in their own time. */
import { DAY, goThrough, HOUR, MINUTE, periodOf, SERVICE_NAMES } from "../model/outage.ts";
import { ratio, spreadOf } from "./samples.ts";

export interface OutageFigures {
  /** How long it lasted. */
  readonly seconds: number;
  readonly periodSeconds: number;
  readonly cases: number;
  /** Cases in which the certificate ended before the cloud was back. */
  readonly expired: number;
  /** From its end to the run that renewed, in periods of the schedule. */
  readonly medianPeriods: number;
  readonly maxPeriods: number;
  /** Cases in which the first run after it did not renew, or told of any trouble. */
  readonly unhealed: number;
}

const LENGTHS = [MINUTE, HOUR, DAY, 30 * DAY];
/** How much of it is over at the run that should renew, or of these days where it is longer than they are. */
const PARTS = [0, 0.063, 0.207, 0.351, 0.499, 0.648, 0.793, 0.947];
/** Before that run there is a certificate for four days and a half. */
const BEFORE_MAX_SECONDS = 4.5 * DAY;
/** Each call of the clouds that answer. */
const CALL_MS = 100;

export async function measureOutages(): Promise<OutageFigures[]> {
  const figures: OutageFigures[] = [];
  for (const seconds of LENGTHS) figures.push(await measureLength(seconds));
  return figures;
}

async function measureLength(seconds: number): Promise<OutageFigures> {
  const periodSeconds = periodOf(seconds);
  const share = Math.min(1, BEFORE_MAX_SECONDS / seconds);
  const drawn = SERVICE_NAMES.flatMap((service) =>
    PARTS.map((part) => ({ services: [service], part: part * share })),
  );
  const waited: number[] = [];
  let [expired, unhealed] = [0, 0];
  for (const outage of drawn) {
    const healed = await goThrough({ ...outage, seconds, laterSeconds: 0, callMs: CALL_MS });
    waited.push(healed.healedAfterSeconds);
    if (healed.expired) expired += 1;
    if (healed.after !== "" || healed.healedAfterSeconds > periodSeconds) unhealed += 1;
  }
  const { median, max } = spreadOf(waited);
  return {
    ...{ seconds, periodSeconds, cases: drawn.length, expired, unhealed },
    medianPeriods: ratio(median, periodSeconds),
    maxPeriods: ratio(max, periodSeconds),
  };
}
