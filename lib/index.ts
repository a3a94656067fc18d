export { AntiSpamPolicy, type AntiSpamPolicyArgs } from "./anti-spam-policy";
export { Area1Domain, type Area1DomainArgs } from "./area1-domain";
export { Area1Provider, type Area1ProviderArgs } from "./area1-provider";
export {
  ConnectionFilter,
  type ConnectionFilterArgs,
} from "./connection-filter";
export { egressIpRanges } from "./egress";
export { usePlugin } from "./registration";
export { InlineDeployment } from "./inline-deployment";
export type { InlineDeploymentArgs } from "./inline-deployment-args";
export type { DnsRecord } from "./dns-records";
export {
  InboundConnector,
  type InboundConnectorArgs,
} from "./inbound-connector";
export { MailFlowCheck, type MailFlowCheckArgs } from "./mail-flow-check";
export {
  OrganizationConfig,
  type OrganizationConfigArgs,
} from "./organization-config";
export {
  QuarantineNotification,
  type QuarantineNotificationArgs,
} from "./quarantine-notification";
export {
  QuarantinePolicy,
  type QuarantinePolicyArgs,
} from "./quarantine-policy";
export type { FirstSeen } from "../providers/restore-point/restored-object";
export { OnboardingCheck, type OnboardingCheckArgs } from "./onboarding-check";
export { RestorePoint, type RestorePointArgs } from "./restore-point";
export type { Route } from "./routes";
export { TransportRule, type TransportRuleArgs } from "./transport-rule";
export type { RulesOfHeader, UseCaseRules } from "./mail-routes";
export { UseCase1, UseCase2, UseCase3, UseCase4, UseCase5 } from "./use-cases";
export type {
  UseCase1Args,
  UseCase2Args,
  UseCase3Args,
  UseCase4Args,
  UseCase5Args,
  UseCaseDomain,
  UseCaseHeader,
} from "./use-case-args";
export type {
  AntiSpamPolicyProps,
  BulkSpamAction,
  HighConfidencePhishAction,
  MarkAsSpamBulkMail,
  SpamAction,
} from "../providers/exchange-online/anti-spam-policy";
export type {
  Area1DomainProps,
  DeliveryMode,
  Disposition,
  Region,
  ScannedFolder,
} from "../providers/cloudflare/area1-domain";
export type { ConnectionFilterProps } from "../providers/exchange-online/connection-filter";
export type { OrganizationConfigProps } from "../providers/exchange-online/organization-config";
export type { Verification } from "../providers/cloudflare/client";
export type { Finding } from "../mail-flow/finding";
export type {
  FailOn,
  MailFlowCheckProps,
} from "../providers/mail-flow-check/check-inputs";
export type { OnboardingCheckProps } from "../providers/onboarding-check/check-inputs";
export type { LiveRoute } from "../providers/mail-flow-check/examination";
export type {
  GuardedMailProps,
  GuardedVerdict,
  HeaderGeneration,
} from "../providers/exposure-guard/guarded-mail";
export type {
  NotificationFrequency,
  QuarantineNotificationProps,
} from "../providers/exchange-online/quarantine-notification";
export type {
  InboundConnectorProps,
  InboundConnectorType,
} from "../providers/exchange-online/inbound-connector";
export type { QuarantinePermission } from "../providers/exchange-online/quarantine-permissions";
export type { QuarantinePolicyProps } from "../providers/exchange-online/quarantine-policy";
export type {
  AddedRecipientType,
  AuditSeverity,
  DisclaimerFallbackAction,
  DisclaimerLocation,
  IncidentReportContent,
  NotifySenderType,
  TransportRuleActions,
} from "../providers/exchange-online/transport-rule-actions";
export type {
  AdAttribute,
  AdComparisonOperator,
  EvaluatedUser,
  FromUserScope,
  Importance,
  ManagementRelationship,
  MessageType,
  ToUserScope,
  TransportRuleConditions,
} from "../providers/exchange-online/transport-rule-conditions";
export type { TransportRuleExceptions } from "../providers/exchange-online/transport-rule-exceptions";
export type {
  RecipientAddressType,
  RuleErrorAction,
  RuleSubType,
  SenderAddressLocation,
  TransportRuleMode,
  TransportRuleProps,
} from "../providers/exchange-online/transport-rule-properties";
export type {
  KeptList,
  RestoredObject,
  RestorePointProps,
} from "../providers/restore-point/restored-object";
