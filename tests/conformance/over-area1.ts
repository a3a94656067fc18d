// The set-up of jest's project "area1": a sample of the suites runs over the provider area1.
process.env["AREA1_PLATFORM"] = "area1";
process.env["AREA1_QUICK"] = "1";
