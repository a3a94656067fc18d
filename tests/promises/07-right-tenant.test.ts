import { claimsOf } from "../../providers/session/credentials";
import type { Fault } from "../../simulator/index";
import type { Environment, Platform } from "../conformance/platform";
import type { Stack, Wanted } from "../sweep/stack";
import { someOf } from "../sample";
import { isAlike } from "./alike";
import { canaries, elsewhere, secretsIn } from "./canaries";
import { cleanRun } from "./clean-run";
import { ledgerFor } from "./ledger";
import { listen, type Heard, type ListeningPost } from "./listening-post";
import { adoptedDomain, madeDomain, wholeProgram } from "./programs";
import { scenarios, staged, type Stage } from "./scenarios";
import { startWorld, type World } from "./world";

jest.setTimeout(300_000);
const ledger = ledgerFor(7);
const posts: ListeningPost[] = [];
afterAll(() => Promise.all(posts.map((post) => post.close())));
const open = async (...args: Parameters<typeof listen>) => {
  const post = await listen(...args);
  posts.push(post);
  return post;
};

let world: World;
beforeAll(async () => {
  world = await startWorld();
});

describe("credentials of another tenant or account", () => {
  /** The credentials of one tenant, and those of another. */
  const parts: Record<string, Environment> = {
    tenant: { AZURE_TENANT_ID: elsewhere.tenantId },
    application: {
      AZURE_CLIENT_ID: elsewhere.clientId,
      AZURE_CLIENT_SECRET: canaries.otherClientSecret,
    },
    account: { CLOUDFLARE_ACCOUNT_ID: elsewhere.accountId },
    token: { CLOUDFLARE_API_TOKEN: canaries.otherCloudflareApiToken },
  };
  const names = Object.keys(parts);
  /** Every nonempty set of credentials of the other tenant. */
  const mixtures = Array.from({ length: 2 ** names.length - 1 }, (_, at) =>
    names.filter((_name, bit) => (at + 1) & (1 << bit)),
  );
  const places: Record<string, string> = {
    AZURE_TENANT_ID: "area1:tenantId",
    CLOUDFLARE_ACCOUNT_ID: "area1:cloudflareAccountId",
    AZURE_CLIENT_ID: "area1:clientId",
    AZURE_CLIENT_SECRET: "area1:clientSecret",
    CLOUDFLARE_API_TOKEN: "area1:cloudflareApiToken",
  };
  let stage: Stage;
  let program: Wanted[];
  let changed: Wanted[];
  beforeAll(async () => {
    program = await wholeProgram();
    // An object at each vendor.
    changed = await wholeProgram({
      quarantineRetentionPeriod: 20,
      domains: [{ domain: adoptedDomain, lookbackHops: 3 }, madeDomain],
    });
    stage = await staged(world, {
      name: "mixed up",
      before: (_, stack) => stack.up(program),
      run: () => Promise.resolve(),
    });
  });

  /** The source of the wrong credentials: the environment, the stack's configuration, or an explicit provider's arguments. */
  const sources: Record<
    string,
    (wrong: Environment) => { environment: Environment; platform?: Platform }
  > = {
    "the environment": (wrong) => ({
      environment: { ...world.environment, ...wrong },
    }),
    "the stack's configuration, against the environment": (wrong) => ({
      environment: world.environment,
      platform: world.configured(stored(wrong)),
    }),
    "the stack's configuration alone": (wrong) => ({
      environment: Object.fromEntries(
        Object.entries(world.environment).filter(([name]) => !places[name]),
      ),
      platform: world.configured(stored({ ...world.environment, ...wrong })),
    }),
    "an explicit provider's arguments": (wrong) => ({
      environment: world.environment,
      platform: world.configured({
        "area1:explicitEnvironment": "[]",
        ...stored({ ...world.environment, ...wrong }),
        ...addresses(),
      }),
    }),
  };
  const stored = (environment: Environment): Record<string, string> =>
    Object.fromEntries(
      Object.entries(places).flatMap(([variable, key]) => {
        const value = environment[variable];
        return value === undefined ? [] : [[key, value]];
      }),
    );
  const addresses = (): Record<string, string> => ({
    "area1:authorityHost": world.environment["AZURE_AUTHORITY_HOST"] ?? "",
    "area1:exchangeBaseUrl": world.environment["AREA1_EXCHANGE_BASE_URL"] ?? "",
    "area1:graphBaseUrl": world.environment["AREA1_GRAPH_BASE_URL"] ?? "",
    "area1:cloudflareBaseUrl": world.environment["CLOUDFLARE_BASE_URL"] ?? "",
    "area1:patienceMs": "8000",
  });
  const operations: Record<string, (stack: Stack) => Promise<unknown>> = {
    up: (stack) => stack.up(changed),
    "up, from nothing": (stack) => {
      stack.state = { resources: [], leftovers: [] };
      return stack.up(program);
    },
    refresh: (stack) => stack.refresh(),
    destroy: (stack) => stack.destroy(),
  };

  test.each(Object.keys(sources))(
    "in %s, in every mixture: nothing is written to the wrong one, and nothing is forgotten",
    async (source) => {
      for (const mixture of someOf(mixtures, 2))
        for (const [name, operate] of Object.entries(operations)) {
          const wrong: Environment = Object.fromEntries(
            mixture.flatMap((part) => Object.entries(parts[part] ?? {})),
          );
          const { environment, platform } = sources[source]?.(wrong) ?? {};
          const fresh = name === "up, from nothing";
          // All credentials of another tenant, and no state: this is a valid configuration for that tenant.
          if (fresh && isWhole(mixture)) continue;
          const stack = stage.begin(environment, platform);
          const before = world.objects();
          const kept = stack.state.resources.length;
          const failure = await operate(stack).then(
            () => undefined,
            (error: Error) => error.message,
          );
          ledger.note(
            `${name} with the other ${mixture.join(", ")} in ${source}`,
            [
              ...writesElsewhere(),
              ...(isAlike(
                world.objects()[elsewhere.tenantId],
                before[elsewhere.tenantId],
              ) &&
              isAlike(
                world.objects()[elsewhere.accountId],
                before[elsewhere.accountId],
              )
                ? []
                : ["the wrong one has changed"]),
              ...(harmless(source, mixture) || failure !== undefined
                ? []
                : ["it succeeded"]),
              ...(name === "refresh" && stack.state.resources.length < kept
                ? ["something was dropped from the state"]
                : []),
            ],
          );
        }
      expect(ledger.violations).toEqual([]);
    },
  );

  /** Secrets in the environment take precedence, so wrong ones in the configuration are ignored. */
  const harmless = (source: string, mixture: string[]): boolean =>
    source === "the stack's configuration, against the environment" &&
    !mixture.includes("tenant") &&
    !mixture.includes("account");
  const isWhole = (mixture: string[]): boolean =>
    mixture.includes("tenant") === mixture.includes("application") &&
    mixture.includes("account") === mixture.includes("token");
  const writesElsewhere = (): string[] =>
    world.simulator.log
      .filter(
        ({ write, path }) =>
          write &&
          (path.includes(elsewhere.tenantId) ||
            path.includes(elsewhere.accountId)),
      )
      .map(
        ({ cmdlet, method }) => `${cmdlet ?? method} was sent to the wrong one`,
      );
});

