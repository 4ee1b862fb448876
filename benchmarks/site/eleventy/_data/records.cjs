// Every record, one file a server.
const fs = require("node:fs");
const path = require("node:path");

const folder = path.join(__dirname, "..", "servers");
const read = (name) => JSON.parse(fs.readFileSync(path.join(folder, name), "utf8"));

module.exports = () => fs.readdirSync(folder).sort().flatMap(read);
