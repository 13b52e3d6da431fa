// Calls everything public of `logister-js` once, for the recorder; see README.md beside this file.

import { createRequire } from "node:module";
import http from "node:http";
import { join } from "node:path";

const require = createRequire(join(process.env.LOGISTER_JS, "package.json"));
const { LogisterClient, instrumentConsole, capturePageLoad } = require("logister-js");
const { createLogisterMiddleware, createLogisterErrorHandler } = require("logister-js/express");
const { getNodeRuntimeContext } = require("logister-js/node");
const express = require("express");

const SERVER = process.env.LOGISTER_BASE_URL;
const MOMENT = new Date("2026-11-20T11:53:00.250Z");
const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const WHO = { traceId: TRACE, requestId: "req-77", sessionId: "s-9", userId: "4711" };
const SOURCE = { repository: "acme/shop", commitSha: "9f3c1abd", branch: "main" };

let underWay = [];

async function step(label, call) {
  await fetch(`${SERVER}/steps/${label}`, { method: "PUT" });
  await call();
  // The hooks send without waiting.
  while (underWay.length > 0) await Promise.all(underWay.splice(0));
}

function newClient(options = {}) {
  return new LogisterClient({
    apiKey: process.env.LOGISTER_API_KEY,
    baseUrl: SERVER,
    environment: "staging",
    release: "1.4.2",
    defaultContext: { service: "storefront" },
    fetch: (...request) => {
      const answer = fetch(...request);
      underWay.push(answer);
      return answer;
    },
    ...options,
  });
}

class OutOfStock extends Error {
  name = "OutOfStock";
}

function charge(order) {
  throw new RangeError(`no price for ${order}`);
}

function sell(order) {
  try {
    charge(order);
  } catch (error) {
    throw new OutOfStock(`cannot sell ${order}`, { cause: error });
  }
}

function raised(call) {
  try {
    call();
  } catch (error) {
    return error;
  }
}

async function errors(client) {
  await step("captureException-with-cause", () =>
    client.captureException(raised(() => sell("A-1")), {
      level: "fatal",
      fingerprint: "checkout",
      occurredAt: MOMENT,
      context: { cart: { items: 2 }, tags: { tenant: "north" } },
      ...WHO,
    }),
  );
  await step("captureException-several-from-a-commit", () =>
    newClient(SOURCE).captureException(new AggregateError([raised(() => charge("A-1")), "and a word"], "all failed"), {
      message: "the shop is closed",
      environment: "qa",
      release: "2.0",
      occurredAt: "2026-11-20T12:53:00.250+01:00",
    }),
  );
  await step("captureException-text", () => client.captureException("just words", { occurredAt: MOMENT }));
  await step("captureException-object", () => client.captureException({ code: 17 }, { occurredAt: MOMENT }));
}

async function messages(client) {
  for (const level of ["debug", "info", "warn", "error", "fatal"]) {
    await step(`captureMessage-${level}`, () =>
      client.captureMessage("stock is low", {
        level,
        fingerprint: "stock",
        occurredAt: MOMENT,
        context: { sku: "A-1" },
        ...WHO,
      }),
    );
  }
  await step("captureMessage-in-node", () =>
    client.captureMessage("started", { occurredAt: MOMENT, context: getNodeRuntimeContext({ port: 3000 }) }),
  );
}

async function measurements(client) {
  await step("captureMetric", () =>
    client.captureMetric("queue.depth", 12.5, {
      unit: "jobs",
      occurredAt: MOMENT,
      context: { queue: "mail" },
      ...WHO,
    }),
  );
  await step("captureMetric-without-unit", () =>
    client.captureMetric("queue.depth", 0, { level: "debug", occurredAt: MOMENT }),
  );
  await step("captureTransaction", () =>
    client.captureTransaction("POST /orders", 182.25, { occurredAt: MOMENT, context: { status: 503 }, ...WHO }),
  );
  await step("captureSpan-with-parent", () =>
    client.captureSpan("SELECT orders", 40.5, {
      traceId: TRACE,
      requestId: "req-77",
      spanId: "00f067aa0ba902b7",
      parentSpanId: "53995c3f42cd8ad8",
      kind: "db",
      status: "error",
      startedAt: MOMENT,
      endedAt: new Date(MOMENT.getTime() + 41),
      context: { db: { rows: 3 } },
    }),
  );
  await step("captureSpan-with-name-and-duration", () => client.captureSpan("work", 7));
}

