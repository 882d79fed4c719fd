/** The hand's certificate endpoints: each answers one call of the contract with one verb. */
import { app, type HttpRequest, type InvocationContext } from "@azure/functions";
import { readBody } from "../shared/azure-api/body.ts";
import { type Endpoint, endpoints } from "../shared/azure-api/contract.ts";
import { type NoteVaultCall, type Service, serve, type Verb } from "../shared/azure-api/serve.ts";
import {
  type CertificateHand,
  dropRequest,
  mergeCertificate,
  observeCertificates,
  requestCertificate,
} from "../shared/certificates/hand.ts";
import { createLog } from "../shared/runtime/log.ts";

/** `open` makes what a call needs, with vaults that tell of their calls. */
export function registerCertificates(service: Service, open: (note: NoteVaultCall) => CertificateHand): void {
  register(service, "certificates.observe", (body, note) => observeCertificates(open(note), body));
  register(service, "certificates.request", (body, note) => requestCertificate(open(note), body));
  register(service, "certificates.drop-request", (body, note) => dropRequest(open(note), body));
  register(service, "certificates.merge", (body, note) => mergeCertificate(open(note), body));
}

function register<E extends Endpoint>(service: Service, endpoint: E, verb: Verb<E>): void {
  app.http(endpoint.replace(".", "-"), {
    methods: ["POST"],
    // The token is checked in code (shared/azure-api/authorize.ts); a platform key would be a stored secret.
    authLevel: "anonymous",
    route: endpoints[endpoint].path,
    handler: async (request: HttpRequest, context: InvocationContext) => {
      const log = createLog((level, record) => context[level](JSON.stringify(record)));
      const authorization = request.headers.get("authorization");
      const { invocationId } = context;
      const called = { authorization, body: await readBody(request.body), invocationId };
      return await serve(service, log, endpoint, called, verb);
    },
  });
}
