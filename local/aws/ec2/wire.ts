/**
 * The ec2Query protocol: a form with Action and Version, lists as `Name.1`, answered in XML with lists of `item`.
 * https://smithy.io/2.0/aws/protocols/aws-ec2-query-protocol.html
 */
import { randomUUID } from "node:crypto";
import type { Refusal } from "../../stand-in/operations.ts";
import type { AwsRequest, Wire, WireAnswer } from "../service.ts";
import { treeOf } from "./form.ts";

export const ec2Version = "2016-11-15";
const xmlns = `http://ec2.amazonaws.com/doc/${ec2Version}/`;

export type Xml = string | number | boolean | readonly Xml[] | { readonly [name: string]: Xml | undefined };

const faults = {
  "no-authentication": { status: 403, code: "MissingAuthenticationToken" },
  "incomplete-signature": { status: 400, code: "IncompleteSignature" },
  "wrong-signature": { status: 401, code: "AuthFailure" },
  "unknown-client": { status: 401, code: "AuthFailure" },
  "expired-token": { status: 400, code: "RequestExpired" },
  denied: { status: 403, code: "UnauthorizedOperation" },
  throttled: { status: 503, code: "RequestLimitExceeded" },
} as const;

/** What any operation of EC2 can answer beside its own errors. */
export const ec2CommonErrors: readonly string[] = [
  ...new Set(Object.values(faults).map((fault) => fault.code)),
  "DryRunOperation",
  "InternalError",
  "InvalidParameterValue",
  "MalformedQueryString",
  "MissingParameter",
  "Unavailable",
  "UnknownParameter",
];

export const ec2Wire: Wire = {
  faults,
  operationOf: (request) => {
    const form = formOf(request);
    return form?.get("Version") === ec2Version ? (form.get("Action") ?? undefined) : undefined;
  },
  decode: ({ body }) => {
    const form = new URLSearchParams(body.toString("utf8"));
    for (const name of ["Action", "Version"]) form.delete(name);
    return treeOf(form);
  },
  encode: (operation, output) =>
    answer(
      200,
      `<${operation}Response xmlns="${xmlns}"><requestId>${randomUUID()}</requestId>${xmlOf(output)}</${operation}Response>`,
    ),
  refuse: ({ status, code, message, headers }: Refusal) => {
    const error = xmlOf({ Errors: { Error: { Code: code, Message: message } }, RequestID: randomUUID() });
    const { body, headers: standard } = answer(status, `<Response>${error}</Response>`);
    return { status, headers: { ...standard, ...headers }, body };
  },
};

export function isEc2(request: AwsRequest): boolean {
  return formOf(request)?.get("Version") === ec2Version;
}

function formOf({ headers, body }: AwsRequest): URLSearchParams | undefined {
  if (headers["content-type"]?.startsWith("application/x-www-form-urlencoded") !== true) return undefined;
  return new URLSearchParams(body.toString("utf8"));
}

function answer(status: number, xml: string): WireAnswer {
  return {
    status,
    headers: { "content-type": "text/xml;charset=UTF-8" },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n${xml}`,
  };
}

/** An absent member leaves no mark; an empty list is an empty element. */
export function xmlOf(value: unknown): string {
  if (Array.isArray(value)) return value.map((item) => `<item>${xmlOf(item)}</item>`).join("");
  if (typeof value !== "object" || value === null) return escapeXml(String(value));
  return Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .map(([name, member]) => `<${name}>${xmlOf(member)}</${name}>`)
    .join("");
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
