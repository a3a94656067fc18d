import fc from "fast-check";

import {
  explicitKey,
  isLoopback,
  keys,
  resolveConfiguration,
  secretKeys,
  type Key,
} from "../../providers/configuration";

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

  test("comes from the stack's configuration, and from the environment where that is silent", () => {
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

  test("is one set from one source, the environment's first", () => {
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

  test("without the application in the same place is an error that says where to set it", () => {
    for (const [key, called] of [
      ["clientSecret", "a client secret"],
      ["clientCertificatePath", "a certificate"],
      ["federatedTokenFile", "a federated token file"],
    ] as const)
      expect(() => resolve({ clientId: "app" }, { [key]: "x" })).toThrow(
        `Cannot sign in to Microsoft: ${called} is given, but not the application it belongs to. Set clientId (area1:clientId or AZURE_CLIENT_ID) in the same place.`,
      );
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
  ])("%s is taken as %s", (given, taken) => {
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
  ])("%s is refused by the name of its key", (given) => {
    for (const key of [
      "authorityHost",
      "exchangeBaseUrl",
      "graphBaseUrl",
      "cloudflareBaseUrl",
    ] as const)
      expect(() => resolve({ [key]: given })).toThrow(`area1:${key}`);
  });

  test("is the public service's when left out", () => {
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

test("Milliseconds are as many as a timer of Node's takes", () => {
  expect(resolve({ patienceMs: "1" }).patienceMs).toBe(1);
  expect(resolve({ patienceMs: "2147483647" }).patienceMs).toBe(2147483647);
  expect(() => resolve({ patienceMs: "2147483648" })).toThrow(
    'area1:patienceMs: "2147483648" is not a number of milliseconds. Give a whole number from 1 to 2147483647, or leave it out for 300000.',
  );
});

test("Every secret of every source is known as one, also where it is not used", () => {
  fc.assert(
    fc.property(
      fc.record(
        Object.fromEntries(
          secretKeys.map((key) => [key, fc.string({ minLength: 1 })]),
        ),
      ),
      fc.record(
        Object.fromEntries(
          secretKeys.map((key) => [key, fc.string({ minLength: 1 })]),
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

test("Only loopback addresses are loopback", () => {
  for (const host of ["127.0.0.1", "127.10.200.3", "localhost", "[::1]"])
    expect(isLoopback(host)).toBe(true);
  for (const host of [
    ...["128.0.0.1", "127.0.0.1.example", "localhost.example"],
    ...["not-localhost", "1127.0.0.1", "127.0.0"],
  ])
    expect(isLoopback(host)).toBe(false);
});
