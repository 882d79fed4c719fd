/**
 * AWS Secrets Manager: values are put, read and labelled. Secrets come with the deployment, without a value; what
 * is done to a secret or its key otherwise (deletion, a disabled key) is told here, not over the wire.
 */
import type { Kernel } from "../../stand-in/kernel.ts";
import { Refusal } from "../../stand-in/operations.ts";
import { Quota } from "../acm-pca/quota.ts";
import type { ServiceEvent } from "../event-bridge/event.ts";
import { jsonWire } from "../json-wire.ts";
import { type AwsService, type Prepare, type Prepared, Unsupported } from "../service.ts";
import { toDescription, toPage, toValue } from "./answers.ts";
import { chooseVersion } from "./choosing.ts";
import { labelsUpdated } from "./events.ts";
import { DescribeInput, GetInput, ListInput, MoveInput, PutInput, parse } from "./inputs.ts";
import { labelsOn } from "./labels.ts";
import { moveLabel } from "./moving.ts";
import { secretsManagerOperations } from "./operations.ts";
import { type Account, arnOf, keyNeeds, secretNeed, versionContext } from "./permissions.ts";
import { attempt, refused } from "./prepared.ts";
import { addVersion, type FirstVersion, parseValue, sameAgain } from "./putting.ts";
import { cannotDecrypt, cannotEncrypt, markedForDeletion, secretNotFound } from "./refusals.ts";
import { type Contents, type NewSecret, type Secret, SecretStore, type Version } from "./secret-store.ts";

export interface SecretsManagerOptions {
  readonly kernel: Kernel;
  readonly region: string;
  /** Milliseconds since the epoch. */
  readonly clock?: () => number;
  /** Default: "current". */
  readonly firstVersion?: FirstVersion;
  /** The default bus, for the service's own events. */
  readonly tell?: (event: ServiceEvent) => void;
}

export class SecretsManager {
  readonly service: AwsService;
  readonly #options: SecretsManagerOptions;
  readonly #clock: () => number;
  readonly #store: SecretStore;
  readonly #disabledKeys = new Set<string>();
  /** https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html */
  readonly #quotas = { read: new Quota(10_000), list: new Quota(50), write: new Quota(50) };

  constructor(options: SecretsManagerOptions) {
    this.#options = options;
    this.#clock = options.clock ?? Date.now;
    this.#store = new SecretStore(options.kernel, this.#clock);
    this.service = {
      name: "secretsmanager",
      wire: jsonWire({ target: "secretsmanager", version: "1.1" }),
      table: secretsManagerOperations,
      operations: {
        DescribeSecret: this.#describe,
        GetSecretValue: this.#read,
        ListSecretVersionIds: this.#list,
        PutSecretValue: this.#put,
        UpdateSecretVersionStage: this.#move,
      },
    };
  }

  createSecret(secret: NewSecret): void {
    this.#store.create(secret);
  }

  /** A service of AWS puts a value into a secret of its own, which is no call of anybody's. */
  putAsService(secretArn: string, versionId: string, text: string): void {
    const secret = this.#existing(secretArn);
    const version = { id: versionId, value: { SecretString: text }, createdAtMs: this.#clock() };
    this.#keep(secret, { ...version, kmsKeyArn: secret.kmsKeyArn }, {});
  }

  /** From now on nothing can be done with it but looking at it. */
  markForDeletion(secretArn: string, deletionAtMs: number): void {
    this.#existing(secretArn).deletionAtMs = deletionAtMs;
  }

  /** A person takes that back. */
  restore(secretArn: string): void {
    this.#existing(secretArn).deletionAtMs = undefined;
  }

  disableKey(keyArn: string): void {
    this.#disabledKeys.add(keyArn);
  }

  /** What is there, also what no read sees yet. */
  contents(secretArn: string): Contents {
    return this.#existing(secretArn).contents;
  }

  readonly #describe: Prepare = (input, caller) =>
    this.#about(parse(DescribeInput, input).SecretId, "DescribeSecret", this.#account(caller), (secret) => {
      this.#admit(this.#quotas.read);
      return toDescription(secret, this.#store.seen(secret));
    });

