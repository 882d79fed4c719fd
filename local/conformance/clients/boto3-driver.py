"""AWS's SDK for Python as a client of the probes: one call a line in, one answer a line out, both as JSON."""

import base64
import datetime
import decimal
import json
import os
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

# Refusals are the service's to give: the model's constraints are not checked before the call.
config = Config(retries={"total_max_attempts": 1}, parameter_validation=False)
clients = {}


def client_of(service):
    if service not in clients:
        clients[service] = boto3.client(service, endpoint_url=os.environ["PROBE_URL"], config=config)
    return clients[service]


def with_bytes(value):
    if isinstance(value, dict):
        if list(value) == ["$bytes"]:
            return base64.b64decode(value["$bytes"])
        return {name: with_bytes(member) for name, member in value.items()}
    if isinstance(value, list):
        return [with_bytes(member) for member in value]
    return value


def plain(value):
    if isinstance(value, bytes):
        return {"$bytes": base64.b64encode(value).decode()}
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    if isinstance(value, decimal.Decimal):
        return float(value)
    raise TypeError(type(value).__name__)


for line in sys.stdin:
    call = json.loads(line)
    try:
        client = client_of(call["service"])
        methods = {operation: method for method, operation in client.meta.method_to_api_mapping.items()}
        answer = getattr(client, methods[call["operation"]])(**with_bytes(call["input"]))
        told = {"answer": answer}
    except ClientError as error:
        response = error.response
        told = {
            "code": response["Error"]["Code"],
            "status": response["ResponseMetadata"]["HTTPStatusCode"],
        }
    except Exception as error:
        told = {"broken": f"{type(error).__name__}: {error}"}
    print(json.dumps(told, default=plain), flush=True)
