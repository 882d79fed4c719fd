import { type Chapter, check } from "../chapter.ts";

export const deployment: Chapter = {
  name: "the deployment is evaluated and runs here",
  async run({ graph, azure }) {
    check(
      graph.functions.length > 0 && graph.schedules.length > 0,
      "the deployment has functions and schedules",
    );
    check(azure.functionApp.functions.length > 0, "the Function App has endpoints");
    return {
      resources: graph.resources.length,
      functions: graph.functions.length,
      schedules: graph.schedules.length,
      handEndpoints: azure.functionApp.functions.length,
    };
  },
};
