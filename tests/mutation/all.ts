// What tells mutants of providers/ from the original, as one file: every mutant loads everything once. The quickest first, as a
// mutant's run ends with its first failure.
import "../providers/codecs.test";
import "../providers/messages.test";
import "../providers/configuration.test";
import "../providers/guard.test";
import "../conformance/restore-point.test";
import "../conformance/area1-domain.test";
import "../conformance/area1-domain-leaving.test";
import "../conformance/area1-domain-mail-exchange.test";
import "../conformance/quarantine-in-use.test";
import "../conformance/transport-rule.test";
import "../conformance/quarantine-policy.test";
import "../conformance/quarantine-notification.test";
import "../conformance/anti-spam-rule.test";
import "../conformance/anti-spam-policy.test";
import "../providers/credentials.test";
import "../providers/http.test";
import "../golden/messages.test";
