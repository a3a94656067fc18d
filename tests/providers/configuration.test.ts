import * as identity from "@azure/identity";
import fc from "fast-check";

import {
  explicitKey,
  keys,
  placeOf,
  resolveConfiguration,
  secretKeys,
  type Key,
} from "../../providers/session/configuration";
import { UserError } from "../../providers/errors";
import { isLoopback } from "../../providers/http/loopback";

/** Resolves values of the stack's configuration, by key without namespace, and of the environment, by key as well. */
const resolve = (
  stack: Partial<Record<Key, string>>,
  environment: Partial<Record<Key, string>> = {},
  mapped?: string[],
) =>
  resolveConfiguration(
    (key) =>
      key === explicitKey
        ? mapped && JSON.stringify(mapped)
        : stack[key.replace(/^area1:/, "") as Key],
    Object.fromEntries(
      Object.entries(environment).map(([key, value]) => [
        keys[key as Key],
        value,
      ]),
    ),
  );

/** Where each key ends in what is resolved. */
const plain = {
  tenantId: "tenantId",
  cloudflareAccountId: "cloudflareAccountId",
  cloudflareApiToken: "cloudflareApiToken",
  authorityHost: "authorityHost",
  exchangeBaseUrl: "exchangeBaseUrl",
  graphBaseUrl: "graphBaseUrl",
  cloudflareBaseUrl: "cloudflareBaseUrl",
  requestTimeoutMs: "requestTimeoutMs",
  patienceMs: "patienceMs",
} as const;
const valueFor = (key: keyof typeof plain, which = "a"): string =>
  key.endsWith("Ms")
    ? String(1000 + which.length)
    : /Url|Host/.test(key)
      ? `https://${which}.example`
      : `${which}-value`;

describe.each(Object.keys(plain) as (keyof typeof plain)[])("%s", (key) => {
  const resolved = (configuration: ReturnType<typeof resolve>) =>
    String(configuration[plain[key]]);

  test("comes from the stack's configuration, and if it is missing there from the environment", () => {
    const value = valueFor(key);
    expect(resolved(resolve({ [key]: value }))).toBe(value);
    expect(resolved(resolve({}, { [key]: value }))).toBe(value);
    expect(resolved(resolve({ [key]: value }, { [key]: value }))).toBe(value);
    expect(resolved(resolve({ [key]: "" }, { [key]: value }))).toBe(value);
  });

  test("of an explicit provider is its argument, whatever the environment says", () => {
    const own = valueFor(key, "own");
    const others = valueFor(key, "another");
    expect(resolved(resolve({ [key]: own }, { [key]: others }, []))).toBe(own);
    expect(resolved(resolve({}, { [key]: others }, []))).not.toBe(others);
    expect(resolved(resolve({}, { [key]: others }, [keys[key]]))).toBe(others);
  });
});

test.each(["tenantId", "cloudflareAccountId"] as const)(
  "%s in both sources must be the same, and the error names both",
  (key) => {
    expect(() => resolve({ [key]: "one" }, { [key]: "two" })).toThrow(
      new RegExp(`area1:${key} is one .*${keys[key]} .*two`),
    );
    expect(resolve({ [key]: "One" }, { [key]: "oNE" })[key]).toBe("One");
  },
);

test.each(["cloudflareApiToken"] as const)(
  "%s comes from the environment first, so that a rotated one works on refresh",
  (key) => {
    expect(resolve({ [key]: "old" }, { [key]: "new" })[key]).toBe("new");
  },
);

test("An argument of an explicit provider wins over a variable that it maps", () => {
  const key = "cloudflareApiToken";
  expect(resolve({ [key]: "own" }, { [key]: "x" }, [keys[key]])[key]).toBe(
    "own",
  );
});

