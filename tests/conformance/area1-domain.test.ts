import { conforms } from "./suite";
import { area1Domain } from "./subjects";

conforms(area1Domain);
