import { area1Provider } from "./area1-provider";
import { everySubject } from "./subjects";
import { conforms } from "./suite";

for (const subject of everySubject) conforms(subject, area1Provider());
