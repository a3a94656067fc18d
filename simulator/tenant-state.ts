import type { ExchangeRecord } from "./exchange-record";
import type { JsonObject } from "./json";

/** An application registration and its rights. */
export interface Application {
  /** Its application (client) id. */
  clientId: string;
  /** Its name in the portal. */
  displayName: string;
  /** Client secrets that Entra accepts. */
  clientSecrets: string[];
  /** Certificates or public keys in PEM form whose signature Entra accepts. */
  certificates: string[];
  /** Subjects of federated tokens that Entra accepts (workload identity federation). */
  federatedSubjects: string[];
  /** Consented application permissions, such as `Exchange.ManageAsApp` and `Domain.Read.All`. */
  appRoles: string[];
  /** Entra roles, such as `Exchange Administrator`. */
  directoryRoles: string[];
  /** Exchange management roles that a custom role group assigns, such as `Transport Rules`. */
  exchangeRoles: string[];
  /** When its roles were granted, ISO 8601. Used with the switch `roleSpreadMs`. */
  grantedAt?: string;
}

/** A domain as Microsoft Graph shows it. */
export interface GraphDomain extends JsonObject {
  /** The domain's name. */
  id: string;
  /** Its service configuration records, as Graph returns them. */
  serviceConfigurationRecords: JsonObject[];
}

/** All data of a tenant, as JSON. */
export interface TenantState {
  /** The tenant's GUID. */
  id: string;
  /** Its initial domain, `….onmicrosoft.com`. */
  name: string;
  /** The applications that may sign in. */
  applications: Application[];
  /** Mail flow rules, in the order of their priority. */
  transportRules: ExchangeRecord[];
  /** Quarantine policies: custom ones, built-ins and the global policy. */
  quarantinePolicies: ExchangeRecord[];
  /** Anti-spam policies: `Default`, those of the presets, custom ones. */
  hostedContentFilterPolicies: ExchangeRecord[];
  /** The rules of custom anti-spam policies, in the order of their priority. */
  hostedContentFilterRules: ExchangeRecord[];
  /** The rules of the preset security policies. */
  eopProtectionPolicyRules: ExchangeRecord[];
  /** Anti-phishing policies; read only. */
  antiPhishPolicies: ExchangeRecord[];
  /** Anti-malware policies; read only. */
  malwareFilterPolicies: ExchangeRecord[];
  /** Accepted domains. */
  acceptedDomains: ExchangeRecord[];
  /** Settings of the organisation, with `IsDehydrated`. */
  organizationConfig: ExchangeRecord;
  /** The connection filter policy `Default`. */
  connectionFilter: ExchangeRecord;
  /** Inbound connectors. */
  inboundConnectors: ExchangeRecord[];
  /** Domains of Microsoft Graph. */
  domains: GraphDomain[];
}
