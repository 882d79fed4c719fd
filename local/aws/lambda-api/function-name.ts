/** The ways to name a function in a call: its name, its ARN, its ARN without the first part, each with a version. */
import { Refusal } from "../../stand-in/operations.ts";

export interface Home {
  readonly region: string;
  readonly accountId: string;
}

const charactersMax = 170;
const form =
  /^(?:(?:arn:aws:lambda:([a-z0-9-]+):)?(\d{12}):function:)?([A-Za-z0-9_-]{1,64})(?::(\$LATEST|[A-Za-z0-9_-]+))?$/;

/**
 * The ARN without a version. Throws `Refusal` for what is not a name, and for every version but `$LATEST`,
 * because nothing else is ever published here.
 */
export function parseFunctionName(name: string, qualifier: string | undefined, home: Home): string {
  const match = form.exec(name);
  if (match === null || name.length > charactersMax) {
    throw new Refusal(
      400,
      "ValidationException",
      `1 validation error detected: Value '${name}' at 'functionName' failed to satisfy constraint: Member must be the name or the ARN of a function`,
    );
  }
  const [, region = home.region, accountId = home.accountId, functionName, version] = match;
  const arn = `arn:aws:lambda:${region}:${accountId}:function:${functionName}`;
  if (version !== undefined && qualifier !== undefined && version !== qualifier) {
    throw new Refusal(
      400,
      "InvalidParameterValueException",
      "The derived qualifier from the function name does not match the specified qualifier.",
    );
  }
  const wanted = version ?? qualifier ?? "$LATEST";
  if (wanted !== "$LATEST") throw functionNotFound(`${arn}:${wanted}`);
  return arn;
}

export function functionNotFound(arn: string): Refusal {
  return new Refusal(404, "ResourceNotFoundException", `Function not found: ${arn}`);
}
