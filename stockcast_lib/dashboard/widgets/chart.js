// Draws a plotly figure in the page's colours, with the price axis fitted to what is seen.

const CONFIG = {
  displaylogo: false, responsive: true, scrollZoom: false,
  modeBarButtonsToRemove: ["sendChartToCloud", "select2d", "lasso2d", "autoScale2d", "toImage"],
};
const RANGES = [["1 m", "1m"], ["6 m", "6m"], ["1 y", "12m"], ["3 y", "36m"], ["All", "all"]];
const SAME_DAY = 3 * 864e5;
const MARGIN = 0.05;
const LOG_REACH = 1e4;

// One library for all charts of a page.
function plotly(model) {
  if (window.Plotly) return Promise.resolve(window.Plotly);
  window.stockcastPlotly ??= script(model).then(() => window.Plotly);
  return window.stockcastPlotly;
}

async function script(model) {
  const own = document.querySelector('meta[name="stockcast-plotly"]')?.content;
  const source = own ?? (await fromKernel(model));
  // As a plain script: a module loader that happens to be there would take it for its own.
  const { define } = window;
  window.define = undefined;
  await new Promise((done, failed) => {
    const tag = Object.assign(document.createElement("script"), { src: source, onload: done, onerror: failed });
    document.head.append(tag);
  }).finally(() => (window.define = define));
}

function fromKernel(model) {
  return new Promise((done) => {
    const take = (content, buffers) => {
      if (!content.plotly) return;
      model.off("msg:custom", take);
      done(URL.createObjectURL(new Blob(buffers, { type: "text/javascript" })));
    };
    model.on("msg:custom", take);
    model.send({ ask: "plotly" });
  });
}

function isDark() {
  const { theme } = document.documentElement.dataset;
  return theme ? theme === "dark" : document.body.dataset.jpThemeLight === "false";
}

function recoloured(value, colours) {
  if (typeof value === "string") return colours[value] ?? value;
  if (Array.isArray(value)) return typeof value[0] === "number" ? value : value.map((each) => recoloured(each, colours));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, recoloured(each, colours)]));
}

// The names of days and months as the browser knows them.
function speak(Plotly, language) {
  const names = (options, dates) => dates.map((date) => new Intl.DateTimeFormat(language, { ...options, timeZone: "UTC" }).format(date));
  const days = [...Array(7).keys()].map((day) => Date.UTC(2023, 0, 1 + day));
  const months = [...Array(12).keys()].map((month) => Date.UTC(2023, month, 1));
  Plotly.register({
    moduleType: "locale", name: "page", dictionary: {},
    format: {
      days: names({ weekday: "long" }, days), shortDays: names({ weekday: "short" }, days),
      months: names({ month: "long" }, months), shortMonths: names({ month: "short" }, months),
      date: "%d %b %Y",
    },
  });
}

function back(day, months) {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCMonth(date.getUTCMonth() - months);
  return date.toISOString().slice(0, 10);
}

function ahead(day, days) {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + days);
  return date.toISOString().slice(0, 10);
}

function firstDay(figure) {
  const days = figure.data.map((trace) => trace.x?.[0]).filter((x) => typeof x === "string");
  return days.sort()[0];
}

// The lowest and highest price of what is drawn between two days.
function extent(figure, [first, last]) {
  let low = Infinity;
  let high = -Infinity;
  for (const trace of figure.data) {
    if (trace.visible === false || trace.visible === "legendonly" || !Array.isArray(trace.x)) continue;
    const reach = trace.error_y;
    for (const prices of [trace.y, trace.low, trace.high]) {
      prices?.forEach((price, place) => {
        const day = String(trace.x[place]);
        if (price === null || day < first || day > last) return;
        low = Math.min(low, price - (reach?.arrayminus?.[place] ?? 0));
        high = Math.max(high, price + (reach?.array?.[place] ?? 0));
      });
    }
  }
  return low <= high ? [low, high] : null;
}

function fitted(type, [low, high]) {
  // A band may reach down to zero, where a logarithmic axis has no place.
  const floor = Math.max(low, high / LOG_REACH);
  const [a, b] = type === "log" ? [Math.log10(floor), Math.log10(high)] : [low, high];
  const room = MARGIN * (b - a || Math.abs(a) || 1);
  return [a - room, b + room];
}

