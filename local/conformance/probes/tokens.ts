/** STS: who calls, and the tokens with which the brain calls Azure. */
import { decodeJwt, decodeProtectedHeader } from "jose";
import * as z from "zod";
import type { Input } from "../call.ts";
import type { Ground, Probe } from "../probe.ts";

const token = ({ call }: Ground, more: Input = {}) =>
  call("sts", "GetWebIdentityToken", {
    Audience: ["api://warrener"],
    SigningAlgorithm: "RS256",
    DurationSeconds: 300,
    ...more,
  });
const Token = z.object({ WebIdentityToken: z.string() });

export const tokenProbes: readonly Probe[] = [
  {
    operation: "sts:GetCallerIdentity",
    cases: [
      {
        name: "an account of twelve digits, and an ARN in it",
        main: true,
        run: async ({ call }) => {
          const { Account, Arn } = z
            .object({ Account: z.string(), Arn: z.string(), UserId: z.string() })
            .parse(await call("sts", "GetCallerIdentity", {}));
          return { account: /^\d{12}$/.test(Account), arn: Arn.split(":")[4] === Account };
        },
      },
    ],
  },
  {
    operation: "sts:GetWebIdentityToken",
    cases: [
      {
        name: "a token for one audience",
        main: true,
        run: async (ground) => {
          const { WebIdentityToken: jwt } = Token.parse(await token(ground));
          const { aud, iat = 0, exp = 0, iss = "", sub = "" } = decodeJwt(jwt);
          const { alg } = decodeProtectedHeader(jwt);
          const issuer = /^https:\/\/[0-9a-f-]{36}\.tokens\.sts\.global\.api\.aws$/.test(iss);
          return { alg, aud, lastsSeconds: exp - iat, issuer, subject: sub.startsWith("arn:aws:iam::") };
        },
      },
      {
        name: "a token for two audiences",
        run: async (ground) =>
          decodeJwt(Token.parse(await token(ground, { Audience: ["one", "two"] })).WebIdentityToken).aud,
      },
      { name: "59 seconds", refuses: (ground) => token(ground, { DurationSeconds: 59 }) },
      { name: "3601 seconds", refuses: (ground) => token(ground, { DurationSeconds: 3601 }) },
      { name: "no audience", refuses: (ground) => token(ground, { Audience: [] }) },
      {
        name: "an unknown algorithm",
        main: true,
        refuses: (ground) => token(ground, { SigningAlgorithm: "HS256" }),
      },
    ],
  },
];
