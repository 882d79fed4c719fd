// Stands in for the native addon of aws-lambda-ric, three functions over libcurl that need a C++ compiler
// to build. The same three over node:http; everything else in the process is AWS's own client.
"use strict";
const http = require("node:http");
const Module = require("node:module");

const [hostname, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

function call(method, path, body, headers) {
  return new Promise((resolve, reject) => {
    const request = http.request(
      { hostname, port, method, path: `/2018-06-01/runtime${path}`, agent, headers },
      (response) => {
        let bodyJson = "";
        response.setEncoding("utf8");
        response.on("data", (text) => {
          bodyJson += text;
        });
        response.on("end", () => resolve({ bodyJson, headers: response.headers }));
      },
    );
    request.on("error", reject).end(body);
  });
}

const json = { "Content-Type": "application/json" };

// Says on the log's own way that the log of this invocation ends here: it and the answer go different ways,
// and whoever started this process waits for both.
const endLog = (id) => process.stdout.write(`\0${id}\n`);

// The addon answers at once and sends later, but never asks for the next invocation before it has sent.
let sent = Promise.resolve();

const addon = {
  next: () => sent.then(() => call("GET", "/invocation/next")),
  done(id, body) {
    endLog(id);
    sent = call("POST", `/invocation/${id}/response`, body, json);
  },
  error(id, body, xray) {
    endLog(id);
    const type = { "Lambda-Runtime-Function-Error-Type": JSON.parse(body).errorType };
    const cause = xray ? { "Lambda-Runtime-Function-XRay-Error-Cause": xray } : {};
    sent = call("POST", `/invocation/${id}/error`, body, { ...json, ...type, ...cause });
  },
};

const load = Module._load;
Module._load = function (request, ...rest) {
  return request.endsWith("rapid-client.node") ? addon : load.call(this, request, ...rest);
};
