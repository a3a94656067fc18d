import {
  canaries,
  elsewhere,
  secretsIn,
  withCanaries,
} from "../promises/canaries";
import { describeLanguage, plan } from "./harness";
import { tenantWithStack } from "./tenant-with-stack";

/** The arguments of a provider for a simulator, in Python. */
const inPython = (url: string): string =>
  `authority_host="${url}", exchange_base_url="${url}", graph_base_url="${url}", cloudflare_base_url="${url}/client/v4"`;

describeLanguage("python", "two explicit providers in a Python program", () => {
  test("read their secrets from variables of their own, which env_var_mappings maps to those of the provider, and keep them out of the state", async () => {
    const at = await tenantWithStack(undefined, {
      runtime: "python",
      sdk: true,
      seed: withCanaries({}),
      stack: {
        env: {
          FABRIKAM_SECRET: canaries.otherClientSecret,
          FABRIKAM_TOKEN: canaries.otherCloudflareApiToken,
        },
      },
    });
    const { url, environment } = at.simulator;
    await at.project.write(
      "__main__.py",
      `
import pulumi
import pulumi_area1 as area1

contoso = area1.Provider("contoso", ${inPython(url)}, tenant_id="${environment.AZURE_TENANT_ID}",
    client_id="${environment.AZURE_CLIENT_ID}", environment_variables=["AZURE_CLIENT_SECRET"])
fabrikam = area1.Provider("fabrikam", ${inPython(url)}, tenant_id="${elsewhere.tenantId}",
    client_id="${elsewhere.clientId}", cloudflare_account_id="${elsewhere.accountId}",
    environment_variables=["AZURE_CLIENT_SECRET", "CLOUDFLARE_API_TOKEN"],
    opts=pulumi.ResourceOptions(env_var_mappings={
        "FABRIKAM_SECRET": "AZURE_CLIENT_SECRET",
        "FABRIKAM_TOKEN": "CLOUDFLARE_API_TOKEN",
    }))
rule = area1.TransportRule("rule", name="Scanner", header_contains_message_header="X-Scanner",
    header_contains_words=["ok"], set_scl=5, opts=pulumi.ResourceOptions(provider=contoso))
mail = area1.UseCase4("mail", opts=pulumi.ResourceOptions(provider=fabrikam), domains=[
    area1.UseCaseDomainArgs(domain="fabrikam.example", transport="fabrikam-example.mail.protection.outlook.com")])
pulumi.export("tenants", [rule.tenant_id, mail.rules.cloudflare.admin.tenant_id])
`,
    );
    await at.stack.up();
    expect(await at.stack.outputs()).toEqual({
      tenants: [environment.AZURE_TENANT_ID, elsewhere.tenantId],
    });
    expect(
      secretsIn(
        (await at.stack.pulumi(["stack", "export", "--show-secrets"])).stdout,
      ),
    ).toEqual([]);
    await at.stack.preview(["--refresh", "--expect-no-changes"]);
    await at.stack.destroy();
    expect(at.simulator.tenant.transportRules).toEqual([]);
  }, 400_000);
});

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
