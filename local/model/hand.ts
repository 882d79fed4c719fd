/**
 * The way from the brain to the hand without a network: the real client, a real token signed with a key of the
 * test's own, the real checks of the other side, and the real verbs over the model's vaults.
 */
import { randomUUID } from "node:crypto";
import { createLocalJWKSet, exportJWK, generateKeyPair, SignJWT } from "jose";
import { createHand, type Hand } from "../../shared/azure-api/client.ts";
import { type Body, type EndpointOf, endpoints } from "../../shared/azure-api/contract.ts";
import { type Answer, type ServedRequest, type Service, serve } from "../../shared/azure-api/serve.ts";
import {
  type CertificateHand,
  dropRequest,
  mergeCertificate,
  observeCertificates,
  requestCertificate,
} from "../../shared/certificates/hand.ts";
import { keepFreeze } from "../../shared/freeze/hand.ts";
import { carryOut } from "../../shared/notes/carry-out.ts";
import { collectNotes, forgetNotes } from "../../shared/notes/hand.ts";
import type { Act } from "../../shared/notes/schema.ts";
import type { Rows } from "../../shared/rows/rows.ts";
import { CloudError } from "../../shared/runtime/errors.ts";
import type { Instant } from "../../shared/runtime/instant.ts";
import type { Log } from "../../shared/runtime/log.ts";
import { Secret } from "../../shared/runtime/secret.ts";
import type { CallName, Calls } from "./calls.ts";
import type { ModelClock } from "./clock.ts";
import { modelRows } from "./rows.ts";

type Endpoint = EndpointOf<"certificates" | "notes" | "control">;
type Changing = Extract<Act, EndpointOf<"certificates">>;

const ISSUER = "https://11111111-2222-4333-8444-555555555555.tokens.sts.global.api.aws";
const AUDIENCE = "api://warrener-test";
const ROLE = "arn:aws:iam::111122223333:role/warrener-test-renew-certificates";
/** Signing one takes long, for a model of so many calls. */
const TOKEN_KEPT_SECONDS = 60;
const URL_OF_HAND = "https://hand.example/api";

/** One key pair for all models: RSA keys take long to make. */
let signer: ReturnType<typeof makeSigner> | undefined;

async function makeSigner() {
  const { privateKey, publicKey } = await generateKeyPair("RS256");
  const jwk = { ...(await exportJWK(publicKey)), kid: "RSA_0", alg: "RS256" };
  return { privateKey, keys: createLocalJWKSet({ keys: [jwk] }) };
}

export interface ModelHand {
  readonly hand: Hand;
  /** Every token that was sent, to be looked for where none may be. */
  readonly tokens: readonly string[];
}

/** What the halves were built from; a deployment of the hand changes it under a run. */
export interface Deployed {
  /** The digest of each half's own copy of the link. */
  readonly brain: string;
  hand: string;
  /** The hand is of an older version, which speaks another contract. */
  handIsOlder: boolean;
}

export interface ModelHandOptions {
  readonly calls: Calls;
  readonly clock: ModelClock;
  readonly log: Log;
  readonly hand: CertificateHand;
  /** The hand's own table; left out, one that nobody else sees. */
  readonly rows?: Rows;
  readonly deployed: Deployed;
  /** Asked after each verb: whether the process that would have answered has ended in it. */
  readonly isLost?: () => boolean;
}

