/**
 * Where incidents stand, as a port; the adapter is in aws-store.ts. Who changes an incident and who tells of it work
 * at once on the same one, each on its own part: a claim is never lost to a change, nor a change to a claim.
 *
 * Every method throws `CloudError` when the table did not take or give what was asked.
 */
import type { Announced, Incident, Telling, Told } from "./incident.ts";
import type { IncidentChange } from "./plan.ts";

export interface Standing {
  /** Open ones, those closed that somebody waits to hear of, and those closed lately. */
  readonly incidents: readonly Incident[];
  /** The keys of those that another version of this code wrote: they are left as they are. */
  readonly unreadable: readonly string[];
}

export interface IncidentStore {
  /** In one read. */
  readIncidents(): Promise<Standing>;
  /** False when what stands is not, or not any more, what the change starts from. */
  write(change: IncidentChange): Promise<boolean>;
  /**
   * The incident as it then stands: it may have been told meanwhile. Null when somebody else has claimed it since it
   * was read.
   */
  claim(incident: Incident, telling: Telling): Promise<Incident | null>;
  /**
   * Notes under a claim what was told; with `release`, it is the last of it. False when the claim is lost to somebody
   * else: then nothing was noted.
   */
  noteTold(incident: Incident, told: Told | null, release: boolean): Promise<boolean>;
  /** Never takes back what was announced later. */
  noteAnnounced(incident: Incident, announced: Announced): Promise<void>;
  /** Puts what is settled into the history, unless it has changed meanwhile. */
  file(incident: Incident): Promise<void>;
}
