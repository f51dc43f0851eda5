// Jest forces colours where it has them, and picocolors takes them wherever CI is set: what tests start and read has none.
delete process.env["FORCE_COLOR"];
process.env["NO_COLOR"] = "1";
