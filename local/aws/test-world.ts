/** The local AWS as its tests use it: a server with the given services, one role, and options for its clients. */
import { Kernel, type Sighting } from "../stand-in/kernel.ts";
import type { Authorize } from "./decisions.ts";
import { Identities, type Identity, type IssueRequest } from "./identities.ts";
import { type AwsServer, startAwsServer } from "./server.ts";
import type { AwsService } from "./service.ts";

export const region = "eu-west-2";
export const accountId = "111122223333";
export const roleArn = `arn:aws:iam::${accountId}:role/warrener-rotate`;

export interface World {
  readonly server: AwsServer;
  readonly kernel: Kernel;
  readonly identities: Identities;
  readonly sightings: readonly Sighting[];
  /** What a client of that role's session takes; without retries, so that each refusal is seen. */
  readonly client: (session?: Partial<IssueRequest>) => ClientOptions;
}

export interface ClientOptions {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: Identity["credentials"];
  readonly maxAttempts: number;
}

export interface WorldOptions {
  readonly calm?: boolean;
  readonly seed?: number;
  readonly clock?: () => number;
  readonly authorize?: Authorize;
}

export function makeKernel(options: WorldOptions = {}, sightings: Sighting[] = []): Kernel {
  const tap = (sighting: Sighting) => void sightings.push(sighting);
  return new Kernel({ seed: options.seed ?? 1, calm: options.calm ?? true, tap });
}

export async function startWorld(
  services: (kernel: Kernel) => readonly AwsService[],
  options: WorldOptions = {},
): Promise<World> {
  const sightings: Sighting[] = [];
  const kernel = makeKernel(options, sightings);
  const identities = new Identities(options.clock);
  const server = await startAwsServer({
    kernel,
    region,
    identities,
    services: services(kernel),
    authorize: options.authorize ?? (() => Promise.resolve("allowed")),
    ...(options.clock === undefined ? {} : { clock: options.clock }),
  });
  return {
    server,
    kernel,
    identities,
    sightings,
    client: (session) => ({
      endpoint: server.url,
      region,
      credentials: identities.issue({ roleArn, ...session }).credentials,
      maxAttempts: 1,
    }),
  };
}