async function checkIns(client) {
  await step("checkIn-ok", () =>
    client.checkIn("backup", "ok", {
      checkedAt: MOMENT,
      durationMs: 812,
      expectedIntervalSeconds: 3600,
      traceId: TRACE,
      requestId: "req-77",
    }),
  );
  await step("checkIn-error", () =>
    client.checkIn("backup", "error", { checkedAt: MOMENT, environment: "production", release: "2.0" }),
  );
  await step("checkIn-in_progress", () =>
    client.checkIn("backup", "in_progress", {
      checkedAt: "2026-11-20T11:53:00.250Z",
      expectedIntervalSeconds: 900,
      context: { disk: "nvme0" },
    }),
  );
  await step("sendEvent-check_in", () =>
    client.sendEvent({
      event_type: "check_in",
      level: "info",
      message: "nightly",
      occurred_at: "2026-11-20T11:53:00.250Z",
      context: { check_in_status: "ok", expected_interval_seconds: 3600 },
    }),
  );
}

async function deployments(client) {
  await step("recordDeployment", () =>
    client.recordDeployment({
      release: "1.4.2",
      ...SOURCE,
      deployedAt: MOMENT,
      pullRequestNumber: 42,
      pullRequestUrl: "https://github.com/acme/shop/pull/42",
      releaseTag: "v1.4.2",
      releaseUrl: "https://github.com/acme/shop/releases/tag/v1.4.2",
      compareUrl: "https://github.com/acme/shop/compare/a...b",
      workflowRunUrl: "https://github.com/acme/shop/actions/runs/1",
      deploymentUrl: "https://shop.example.com",
    }),
  );
}

async function consoles(client) {
  const silent = { debug() {}, info() {}, log() {}, warn() {}, error() {} };
  const restore = instrumentConsole(client, { console: silent, context: { area: "orders" } });
  await step("console-warn", () => silent.warn("stock is low", { sku: "A-1" }, 3));
  await step("console-error-with-an-error", () => silent.error("order failed", raised(() => charge("A-1"))));
  restore();
}

async function expressRequests(client) {
  const app = express();
  app.use(createLogisterMiddleware({ client, captureRequestSpans: true }));
  app.get("/orders/:order", (request) => sell(request.params.order));
  app.use(createLogisterErrorHandler({ client }));
  app.use((_error, _request, response, _next) => response.status(500).end());
  const server = app.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const headers = {
    "x-request-id": "req-77",
    "user-agent": "curl/8",
    traceparent: `00-${TRACE}-00f067aa0ba902b7-01`,
  };
  const path = `/orders/A-1?coupon=NOV`;
  await step("express-failure", async () => {
    const options = { host: "127.0.0.1", port: server.address().port, path, headers };
    await new Promise((resolve) => http.get(options, (answer) => answer.resume().once("end", resolve)));
  });
  server.close();
}

async function pageLoad(client) {
  // What a browser measures; Node has neither navigation nor resources.
  const entries = {
    navigation: [
      {
        entryType: "navigation",
        duration: 812.5,
        domainLookupStart: 2,
        domainLookupEnd: 10,
        connectStart: 10,
        secureConnectionStart: 18,
        connectEnd: 40,
        requestStart: 41,
        responseStart: 141,
        responseEnd: 171,
        domInteractive: 400,
        domContentLoadedEventEnd: 500,
        loadEventEnd: 812.5,
        transferSize: 5300,
        encodedBodySize: 5000,
        decodedBodySize: 21000,
      },
    ],
    resource: [
      {
        entryType: "resource",
        name: "https://cdn.example.com/app.js?v=3",
        startTime: 180,
        duration: 120.25,
        initiatorType: "script",
        transferSize: 90300,
        encodedBodySize: 90000,
        decodedBodySize: 300000,
      },
    ],
  };
  const performance = { now: () => 900, getEntriesByType: (type) => entries[type] };
  await step("capturePageLoad", () =>
    capturePageLoad(client, { traceId: TRACE, route: "/orders/:order", context: { page: "order" }, performance }),
  );
}

const client = newClient();
for (const part of [errors, messages, measurements, checkIns, deployments, consoles, expressRequests, pageLoad]) {
  await part(client);
}