function render({ model, el }) {
  const row = Object.assign(document.createElement("div"), { className: "stockcast-ranges" });
  row.setAttribute("role", "group");
  row.setAttribute("aria-label", "How far back");
  const plot = Object.assign(document.createElement("div"), { className: "stockcast-plot" });
  plot.setAttribute("role", "figure");
  el.classList.add("stockcast-chart");
  el.append(row, plot);
  let library = null;
  let shown = null;
  let gone = false;

  // The figure's own range of days, before any other was chosen.
  let own = null;
  // The days of a range; nothing where the figure does not say what it is about.
  const daysOf = (range) => {
    if (range === "") return own;
    if (range.includes("_")) return range.split("_");
    const { asOf, targetDate } = shown.layout.meta ?? {};
    if (!asOf || !targetDate) return null;
    const first = range === "all" ? firstDay(shown) : back(asOf, parseInt(range, 10));
    const span = (Date.parse(targetDate) - Date.parse(first)) / 864e5;
    return [first, ahead(targetDate, Math.max(2, Math.round(span * 0.03)))];
  };
  const near = (a, b) => Math.abs(Date.parse(a) - Date.parse(b)) <= SAME_DAY;
  const press = () => {
    const range = model.get("range");
    const seen = daysOf(range);
    const chosen = RANGES.findIndex(([, each]) => each === range);
    const alike = RANGES.findIndex(([, each]) => seen && near(daysOf(each)?.[0], seen[0]) && near(daysOf(each)?.[1], seen[1]));
    [...row.children].forEach((button, place) => {
      button.setAttribute("aria-pressed", String(place === (chosen < 0 ? alike : chosen)));
    });
  };
  const choose = (range) => {
    model.set("range", range);
    model.save_changes();
  };
  const look = () => {
    const days = shown && daysOf(model.get("range"));
    if (days) library?.relayout(plot, { "xaxis.range": days });
    if (shown) press();
  };
  const fit = (changes) => {
    if (!model.get("ranges") || !Object.keys(changes).some((name) => name.startsWith("xaxis"))) return;
    const { xaxis, yaxis } = plot._fullLayout;
    if ("xaxis.range[0]" in changes || "xaxis.autorange" in changes) {
      // By hand, not by a button.
      const days = xaxis.range.map((day) => String(day).slice(0, 10));
      choose(own && days.every((day, place) => day === own[place].slice(0, 10)) ? "" : days.join("_"));
    }
    const found = extent(shown, xaxis.range.map((day) => String(day).slice(0, 10)));
    if (found) library.relayout(plot, { "yaxis.range": fitted(yaxis.type, found) });
  };
  for (const [words, range] of RANGES) {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: words });
    button.setAttribute("aria-pressed", "false");
    button.addEventListener("click", () => choose(range));
    row.append(button);
  }

  const describe = () => plot.setAttribute("aria-label", model.get("words"));
  const draw = async () => {
    const figure = model.get("figure");
    el.hidden = !figure?.data;
    if (el.hidden) return;
    describe();
    row.hidden = !model.get("ranges");
    const first = library === null;
    library = await plotly(model);
    if (gone) return;
    if (first) speak(library, model.get("language"));
    shown = isDark() ? recoloured(figure, model.get("dark")) : structuredClone(figure);
    const { height, width, ...layout } = shown.layout;
    const locale = { locale: "page" };
    own = layout.xaxis?.range ?? null;
    // What is hidden by hand, and looked at closely, stays so while the figure is of the same thing.
    const about = model.get("words");
    const legend = { ...layout.legend, uirevision: about };
    const days = model.get("ranges") ? daysOf(model.get("range")) : null;
    const seen = days ? { xaxis: { ...layout.xaxis, range: days } } : { uirevision: about };
    await library.react(plot, shown.data, { ...layout, ...seen, legend, autosize: true }, { ...CONFIG, ...locale });
    if (first) plot.on("plotly_relayout", fit);
    if (days) fit({ xaxis: true });
    if (days) press();
    plot.dispatchEvent(new CustomEvent("stockcast-drawn", { bubbles: true }));
  };

  const resized = new ResizeObserver(() => library && !el.hidden && plot._fullLayout && library.Plots.resize(plot));
  resized.observe(el);
  window.addEventListener("stockcast-theme", draw);
  model.on("change:figure change:dark change:ranges", draw);
  model.on("change:words", describe);
  model.on("change:range", look);
  draw();
  // Nobody waits for it yet, and the next one who asks need not.
  (window.requestIdleCallback ?? setTimeout)(() => plotly(model));
  return () => {
    gone = true;
    resized.disconnect();
    window.removeEventListener("stockcast-theme", draw);
    model.off(null, null, null);
    if (library) library.purge(plot);
  };
}

export default { render };
