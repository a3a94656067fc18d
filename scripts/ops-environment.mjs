// The environment of the Pulumi engine in an ops folder of its own.
import path from "node:path";

/** Returns an environment without the user's own settings for stacks, tenants and accounts. */
export function withoutOthers(environment) {
  return Object.fromEntries(
    Object.entries(environment).filter(
      ([name]) => !/^(PULUMI|AZURE|CLOUDFLARE|AREA1)_/.test(name),
    ),
  );
}

/** Returns the settings of an engine whose home and states are `parent/home` and `parent/state`. */
export function engineSettings(parent) {
  return {
    PULUMI_HOME: path.join(parent, "home"),
    PULUMI_BACKEND_URL: `file://${path.join(parent, "state")}`,
    PULUMI_CONFIG_PASSPHRASE: "demo",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  };
}
