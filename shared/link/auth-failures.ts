/** Which logs show refused callers, and when those are told of. Left out, nobody looks for them. */
import * as z from "zod";
import { CanonicalCidr } from "../allowlists/schema.ts";
import { GroupSettings } from "../auth-failures/readers/settings.ts";
import { Duration } from "./duration.ts";
import { LogGroupName } from "./names.ts";
import { strict } from "./strict.ts";

const count = (min: number, max: number, what: string) => {
  const error = `must be a whole number of ${what} from ${min} to ${max}`;
  return z.int({ error }).min(min, { error }).max(max, { error });
};

/** A window slides by its tenth, and a log's instants are whole seconds. */
const WINDOW_MIN_SECONDS = 10;
/** AWS hands lines over within three minutes as a rule; of what is later still a person has to be told. */
const LATE_MAX_SECONDS = 3_600;
/** What comes late is told apart by sixths of this time, and a window has at least two of those. */
const LATE_PER_WINDOW_MAX = 3;
/** What is remembered of a window is one item of a table, whatever its length; a day of it would say little. */
const WINDOW_MAX_SECONDS = 86_400;
const WINDOW = 'must be from 10 seconds to 1 day, such as "5 minutes"';

/** Each is a subscription filter and a metric filter. */
const LOGS_MAX = 10;
const Log = strict({ group: LogGroupName, ...GroupSettings.shape });

const Declared = strict({
  /** Whose lines are read, by whom. */
  logs: z
    .array(Log, { error: "must be a list of log groups" })
    .min(1, { error: "must have at least one log group" })
    .max(LOGS_MAX, { error: `must have at most ${LOGS_MAX} log groups` })
    .refine((logs) => new Set(logs.map(({ group }) => group)).size === logs.length, {
      error: "names one log group twice: write its readers into one list",
    }),
  window: Duration()
    .refine((seconds) => seconds >= WINDOW_MIN_SECONDS && seconds <= WINDOW_MAX_SECONDS, { error: WINDOW })
    .default(300),
  /** So long after it was written a line may be handed over, and still counts where it belongs. */
  late: Duration()
    .refine((seconds) => seconds <= LATE_MAX_SECONDS, {
      error: 'must be at most 1 hour, such as "3 minutes"',
    })
    .default(180),
  /** So many failures of one source, for one reason and within the window, are told. */
  flood: count(2, 1_000_000, "failures").default(20),
  /** So many different sources within the window are told as one. */
  scan: count(2, 1_000_000, "sources").default(20),
  /** One of bunny's own is told at the first; from so many on it is critical. */
  critical: count(1, 100, "failures").default(2),
  /** So many lines within the window that no reader understands are told. */
  unread: count(1, 1_000_000, "lines").default(20),
  /** For so long nothing more has come before it is over. */
  quiet: Duration().default(900),
  /** Where bunnies call from, as relay's log shows it; left out, the address space of the VNet. */
  callers: z
    .array(CanonicalCidr, { error: 'must be a list of networks such as ["10.10.0.0/16"]' })
    .transform((networks) => networks.toSorted())
    .optional(),
});

export const LinkAuthFailures = Declared.refine(({ window, late }) => window * LATE_PER_WINDOW_MAX >= late, {
  path: ["window"],
  error: "must be at least a third of late: lines are told apart by no less, when they may come so late",
})
  .refine(({ quiet, late }) => quiet >= late, {
    path: ["quiet"],
    error: "must be at least late: a failure would be over before it is heard of",
  })
  .transform(({ logs, window, late, flood, scan, critical, unread, quiet, callers }) => ({
    logs,
    windowSeconds: window,
    lateSeconds: late,
    floodCount: flood,
    scanSources: scan,
    criticalCount: critical,
    unreadCount: unread,
    quietSeconds: quiet,
    callers: callers ?? null,
  }));
export type LinkAuthFailures = z.output<typeof LinkAuthFailures>;
