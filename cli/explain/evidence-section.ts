import type { Evidence, Found, RuleEvidence } from "../../mail-flow/evidence";
import { dispositionHeaders } from "../../mail-flow/message";
import { html, prose, stackTable, type Content, type Markup } from "./markup";
import { counted, readableTime } from "./words";

/** Returns the page's section about what happened to mail. */
export function evidenceSection({
  takenAt,
  hitsSince,
  matchesSince,
  rules,
  findings,
  couldNotLook,
  limits,
}: Evidence): Markup {
  return html`<section aria-labelledby="evidence-title">
    <h2 id="evidence-title">What really happened</h2>
    <p class="lead">
      Messages counted since ${readableTime(hitsSince)}, looked at one by one
      since ${readableTime(matchesSince)}; read ${readableTime(takenAt)}.
    </p>
    ${
      rules.length > 0 &&
      stackTable(
        ["Rule", "Looks for", "Matched", "By day", "What became of them"],
        rules.map(ruleRow),
      )
    }
    ${
      findings.length > 0 &&
      html`<ol class="findings">
        ${findings.map(
          ({ status, object, reason, fix, messages }) =>
            html`<li class="status-${status}">
              <h3><bdi>${object}</bdi></h3>
              <p>${prose(reason)}</p>
              ${fix && html`<p><strong>To mend it:</strong> ${prose(fix)}</p>`}
              <p class="what">${counted(messages, "message")}</p>
            </li>`,
        )}
      </ol>`
    }
    ${
      couldNotLook.length > 0 &&
      html`<div class="notice">
        <ul>
          ${couldNotLook.map(({ part, reason }) => html`<li><strong>Not looked at: ${part}.</strong> ${reason}</li>`)}
        </ul>
      </div>`
    }
    ${
      limits.length > 0 &&
      html`<p class="lead">${limits.map((limit) => `${limit}. `)}</p>`
    }
  </section>`;
}

function ruleRow(rule: RuleEvidence): Markup {
  return html`<tr>
    <th scope="row"><bdi>${rule.rule}</bdi>${!rule.enabled && " (off)"}</th>
    <td data-head="Looks for">
      <bdi>${rule.words.join(", ")}</bdi
      ><small>${dispositionHeaders[rule.header]}</small>
    </td>
    <td class="number" data-head="Matched">${rule.matched ?? "not read"}</td>
    <td data-head="By day">${bars(rule.perDay)}</td>
    <td data-head="What became of them">
      ${rule.lookedAt === null ? "not read" : rule.found.length === 0 ? "none was looked at" : rule.found.map(foundLine)}
    </td>
  </tr>`;
}

function foundLine(found: Found): Markup {
  const where = found.inQuarantine
    ? [
        `in quarantine`,
        found.type,
        found.policy && `by ${found.policy}`,
        found.quarantinePolicy,
      ]
    : ["not in quarantine"];
  const agrees = {
    yes: "as expected",
    ownVerdict: "by Microsoft's own verdict",
    no: "not as expected",
    unknown: found.why || "nothing follows from that",
  };
  return html`<div>
    ${counted(found.messages, "message")}
    ${where.filter(Boolean).join(", ")}<small
      >${agrees[found.agrees]}${found.released > 0 && `; ${found.released} released`}</small
    >
  </div>`;
}

/** Returns a chart with a bar per day. Its label contains the numbers. */
function bars(days: RuleEvidence["perDay"]): Content {
  if (days.length === 0) return "–";
  const most = Math.max(...days.map(({ messages }) => messages));
  const step = 120 / Math.max(days.length, 12);
  const label = days
    .map(({ date, messages }) => `${date}: ${messages}`)
    .join(", ");
  return html`<svg
    class="bars"
    viewBox="0 0 120 26"
    role="img"
    aria-label="${label}"
  >
    ${days.map(({ messages }, at) => {
      const height = Math.max(1.5, (messages / most) * 26);
      return html`<rect
        x="${(at * step).toFixed(1)}"
        y="${(26 - height).toFixed(1)}"
        width="${Math.max(1, step - 1.5).toFixed(1)}"
        height="${height.toFixed(1)}"
      />`;
    })}
  </svg>`;
}
