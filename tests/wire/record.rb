# frozen_string_literal: true

# Calls everything public of `logister-ruby` once, for the recorder; see README.md beside this file.

require "logger"
require "net/http"
require "rails"
require "action_controller/railtie"
require "active_job/railtie"
require "logister"

MOMENT = Time.utc(2026, 11, 20, 11, 53, 0)
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SOURCE = { repository: "acme/shop", commit_sha: "9f3c1abd", branch: "main" }.freeze

class OutOfStock < StandardError; end

def step(label)
  address = URI("#{ENV.fetch("LOGISTER_BASE_URL")}/steps/#{label}")
  Net::HTTP.start(address.host, address.port) { |http| http.request(Net::HTTP::Put.new(address)) }
end

def charge(order)
  raise ArgumentError, "no price for #{order}"
end

def sell(order)
  charge(order)
rescue ArgumentError
  raise OutOfStock, "cannot sell #{order}"
end

def raised(order)
  sell(order)
rescue OutOfStock => e
  e
end

def errors
  step "report_error-with-cause"
  Logister.report_error(
    raised("A-1"),
    context: { cart: { items: 2 }, trace_id: TRACE, request_id: "req-77", session_id: "s-9" },
    tags: { tenant: "north" }
  )
  step "report_error-with-user-and-trail"
  Logister.reporter.set_user(id: 4711, email: "person@example.com", name: "Ana", plan: "business")
  Logister.add_breadcrumb(category: "cart", message: "item added", data: { sku: "A-1" })
  Logister.add_dependency(name: "bank", host: "bank.example.com", method: "POST", status: 502, duration_ms: 81.254)
  Logister.report_error(OutOfStock.new("never raised"), level: "fatal", fingerprint: "checkout")
  Logister.reporter.clear_user
  Logister::ContextStore.reset_request_scope!
end

def logs
  %w[debug info warn error fatal].each do |level|
    step "report_log-#{level}"
    Logister.report_log(message: "stock is low", level: level, context: { sku: "A-1" }, tags: { tenant: "north" })
  end
end

def measurements
  step "report_metric"
  Logister.report_metric(message: "queue.depth", value: 12.5, unit: "jobs", context: { queue: "mail" })
  step "report_metric-without-value"
  Logister.report_metric(message: "queue.seen", level: "debug", fingerprint: "seen")
  step "sql_subscriber"
  finished = MOMENT + 0.0125
  query = { name: "Order Load", sql: "SELECT * FROM orders WHERE id = ?", binds: [1] }
  ActiveSupport::Notifications.publish("sql.active_record", MOMENT, finished, "1", query)
  step "report_transaction"
  Logister.report_transaction(
    name: "POST /orders",
    duration_ms: 182.25,
    status: 503,
    context: { trace_id: TRACE, request_id: "req-77" },
    tags: { tenant: "north" }
  )
end

def spans
  step "report_span-with-parent"
  Logister.report_span(
    name: "SELECT orders",
    duration_ms: 40.5,
    trace_id: TRACE,
    request_id: "req-77",
    span_id: "00f067aa0ba902b7",
    parent_span_id: "53995c3f42cd8ad8",
    kind: "db",
    status: "error",
    started_at: MOMENT,
    ended_at: MOMENT + 1,
    context: { db: { rows: 3 } }
  )
  step "report_span-with-name-and-duration"
  Logister.report_span(name: "work", duration_ms: 7)
end

def check_ins
  step "report_check_in-ok"
  Logister.report_check_in(
    slug: "backup",
    expected_interval_seconds: 3600,
    duration_ms: 812,
    occurred_at: MOMENT,
    trace_id: TRACE,
    request_id: "req-77"
  )
  step "report_check_in-error"
  Logister.report_check_in(
    slug: "backup", status: "error", environment: "production", release: "2.0", occurred_at: MOMENT
  )
  step "report_check_in-in_progress"
  Logister.report_check_in(slug: "backup", status: "in_progress", occurred_at: MOMENT, context: { disk: "nvme0" })
end

def deployments
  step "record_deployment"
  Logister.record_deployment(
    release: "1.4.2",
    **SOURCE,
    deployed_at: MOMENT,
    pull_request_number: 42,
    pull_request_url: "https://github.com/acme/shop/pull/42",
    release_tag: "v1.4.2",
    release_url: "https://github.com/acme/shop/releases/tag/v1.4.2",
    compare_url: "https://github.com/acme/shop/compare/a...b",
    workflow_run_url: "https://github.com/acme/shop/actions/runs/1",
    deployment_url: "https://shop.example.com"
  )
end

class OrdersController < ActionController::Base
  User = Struct.new(:id, :email, :role, :account_id)

  def show
    Logister.add_breadcrumb(category: "cart", message: "item looked at")
    sell(params[:order])
  end

  def current_user
    User.new(4711, "person@example.com", "buyer", 12)
  end
end

class ShipJob < ActiveJob::Base
  queue_as :shipping

  def perform(order)
    sell(order)
  end
end

class Shop < Rails::Application
  config.eager_load = false
  config.hosts.clear
  config.logger = Logger.new(IO::NULL)
  config.secret_key_base = "x" * 40
  config.logister.environment = "staging"
  config.logister.service = "checkout"
  config.logister.release = "1.4.2"
  config.logister.async = false
  config.logister.max_retries = 0
  config.logister.capture_db_metrics = true
end

def get(path)
  Rails.application.call(
    Rack::MockRequest.env_for(
      "http://shop.example.com#{path}",
      "HTTP_X_REQUEST_ID" => "req-77",
      "HTTP_TRACEPARENT" => "00-#{TRACE}-00f067aa0ba902b7-01",
      "HTTP_AUTHORIZATION" => "Basic YW5hOnB3",
      "HTTP_USER_AGENT" => "curl/8",
      "REMOTE_ADDR" => "203.0.113.9"
    )
  )
end

def requests
  Logister.configure do |config|
    SOURCE.each { |name, value| config.public_send("#{name}=", value) }
    config.feature_flags_resolver = ->(**) { { new_checkout: true } }
    config.dependency_resolver = ->(**) { [{ name: "bank", host: "bank.example.com", status: 502, duration_ms: 81.25 }] }
  end
  step "rails-failure"
  get("/orders/A-1?coupon=NOV")
end

# As its subscriber reads it; Rails itself tells no duration.
def request_spans
  Logister.configure do |config|
    SOURCE.each_key { |name| config.public_send("#{name}=", nil) }
    config.capture_request_spans = true
  end
  step "request_subscriber-span"
  ActiveSupport::Notifications.instrument(
    "process_action.action_controller",
    controller: "OrdersController",
    action: "show",
    request_id: "req-77",
    status: 200,
    format: :html,
    method: "GET",
    path: "/orders/A-1",
    db_runtime: 12.345,
    view_runtime: 30.5,
    duration: 81.25
  )
  Logister::ContextStore.reset_request_scope!
end

def jobs
  step "active_job-failure"
  ShipJob.perform_now("A-1")
rescue OutOfStock
  nil
end

Rails.application.initialize!
Rails.application.routes.draw { get "/orders/:order", to: "orders#show", as: :order }
errors
logs
measurements
spans
check_ins
deployments
requests
request_spans
jobs
