/**
 * The rules of the logs of refused callers that need several fields of the link. What a log cannot show, nothing may
 * wait for: it would be missing for ever, and nobody would know why.
 */
import type { Fault } from "../link/faults.ts";
import type { Link } from "../link/schema.ts";
import { APP } from "../runtime/deployed-names.ts";
import { PARTIES_MAX, type ReaderName } from "./schema.ts";

type Logs = NonNullable<Link["authFailures"]>["logs"];
type Log = Logs[number];
type CheckedLink = Pick<Link, "authFailures" | "bunnies" | "relay" | "vpn">;

export function authFailureFaults(link: CheckedLink): Fault[] {
  if (link.authFailures === undefined) return [];
  const faults = link.authFailures.logs.flatMap((log, index) => {
    const path = `authFailures.logs[${index}]`;
    return [
      ...twiceFaults(path, log),
      ...tunnelFaults(path, log, link),
      ...proofFaults(path, log, link),
      ...ownLogFaults(path, log),
    ];
  });
  return [...faults, ...crowdFaults(link)];
}

/** Each of them is remembered by name; of one too many a failure would be forgotten that stands. */
function crowdFaults({ bunnies, vpn }: CheckedLink): Fault[] {
  // A key's identity is a name of one of these.
  const certificates = bunnies.flatMap((bunny) => bunny.certificates);
  const tunnels = vpn?.connections.flatMap((connection) => connection.tunnels) ?? [];
  return [
    ...crowdFault("certificates of bunnies", certificates.length),
    ...crowdFault("tunnels", tunnels.length),
  ];
}

const crowdFault = (what: string, count: number): Fault[] =>
  count <= PARTIES_MAX
    ? []
    : [
        {
          path: "authFailures",
          message: `can tell of up to ${PARTIES_MAX} ${what}, and the link has ${count}: leave it out, or split the link`,
        },
      ];

function twiceFaults(path: string, { readers }: Log): Fault[] {
  const written = readers.map((reader) => JSON.stringify(reader));
  return written.flatMap((text, index) =>
    written.indexOf(text) === index
      ? []
      : [{ path: `${path}.readers[${index}]`, message: "is there twice: write it once" }],
  );
}

function tunnelFaults(path: string, { readers }: Log, { vpn }: CheckedLink): Fault[] {
  if (vpn !== undefined || !has(readers, "ike")) return [];
  const message =
    "has the reader ike, and the link has no vpn, so no tunnel of it could be named: write vpn, or leave the reader out";
  return [{ path, message }];
}

/** Of who is accepted relay's own log alone tells in a form that the proofs read (docs/workloads.md). */
function proofFaults(path: string, { group, readers }: Log, { bunnies, relay }: CheckedLink): Fault[] {
  if (group !== relay.log.group || has(readers, "relay")) return [];
  const observed = bunnies
    .flatMap(({ certificates, apiKeys }) => [...certificates, ...apiKeys])
    .filter(({ proof }) => proof === "observed")
    .map(({ name }) => name);
  if (observed.length === 0) return [];
  const message = `is relay.log.group, in which the use of ${observed.join(", ")} is to be observed, and none of its readers is relay's: add { reader: "relay" }, or choose proof: { after } for them`;
  return [{ path: `${path}.readers`, message }];
}

/** Each line that is read has one written: it would feed itself. */
function ownLogFaults(path: string, { group }: Log): Fault[] {
  if (!group.startsWith(`/aws/lambda/${APP}-`)) return [];
  return [{ path: `${path}.group`, message: "is a log group of Warrener's own, which no caller writes to" }];
}

const has = (readers: Log["readers"], name: ReaderName): boolean =>
  readers.some(({ reader }) => reader === name);
