/** Lets the command line find a running stack, with credentials of its role `operator` that are always fresh. */
import path from "node:path";
import type { Stack } from "../stack/stack.ts";
import { LOCAL_STACK_FILE, removeLocalStack, writeLocalStack } from "./local-stack.ts";

/** Half of the life of a session's credentials (local/aws/identities.ts). */
const REFRESH_MS = 6 * 3_600_000;

export async function tellCommandLine(
  { aws, graph }: Pick<Stack, "aws" | "graph">,
  linkFile: string | undefined,
  file = LOCAL_STACK_FILE,
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
        credentials: aws.identities.issue({ roleArn: aws.operatorRoleArn, sessionName: "you" }).credentials,
      },
      file,
    );
  await write();
  let writing: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    writing = write();
  }, REFRESH_MS);
  return {
    async takeBack() {
      clearInterval(timer);
      await writing;
      await removeLocalStack(pid, file);
    },
  };
}
