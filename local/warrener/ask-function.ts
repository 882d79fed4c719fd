/**
 * Asks the deployed functions what a run of theirs would do now, so that the answer comes from the same code, with
 * the same permissions, as the run itself.
 */
import { InvokeCommand, type InvokeCommandOutput, type LambdaClient } from "@aws-sdk/client-lambda";
import * as z from "zod";
import { PLAN_NAMES_MAX } from "../../shared/certificates/run-request.ts";
import { ConfigError } from "../../shared/runtime/errors.ts";
import { sayAwsError } from "./aws-errors.ts";
import { Line } from "./line.ts";
import { PlanAnswer } from "./plan-answer.ts";

export interface Question {
  readonly functionName: string;
  readonly names: readonly string[];
}

/** One answer for so many names at a time. Throws `ConfigError` with what to do when there is none. */
export async function askPlan(
  client: LambdaClient,
  { functionName, names }: Question,
): Promise<PlanAnswer[]> {
  const answers: PlanAnswer[] = [];
  for (let start = 0; start < names.length; start += PLAN_NAMES_MAX) {
    const event = { run: "plan", names: names.slice(start, start + PLAN_NAMES_MAX) };
    const command = new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify(event) });
    const answer = await client.send(command).catch((error: unknown) => {
      throw sayAwsError(error, { action: "lambda:InvokeFunction", target: `the function ${functionName}` });
    });
    answers.push(parseAnswer(functionName, answer));
  }
  return answers;
}

const FunctionFailure = z.object({ errorType: z.string(), errorMessage: z.string() });

function parseAnswer(functionName: string, { FunctionError, Payload }: InvokeCommandOutput): PlanAnswer {
  const payload = parseJson(Payload?.transformToString() ?? "");
  if (FunctionError !== undefined) {
    const { data } = FunctionFailure.safeParse(payload);
    const why = data === undefined ? FunctionError : `${data.errorType}: ${data.errorMessage}`;
    throw new ConfigError(
      `${functionName} could not plan: ${Line.parse(why)}. Its log group is /aws/lambda/${functionName}`,
    );
  }
  const parsed = PlanAnswer.safeParse(payload);
  if (parsed.success) return parsed.data;
  throw new ConfigError(
    `${functionName} answered something else than a plan: it was deployed from another version of this project. Deploy, or use the checkout that was deployed`,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
