/** The hand's certificate endpoints: each answers one call of the contract with one verb. */
import type { NoteVaultCall } from "../shared/azure-api/serve.ts";
import {
  type CertificateHand,
  dropRequest,
  mergeCertificate,
  observeCertificates,
  requestCertificate,
} from "../shared/certificates/hand.ts";
import { type App, register, registerAct } from "./register.ts";

/** `open` makes what a call needs, with vaults that tell of their calls. */
export function registerCertificates(app: App, open: (note: NoteVaultCall) => CertificateHand): void {
  register(app, "certificates.observe", (body, call) => observeCertificates(open(call.noteVaultCall), body));
  registerAct(app, "certificates.request", nameOf, (body, call) =>
    requestCertificate(open(call.noteVaultCall), body),
  );
  registerAct(app, "certificates.drop-request", nameOf, (body, call) =>
    dropRequest(open(call.noteVaultCall), body),
  );
  registerAct(app, "certificates.merge", nameOf, (body, call) =>
    mergeCertificate(open(call.noteVaultCall), body),
  );
}

const nameOf = ({ name }: { readonly name: string }): string => name;