test("An explicit provider whose mapped variables are no list maps none", () => {
  const of = (mark: string) =>
    resolveConfiguration((key) => (key === explicitKey ? mark : undefined), {
      AZURE_TENANT_ID: "left over",
    }).tenantId;
  expect(of('{"AZURE_TENANT_ID":"AZURE_TENANT_ID"}')).toBeUndefined();
  expect(of('"AZURE_TENANT_ID"')).toBeUndefined();
  expect(of('["AZURE_TENANT_ID"]')).toBe("left over");
});

describe("The way to sign in", () => {
  const secret = { clientId: "app", clientSecret: "hush" };
  const certificate = { clientId: "app", clientCertificatePath: "/c.pem" };
  const tokenFile = { clientId: "app", federatedTokenFile: "/token" };

  test("is a secret before a certificate before a token file", () => {
    expect(resolve({ ...secret, ...certificate, ...tokenFile }).signIn.by).toBe(
      "secret",
    );
    expect(resolve({ ...certificate, ...tokenFile }).signIn.by).toBe(
      "certificate",
    );
    expect(resolve(tokenFile).signIn.by).toBe("tokenFile");
    expect(resolve({ clientId: "app" }).signIn).toEqual({
      by: "defaultChain",
      clientId: "app",
      explicit: false,
    });
    expect(resolve({}).signIn).toEqual({ by: "defaultChain", explicit: false });
    expect(resolve({}, { clientId: "left over" }, []).signIn).toEqual({
      by: "defaultChain",
      explicit: true,
    });
  });

  test("is one set of values from one source, the environment first", () => {
    expect(
      resolve(
        { clientId: "stack's", clientSecret: "old" },
        { clientId: "environment's", clientSecret: "new" },
      ).signIn,
    ).toEqual({
      by: "secret",
      clientId: "environment's",
      clientSecret: "new",
    });
    expect(
      resolve({ clientId: "stack's", clientSecret: "s" }, certificate).signIn,
    ).toMatchObject({ by: "certificate", clientId: "app" });
  });

  test("in the environment counts only with a secret, a certificate or a token file", () => {
    expect(
      resolve({ clientId: "stack's", clientSecret: "s" }, { clientId: "left" })
        .signIn,
    ).toEqual({ by: "secret", clientId: "stack's", clientSecret: "s" });
  });

  // Kind: the README's first steps lead to something that works.
  test("takes the application from the stack for a credential in the environment that names none", () => {
    expect(
      resolve({ clientId: "stack's" }, { clientSecret: "rotated" }).signIn,
    ).toEqual({ by: "secret", clientId: "stack's", clientSecret: "rotated" });
    expect(
      resolve(
        { clientId: "stack's", clientSecret: "old" },
        { federatedTokenFile: "/token" },
      ).signIn,
    ).toEqual({ by: "tokenFile", clientId: "stack's", tokenFile: "/token" });
  });

  test("without an application is an error that names the given values with their sources, and where to set the application", () => {
    for (const [key, called] of [
      ["clientSecret", "a client secret"],
      ["clientCertificatePath", "a certificate"],
      ["federatedTokenFile", "a federated token file"],
    ] as const) {
      expect(() => resolve({}, { [key]: "x" })).toThrow(
        `Cannot sign in to Microsoft: ${called} is given (${keys[key]} in the environment), but not the application it belongs to. Set clientId (area1:clientId or AZURE_CLIENT_ID).`,
      );
      // An application that is left over in the environment is not the stack's.
      expect(() => resolve({ [key]: "x" }, { clientId: "left" })).toThrow(
        `${called} is given (area1:${key} in the stack's configuration), but not the application`,
      );
    }
  });

  test("keeps the password of a certificate with it", () => {
    expect(
      resolve({ ...certificate, clientCertificatePassword: "pw" }).signIn,
    ).toEqual({
      by: "certificate",
      clientId: "app",
      certificatePath: "/c.pem",
      certificatePassword: "pw",
    });
  });

  test("of an explicit provider may mix its arguments with the variables that it maps", () => {
    expect(
      resolve({ clientId: "app" }, { clientSecret: "mapped" }, [
        keys.clientSecret,
      ]).signIn,
    ).toEqual({ by: "secret", clientId: "app", clientSecret: "mapped" });
  });
});

