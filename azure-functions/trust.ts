/** The hand's endpoints for the trust bundle, where the link publishes one. */
import type { NoteVaultCall } from "../shared/azure-api/serve.ts";
import { observeCopies, publishCopy, type TrustHand } from "../shared/trust/hand.ts";
import { type App, register, registerAct } from "./register.ts";

/** `open` makes what a call needs, with vaults that tell of their calls. */
export function registerTrust(app: App, open: (note: NoteVaultCall) => TrustHand): void {
  register(app, "trust.observe", (body, { noteVaultCall }) => observeCopies(open(noteVaultCall), body));
  registerAct(
    app,
    "trust.publish",
    ({ name }) => name,
    (body, { noteVaultCall }) => publishCopy(open(noteVaultCall), body),
  );
}
