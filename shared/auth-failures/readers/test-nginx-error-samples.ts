/** Lines of the error log of nginx and ingress-nginx; nginx-error.ts names their source. */
import { CANARY, groupOf, refused, type Sample, type Samples, wrapped } from "./test-samples.ts";

const PREFIX = "2026/11/21 08:02:00 [info] 31#31: *45 ";
const CONTEXT = ` while reading client request headers, client: 10.10.1.9, server: relay.example.com, request: "GET /jobs/${CANARY} HTTP/1.1", host: "relay.example.com"`;
const errorLine = (what: string) => `${PREFIX}${what}${CONTEXT}`;
const verify = (what: string) => errorLine(`client SSL certificate verify error: ${what}`);

const error = refused({ reader: "nginx-error", class: "expired", source: "10.10.1.9" });

const errorSamples = (wrap: (line: string) => string): Sample[] => {
  const event = error;
  const cases: [string, string, Sample["reading"]][] = [
    ["a certificate that has ended", verify("(10:certificate has expired)"), event],
    ["one too early", verify("(9:certificate is not yet valid)"), { ...event, class: "not-yet-valid" }],
    ["a revoked one", verify("(23:certificate revoked)"), { ...event, class: "revoked" }],
    [
      "a stranger's CA",
      verify("(20:unable to get local issuer certificate)"),
      { ...event, class: "unknown-ca" },
    ],
    [
      "a self-signed one, in OpenSSL 1.1's words",
      verify("(18:self signed certificate)"),
      { ...event, class: "unknown-ca" },
    ],
    [
      "a self-signed one, in OpenSSL 3's words",
      verify("(18:self-signed certificate)"),
      { ...event, class: "unknown-ca" },
    ],
    [
      "one for another purpose",
      verify("(26:unsuitable certificate purpose)"),
      { ...event, class: "wrong-purpose" },
    ],
    ["a revoked one by OCSP", verify("certificate revoked"), { ...event, class: "revoked" }],
    ["a fault that is not known here", verify("(12:CRL has expired)"), { ...event, class: "unknown" }],
    [
      "a missing certificate",
      errorLine("client sent no required SSL certificate"),
      { ...event, class: "no-certificate" },
    ],
    [
      "an IPv6 caller",
      verify("(10:certificate has expired)").replace("10.10.1.9", "2001:DB8:0:0::9"),
      { ...event, source: "2001:db8::9" },
    ],
    [
      "another server's caller",
      verify("(10:certificate has expired)").replace("server: relay", "server: shop"),
      "not-mine",
    ],
    ["another complaint", `${PREFIX}upstream prematurely closed connection${CONTEXT}`, "not-mine"],
    [
      "a caller who writes such a line into his request",
      `${PREFIX}client sent invalid request${CONTEXT}`.replace(
        CANARY,
        "client SSL certificate verify error: (10:certificate has expired) while x, client: 10.0.0.1, server: relay.example.com",
      ),
      "not-mine",
    ],
    [
      "a caller who names another address in his request, by his own",
      verify("(10:certificate has expired)").replace(
        CANARY,
        ", client: 10.0.0.1, server: relay.example.com,",
      ),
      event,
    ],
    [
      "a line that was cut off before the caller",
      verify("(10:certificate has expired)").slice(0, 110),
      "unreadable",
    ],
    [
      "a line that was cut off in the caller's address",
      verify("(10:certificate has expired)").slice(
        0,
        verify("(10:certificate has expired)").indexOf("0.1.9"),
      ),
      "unreadable",
    ],
    ["a line without nginx's beginning", "client sent no required SSL certificate", "not-mine"],
    [
      "an address that is none",
      verify("(10:certificate has expired)").replace("10.10.1.9", "10.10.1.999"),
      { ...event, source: null },
    ],
  ];
  return cases.map(([says, line, reading]) => ({ says, message: wrap(line), reading }));
};

const errorReader = { reader: "nginx-error", server: "relay.example.com" };

export const nginxErrorSamples: Samples = {
  group: groupOf({ readers: [errorReader] }),
  samples: errorSamples((line) => wrapped(`${line}\n`)),
};

export const nginxErrorTextSamples: Samples = {
  group: groupOf({ readers: [errorReader], lines: "text" }),
  samples: [
    ...errorSamples((line) => line),
    { says: "JSON, which no text filter is meant for", message: "{}", reading: "not-mine" },
  ],
};