describe("A base URL", () => {
  test.each([
    ["https://host.example/", "https://host.example"],
    ["https://host.example/client/v4//", "https://host.example/client/v4"],
    ["host.example", "https://host.example"],
    ["http://127.0.0.1:8080", "http://127.0.0.1:8080"],
    ["http://localhost:1", "http://localhost:1"],
    ["http://[::1]:1", "http://[::1]:1"],
  ])("%s is read as %s", (given, taken) => {
    expect(resolve({ exchangeBaseUrl: given }).exchangeBaseUrl).toBe(taken);
  });

  test.each([
    "http://host.example",
    "ftp://127.0.0.1",
    "http://127.0.0.1.evil.example",
    "http://localhost.evil.example",
    "https://user:secret@host.example",
    "https://user@host.example",
    "https://:secret@host.example",
    "https://host.example?x=1",
    "https://host.example#x",
    "https://",
  ])("%s is refused with the name of its key", (given) => {
    for (const key of [
      "authorityHost",
      "exchangeBaseUrl",
      "graphBaseUrl",
      "cloudflareBaseUrl",
    ] as const)
      expect(() => resolve({ [key]: given })).toThrow(`area1:${key}`);
  });

  test("is the public service's by default", () => {
    expect(resolve({})).toMatchObject({
      exchangeBaseUrl: "https://outlook.office365.com",
      graphBaseUrl: "https://graph.microsoft.com",
      cloudflareBaseUrl: "https://api.cloudflare.com/client/v4",
      requestTimeoutMs: 30_000,
      patienceMs: 300_000,
    });
  });
});

test.each(["0", "-1", "1.5", "soon", "1e400", "NaN"])(
  "%s is no number of milliseconds",
  (value) => {
    for (const key of ["requestTimeoutMs", "patienceMs"] as const)
      expect(() => resolve({ [key]: value })).toThrow(`area1:${key}`);
  },
);

test("Milliseconds are limited to the longest timer of Node.js", () => {
  expect(resolve({ patienceMs: "1" }).patienceMs).toBe(1);
  expect(resolve({ patienceMs: "2147483647" }).patienceMs).toBe(2147483647);
  expect(() => resolve({ patienceMs: "2147483648" })).toThrow(
    'area1:patienceMs: "2147483648" is not a number of milliseconds. Give a whole number from 1 to 2147483647, or leave it out for 300000.',
  );
});

test("Every secret of every source is treated as a secret, also if it is not used", () => {
  fc.assert(
    fc.property(
      fc.record(
        Object.fromEntries(
          secretKeys.map((key) => [key, fc.stringMatching(/^[!-~]+$/)]),
        ),
      ),
      fc.record(
        Object.fromEntries(
          secretKeys.map((key) => [key, fc.stringMatching(/^[!-~]+$/)]),
        ),
      ),
      (stack, environment) => {
        const { secrets } = resolve(
          { ...stack, clientId: "app" },
          { ...environment, clientId: "app" },
        );
        for (const secret of [
          ...Object.values(stack),
          ...Object.values(environment),
        ])
          expect(secrets).toContain(secret);
      },
    ),
  );
});

