/** The awsQuery protocol: a form with Action and Version, answered in XML. Lists arrive as `Name.member.1`. */
import type { Wire } from "./service.ts";

const faults = {
  "no-authentication": { status: 403, code: "MissingAuthenticationToken" },
  "incomplete-signature": { status: 400, code: "IncompleteSignature" },
  "wrong-signature": { status: 403, code: "SignatureDoesNotMatch" },
  "unknown-client": { status: 403, code: "InvalidClientTokenId" },
  "expired-token": { status: 403, code: "ExpiredToken" },
  denied: { status: 403, code: "AccessDenied" },
  throttled: { status: 400, code: "Throttling" },
} as const;

/** What any operation of an awsQuery service can answer beside its own errors. */
export const queryCommonErrors: readonly string[] = [
  ...Object.values(faults).map((fault) => fault.code),
  "InternalFailure",
  "ServiceUnavailable",
];

export function queryWire(options: { readonly version: string; readonly xmlns: string }): Wire {
  const headers = { "content-type": "text/xml" };
  return {
    faults,
    operationOf: (request) => {
      const form = formOf(request.headers["content-type"], request.body);
      const action = form?.get("Action") ?? undefined;
      return form?.get("Version") === options.version ? action : undefined;
    },
    decode: ({ body }) => treeOf(new URLSearchParams(body.toString("utf8"))),
    encode: (operation, output) => ({
      status: 200,
      headers,
      body: `<${operation}Response xmlns="${options.xmlns}"><${operation}Result>${xmlOf(output)}</${operation}Result></${operation}Response>`,
    }),
    refuse: ({ status, code, message, headers: extra }) => ({
      status,
      headers: { ...headers, ...extra },
      body: `<ErrorResponse xmlns="${options.xmlns}"><Error>${xmlOf({
        Type: status < 500 ? "Sender" : "Receiver",
        Code: code,
        Message: message,
      })}</Error></ErrorResponse>`,
    }),
  };
}

function formOf(contentType: string | undefined, body: Buffer): URLSearchParams | undefined {
  if (contentType?.startsWith("application/x-www-form-urlencoded") !== true) return undefined;
  return new URLSearchParams(body.toString("utf8"));
}

/** `{ SigningAlgorithm: "RS256", Audience: ["a", "b"] }`; members of lists come in the order they were sent. */
function treeOf(form: URLSearchParams): Record<string, string | string[]> {
  const tree: Record<string, string | string[]> = {};
  for (const [name, value] of form) {
    const list = /^(\w+)\.member\.\d+$/.exec(name)?.[1];
    if (list === undefined) tree[name] = value;
    else tree[list] = [...(tree[list] ?? []), value];
  }
  return tree;
}

function xmlOf(value: unknown): string {
  if (typeof value !== "object" || value === null) return escapeXml(String(value));
  return Object.entries(value)
    .map(([name, member]) => `<${name}>${xmlOf(member)}</${name}>`)
    .join("");
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