describe("tokens and secrets", () => {
  test("are each sent only to the host that they are for, in all operations of a stack", async () => {
    world.simulator.reset();
    const [exchange, cloudflare] = [
      await open(world.simulator),
      await open(world.simulator),
    ];
    const stack = world.stack({
      ...world.environment,
      AREA1_EXCHANGE_BASE_URL: exchange.url,
      CLOUDFLARE_BASE_URL: `${cloudflare.url}/client/v4`,
    });
    await stack.up(await wholeProgram());
    await stack.refresh();
    await stack.up(await wholeProgram({ quarantineRetentionPeriod: 20 }));
    await stack.destroy();
    const check = (
      who: string,
      heard: Heard[],
      isOwn: (token: string) => boolean,
    ): void => {
      expect(heard).not.toEqual([]);
      for (const { authorization, path, body } of heard)
        ledger.note(`${path} at ${who}`, [
          ...(isOwn(authorization.replace(/^Bearer /, ""))
            ? []
            : [`has a token that is not for ${who}`]),
          ...secretsIn(path + body).map((secret) => `carries ${secret}`),
        ]);
    };
    const isFor = (audience: string) => (token: string) =>
      claimsOf(token).aud === audience;
    check("Exchange", exchange.heard, isFor("https://outlook.office365.com"));
    // Graph's client sends a token only over https: checks the simulator's log.
    const asked = world.simulator.log.filter(
      ({ vendor }) => vendor === "graph",
    );
    expect(asked).not.toEqual([]);
    for (const { path, tokenAudience } of asked)
      ledger.note(
        `${path} at Graph`,
        tokenAudience === "https://graph.microsoft.com"
          ? []
          : [`has a token for ${tokenAudience ?? "nothing"}`],
      );
    check(
      "Cloudflare",
      cloudflare.heard,
      (token) => token === canaries.cloudflareApiToken,
    );
    expect(ledger.violations).toEqual([]);
  });

  test("are sent to no other host, wherever an answer points to", async () => {
    const stray = await open();
    const pointers: Record<string, Fault> = {
      ...Object.fromEntries(
        [301, 302, 303, 307, 308].map((status): [string, Fault] => [
          `a redirect with ${status}`,
          { kind: "redirect", location: `${stray.url}/elsewhere`, status },
        ]),
      ),
      "a link to the next page": {
        kind: "body",
        body: {
          value: [],
          result: [],
          success: true,
          result_info: {
            total_count: 2,
            next: `${stray.url}/next`,
            cursors: { after: `${stray.url}/next` },
          },
          "@odata.nextLink": `${stray.url}/next`,
        },
      },
      "a token endpoint": {
        kind: "body",
        body: {
          token_endpoint: `${stray.url.replace("http:", "https:")}/token`,
          issuer: `${stray.url}/`,
          authorization_endpoint: `${stray.url}/authorize`,
          jwks_uri: `${stray.url}/keys`,
        },
      },
    };
    const impatient = {
      ...world.environment,
      AREA1_PATIENCE_MS: "300",
      AREA1_REQUEST_TIMEOUT_MS: "200",
    };
    for (const scenario of await scenarios()) {
      if (!["create", "refresh", "destroy"].includes(scenario.name)) continue;
      const own = await staged(world, scenario);
      const { requests } = await cleanRun(world, own);
      for (const [name, fault] of someOf(Object.entries(pointers), 1))
        // One request of each type, because all are handled in the same way.
        for (const request of someOf([...new Set(requests)], 8)) {
          const nth = requests.indexOf(request) + 1;
          const stack = own.begin(impatient);
          world.simulator.faults.add({ ...fault, match: { nth } });
          await own.scenario.run(stack).catch(() => undefined);
          ledger.note(
            `${scenario.name}: ${name} at ${request}`,
            stray.connections > 0 ? ["it was gone to"] : [],
          );
          stray.connections = 0;
        }
    }
    expect(ledger.violations).toEqual([]);
  });
});
