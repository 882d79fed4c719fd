/** Every seeded defect. */

import { alertDefects } from "./alerts.ts";
import { allowlistDefects } from "./allowlists.ts";
import { apiKeyDefects } from "./api-keys.ts";
import { callerDefects } from "./callers.ts";
import { certificateDefects } from "./certificates.ts";
import type { Defect } from "./defect.ts";
import { preSharedKeyDefects } from "./pre-shared-keys.ts";
import { tunnelDefects } from "./tunnels.ts";

export const DEFECTS: readonly Defect[] = [
  ...certificateDefects,
  ...apiKeyDefects,
  ...allowlistDefects,
  ...alertDefects,
  ...callerDefects,
  ...tunnelDefects,
  ...preSharedKeyDefects,
];
