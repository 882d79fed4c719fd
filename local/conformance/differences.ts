/** Every known difference between the stand-ins and others' emulators, with who is right by which document. */
import type { Differences } from "./compare.ts";
import { ministackAuthority } from "./differences/ministack-authority.ts";
import { ministackEc2 } from "./differences/ministack-ec2.ts";
import { ministackEvents } from "./differences/ministack-events.ts";
import { ministackLogs } from "./differences/ministack-logs.ts";
import { ministackSecrets } from "./differences/ministack-secrets.ts";
import { motoAuthority } from "./differences/moto-authority.ts";
import { motoEc2 } from "./differences/moto-ec2.ts";
import { motoEvents } from "./differences/moto-events.ts";
import { motoLogs } from "./differences/moto-logs.ts";
import { motoSecrets } from "./differences/moto-secrets.ts";

export const DIFFERENCES: readonly Differences[] = [
  ...ministackAuthority,
  ...ministackEc2,
  ...ministackEvents,
  ...ministackLogs,
  ...ministackSecrets,
  ...motoAuthority,
  ...motoEc2,
  ...motoEvents,
  ...motoLogs,
  ...motoSecrets,
];
