/** `npm run warrener -- local ACT NAME`: what happens to a tunnel of the running local stack. */
import * as z from "zod";
import { ConfigError } from "../../shared/runtime/errors.ts";
import type { TunnelAct } from "../stack/control.ts";
import { findLocalStack, LOCAL_STACK_FILE } from "./local-stack.ts";

const Answer = z.object({ message: z.string() });
const TIMEOUT_MS = 5_000;

/** Throws `ConfigError` with what to do. */
export async function actOnTunnel(act: TunnelAct, name: string, file = LOCAL_STACK_FILE): Promise<string> {
  const stack = await findLocalStack(file);
  if (stack === null) throw new ConfigError("no local stack runs: start one with `npm run local`");
  const { url, token } = stack.control;
  const response = await fetch(`${url}/${act}/${encodeURIComponent(name)}`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch(() => null);
  const answer = Answer.safeParse(await response?.json().catch(() => undefined));
  if (response === null || !answer.success)
    throw new ConfigError(
      "the local stack does not answer: is it just starting or stopping? Else start it again",
    );
  if (!response.ok) throw new ConfigError(answer.data.message);
  return answer.data.message;
}
