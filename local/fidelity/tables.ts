/** Every stand-in's operation table, by the name under which it is exported. */
import { acmPcaOperations } from "../aws/acm-pca/operations.ts";
import { dynamodbOperations } from "../aws/dynamodb.ts";
import { ec2Operations } from "../aws/ec2/operations.ts";
import { eventBridgeOperations } from "../aws/event-bridge/operations.ts";
import { issuerOperations } from "../aws/issuer.ts";
import { kmsOperations } from "../aws/kms.ts";
import { lambdaOperations } from "../aws/lambda-api/operations.ts";
import { logsOperations } from "../aws/logs.ts";
import { secretsManagerOperations } from "../aws/secrets-manager/operations.ts";
import { snsOperations } from "../aws/sns/topics.ts";
import { sqsOperations } from "../aws/sqs.ts";
import { stsOperations } from "../aws/sts.ts";
import { ARM_OPERATIONS } from "../azure/arm/operations.ts";
import { ENTRA_OPERATIONS } from "../azure/entra.ts";
import { EVENT_GRID_OPERATIONS } from "../azure/event-grid/operations.ts";
import { KEY_VAULT_OPERATIONS } from "../azure/key-vault/operations.ts";
import { MANAGED_IDENTITY_OPERATIONS } from "../azure/managed-identity.ts";
import { TABLES_OPERATIONS } from "../azure/tables/operations.ts";
import { SLACK_OPERATIONS } from "../slack/operations.ts";
import type { OperationTable } from "../stand-in/operations.ts";

export const operationTables: Readonly<Record<string, OperationTable>> = {
  acmPcaOperations,
  dynamodbOperations,
  ec2Operations,
  eventBridgeOperations,
  issuerOperations,
  kmsOperations,
  lambdaOperations,
  logsOperations,
  secretsManagerOperations,
  snsOperations,
  sqsOperations,
  stsOperations,
  ARM_OPERATIONS,
  ENTRA_OPERATIONS,
  EVENT_GRID_OPERATIONS,
  KEY_VAULT_OPERATIONS,
  MANAGED_IDENTITY_OPERATIONS,
  SLACK_OPERATIONS,
  TABLES_OPERATIONS,
};
