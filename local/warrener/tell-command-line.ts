/** Lets the command line find a running stack, with credentials of its role `operator` that are always fresh. */
import path from "node:path";
import type { Identities } from "../aws/identities.ts";
import { realTimers, type Timers } from "../aws/timers.ts";
import { LOCAL_STACK_FILE, type LocalStack, removeLocalStack, writeLocalStack } from "./local-stack.ts";

/** Half of the life of a session's credentials (local/aws/identities.ts). */
const REFRESH_MS = 6 * 3_600_000;

export interface ToldStack {
  readonly aws: {
    readonly server: { readonly url: string };
    readonly identities: Pick<Identities, "issue">;
    readonly operatorRoleArn: string;
  };
  readonly graph: { readonly region: string; readonly stage: string };
}

/** Where the stack's tunnels can be cut. */
type Controlled = LocalStack["control"];

export interface TellOptions {
  readonly file?: string;
  readonly timers?: Timers;
}

/** `linkFile`: what the stack runs instead of link.config.ts. */
export async function tellCommandLine(
  { aws, graph }: ToldStack,
  linkFile: string | undefined,
  control: Controlled,
  { file = LOCAL_STACK_FILE, timers = realTimers }: TellOptions = {},
): Promise<{ takeBack(): Promise<void> }> {
  const { pid } = process;
  const write = () =>
    writeLocalStack(
      {
        pid,
        endpoint: aws.server.url,
        region: graph.region,
        stage: graph.stage,
        link: linkFile === undefined ? null : path.resolve(linkFile),
        control: { url: control.url, token: control.token },
        credentials: aws.identities.issue({ roleArn: aws.operatorRoleArn, sessionName: "you" }).credentials,
      },
      file,
    );
  let writing = write();
  await writing;
  let cancel = () => {};
  const refreshLater = () => {
    cancel = timers.after(REFRESH_MS, () => {
      writing = writing.then(write);
      refreshLater();
    });
  };
  refreshLater();
  return {
    async takeBack() {
      cancel();
      await writing;
      await removeLocalStack(pid, file);
    },
  };
}
