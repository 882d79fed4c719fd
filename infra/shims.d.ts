// SST's platform is TypeScript source, checked along with ours, and imports these two packages without types.
declare module "archiver";
declare module "bun" {
  export type Shell = unknown;
}
