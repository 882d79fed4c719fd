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
    answers.push(await askFunction(client, functionName, { event, answer: PlanAnswer, act: "plan" }));
  }
  return answers;
}

export interface Asked<T> {
  readonly event: { readonly run: string } & Readonly<Record<string, unknown>>;
  readonly answer: z.ZodType<T>;
  /** What it is asked to do, in a word. */
  readonly act: string;
  /** What may be so all the same when it fails; a sentence. */
  readonly afterFailure?: string;
}

/** Throws `ConfigError` with what to do when there is no answer. */
export async function askFunction<T>(
  client: LambdaClient,
  functionName: string,
  asked: Asked<T>,
): Promise<T> {
  const command = new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify(asked.event) });
  const output = await client.send(command).catch((error: unknown) => {
    throw sayAwsError(error, { action: "lambda:InvokeFunction", target: `the function ${functionName}` });
  });
  return parseAnswer(functionName, output, asked);
}

const FunctionFailure = z.object({ errorType: z.string(), errorMessage: z.string() });

function parseAnswer<T>(
  functionName: string,
  { FunctionError, Payload }: InvokeCommandOutput,
  { answer, act, afterFailure }: Asked<T>,
): T {
  const payload = parseJson(Payload?.transformToString() ?? "");
  if (FunctionError !== undefined) {
    const { data } = FunctionFailure.safeParse(payload);
    const why = data === undefined ? FunctionError : `${data.errorType}: ${data.errorMessage}`;
    const where = `Its log group is /aws/lambda/${functionName}`;
    throw new ConfigError(
      [
        `${functionName} could not ${act}: ${Line.parse(why)}`,
        ...(afterFailure === undefined ? [] : [afterFailure]),
        where,
      ].join(". "),
    );
  }
  const parsed = answer.safeParse(payload);
  if (parsed.success) return parsed.data;
  throw new ConfigError(
    `${functionName} answered something else than was asked: it was deployed from another version of this project. Deploy, or use the checkout that was deployed`,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
