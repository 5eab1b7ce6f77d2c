"use strict";
const period = 2000, kept = 150, least = 30;  // a look every 2 s, the last 5 minutes, a minute's room at first
const width = 600, height = 180;
const samples = [];
const element = id => document.getElementById(id);

/// "name{labels}" -> value, as the text format has them.
function read(text) {
  const values = new Map();
  for (const line of text.split("\n")) {
    const blank = line.lastIndexOf(" ");
    if (line.startsWith("#") || blank < 0) continue;
    values.set(line.slice(0, blank), Number(line.slice(blank + 1)));
  }
  return {time: performance.now() / 1000, values};
}

const value = (sample, series) => sample.values.get(series) ?? 0;
const last = () => samples[samples.length - 1];

/// How much a counter grows in a second between two looks; a restart counts as no growth.
function rate(before, after, ...series) {
  const grown = series.reduce((sum, name) => sum + value(after, name) - value(before, name), 0);
  return Math.max(0, grown) / Math.max(after.time - before.time, 0.001);
}

/// Of a histogram's observations between two looks, in seconds; null without any.
function quantile(before, after, name, q) {
  const buckets = [];
  for (const [series, count] of after.values) {
    const bound = series.startsWith(name + "_bucket{") && /le="([^"]+)"/.exec(series);
    if (bound) buckets.push([bound[1] === "+Inf" ? Infinity : Number(bound[1]), count - value(before, series)]);
  }
  buckets.sort((x, y) => x[0] - y[0]);
  const total = buckets.length ? buckets[buckets.length - 1][1] : 0;
  if (total <= 0) return null;
  let [low, below] = [0, 0];
  for (const [bound, count] of buckets) {
    if (count >= q * total)
      return bound === Infinity ? low : low + (bound - low) * (q * total - below) / Math.max(count - below, 1);
    [low, below] = [bound, count];
  }
  return low;
}

const rounded = n => n >= 100 ? Math.round(n).toLocaleString("en") : n.toFixed(n >= 10 ? 1 : 2).replace(/\.?0+$/, "");
const seconds = s => s === null ? "–" : s >= 1 ? rounded(s) + " s" : s >= 1e-3 ? rounded(s * 1e3) + " ms" : rounded(s * 1e6) + " µs";
const bytes = n => n >= 1 << 20 ? rounded(n / (1 << 20)) + " MiB" : n >= 1024 ? rounded(n / 1024) + " KiB" : n + " B";

function svg(name, attributes) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, text] of Object.entries(attributes)) made.setAttribute(key, text);
  return made;
}

function html(name, text, className) {
  const made = document.createElement(name);
  made.textContent = text;
  if (className) made.className = className;
  return made;
}

/// `lines`: [label, points]; a point may be null.
function draw(id, lines, show) {
  const top = Math.max(...lines.flatMap(line => line[1]).filter(p => p !== null), 0) || 1;
  const room = Math.max(least, ...lines.map(line => line[1].length));
  const x = (i, n) => (width * (i + room - n) / (room - 1)).toFixed(1);
  const y = p => (height - 6 - (height - 16) * p / top).toFixed(1);
  const parts = [0.25, 0.5, 0.75].map(p => svg("line", {x1: 0, x2: width, y1: height * p, y2: height * p}));
  const legend = [];
  lines.forEach(([label, points], i) => {
    const drawn = points.map((p, at) => p === null ? null : `${x(at, points.length)},${y(p)}`).filter(p => p);
    parts.push(svg("polyline", {points: drawn.join(" "), class: "abcde"[i]}));
    const item = html("li", "", "abcde"[i]);
    item.append(html("span", `${label} ${show(points.length ? points[points.length - 1] : null)}`));
    legend.push(item);
  });
  element(id).replaceChildren(...parts);
  element(id).setAttribute("aria-label", legend.map(item => item.textContent).join(", "));
  element(id + "-legend").replaceChildren(...legend);
  element(id).previousElementSibling.dataset.top = "up to " + show(top);
}

