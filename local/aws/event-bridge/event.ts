/**
 * An event as it is on a bus and as a target gets it.
 * https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html
 */
export interface BusEvent {
  readonly version: "0";
  readonly id: string;
  readonly "detail-type": string;
  readonly source: string;
  readonly account: string;
  /** To the second: `2026-11-21T08:02:00Z`. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

/** What a service of AWS itself tells on the default bus; the bus adds the rest. */
export interface ServiceEvent {
  readonly source: `aws.${string}`;
  readonly detailType: string;
  /** "durable" is never lost on its way; left out, it comes as well as it can. */
  readonly delivery?: "durable";
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

export function eventTime(atMs: number): string {
  return new Date(atMs).toISOString().replace(/\.\d{3}/, "");
}
