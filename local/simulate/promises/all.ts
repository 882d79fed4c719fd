/** Every promise that is looked at after every step. */

import { callersCounted } from "./callers-counted.ts";
import { callersLooked } from "./callers-looked.ts";
import { callersTold } from "./callers-told.ts";
import { callersUnsaid } from "./callers-unsaid.ts";
import { certificateAccepted } from "./certificate-accepted.ts";
import { flowsKept } from "./flows-kept.ts";
import { frozen } from "./frozen.ts";
import { handFrozen } from "./hand-frozen.ts";
import { keyAccepted } from "./key-accepted.ts";
import { nothingForeign } from "./nothing-foreign.ts";
import { nothingSecret } from "./nothing-secret.ts";
import { nothingUnseen } from "./nothing-unseen.ts";
import { oneAtATime } from "./one-at-a-time.ts";
import type { ProductPromise } from "./promise.ts";
import { signedOnce } from "./signed-once.ts";
import { toldOnce } from "./told-once.ts";
import { tunnelKeyCurrent } from "./tunnel-key-current.ts";
import { tunnelsKept } from "./tunnels-kept.ts";
import { tunnelsLeased } from "./tunnels-leased.ts";

export const PROMISES: readonly ProductPromise[] = [
  certificateAccepted,
  signedOnce,
  flowsKept,
  handFrozen,
  keyAccepted,
  toldOnce,
  callersCounted,
  callersTold,
  callersLooked,
  callersUnsaid,
  nothingSecret,
  nothingForeign,
  nothingUnseen,
  oneAtATime,
  frozen,
  tunnelsKept,
  tunnelsLeased,
  tunnelKeyCurrent,
];