export async function modelHand(options: ModelHandOptions): Promise<ModelHand> {
  const { calls, clock, deployed } = options;
  signer ??= makeSigner();
  const { privateKey, keys } = await signer;
  const service: Service = {
    tokens: { issuer: ISSUER, audience: AUDIENCE, keys },
    get link() {
      return deployed.hand;
    },
    clock: clock.now,
    roles: {
      "certificates.observe": [ROLE],
      "certificates.request": [ROLE],
      "certificates.drop-request": [ROLE],
      "certificates.merge": [ROLE],
      "tunnels.observe": [],
      "tunnels.reset": [],
      "keys.observe-tunnels": [],
      "keys.set-tunnel": [],
      "keys.observe-key": [],
      "keys.set-key": [],
      "allowlists.plan": [],
      "allowlists.heal": [],
      "allowlists.accept": [],
      "trust.observe": [],
      "trust.publish": [],
      "notes.collect": [ROLE],
      "notes.forget": [ROLE],
      "control.freeze": [ROLE],
    },
  };
  const rows = options.rows ?? modelRows();
  const tokens: string[] = [];
  let latest: { readonly at: Instant; readonly jwt: string } | undefined;
  const token = () =>
    calls.perform("token", AUDIENCE, async () => {
      const now = clock.now();
      if (latest !== undefined && now < latest.at + TOKEN_KEPT_SECONDS) return new Secret(latest.jwt);
      const claims = { iss: ISSUER, aud: AUDIENCE, sub: ROLE, iat: now, exp: now + 300 };
      const jwt = await new SignJWT(claims)
        .setProtectedHeader({ alg: "RS256", kid: "RSA_0" })
        .sign(privateKey);
      tokens.push(jwt);
      latest = { at: now, jwt };
      return new Secret(jwt);
    });
  const fetchHand: typeof fetch = async (url, init) => {
    const endpoint = endpointOf(String(url));
    const request = {
      authorization: new Headers(init?.headers).get("authorization"),
      body: deployed.handIsOlder ? otherContract(String(init?.body)) : String(init?.body),
      invocationId: randomUUID(),
    };
    const answer = await calls
      .perform(callOf(endpoint), targetOf(request.body), async () => {
        const answered = await answerWith({ ...options, rows }, service, endpoint, request);
        if (options.isLost?.() === true) throw new TypeError("fetch failed");
        return answered;
      })
      .catch(frontEndOrNone);
    const body = JSON.stringify(answer.jsonBody);
    return new Response(deployed.handIsOlder ? otherContract(body) : body, { status: answer.status });
  };
  return { hand: createHand({ url: URL_OF_HAND, link: deployed.brain, token, fetch: fetchHand }), tokens };
}

/** Each half finds the other's contract unknown, whichever is the older one. */
const otherContract = (envelope: string) => envelope.replace(/"contract":\d+/, '"contract":0');

/** The platform says that it takes no call for now; anything else that happens on the way is no answer. */
function frontEndOrNone(error: unknown): Answer {
  if (error instanceof CloudError && error.throttled) return { status: 429, jsonBody: {} };
  throw error;
}

async function answerWith(
  { hand, log, clock, rows }: ModelHandOptions & { readonly rows: Rows },
  service: Service,
  endpoint: Endpoint,
  request: ServedRequest,
): Promise<Answer> {
  const random = () => randomUUID().slice(0, 8);
  const keeper = { rows, log, clock: clock.now, random };
  /** As the app registers what changes something (azure-functions/register.ts). */
  const act = <O extends { readonly outcome: string }>(
    act: Changing,
    { name }: Body<Changing>,
    verb: () => Promise<O>,
  ) => clock.going(() => carryOut(keeper, { act, target: name, function: request.invocationId ?? "" }, verb));
  switch (endpoint) {
    case "certificates.observe":
      return await serve(service, log, endpoint, request, (body) =>
        clock.going(() => observeCertificates(hand, body)),
      );
    case "certificates.request":
      return await serve(service, log, endpoint, request, (body) =>
        act(endpoint, body, () => requestCertificate(hand, body)),
      );
    case "certificates.drop-request":
      return await serve(service, log, endpoint, request, (body) =>
        act(endpoint, body, () => dropRequest(hand, body)),
      );
    case "certificates.merge":
      return await serve(service, log, endpoint, request, (body) =>
        act(endpoint, body, () => mergeCertificate(hand, body)),
      );
    case "notes.collect":
      return await serve(service, log, endpoint, request, (body) => collectNotes(keeper, body));
    case "notes.forget":
      return await serve(service, log, endpoint, request, (body) => forgetNotes(keeper, body));
    case "control.freeze":
      return await serve(service, log, endpoint, request, (body) => keepFreeze(keeper, body));
  }
}

const ENDPOINTS: readonly Endpoint[] = [
  "certificates.observe",
  "certificates.request",
  "certificates.drop-request",
  "certificates.merge",
  "notes.collect",
  "notes.forget",
  "control.freeze",
];

function endpointOf(url: string): Endpoint {
  const found = ENDPOINTS.find((endpoint) => url === `${URL_OF_HAND}/${endpoints[endpoint].path}`);
  if (found === undefined) throw new Error(`the hand has no endpoint at ${url}`);
  return found;
}

const CALLS: Readonly<Record<Endpoint, CallName>> = {
  "certificates.observe": "hand.observe",
  "certificates.request": "hand.request",
  "certificates.drop-request": "hand.drop-request",
  "certificates.merge": "hand.merge",
  "notes.collect": "hand.collect",
  "notes.forget": "hand.forget",
  "control.freeze": "hand.freeze",
};
const callOf = (endpoint: Endpoint): CallName => CALLS[endpoint];

/** The certificate that a request is about; one that observes is about several. */
function targetOf(body: string): string {
  return /"name":"([\w-]+)"/.exec(body)?.[1] ?? "";
}
