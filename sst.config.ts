/// <reference path="./.sst/platform/config.d.ts" />
/**
 * The app. Stages are independent deployments; what each consists of is in infra/. SST allows no import
 * at the top of this file.
 */
export default $config({
  async app() {
    const { link } = await import("./infra/link.ts");
    return {
      name: "warrener",
      home: "aws",
      providers: {
        aws: { version: "7.20.0", region: link.aws.region },
        "azure-native": { version: "3.28.0" },
      },
    };
  },
  async run() {
    const { deploy } = await import("./infra/deployment.ts");
    return deploy();
  },
});
