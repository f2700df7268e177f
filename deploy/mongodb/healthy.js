// Run by compose as mongodb's health check: makes the one-member replica set if need be, and says whether it can be
// written to.
const password = require("fs").readFileSync("/run/secrets/mongodb_password", "utf8").trim();
db.getSiblingDB("admin").auth("reunify", password);
try {
  rs.status();
} catch (error) {
  if (error.codeName !== "NotYetInitialized") throw error;
  rs.initiate({ _id: "reunify", members: [{ _id: 0, host: "mongodb:27017" }] });
}
quit(db.hello().isWritablePrimary ? 0 : 1);
