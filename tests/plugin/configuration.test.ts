import { configurationFailures } from "../../plugin/configuration";

/** Returns what is wrong with a key of the stack's configuration. */
const reasons = (key: string): string[] =>
  configurationFailures({ [key]: "x" }, "default", {}).map(
    ({ reason }) => reason,
  );

test.each([
  ["tenantID", "tenantId"],
  ["tenant_id", "tenantId"],
  ["tennantId", "tenantId"],
  ["tenatId", "tenantId"],
  ["tenentId", "tenantId"],
  ["clinetId", "clientId"],
  ["clientSecrets", "clientSecret"],
  ["CloudflareApitoken", "cloudflareApiToken"],
  ["environmentVariable", "environmentVariables"],
])("%s is refused with the nearest name, %s", (misspelt, name) => {
  expect(reasons(misspelt)).toEqual([
    expect.stringContaining(
      `${misspelt} is not a property of the provider area1. Did you mean ${name}? Its properties are tenantId, `,
    ),
  ]);
});

test.each(["tenant", "secret", "tenntaId", "x", "__proto__x", "Ω"])(
  "%s, which is near to no name, is refused with all names",
  (misspelt) => {
    expect(reasons(misspelt)).toEqual([
      expect.stringContaining(
        `${misspelt} is not a property of the provider area1. Its properties are tenantId, `,
      ),
    ]);
  },
);
