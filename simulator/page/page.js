// The script of the simulator's page. Everything that is shown goes into the page as text, never as markup.
const facts = JSON.parse(at("facts").textContent);
/** The current state of the simulator. */
const now = { state: undefined, faults: [], quirks: {}, log: [] };

function at(id) {
  return document.getElementById(id);
}

/** Creates an element. Strings among its children become text; null and undefined are skipped. */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes))
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== undefined)
      element.setAttribute(name, value);
  element.append(
    ...children.flat().filter((child) => child !== undefined && child !== null),
  );
  return element;
}

async function ask(path, method = "GET", body = undefined) {
  const response = await fetch(`/simulator${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const value = response.headers.get("content-type")?.includes("json")
    ? JSON.parse(text)
    : undefined;
  if (!response.ok) {
    const error = new Error(value?.error?.message ?? value?.error ?? text);
    error.status = response.status;
    throw error;
  }
  return value;
}

/** Runs a function and shows its error, if any. */
async function attempt(work) {
  const message = at("message");
  try {
    message.hidden = true;
    return await work();
  } catch (error) {
    message.textContent = `That did not work: ${error.message}`;
    message.hidden = false;
    return undefined;
  }
}

function chip(text, mood = "") {
  return make("span", { class: `chip ${mood}` }, text);
}

/** Creates a table. A row is an array of cells, each a text, an element or an array of them. */
function table(columns, rows, caption) {
  if (rows.length === 0) return make("p", { class: "soft" }, "none");
  return make(
    "div",
    { class: "scroll" },
    make(
      "table",
      { class: "stacks", "aria-label": caption },
      make(
        "thead",
        {},
        make(
          "tr",
          {},
          columns.map((column) => make("th", { scope: "col" }, column)),
        ),
      ),
      make(
        "tbody",
        {},
        rows.map((row) =>
          make(
            "tr",
            {},
            row.map((cell, index) =>
              make(
                "td",
                { "data-column": columns[index] },
                make("span", {}, cell),
              ),
            ),
          ),
        ),
      ),
    ),
  );
}

/* Objects */

const permissionBits = [
  [4, "release"],
  [8, "request release"],
  [1, "delete"],
  [2, "preview"],
  [16, "block sender"],
  [32, "allow sender"],
];
const verdicts = [
  ["Spam", "Spam", "Spam"],
  ["High confidence spam", "HighConfidenceSpam", "HighConfidenceSpam"],
  ["Phishing", "PhishSpam", "Phish"],
  ["High confidence phishing", "HighConfidencePhish", "HighConfidencePhish"],
  ["Bulk", "BulkSpam", "Bulk"],
];

function showObjects() {
  const { tenants, accounts } = now.state;
  at("objects").replaceChildren(
    ...tenants.flatMap(tenantCards),
    ...accounts.flatMap(accountCards),
  );
}

function card(title, ...content) {
  return make("div", { class: "card" }, make("h3", {}, title), ...content);
}

function holder(title, note) {
  return make(
    "div",
    { class: "holder" },
    make("h2", {}, title),
    make("span", { class: "soft" }, note),
  );
}

function stateChip(state) {
  return chip(state, state === "Enabled" ? "good" : "warn");
}

function tenantCards(tenant) {
  const name = (kind, record) =>
    objectButton(kind, record.Name, record, { tenant: tenant.id });
  return [
    holder(tenant.name, `Microsoft 365 · tenant ${tenant.id}`),
    card(
      "Mail flow rules",
      table(
        ["#", "Name", "State", "If", "Then"],
        tenant.transportRules.map((rule) => [
          String(rule.Priority ?? ""),
          name("TransportRule", rule),
          [
            stateChip(rule.State),
            " ",
            rule.Mode && rule.Mode !== "Enforce"
              ? chip(rule.Mode, "warn")
              : null,
          ],
          ruleConditions(rule),
          ruleActions(rule),
        ]),
        "Mail flow rules",
      ),
    ),
    card(
      "Anti-spam policies",
      table(
        ["Name", ...verdicts.map(([title]) => title), "Kept"],
        tenant.hostedContentFilterPolicies.map((policy) => [
          name("HostedContentFilterPolicy", policy),
          ...verdicts.map(([, action, tag]) =>
            verdict(policy[`${action}Action`], policy[`${tag}QuarantineTag`]),
          ),
          `${policy.QuarantineRetentionPeriod ?? "?"} days`,
        ]),
        "Anti-spam policies",
      ),
    ),
    card(
      "Whose mail goes by which policy, first match wins",
      table(
        ["#", "Rule", "State", "Policy", "For"],
        [
          ...tenant.eopProtectionPolicyRules.map((rule) => [
            "EOPProtectionPolicyRule",
            rule,
          ]),
          ...tenant.hostedContentFilterRules.map((rule) => [
            "HostedContentFilterRule",
            rule,
          ]),
        ].map(([kind, rule]) => [
          `${kind.startsWith("EOP") ? "preset " : ""}${rule.Priority ?? ""}`,
          name(kind, rule),
          stateChip(rule.State),
          breakable(rule.HostedContentFilterPolicy ?? ""),
          scope(rule),
        ]),
        "Rules of anti-spam policies",
      ),
    ),
    card(
      "Quarantine policies",
      table(
        ["Name", "Recipients may", "Notified"],
        tenant.quarantinePolicies.map((policy) => [
          name("QuarantinePolicy", policy),
          policy.EndUserSpamNotificationFrequency
            ? `every ${policy.EndUserSpamNotificationFrequency} notifications are sent`
            : permissions(policy.EndUserQuarantinePermissionsValue),
          policy.ESNEnabled ? chip("yes", "good") : chip("no"),
        ]),
        "Quarantine policies",
      ),
    ),
    card(
      "Other things of this tenant",
      make(
        "ul",
        { class: "others" },
        [
          ["HostedConnectionFilterPolicy", tenant.connectionFilter],
          ["OrganizationConfig", tenant.organizationConfig],
          ...tenant.acceptedDomains.map((one) => ["AcceptedDomain", one]),
          ...tenant.inboundConnectors.map((one) => ["InboundConnector", one]),
          ...tenant.antiPhishPolicies.map((one) => ["AntiPhishPolicy", one]),
          ...tenant.malwareFilterPolicies.map((one) => [
            "MalwareFilterPolicy",
            one,
          ]),
          ...tenant.applications.map((one) => ["Application", one]),
          ...tenant.domains.map((one) => ["GraphDomain", one]),
        ].map(([kind, record]) => {
          const name = record.Name ?? record.displayName ?? record.id;
          return make(
            "li",
            {},
            make("span", { class: "soft" }, `${kind} `),
            objectButton(kind, name, record, { tenant: tenant.id }),
          );
        }),
      ),
    ),
  ];
}

function accountCards(account) {
  return [
    holder("Cloudflare Email Security", `account ${account.id}`),
    card(
      "Protected domains",
      account.entitled
        ? null
        : chip("the account has not bought Email Security", "bad"),
      table(
        ["Domain", "Status", "Forwards to", "Delivery", "TLS out", "Dropped"],
        account.domains.map((domain) => [
          objectButton("Domain", domain.domain, domain, {
            account: account.id,
          }),
          chip(
            String(domain.status),
            domain.status === "ACTIVE"
              ? "good"
              : domain.status === "PENDING"
                ? "warn"
                : "bad",
          ),
          breakable(domain.transport ?? ""),
          `${(domain.allowed_delivery_modes ?? []).join(", ")}${domain.lookback_hops ? `, hops ${domain.lookback_hops}` : ""}`,
          domain.require_tls_outbound ? "required" : "if possible",
          (domain.drop_dispositions ?? []).join(", ") || "nothing",
        ]),
        "Protected domains",
      ),
    ),
  ];
}

function permissions(value) {
  const may = permissionBits
    .filter(([bit]) => (Number(value) & bit) !== 0)
    .map(([, word]) => word);
  return may.length > 0 ? may.join(", ") : "nothing";
}

function verdict(action, tag) {
  if (action === "Quarantine")
    return [
      make("b", {}, "Quarantine"),
      make("br"),
      make("span", { class: "soft" }, breakable(tag ?? "")),
    ];
  return action === "MoveToJmf" ? "Junk" : (action ?? "");
}

function scope(rule) {
  const said = Object.entries(rule)
    .filter(
      ([key, value]) =>
        /^(ExceptIf)?(SentTo|SentToMemberOf|RecipientDomainIs)$/.test(key) &&
        value?.length > 0,
    )
    .map(
      ([key, value]) =>
        `${key.startsWith("ExceptIf") ? "not " : ""}${[value].flat().join(", ")}`,
    );
  return said.length > 0 ? said.join("; ") : "everybody";
}

const described = new Set([
  ...[
    "Name",
    "Priority",
    "State",
    "Mode",
    "Guid",
    "ExchangeObjectId",
    "WhenChanged",
    "WhenCreated",
    "Comments",
  ],
  ...[
    "RuleErrorAction",
    "SenderAddressLocation",
    "SetAuditSeverity",
    "CreatedBy",
    "LastModifiedBy",
    "ImmutableId",
  ],
  ...["ActivationDate", "ExpiryDate", "StopRuleProcessing", "UseLegacyRegex"],
]);
const action =
  /^(Set|Remove|Apply|Prepend|Delete|Redirect|Reject|Quarantine|Moderate|Copy|BlindCopy|AddTo|Add|Generate|Route|Smtp)/;

function ruleConditions(rule) {
  const said = [];
  if (rule.HeaderContainsMessageHeader)
    said.push([
      make("code", {}, rule.HeaderContainsMessageHeader),
      ` has ${[rule.HeaderContainsWords ?? []].flat().join(", ")}`,
    ]);
  const ranges = [rule.SenderIpRanges ?? []].flat();
  if (ranges.length > 0)
    said.push(
      ranges.length > 2
        ? `last hop in ${ranges.length} address ranges`
        : `last hop in ${ranges.join(", ")}`,
    );
  for (const [key, value] of others(rule))
    if (!action.test(key) && !/^HeaderContains|^SenderIpRanges$/.test(key))
      said.push(`${key} ${brief(value)}`);
  return said.length > 0 ? joined(said, " and ") : "always";
}

function ruleActions(rule) {
  const said = others(rule)
    .filter(([key]) => action.test(key))
    .map(([key, value]) =>
      key === "SetSCL"
        ? make("b", {}, `SCL ${value}`)
        : `${key} ${brief(value)}`,
    );
  if (rule.StopRuleProcessing) said.push("no further rules");
  return said.length > 0 ? joined(said, ", ") : "nothing";
}

function others(rule) {
  return Object.entries(rule).filter(
    ([key, value]) =>
      !described.has(key) &&
      value !== null &&
      value !== false &&
      !(Array.isArray(value) && value.length === 0) &&
      value !== "",
  );
}

function joined(parts, glue) {
  return parts.flatMap((part, index) =>
    index === 0 ? part : [glue, part].flat(),
  );
}

function brief(value) {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

function objectButton(kind, name, record, where, title = name) {
  return make(
    "button",
    {
      type: "button",
      class: "name",
      onclick: () => showObject(kind, name, record, where),
    },
    breakable(title),
  );
}

/** Returns a long name with possible line breaks before each word. */
function breakable(text) {
  return String(text)
    .split(/(?<=[a-z])(?=[A-Z])|(?=\d{8})|(?<=[.@-])/)
    .flatMap((part, index) => (index === 0 ? part : [make("wbr"), part]));
}

const hidden = ["clientSecrets", "value", "key"];

function showObject(kind, name, record, where) {
  const rows = Object.entries(record).map(([key, value]) => [
    key,
    make(
      "code",
      {},
      hidden.includes(key)
        ? "(not shown)"
        : typeof value === "string"
          ? value
          : JSON.stringify(value),
    ),
  ]);
  const property = make("input", {
    name: "property",
    required: true,
    list: "properties",
    autocomplete: "off",
  });
  const value = make("input", {
    name: "value",
    required: true,
    placeholder: 'such as 6, true, "text", ["a"]',
  });
  const edit = make(
    "form",
    {
      class: "edit",
      onsubmit: (event) => {
        event.preventDefault();
        at("details").close();
        void attempt(async () => {
          const changes = { [property.value]: jsonOf(value.value) };
          await ask("/edit", "POST", { kind, name, changes, ...where });
        });
      },
    },
    make("label", {}, "Property", property),
    make("label", {}, "New value, as JSON", value),
    make("button", {}, "Change it, as somebody else would"),
    make(
      "datalist",
      { id: "properties" },
      Object.keys(record).map((key) => make("option", { value: key })),
    ),
  );
  property.addEventListener("change", () => {
    if (property.value in record)
      value.value = JSON.stringify(record[property.value]);
  });
  open(
    `${kind} ${name}`,
    fixed.includes(kind) ? null : edit,
    table(["Property", "Value"], rows, "Properties"),
  );
}

function jsonOf(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Properties that `/simulator/edit` does not change. */
const fixed = ["Application", "GraphDomain"];

function open(title, ...content) {
  at("details-title").textContent = title;
  at("details-content").replaceChildren(...content.filter(Boolean));
  at("details").showModal();
  at("details").scrollTop = 0;
}

/* Changes */

async function showChanges() {
  const differences = await ask("/diff");
  at("changes-count").textContent =
    differences.length > 0 ? String(differences.length) : "";
  at("changes-list").replaceChildren(
    differences.length > 0
      ? make(
          "ul",
          { class: "differences" },
          differences.map((line) => make("li", {}, line)),
        )
      : make("p", { class: "soft" }, "nothing"),
  );
}

/* Log */

const services = {
  entra: "Entra",
  exchange: "Exchange",
  graph: "Graph",
  cloudflare: "Cloudflare",
};
const longest = 500;

function logRow(entry, fresh = false) {
  const bad = entry.status === 0 || entry.status >= 400;
  const what =
    entry.cmdlet ??
    `${entry.method} ${entry.path.replace(/^(\/client\/v4\/accounts)?\/[0-9a-f-]{20,}(?=\/)/, "…")}`;
  const identity = entry.parameters?.Identity ?? entry.parameters?.Name;
  return make(
    "li",
    { class: fresh ? "fresh" : "" },
    make(
      "button",
      { type: "button", onclick: () => showEntry(entry) },
      make("span", { class: "soft" }, entry.at.slice(11, 19)),
      make(
        "span",
        { class: "what" },
        make("span", { class: entry.write ? "write" : "" }, breakable(what)),
        identity ? ` ${brief(identity)}` : null,
        make(
          "span",
          { class: "soft" },
          ` ${services[entry.vendor] ?? entry.vendor}, ${entry.ms} ms`,
        ),
        entry.fault ? [" ", chip(`fault ${entry.fault}`, "warn")] : null,
        entry.refused ? make("span", { class: "why" }, entry.refused) : null,
      ),
      chip(
        entry.status === 0 ? "cut" : String(entry.status),
        bad ? "bad" : "good",
      ),
    ),
  );
}

function wanted(entry) {
  const text = at("log-search").value.toLowerCase();
  return (
    (!at("log-refused").checked ||
      entry.refused !== undefined ||
      entry.status === 0 ||
      entry.status >= 400) &&
    (text === "" || JSON.stringify(entry).toLowerCase().includes(text))
  );
}

function showLog() {
  at("log-list").replaceChildren(
    ...now.log
      .filter(wanted)
      .slice(-longest)
      .reverse()
      .map((entry) => logRow(entry)),
  );
  at("log-none").hidden = now.log.length > 0;
}

function addEntries(entries) {
  now.log.push(...entries);
  if (now.log.length > longest) now.log.splice(0, now.log.length - longest);
  at("log-none").hidden = now.log.length > 0;
  const list = at("log-list");
  list.prepend(
    ...entries
      .filter(wanted)
      .reverse()
      .map((entry) => logRow(entry, true)),
  );
  while (list.childElementCount > longest) list.lastElementChild.remove();
}

function showEntry(entry) {
  open(
    entry.cmdlet ?? `${entry.method} ${entry.path}`,
    make("pre", {}, JSON.stringify(entry, null, 2)),
  );
}

/* Mail */

const outcomes = {
  inbox: ["Inbox", "good"],
  junk: ["Junk Email folder", "warn"],
  quarantine: ["Quarantine", "warn"],
  hostedQuarantine: ["Hosted quarantine", "warn"],
  deleted: ["Deleted", "bad"],
  rejected: ["Rejected", "bad"],
  redirected: ["Redirected", "warn"],
  droppedByCloudflare: ["Dropped by Cloudflare", "bad"],
  notDocumented: ["Nobody has documented what happens", "bad"],
};
const releases = {
  recipient: "the recipient may release it",
  request: "the recipient may ask for its release",
  administrator: "an administrator releases it",
};

async function sendMail(trial) {
  const form = at("mail-form");
  if (!form.reportValidity()) return;
  const message = Object.fromEntries(
    [...new FormData(form)].filter(([, value]) => value !== ""),
  );
  const answer = at("mail-answer");
  try {
    showDelivery(await ask(trial ? "/mail/where" : "/mail", "POST", message));
  } catch (error) {
    answer.replaceChildren(make("p", { class: "outcome" }, errorText(error)));
  }
}

function showDelivery(delivery) {
  const [title, mood] = outcomes[delivery.outcome] ?? [delivery.outcome, ""];
  const said = [
    delivery.scl === null ? null : `SCL ${delivery.scl}`,
    delivery.verdict && delivery.verdict !== "none"
      ? `verdict ${delivery.verdict}`
      : null,
    delivery.policy ? `policy “${delivery.policy}”` : null,
    delivery.action ? `action ${delivery.action}` : null,
    delivery.quarantinePolicy
      ? `quarantine policy “${delivery.quarantinePolicy}”`
      : null,
    delivery.release ? releases[delivery.release] : null,
    delivery.outcome === "quarantine"
      ? delivery.notified
        ? "the recipient is notified"
        : "nobody is notified"
      : null,
    delivery.retentionDays ? `kept ${delivery.retentionDays} days` : null,
  ].filter((text) => text !== null);
  at("mail-answer").replaceChildren(
    make(
      "div",
      { class: "outcome" },
      make("strong", {}, title),
      " ",
      chip(delivery.outcome, mood),
      make("br"),
      said.join(" · "),
    ),
    make("h3", {}, "Why"),
    make(
      "ol",
      { class: "steps" },
      delivery.steps.map(({ object, property, value, why }) =>
        make(
          "li",
          {},
          make("b", {}, object),
          ` ${property} `,
          make("code", {}, brief(value)),
          make("br"),
          why,
        ),
      ),
    ),
  );
}

/* Quarantine */

const quarantineActions = [
  "preview",
  "release",
  "request",
  "approve",
  "deny",
  "delete",
];

/** Returns all quarantined messages, with the actions that the chosen actor may take. */
async function quarantined(asRecipient) {
  const all = await ask("/quarantine");
  if (!asRecipient) return all.map((message) => [message, "administrator"]);
  const recipients = [...new Set(all.map(({ recipient }) => recipient))];
  const lists = await Promise.all(
    recipients.map(async (recipient) => {
      const seen = await ask(`/quarantine?as=${encodeURIComponent(recipient)}`);
      return seen.map((message) => [message, recipient]);
    }),
  );
  return lists.flat();
}

async function showQuarantine() {
  const role = document.querySelector("input[name=role]:checked").value;
  let messages;
  let notifications;
  try {
    messages = await quarantined(role === "recipient");
    const week = new Date(Date.now() + 7 * 24 * 3600 * 1000).toISOString();
    notifications = await ask(`/notifications?now=${week}`);
  } catch (error) {
    at("quarantine-list").replaceChildren(
      make("p", { class: "soft" }, errorText(error)),
    );
    return;
  }
  at("quarantine-count").textContent =
    messages.length > 0 ? String(messages.length) : "";
  at("quarantine-list").replaceChildren(
    table(
      ["Received", "Message", "Why", "Status", "Do"],
      messages.map(([message, actor]) => [
        message.receivedAt.slice(0, 16).replace("T", " "),
        [
          make("b", {}, message.subject),
          make("br"),
          make(
            "span",
            { class: "soft" },
            `${message.sender} to ${message.recipient}`,
          ),
        ],
        [
          message.reason,
          make("br"),
          make(
            "span",
            { class: "soft" },
            [message.policy, message.quarantinePolicy]
              .filter(Boolean)
              .join(", "),
          ),
        ],
        chip(message.status),
        make(
          "span",
          { class: "buttons" },
          quarantineActions.map((action) => {
            const allowed = message.actions.includes(action);
            return make(
              "button",
              {
                type: "button",
                disabled: !allowed,
                title: allowed ? undefined : "not allowed to this actor now",
                onclick: () => void runAction(action, message, actor),
              },
              action,
            );
          }),
        ),
      ]),
      "Messages in quarantine",
    ),
  );
  at("notifications").replaceChildren(
    table(
      ["Sent", "To", "Subject", "Messages and their buttons"],
      notifications.map((one) => [
        one.at.slice(0, 16).replace("T", " "),
        one.recipient,
        one.subject,
        one.messages.flatMap(({ subject, actions }, index) => [
          index > 0 ? make("br") : null,
          `${subject}: ${actions.join(", ")}`,
        ]),
      ]),
      "Notifications",
    ),
  );
}

function errorText({ status, message }) {
  return status === 404 ? "Mail is not simulated in this version." : message;
}

async function runAction(action, message, actor) {
  const answer = await attempt(() =>
    ask(`/quarantine/${encodeURIComponent(message.id)}/${action}`, "POST", {
      as: actor,
    }),
  );
  if (answer && action === "preview")
    open(message.subject, make("pre", {}, JSON.stringify(answer, null, 2)));
  await showQuarantine();
}

/* Faults */

function showFaults() {
  at("faults-count").textContent =
    now.faults.length > 0 ? String(now.faults.length) : "";
  at("faults-list").replaceChildren(
    table(
      ["Name", "What", "For which requests", ""],
      now.faults.map((fault) => {
        const { id, match = {}, kind, when, ...rest } = fault;
        return [
          id,
          [
            make("b", {}, kind),
            ` ${Object.entries(rest)
              .map(([key, value]) => `${key} ${brief(value)}`)
              .join(
                ", ",
              )}${when === "after" ? ", after it was carried out" : ""}`,
          ],
          Object.entries(match)
            .map(([key, value]) => `${key} ${value}`)
            .join(", ") || "the next one",
          make(
            "button",
            {
              type: "button",
              "aria-label": `Remove ${id}`,
              onclick: () =>
                void attempt(() =>
                  ask(`/faults?id=${encodeURIComponent(id)}`, "DELETE"),
                ),
            },
            "Remove",
          ),
        ];
      }),
      "Faults that are set",
    ),
  );
}

const numeric = new Set(["status", "nth"]);

function faultOf(form) {
  const fields = Object.fromEntries(
    [...new FormData(form)].filter(
      ([name, value]) =>
        value !== "" && !form.elements[name].closest("[hidden]"),
    ),
  );
  const { kind, when, status, location, body, retryAfter, ...match } = fields;
  for (const [name, value] of Object.entries(match))
    if (numeric.has(name) || (name === "times" && value !== "always"))
      match[name] = Number(value);
  return {
    kind,
    ...(when === "after" ? { when } : {}),
    match,
    ...(status === undefined ? {} : { status: Number(status) }),
    ...(location === undefined ? {} : { location }),
    ...(body === undefined ? {} : { body: jsonOf(body) }),
    ...(retryAfter === undefined
      ? {}
      : { headers: { "retry-after": retryAfter } }),
  };
}

function showFaultFields() {
  const kind = at("faults-form").elements.kind.value;
  for (const label of document.querySelectorAll("[data-for]"))
    label.hidden = !label.dataset.for.split(" ").includes(kind);
}

/* Switches */

const switchGroups = [
  ["Everybody", 0],
  ["Microsoft", 2],
  ["Cloudflare", Object.keys(facts.defaults).indexOf("createStatus")],
];

function showSwitches() {
  const names = Object.keys(facts.defaults);
  let changed = 0;
  const fields = names.flatMap((name, index) => {
    const value = now.quirks[name];
    const differs =
      JSON.stringify(value) !== JSON.stringify(facts.defaults[name]);
    changed += differs ? 1 : 0;
    const group = switchGroups.find(([, first]) => first === index);
    return [
      group ? make("h3", {}, group[0]) : null,
      make(
        "label",
        { class: differs ? "changed" : "" },
        name,
        switchControl(name, value),
      ),
    ];
  });
  at("switches-count").textContent = changed > 0 ? String(changed) : "";
  const focused = document.activeElement?.name;
  at("switches-form").replaceChildren(...fields.filter(Boolean));
  if (focused) at("switches-form").elements[focused]?.focus();
}

function switchControl(name, value) {
  const choices =
    facts.choices[name] ??
    (typeof value === "boolean" ? [true, false] : undefined);
  const set = (chosen) =>
    void attempt(() => ask("/quirks", "PATCH", { [name]: chosen }));
  if (choices)
    return make(
      "select",
      { name, onchange: (event) => set(choices[event.target.selectedIndex]) },
      choices.map((choice) =>
        make(
          "option",
          { selected: choice === value },
          typeof choice === "boolean"
            ? choice
              ? "yes"
              : "no"
            : String(choice),
        ),
      ),
    );
  const list = Array.isArray(value);
  return make("input", {
    name,
    type: typeof value === "number" ? "number" : "text",
    min: typeof value === "number" ? "0" : undefined,
    value: list ? value.join(", ") : String(value),
    onchange: ({ target }) =>
      set(
        list
          ? target.value.split(/[\s,]+/).filter(Boolean)
          : typeof value === "number"
            ? Number(target.value)
            : target.value,
      ),
  });
}

/* What happens, as it happens */

async function refresh() {
  [now.state, now.faults, now.quirks] = await Promise.all([
    ask("/state"),
    ask("/faults"),
    ask("/quirks"),
  ]);
  showObjects();
  showFaults();
  showSwitches();
  await Promise.all([showChanges(), showQuarantine()]);
}

let waiting = false;
/** Refreshes the page once for several changes within a short time. */
function refreshSoon() {
  if (waiting) return;
  waiting = true;
  setTimeout(() => {
    waiting = false;
    void attempt(refresh);
  }, 150);
}

let arrived = [];
function noteRequest(entry) {
  if (arrived.length === 0)
    setTimeout(() => {
      const entries = arrived;
      arrived = [];
      addEntries(entries);
    }, 60);
  arrived.push(entry);
  // A request whose answer was cut off may also have changed something.
  if (entry.write) refreshSoon();
}

function watch() {
  const connection = at("connection");
  const events = new EventSource("/simulator/events");
  events.addEventListener("open", async () => {
    connection.className = "live";
    connection.textContent = `live at ${location.origin}`;
    await attempt(async () => {
      now.log = await ask(`/log?last=${longest}`);
      showLog();
      await refresh();
    });
    document.body.dataset.ready = "yes";
  });
  events.addEventListener("error", () => {
    connection.className = "";
    connection.textContent = "the simulator has ended; waiting for it …";
  });
  events.addEventListener("request", ({ data }) =>
    noteRequest(JSON.parse(data)),
  );
  events.addEventListener("changed", () => {
    refreshSoon();
    void attempt(async () => {
      if ((await ask("/log?last=1")).length === 0) {
        now.log = [];
        showLog();
      }
    });
  });
}

function showPart() {
  const wanted = location.hash.slice(1);
  const links = [...document.querySelectorAll("nav a")];
  const link = links.find((one) => one.hash === `#${wanted}`) ?? links[0];
  for (const one of links) {
    const shown = one === link;
    if (shown) one.setAttribute("aria-current", "page");
    else one.removeAttribute("aria-current");
    const part = at(one.hash.slice(1));
    if (part.id === "log") part.classList.toggle("shown", shown);
    else part.hidden = !shown;
  }
  // On a wide screen the log is shown next to every part.
  if (link.hash === "#log" && getComputedStyle(link).display === "none")
    at("objects").hidden = false;
}

addEventListener("hashchange", () => {
  if (location.hash === "#main") return;
  showPart();
});
addEventListener("resize", showPart);
at("log-search").addEventListener("input", showLog);
at("log-refused").addEventListener("change", showLog);
at("log-clear").addEventListener(
  "click",
  () => void attempt(() => ask("/log", "DELETE")),
);
at("mail-form").addEventListener("submit", (event) => {
  event.preventDefault();
  void sendMail(false);
});
at("mail-trial").addEventListener("click", () => void sendMail(true));
for (const radio of document.querySelectorAll("input[name=role]"))
  radio.addEventListener("change", () => void attempt(showQuarantine));
at("faults-form").elements.kind.append(
  ...facts.mishaps.map((kind) =>
    make("option", { selected: kind === "status" }, kind),
  ),
);
at("faults-form").elements.kind.addEventListener("change", showFaultFields);
at("faults-form").addEventListener("submit", (event) => {
  event.preventDefault();
  void attempt(() => ask("/faults", "POST", faultOf(event.target)));
});
at("faults-clear").addEventListener(
  "click",
  () => void attempt(() => ask("/faults", "DELETE")),
);
at("switches-form").addEventListener("submit", (event) =>
  event.preventDefault(),
);
at("save").addEventListener(
  "click",
  () =>
    void attempt(async () => {
      const state = await ask("/state");
      const link = make("a", {
        download: "simulator-state.json",
        href: URL.createObjectURL(
          new Blob([JSON.stringify(state, null, 2)], {
            type: "application/json",
          }),
        ),
      });
      link.click();
      URL.revokeObjectURL(link.href);
    }),
);
at("load").addEventListener("click", () => at("load-file").click());
at("load-file").addEventListener(
  "change",
  ({ target }) =>
    void attempt(async () => {
      const [file] = target.files;
      if (file) await ask("/state", "PUT", JSON.parse(await file.text()));
      target.value = "";
    }),
);
at("reset").addEventListener("click", () => {
  if (confirm("Back to the objects of the start, without log and faults?"))
    void attempt(() => ask("/reset", "POST", {}));
});
showFaultFields();
showPart();
watch();
