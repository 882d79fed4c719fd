/** AWS's own command line, one process for each call. It tells a refusal's code, and not its status. */
import { type Call, Refused } from "../call.ts";
import { run } from "../child.ts";
import type { Door } from "../door.ts";
import { environmentOf } from "./environment.ts";

const REFUSAL = /An error occurred \(([\w.]+)\) when calling the \w+ operation/;

export function commandLine(program: string, door: Door): Call {
  const env = environmentOf(door);
  return async (service, operation, input) => {
    const command = operation.replaceAll(/(?<!^)(?=[A-Z])/g, "-").toLowerCase();
    const args = ["--output", "json", "--no-paginate", "--cli-input-json", JSON.stringify(asText(input))];
    const { code, output, errors } = await run(program, [service, command, ...args], env);
    if (code === 0) return output.trim() === "" ? {} : JSON.parse(output);
    const refusal = REFUSAL.exec(errors)?.[1];
    if (refusal === undefined) throw new Error(`aws ${service} ${command}: ${errors.trim().slice(0, 500)}`);
    throw new Refused(refusal, undefined);
  };
}

/** In its JSON the command line takes bytes as the text that they are. */
function asText(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asText);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value);
  const [first] = members;
  if (members.length === 1 && first?.[0] === "$bytes")
    return Buffer.from(String(first[1]), "base64").toString();
  return Object.fromEntries(members.map(([name, member]) => [name, asText(member)]));
}
