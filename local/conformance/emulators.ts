/** The emulators that others have written: how each is started on loopback. */
import path from "node:path";
import { type Server, startServer } from "./child.ts";

export const EMULATORS = ["moto", "ministack"] as const;
export type EmulatorName = (typeof EMULATORS)[number];

/** As pinned in requirements.txt; a test holds the two together. */
export const VERSIONS: Readonly<Record<EmulatorName, string>> = { moto: "5.2.5", ministack: "1.5.33" };

export interface Place {
  /** The path of a program of the Python environment. */
  readonly bin: (program: string) => string;
  readonly cache: string;
}

const SERVICES = "dynamodb,ec2,events,logs,secretsmanager,sts";
/** Neither is to meet the world: no proxy, no metadata, no credentials of whoever runs this. */
const ALONE = {
  AWS_EC2_METADATA_DISABLED: "true",
  AWS_CONFIG_FILE: "none",
  AWS_SHARED_CREDENTIALS_FILE: "none",
};

export async function startEmulator(name: EmulatorName, { bin, cache }: Place): Promise<Server> {
  const logFile = path.join(cache, `${name}.log`);
  if (name === "moto") {
    const args = (port: number) => ["-H", "127.0.0.1", "-p", String(port)];
    return await startServer({ name, program: bin("moto_server"), args, env: () => ALONE, logFile });
  }
  const env = (port: number) => ({
    ...ALONE,
    BIND_HOST: "127.0.0.1",
    GATEWAY_PORT: String(port),
    IOT_MTLS_ENABLED: "0",
    SERVICES,
  });
  return await startServer({ name, program: bin("ministack"), args: () => [], env, logFile });
}