  readonly #list: Prepare = (input, caller) => {
    const request = parse(ListInput, input);
    return this.#about(request.SecretId, "ListSecretVersionIds", this.#account(caller), (secret) => {
      this.#admit(this.#quotas.list);
      const { faults } = this.#options.kernel;
      const short = faults.chance("secretsmanager short page", 0.2);
      return toPage(secret, this.#store.seen(secret), request, short ? 1 : request.MaxResults);
    });
  };

  readonly #read: Prepare = (input, caller) => {
    const request = parse(GetInput, input);
    const account = this.#account(caller);
    const secret = this.#store.find(request.SecretId);
    const need = secretNeed(
      "GetSecretValue",
      secret?.arn ?? arnOf(request.SecretId, account),
      versionContext(request),
    );
    const found = attempt(() => this.#chosen(secret, request));
    if (found instanceof Refusal) return refused(need, found);
    const { version, contents } = found;
    const about = { secretArn: found.secret.arn, versionId: version.id };
    return {
      needs: [need, ...keyNeeds("Decrypt", version.kmsKeyArn, about, account)],
      answer: () => {
        this.#admit(this.#quotas.read);
        if (this.#isDisabled(version.kmsKeyArn)) throw cannotDecrypt();
        this.#store.accessed(found.secret, version.id);
        return toValue(found.secret, version, contents);
      },
    };
  };

  #chosen(secret: Secret | undefined, request: GetInput) {
    const usable = this.#usable(secret);
    const contents = this.#store.seen(usable);
    return { secret: usable, contents, version: chooseVersion(contents, request) };
  }

  readonly #put: Prepare = (input, caller) => {
    const request = parse(PutInput, input);
    if (request.RotationToken !== undefined) {
      throw new Unsupported(
        "the local AWS does not support secretsmanager:PutSecretValue with RotationToken",
      );
    }
    const { token, value } = parseValue(request);
    const account = this.#account(caller);
    const secret = this.#store.find(request.SecretId);
    const arn = secret?.arn ?? arnOf(request.SecretId, account);
    const need = secretNeed("PutSecretValue", arn);
    const usable = attempt(() => this.#usable(secret));
    if (usable instanceof Refusal) return refused(need, usable);
    const about = { secretArn: arn, versionId: token };
    // A value is decrypted only to be compared, when there is a version with this token already.
    const existing = usable.contents.versions.get(token);
    return {
      needs: [
        need,
        ...(existing === undefined
          ? keyNeeds("GenerateDataKey", usable.kmsKeyArn, about, account)
          : keyNeeds("Decrypt", existing.kmsKeyArn, about, account)),
      ],
      answer: () => {
        this.#admit(this.#quotas.write);
        this.#keep(
          usable,
          { id: token, value, createdAtMs: this.#clock(), kmsKeyArn: usable.kmsKeyArn },
          request,
        );
        const VersionStages = labelsOn(usable.contents.labels, token);
        return { ARN: arn, Name: usable.name, VersionId: token, VersionStages };
      },
    };
  };

  #keep(secret: Secret, version: Version, request: Pick<PutInput, "VersionStages">): void {
    const existing = secret.contents.versions.get(version.id);
    if (existing !== undefined) {
      if (this.#isDisabled(existing.kmsKeyArn)) throw cannotDecrypt();
      sameAgain(secret, existing, version.value);
      return;
    }
    if (this.#isDisabled(secret.kmsKeyArn)) throw cannotEncrypt();
    const { labels } = secret.contents;
    const { firstVersion = "current" } = this.#options;
    addVersion(this.#store, secret, version, request.VersionStages, firstVersion);
    this.#tell(secret, labels);
  }

  readonly #move: Prepare = (input, caller) => {
    const request = parse(MoveInput, input);
    const context = versionContext({ VersionStage: request.VersionStage });
    const act = (secret: Secret) => {
      this.#admit(this.#quotas.write);
      const { contents } = this.#usable(secret);
      const labels = moveLabel(contents, request);
      this.#store.change(secret, { ...contents, labels });
      this.#tell(secret, contents.labels);
      return { ARN: secret.arn, Name: secret.name };
    };
    return this.#about(request.SecretId, "UpdateSecretVersionStage", this.#account(caller), act, context);
  };

  #tell({ arn, name, contents }: Secret, before: Contents["labels"]): void {
    for (const event of labelsUpdated({ arn, name }, before, contents.labels)) this.#options.tell?.(event);
  }

  #about(
    secretId: string,
    operation: string,
    account: Account,
    act: (secret: Secret) => unknown,
    context = {},
  ): Prepared {
    const secret = this.#store.find(secretId);
    return {
      needs: [secretNeed(operation, secret?.arn ?? arnOf(secretId, account), context)],
      answer: () => {
        if (secret === undefined) throw secretNotFound();
        return act(secret);
      },
    };
  }

  #account(caller: Account["caller"]): Account {
    return { region: this.#options.region, caller };
  }

  #usable(secret: Secret | undefined): Secret {
    if (secret === undefined) throw secretNotFound();
    if (secret.deletionAtMs !== undefined) throw markedForDeletion();
    return secret;
  }

  #existing(secretArn: string): Secret {
    const secret = this.#store.find(secretArn);
    if (secret === undefined) throw new Error(`there is no secret ${secretArn}`);
    return secret;
  }

  #isDisabled(keyArn: string | undefined): boolean {
    return keyArn !== undefined && this.#disabledKeys.has(keyArn);
  }

  #admit(quota: Quota): void {
    if (!quota.admit(this.#clock())) throw new Refusal(400, "ThrottlingException", "Rate exceeded");
  }
}
