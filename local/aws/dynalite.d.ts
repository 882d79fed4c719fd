/** dynalite brings no types; this is the part of it that the local AWS uses. */
declare module "dynalite" {
  import type { Server } from "node:http";
  /** Times are how long a table stays in a state between, in milliseconds. */
  export default function dynalite(options: {
    readonly createTableMs: number;
    readonly deleteTableMs: number;
    readonly updateTableMs: number;
  }): Server;
}
