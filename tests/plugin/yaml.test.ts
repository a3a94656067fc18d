import { stripVTControlCharacters } from "node:util";

import { describeLanguage } from "../engine/harness";
import {
  tenantWithStack,
  type TenantWithStack,
} from "../engine/tenant-with-stack";

/** The lines of `Pulumi.yaml` above a program. */
const head = `name: ops
runtime: yaml
plugins:
  providers:
    - name: area1
      path: node_modules/pulumi-area1-m365/plugin
`;

const rule = `${head}resources:
  rule:
    type: area1:TransportRule
    properties:
      name: Spam
      headerContainsMessageHeader: X-Area1Security-Disposition
      headerContainsWords: [UCE]
      setScl: 5
`;
const component = `${head}resources:
  mail:
    type: area1:UseCase4
    properties:
      domains: [example.com]
`;
const provider = `${head}resources:
  contoso:
    type: pulumi:providers:area1
    properties:
      tenantID: contoso.onmicrosoft.com
`;

/** Mistakes in a program, and what the user reads. */
const mistakes: [string, string, ...string[]][] = [
  [
    "the name of a property",
    `${rule}      modus: Audit\n`,
    "Property modus does not exist on 'area1:index:TransportRule'",
    "on Pulumi.yaml line 15",
    "Existing properties are: mode, ",
  ],
  [
    "the name of a property of UseCase4",
    `${component}      hedder: both\n`,
    "Property hedder does not exist on 'area1:index:UseCase4'",
    "on Pulumi.yaml line 12",
    "Existing properties are: header, ",
  ],
  [
    "the name of a property of a domain",
    component.replace("[example.com]", "[{ domain: a.example, hops: 2 }]"),
    "on Pulumi.yaml line 11",
    "to 'area1:index:UseCaseDomain'",
    "Existing properties are: ",
  ],
  [
    "a value of an enumeration",
    `${rule}      mode: Blah\n`,
    "on Pulumi.yaml line 15",
    'Allowed values are "Enforce", "Audit", "AuditAndNotify"',
  ],
  [
    "the case of a value of an enumeration",
    `${rule}      mode: audit\n`,
    "on Pulumi.yaml line 15",
    'Allowed values are "Enforce", "Audit", "AuditAndNotify"',
  ],
  [
    "the type of a value",
    `${rule}      enabled: soon\n`,
    "on Pulumi.yaml line 15",
    "enabled: Cannot assign type 'string' to type 'boolean'",
  ],
  [
    "a required property, which is missing",
    rule.replace("      name: Spam\n", ""),
    "name: Missing required property 'name'",
  ],
  [
    "the name of a type",
    rule.replace("TransportRule", "TransportRul"),
    'unable to find resource type "area1:TransportRul"',
    "on Pulumi.yaml line 9",
  ],
  [
    "the range of a value",
    rule.replace("setScl: 5", "setScl: 10"),
    "resource 'rule': property setScl value {10} has a problem: must be a whole number from -1 to 9, not 10",
  ],
  [
    "the name of a provider's argument",
    provider,
    "Property tenantID does not exist",
    "on Pulumi.yaml line 11",
    "Existing properties are: tenantId, ",
  ],
  [
    "the folder of the provider",
    rule.replace("m365/plugin", "m365/plugins"),
    "no folder at path",
    "node_modules/pulumi-area1-m365/plugins",
  ],
];

describeLanguage("yaml", "a mistake in a YAML program", () => {
  let at: TenantWithStack;

  beforeAll(async () => {
    at = await tenantWithStack(undefined, {
      runtime: "yaml",
      files: { "Pulumi.yaml": rule },
    });
    // Without a mistake, each of the programs is accepted.
    for (const program of [rule, component]) {
      await at.project.write("Pulumi.yaml", program);
      await at.stack.preview();
    }
  }, 180_000);

  /** Returns what a refused preview prints. It must send no request. */
  async function refusal(program: string): Promise<string> {
    at.requests();
    await at.project.write("Pulumi.yaml", program);
    const result = await at.stack.preview([], { exit: "any" });
    expect(result.code).not.toBe(0);
    expect(at.requests()).toEqual([]);
    return stripVTControlCharacters(result.stdout + result.stderr);
  }

  test.each(mistakes)(
    "in %s is refused with what is wrong",
    async (_what, program, ...texts) => {
      const text = await refusal(program);
      for (const each of texts) expect(text).toContain(each);
    },
  );

  test("in a key of the stack's configuration is refused with the key and the right ones", async () => {
    await at.stack.configure({ "area1:tenantID": "contoso.onmicrosoft.com" });
    const text = await refusal(rule);
    expect(text).toContain(
      "has a problem: tenantID is not a property of the provider area1. Did you mean tenantId? Its properties are tenantId, clientId,",
    );
  });
});

describeLanguage("yaml", "the component UseCase4 in a YAML program", () => {
  test("returns its rules by header and by who can release", async () => {
    const program = (options: string): string =>
      `${component}${options}outputs:
  admin: \${mail.rules.cloudflare.admin.name}
  user: \${mail.rules.cloudflare.user.setScl}
  rules: \${mail.rules}
`;
    const at = await tenantWithStack(undefined, {
      runtime: "yaml",
      files: { "Pulumi.yaml": program("") },
    });
    await at.stack.up();
    expect(await at.stack.outputs()).toMatchObject({
      admin: "Email Security User Quarantine Message Admin Release",
      user: 5,
      rules: { area1: { admin: {}, user: {} } },
    });
    // They are the same resources as those in transportRules, which the state already has.
    const { deployment } = await at.stack.export();
    const mail = deployment.resources.find(({ type }) =>
      /UseCase4$/.test(type),
    );
    expect(Object.keys(mail?.outputs ?? {})).toContain("transportRules");
    expect(Object.keys(mail?.outputs ?? {})).not.toContain("rules");

    await at.project.write(
      "Pulumi.yaml",
      program("      header: cloudflare\n"),
    );
    await at.stack.up();
    const { rules } = await at.stack.outputs();
    expect(Object.keys(rules as object)).toEqual(["cloudflare"]);
  }, 180_000);
});
