import type { Seed } from "../../simulator/index";

/** Credentials that must not appear in any output. The secret has characters that every encoding changes. */
export const canaries = {
  clientSecret: 'canary~8Q/x+é="bird',
  cloudflareApiToken: "canary_0123456789abcdefCANARYcloudflare",
  otherClientSecret: 'canary~9R/y+é="fowl',
  otherCloudflareApiToken: "canary_9876543210fedcbaCANARYelsewhere",
} as const;

/** Another tenant and account, to which nothing may be written. */
export const elsewhere = {
  tenantId: "7c1e3f50-2b4d-4a61-8d5e-9f0a1b2c3d4e",
  clientId: "1b9d7c5e-3f2a-4d68-9e10-8c7b6a594838",
  accountId: "9e8d7c6b5a4f43218765fedcba098765",
} as const;

/** Returns a seed whose first tenant and account have canaries as credentials, with another tenant and account. */
export function withCanaries(seed: Seed): Seed {
  const [tenant, ...tenants] = seed.tenants ?? [{}];
  const [account, ...accounts] = seed.accounts ?? [{}];
  return {
    ...seed,
    tenants: [
      {
        applications: [
          {
            clientId: "6f1f1b9e-52b5-4f6c-9f0a-2b1f0c7d4e11",
            clientSecrets: [canaries.clientSecret],
          },
        ],
        ...tenant,
      },
      ...tenants,
      {
        id: elsewhere.tenantId,
        name: "fabrikam.onmicrosoft.com",
        applications: [
          {
            clientId: elsewhere.clientId,
            clientSecrets: [canaries.otherClientSecret],
          },
        ],
      },
    ],
    accounts: [
      { tokens: [{ value: canaries.cloudflareApiToken }], ...account },
      ...accounts,
      {
        id: elsewhere.accountId,
        tokens: [{ value: canaries.otherCloudflareApiToken }],
      },
    ],
  };
}

/** Returns all encodings of a canary that a text might contain. */
const spellings = Object.entries(canaries).flatMap(([name, secret]) => {
  const bytes = Buffer.from(secret);
  const forms = [
    secret,
    JSON.stringify(secret).slice(1, -1),
    JSON.stringify(JSON.stringify(secret)).slice(3, -3),
    encodeURIComponent(secret),
    new URLSearchParams({ s: secret }).toString().slice(2),
    bytes.toString("hex"),
    ...[0, 1, 2].flatMap((offset) => inBase64(bytes, offset)),
  ];
  return [...new Set(forms)].map((form) => ({ name, form }));
});

/** Returns a secret in base64, at an offset of a longer text, without the ends that depend on neighbouring bytes. */
function inBase64(secret: Buffer, offset: number): string[] {
  const padded = Buffer.concat([Buffer.alloc(offset), secret]);
  const own = (encoding: "base64" | "base64url"): string =>
    padded
      .toString(encoding)
      .replace(/=+$/, "")
      .slice(offset === 0 ? 0 : offset + 1, -1);
  return [own("base64"), own("base64url")];
}

/** A token of Microsoft's: three parts in base64, of which the first is a JSON object. */
const token = /eyJ[\w-]{10,}\.[\w-]{10,}/;

/** Returns the names of the secrets in a text. */
export function secretsIn(text: string): string[] {
  const found = spellings
    .filter(({ form }) => text.includes(form))
    .map(({ name, form }) => `${name}, as ${form.slice(0, 6)}…`);
  return token.test(text) ? [...found, "an access token"] : found;
}
