/** Lines of relay about its callers as CloudWatch Logs hands them over, as many as are wanted and no two with one id. */
import { gzipSync } from "node:zlib";
import { containerInsightsRecord } from "../relay/container-insights.ts";

interface Caller {
  readonly source: string;
  /** In seconds. */
  readonly at: number;
}
export type LineOf =
  | (Caller & { readonly outcome: "refused"; readonly reason: string })
  | (Caller & { readonly outcome: "accepted"; readonly identity: string });

export interface DeliveryFrom {
  readonly account: string;
  readonly group: string;
  readonly filter: string;
}

const REPLICA = "relay-7d9f-x2k";
const SERIAL = "4b4d59c42d274f1652b10e01b20a9a7b";

const POD = {
  podName: REPLICA,
  namespaceName: "relay",
  podId: "00000000-0000-4000-8000-000000000000",
  host: "ip-10-0-1-10.example.internal",
  containerName: "relay",
  containerImage: "relay:local",
  containerHash: "0".repeat(64),
  dockerId: "0".repeat(64),
  labels: { app: "relay" },
};

/** The event that the function gets. */
export function deliveryOf(
  { account, group, filter }: DeliveryFrom,
  lines: readonly LineOf[],
  firstId: number,
) {
  const batch = {
    ...{ messageType: "DATA_MESSAGE", owner: account, logGroup: group, logStream: REPLICA },
    subscriptionFilters: [filter],
    // The ids of CloudWatch Logs have so many digits.
    logEvents: lines.map((line, index) => ({
      id: `3${String(firstId + index).padStart(55, "0")}`,
      timestamp: line.at * 1_000,
      message: containerInsightsRecord(JSON.stringify(relayLine(line)), POD, line.at * 1_000),
    })),
  };
  return { awslogs: { data: gzipSync(JSON.stringify(batch)).toString("base64") } };
}

function relayLine(line: LineOf): object {
  const common = {
    time: new Date(line.at * 1_000).toISOString(),
    replica: REPLICA,
    clientAddress: line.source,
    trustBundleVersion: "1",
  };
  switch (line.outcome) {
    case "accepted": {
      const { identity } = line;
      const event = "client.accepted";
      return { ...common, level: "info", event, identity, clientCertificateSerial: SERIAL };
    }
    case "refused":
      return { ...common, level: "warn", event: "client.refused", reason: line.reason };
  }
}

/** As many addresses as there are numbers below 2^24, all different. */
export const sourceOf = (number: number): string =>
  `10.${(number >> 16) & 0xff}.${(number >> 8) & 0xff}.${number & 0xff}`;