const pairs = of => samples.slice(1).map((after, i) => of(samples[i], after));
const number = n => n === null ? "–" : rounded(n);

function drawCharts() {
  const states = ["active", "idle", "idle_in_transaction", "starting", "leaving"];
  draw("sessions", states.map(s => [s.replaceAll("_", " "), samples.map(x => value(x, `pgsidecar_sessions{state="${s}"}`))]), number);
  const query = protocol => `pgsidecar_queries_total{protocol="${protocol}"}`;
  draw("rates", [
    ["transactions", pairs((a, b) => rate(a, b, "pgsidecar_transactions_total"))],
    ["extended queries", pairs((a, b) => rate(a, b, query("extended")))],
    ["simple queries", pairs((a, b) => rate(a, b, query("simple")))],
    ["re-parses", pairs((a, b) => rate(a, b, "pgsidecar_reparses_total"))]], number);
  draw("latency", [0.5, 0.95, 0.99].map(q => [`p${q * 100}`, pairs((a, b) => quantile(a, b, "pgsidecar_first_byte_seconds", q))]), seconds);
  draw("avoided", ["duplicate_name", "unknown_name", "wrong_statement"].map(kind =>
    [kind.replaceAll("_", " "), pairs((a, b) => rate(a, b, avoided(kind)))]), number);
}

const avoided = kind => `pgsidecar_errors_avoided_total{kind="${kind}"}`;

function drawTiles() {
  const now = last(), before = samples[Math.max(0, samples.length - 2)];
  const all = (name, label, kinds) => kinds.reduce((sum, kind) => sum + value(now, `${name}{${label}="${kind}"}`), 0);
  const tiles = {
    "sessions": rounded(all("pgsidecar_sessions", "state", ["starting", "idle", "active", "idle_in_transaction", "leaving"])),
    "transactions per second": rounded(rate(before, now, "pgsidecar_transactions_total")),
    "errors avoided": rounded(all("pgsidecar_errors_avoided_total", "kind", ["duplicate_name", "unknown_name", "wrong_statement"])),
    "of them wrong rows": rounded(value(now, avoided("wrong_statement"))),
    "prepared statements": rounded(value(now, "pgsidecar_prepared_statements")),
    "memory": bytes(value(now, "process_resident_memory_bytes")),
  };
  element("tiles").replaceChildren(...Object.entries(tiles).map(([label, text]) => {
    const tile = document.createElement("div");
    tile.append(html("b", text), html("span", label));
    tile.dataset.label = label;
    return tile;
  }));
}

function drawStatements({statements}) {
  element("statements").replaceChildren(...statements.map(s => {
    const row = document.createElement("tr");
    for (const text of [s.sql ?? s.id, rounded(s.calls), rounded(s.reparses), rounded(s.errors_avoided), seconds(s.server_seconds)])
      row.append(html("td", text));
    return row;
  }));
}

function say(text, bad) {
  element("status").textContent = text;
  element("status").className = bad ? "bad" : "";
}

function condition() {
  if (value(last(), "pgsidecar_draining")) return say("draining", true);
  if (!value(last(), "pgsidecar_upstream_up")) return say("upstream not reachable", true);
  say("upstream reachable", false);
}

async function ask(path) {
  const answer = await fetch(path, {cache: "no-store", signal: AbortSignal.timeout(5000)});
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer;
}

async function look() {
  try {
    samples.push(read(await (await ask("/metrics")).text()));
    if (samples.length > kept) samples.shift();
    const version = [...last().values.keys()].find(name => name.startsWith("pgsidecar_build_info"));
    element("version").textContent = /version="([^"]*)"/.exec(version)?.[1] ?? "";
    drawTiles();
    drawCharts();
    drawStatements(await (await ask("/statements?limit=20")).json());
    condition();
  } catch (failure) {
    say("no answer from pgsidecar: " + failure.message, true);
  }
  setTimeout(look, period);
}

look();
