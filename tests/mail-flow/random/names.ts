/** What random tenants and messages are made of: few names each, so that they meet. */
export const domains = ["example.com", "example.org", "sub.example.com"];
export const groups = ["sales@example.com", "board@example.org"];
export const recipients = [
  "megan@example.com",
  "Alex@Example.com",
  "pat@example.org",
  "kim@sub.example.com",
  "lee@deep.example.org",
  "sam@elsewhere.example",
];
export const senders = [
  "news@shop.example",
  "boss@example.com",
  "Friend@Partner.example",
  "robot@mail.partner.example",
  "kim@sub.example.com",
  "lists@deep.example.org",
];
export const customTags = ["UserNotifyUserRelease", "UserNotifyAdminRelease"];
export const tags = [
  ...customTags,
  "AdminOnlyAccessPolicy",
  "DefaultFullAccessPolicy",
  "DefaultFullAccessWithNotificationPolicy",
  "usernotifyuserrelease",
  "Gone",
  "",
];
export const customPolicies = ["Board", "Sales", "Pilot"];

/** The host at which Microsoft takes a domain's mail. */
export const hostOf = (domain: string) =>
  `${domain.replaceAll(".", "-")}.mail.protection.outlook.com`;
