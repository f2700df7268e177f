// Runs the independent push service `web-push-testing` on the loopback alone, on a port of the system's choosing.
// Its own start listens on every address and cannot tell which port it got.
// Prints one line, the address, once it answers; ends when its standard input does, so that it never outlives a test run.
"use strict";

const { PushApiModel } = require("web-push-testing/src/PushApiModel.js");
const WebPushTestingServer = require("web-push-testing/src/server.js");

const model = new PushApiModel();
const server = new WebPushTestingServer(model, 0);
server.setRequestHandlers();

const listener = server._app.listen(0, "127.0.0.1", () => {
  const address = `http://127.0.0.1:${listener.address().port}`;
  model.notifyUrl = `${address}/notify/`;
  console.log(address);
});

process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
