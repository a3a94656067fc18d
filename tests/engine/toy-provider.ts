import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

import type { OpsProject } from "./harness";

/** The text of `__provider`, in the same form as the library's. */
export const toyLoader =
  'exports.handler=()=>{const s="toy/provider";let m;try{m=require(s)}catch(e){if(e.code!="MODULE_NOT_FOUND")throw e;m=require("module").createRequire(process.cwd()+"/_")(s)}return m.provider("thing")}';

/**
 * A package `toy` with one dynamic resource, `Thing`, whose vendor is a file. It tests the harness without the library. Some names cause
 * failures: `slow` never returns, `half` is created but not finished, `broken` cannot be read. `waits` sends the engine a status.
 */
export const toyFiles: Record<string, string> = {
  "node_modules/toy/package.json": JSON.stringify({
    name: "toy",
    version: "1.0.0",
    exports: { ".": "./index.js", "./provider": "./provider.js" },
  }),
  "node_modules/toy/index.js": `
    const pulumi = require("@pulumi/pulumi");
    exports.Thing = class Thing extends pulumi.CustomResource {
      constructor(name, args, opts) {
        super("pulumi-nodejs:dynamic/toy:Thing", name, { serial: undefined, ...args, __provider: ${JSON.stringify(toyLoader)} }, opts);
      }
    };`,
  "node_modules/toy/provider.js": `
    const fs = require("fs");
    const file = "vendor.json";
    const load = () => (fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, "utf8")) : {});
    const save = (things) => fs.writeFileSync(file, JSON.stringify(things));
    const tell = (message) => new Promise((resolve) => {
      const sdk = require("module").createRequire(process.argv[1]);
      const { EngineClient } = sdk("@pulumi/pulumi/proto/engine_grpc_pb");
      const { LogRequest } = sdk("@pulumi/pulumi/proto/engine_pb");
      const engine = new EngineClient(process.argv[2], sdk("@grpc/grpc-js").credentials.createInsecure());
      engine.log(new LogRequest().setSeverity(1).setMessage(message).setEphemeral(true), resolve);
    });
    const own = ({ __provider, serial, ...rest }) => rest;
    exports.provider = () => ({
      async configure({ config }) { this.label = config.get("toy:label"); },
      async check(olds, news) {
        return { inputs: news, failures: news.hops < 0 ? [{ property: "hops", reason: "is below zero" }] : [] };
      },
      async diff(id, olds, news) {
        const same = JSON.stringify(own(olds), Object.keys(own(news)).sort()) === JSON.stringify(own(news), Object.keys(own(news)).sort());
        const whole = Object.keys(own(news)).every((key) => JSON.stringify(olds[key]) === JSON.stringify(news[key]));
        return same && whole ? { changes: false } : { replaces: olds.name === news.name ? [] : ["name"] };
      },
      async create(inputs) {
        if (inputs.name === "slow") await new Promise((resolve) => setTimeout(resolve, 600000));
        if (inputs.name === "waits") await tell("waits: asked to wait 20 s");
        save({ ...load(), [inputs.name]: own(inputs) });
        const outs = { ...inputs, serial: (this.label ?? "s") + "-1" };
        if (inputs.name === "half") {
          throw Object.assign(new Error("half made"), { id: inputs.name, properties: outs, reasons: ["verify is missing"] });
        }
        return { id: inputs.name, outs };
      },
      async read(id, props) {
        if (id === "broken") throw new Error("503 Service Unavailable");
        const thing = load()[id];
        return thing ? { id, props: { ...props, ...thing }, inputs: thing } : {};
      },
      async update(id, olds, news) {
        save({ ...load(), [id]: own(news) });
        return { outs: { ...news, serial: olds.serial } };
      },
      async delete(id) {
        const { [id]: gone, ...rest } = load();
        save(rest);
      },
    });`,
};

/** Changes the vendor's file without Pulumi. */
export function atVendor(
  project: OpsProject,
  change: (things: Record<string, Record<string, unknown>>) => void,
): void {
  const file = path.join(project.directory, "vendor.json");
  const things = JSON.parse(readFileSync(file, "utf8")) as Parameters<
    typeof change
  >[0];
  change(things);
  writeFileSync(file, JSON.stringify(things));
}