describe("A value with a line end", () => {
  // Kind: what a file or a copied line adds to a value is no part of it.
  test.each(["\n", "\r\n", " \n", "\t"])(
    "of %j is removed, from either source",
    (end) => {
      for (const key of Object.keys(plain) as (keyof typeof plain)[]) {
        const value = valueFor(key);
        const resolved = (configuration: ReturnType<typeof resolve>) =>
          String(configuration[plain[key]]);
        expect(resolved(resolve({ [key]: value + end }))).toBe(value);
        expect(resolved(resolve({}, { [key]: value + end }))).toBe(value);
      }
      expect(
        resolve({}, { clientId: `app${end}`, clientSecret: `hush${end}` }),
      ).toMatchObject({
        signIn: { by: "secret", clientId: "app", clientSecret: "hush" },
        secrets: ["hush"],
      });
    },
  );

  test("is unset if it has nothing else", () => {
    expect(resolve({ tenantId: "a" }, { tenantId: "\n" }).tenantId).toBe("a");
  });

  test("loses only the line end if it is a password, and keeps its spaces", () => {
    const given = { clientId: "app", clientCertificatePath: "/c.pem" };
    expect(
      resolve({ ...given, clientCertificatePassword: " p w \r\n" }).signIn,
    ).toMatchObject({ certificatePassword: " p w " });
  });

  test("within it is refused with the source of the value, which is not shown", () => {
    expect(() => resolve({}, { cloudflareApiToken: "hush\nhush" })).toThrow(
      new UserError(
        "CLOUDFLARE_API_TOKEN in the environment holds a line end or another control character. Set it again, to the value alone.",
      ),
    );
    expect(() => resolve({ cloudflareApiToken: "“hush”" })).toThrow(
      new UserError(
        "area1:cloudflareApiToken in the stack's configuration holds a space or a character that no API token has. Set it again, to the value alone.",
      ),
    );
    expect(() => resolve({ tenantId: "a\u0000b" }, {}, [])).toThrow(
      new UserError(
        "tenantId of the explicit provider holds a line end or another control character. Set it again, to the value alone.",
      ),
    );
  });
});

describe("The origin of a value", () => {
  // Kind: messages about sign-in and permissions say which source each value came from.
  test("is the source from which it was read", () => {
    const both = resolve(
      {
        tenantId: "t",
        clientId: "a",
        clientSecret: "s",
        cloudflareApiToken: "old",
      },
      { clientId: "b", clientCertificatePath: "/c", cloudflareApiToken: "new" },
    );
    expect(both.origins).toEqual({
      tenantId: "area1:tenantId in the stack's configuration",
      clientId: "AZURE_CLIENT_ID in the environment",
      clientCertificatePath: "AZURE_CLIENT_CERTIFICATE_PATH in the environment",
      cloudflareApiToken: "CLOUDFLARE_API_TOKEN in the environment",
    });
    expect(placeOf(both, "cloudflareAccountId")).toBe(
      "area1:cloudflareAccountId or CLOUDFLARE_ACCOUNT_ID",
    );
    expect(resolve({ tenantId: "t" }, {}, []).origins).toEqual({
      tenantId: "tenantId of the explicit provider",
    });
  });
});

describe("An authority of a national cloud", () => {
  // Kind: national clouds by the table of authorities of @azure/identity.
  const { AzureAuthorityHosts: hosts } = identity;

  test.each([
    [
      hosts.AzureGovernment,
      "https://outlook.office365.us",
      "https://graph.microsoft.us",
    ],
    [
      hosts.AzureChina,
      "https://partner.outlook.cn",
      "https://microsoftgraph.chinacloudapi.cn",
    ],
    [
      hosts.AzurePublicCloud,
      "https://outlook.office365.com",
      "https://graph.microsoft.com",
    ],
  ])("%s implies its services", (authorityHost, exchange, graph) => {
    for (const given of [authorityHost, `${authorityHost}/`])
      expect(resolve({ authorityHost: given })).toMatchObject({
        exchangeBaseUrl: exchange,
        graphBaseUrl: graph,
      });
    // DoD has the authority of the US government, and services of its own.
    expect(
      resolve({ authorityHost, exchangeBaseUrl: "https://webmail.apps.mil" })
        .exchangeBaseUrl,
    ).toBe("https://webmail.apps.mil");
  });
});

test("Only loopback addresses are loopback", () => {
  for (const host of ["127.0.0.1", "127.10.200.3", "localhost", "[::1]"])
    expect(isLoopback(host)).toBe(true);
  for (const host of [
    ...["128.0.0.1", "127.0.0.1.example", "localhost.example"],
    ...["not-localhost", "1127.0.0.1", "127.0.0"],
  ])
    expect(isLoopback(host)).toBe(false);
});
