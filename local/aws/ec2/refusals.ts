/** The refusals of EC2. None carries a pre-shared key, not even a bad one. */
import { Refusal } from "../../stand-in/operations.ts";

const refuse = (code: string, message: string) => new Refusal(400, code, message);

export const missingParameter = (name: string) =>
  refuse("MissingParameter", `The request must contain the parameter ${name}`);

export const unknownParameter = (name: string) =>
  refuse("UnknownParameter", `The parameter ${name} is not recognized`);

export const invalidValue = (name: string, value: unknown, why: string) => {
  const shown = name.endsWith("PreSharedKey") || typeof value === "object" ? "" : ` (${String(value)})`;
  return refuse("InvalidParameterValue", `Value${shown} for parameter ${name} is invalid. ${why}`);
};

export const invalidCombination = (message: string) => refuse("InvalidParameterCombination", message);

export const malformedId = (id: string) => refuse("InvalidVpnConnectionID", `Invalid id: "${id}"`);

export const connectionNotFound = (id: string) =>
  refuse("InvalidVpnConnectionID.NotFound", `The vpnConnection ID '${id}' does not exist`);

/** The error list has both codes: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html */
export const connectionBusy = (id: string, state: string, isGeneric: boolean) =>
  refuse(
    isGeneric ? "IncorrectState" : "InvalidVpnConnection.InvalidState",
    `The VPN connection ${id} cannot be modified in its current state (${state}).`,
  );

export const dryRun = () =>
  new Refusal(412, "DryRunOperation", "Request would have succeeded, but DryRun flag is set.");
