/**
 * Stands in for the Pulumi engine: answers each registration with what the cloud would, and keeps every
 * resource with the options that the engine was asked for.
 */
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { awsState } from "./mock-aws.ts";
import { azureState } from "./mock-azure.ts";
import { type AdoptedCa, mockCall } from "./mock-calls.ts";
import { toPlainObject } from "./plain.ts";
import type { Resource } from "./schema.ts";

export interface MockResource {
  type: string;
  name: string;
  inputs: Readonly<Record<string, unknown>>;
}

export interface MockState {
  id: string;
  state: Record<string, unknown>;
}

/** The part of the engine's protocol that the mocks of @pulumi/pulumi do not pass on. */
interface RegisterRequest {
  getType(): string;
  getName(): string;
  getProtect(): boolean | undefined;
  getRetainondelete(): boolean | undefined;
  getIgnorechangesList(): string[];
  /** URNs. */
  getDependenciesList(): string[];
}
interface Monitor {
  registerResource(request: RegisterRequest, callback: unknown): Promise<void>;
}

interface EngineOptions {
  protect: boolean;
  retainOnDelete: boolean;
  ignoreChanges: string[];
  waitsFor: string[];
}

const NO_OPTIONS: EngineOptions = { protect: false, retainOnDelete: false, ignoreChanges: [], waitsFor: [] };

/** From now on, in this process, every resource that is registered lands in the returned list. */
export async function mockEngine(
  project: string,
  stage: string,
  region: string,
  adoptedCa?: AdoptedCa,
): Promise<Resource[]> {
  const resources: Resource[] = [];
  const options = new Map<string, EngineOptions>();

  const newResource: pulumi.runtime.Mocks["newResource"] = async ({ type, name, inputs, custom, id }) => {
    const plain = await toPlainObject(Object(inputs));
    // Components and providers are not in any cloud.
    if (custom !== true || type.startsWith("pulumi:")) return { id: `${name}-id`, state: plain };
    const answer = stateOf({ type, name, inputs: plain }, region);
    const state = { ...plain, ...answer.state };
    // Only what exists already is read by an id.
    const adopted = id !== undefined && id !== "";
    const asked = options.get(`${type} ${name}`) ?? NO_OPTIONS;
    resources.push({ type, name, id: answer.id, adopted, ...asked, inputs: plain, state });
    return { id: answer.id, state };
  };
  const call: pulumi.runtime.Mocks["call"] = async ({ token, inputs }) =>
    mockCall(token, await toPlainObject(Object(inputs)), region, adoptedCa);

  await pulumi.runtime.setMocks({ newResource, call }, project, stage, false, "organization");
  watchOptions((request) => {
    options.set(`${request.getType()} ${request.getName()}`, {
      protect: request.getProtect() === true,
      retainOnDelete: request.getRetainondelete() === true,
      ignoreChanges: request.getIgnorechangesList(),
      waitsFor: request.getDependenciesList().map(typeAndName).toSorted(),
    });
  });
  return resources;
}

function stateOf(resource: MockResource, region: string): MockState {
  return resource.type.startsWith("azure-native:") ? azureState(resource) : awsState(resource, region);
}

function watchOptions(see: (request: RegisterRequest) => void): void {
  const monitor = z
    .custom<Monitor>((value) => typeof Object(value).registerResource === "function")
    .parse(pulumi.runtime.getMonitor());
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, callback) => {
    see(request);
    return register(request, callback);
  };
}

/** urn:pulumi:<stage>::<project>::<types of what it is in, and its own>::<logical name> */
function typeAndName(urn: string): string {
  const [, , types = "", name = ""] = urn.split("::");
  return `${types.slice(types.lastIndexOf("$") + 1)} ${name}`;
}
