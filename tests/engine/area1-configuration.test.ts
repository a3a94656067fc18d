import { elsewhere, canaries, withCanaries } from "../promises/canaries";
import { describeLanguage, plan } from "./harness";
import { tenantWithStack } from "./tenant-with-stack";

describeLanguage("yaml", "two explicit providers in one program", () => {
  test("serve a tenant each, with all children of a component, and keep working after an argument is removed", async () => {
    const at = await tenantWithStack("", {
      runtime: "yaml",
      seed: withCanaries({}),
    });
    const { url, environment } = at.simulator;
    const urls = `authorityHost: ${url}, exchangeBaseUrl: ${url}, graphBaseUrl: ${url}, cloudflareBaseUrl: ${url}/client/v4`;
    const program = (more: string): string => `name: ops
runtime: yaml
plugins:
  providers:
    - name: area1
      path: node_modules/pulumi-area1-m365/plugin
resources:
  contoso:
    type: pulumi:providers:area1
    properties: { ${urls}, tenantId: ${environment.AZURE_TENANT_ID}, clientId: ${environment.AZURE_CLIENT_ID}, environmentVariables: [AZURE_CLIENT_SECRET]${more} }
  fabrikam:
    type: pulumi:providers:area1
    properties:
      { ${urls}, tenantId: ${elsewhere.tenantId}, clientId: ${elsewhere.clientId}, clientSecret: '${canaries.otherClientSecret}', cloudflareAccountId: ${elsewhere.accountId}, cloudflareApiToken: ${canaries.otherCloudflareApiToken} }
  rule:
    type: area1:TransportRule
    options: { provider: "\${contoso}" }
    properties: { name: Scanner, headerContainsMessageHeader: X-Scanner, headerContainsWords: [ok], setScl: 5 }
  mail:
    type: area1:UseCase4
    options: { provider: "\${fabrikam}" }
    properties: { domains: [{ domain: fabrikam.example, transport: fabrikam-example.mail.protection.outlook.com }] }
`;
    await at.project.write("Pulumi.yaml", program(", requestTimeoutMs: 20000"));
    await at.stack.up();
    const { deployment } = await at.stack.export();
    const homes = deployment.resources
      .filter(({ outputs }) => outputs?.["adopted"] !== undefined)
      .map(({ urn, outputs }) => [
        urn.includes("::rule") ? "rule" : "mail",
        outputs?.["tenantId"] ?? outputs?.["accountId"],
      ]);
    expect(new Set(homes.map(String))).toEqual(
      new Set([
        `rule,${environment.AZURE_TENANT_ID}`,
        `mail,${elsewhere.tenantId}`,
        `mail,${elsewhere.accountId}`,
      ]),
    );
    expect(at.simulator.tenant.transportRules).toHaveLength(1);

    await at.project.write("Pulumi.yaml", program(""));
    expect(plan(await at.stack.preview())).toEqual([]);
    at.requests();
    await at.stack.up();
    expect(at.writes()).toEqual([]);
    expect(JSON.stringify(await at.stack.export())).not.toContain(
      "requestTimeoutMs",
    );
    await at.stack.destroy();
    expect(at.simulator.tenant.transportRules).toEqual([]);
  });

  test("ignore the environment, except for the variables that they name", async () => {
    const at = await tenantWithStack("", {
      runtime: "yaml",
      seed: withCanaries({}),
    });
    await at.project.write(
      "Pulumi.yaml",
      `name: ops
runtime: yaml
plugins:
  providers:
    - name: area1
      path: node_modules/pulumi-area1-m365/plugin
resources:
  contoso:
    type: pulumi:providers:area1
    properties: { environmentVariables: [AZURE_CLIENT_SECRET] }
`,
    );
    const { code, stdout } = await at.stack.preview([], { exit: "any" });
    expect(code).not.toBe(0);
    // The environment has the application, too.
    expect(stdout).toContain(
      "a client secret is given (AZURE_CLIENT_SECRET in the environment), but not the application it belongs to",
    );
  });
});
