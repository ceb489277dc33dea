// The address, the memory, the language, the theme and the connection of the page.

const STORE = "stockcast";
const UNDER_WAY = "stockcast-under-way";
const LOOK_EVERY = 4000;
const ASK_WITHIN = 8000;
const USES = ["pointerdown", "pointermove", "wheel", "keydown"];
const CONTROLS = ".stockcast-form, .stockcast-runs, .stockcast-tools, .stockcast-sections";

// In JupyterLab the address and the theme belong to JupyterLab.
const ownPage = () => document.body.dataset.voila !== undefined;

// What is kept for other windows and visits, and what for this window's next page.
const memory = { visits: () => localStorage, window: () => sessionStorage };

function remembered(where, name, otherwise) {
  try {
    return JSON.parse(memory[where]().getItem(name)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

function remember(where, name, kept) {
  try {
    memory[where]().setItem(name, JSON.stringify(kept));
  } catch {
    // A browser that keeps nothing: the page works without.
  }
}

// Of two windows neither undoes what the other did: only what has changed here since `base` counts.
function merged(mine, base, theirs) {
  const lists = ["watched", "recent"].map((name) => {
    const [here, before, there] = [mine, base, theirs].map((kept) => kept[name] ?? []);
    const stay = here.filter((each) => there.includes(each) || !before.includes(each));
    const come = there.filter((each) => !before.includes(each) && !here.includes(each));
    return [name, [...stay, ...come]];
  });
  const theme = mine.theme === base.theme ? (theirs.theme ?? mine.theme) : mine.theme;
  return { ...mine, ...Object.fromEntries(lists), theme };
}

function dress(theme) {
  if (!ownPage()) return;
  const dark = theme === "dark" || (theme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  window.dispatchEvent(new Event("stockcast-theme"));
}

function address(query) {
  return location.pathname + (query ? `?${query}` : "") + location.hash;
}

function asksElse(query) {
  const [now, next] = [new URLSearchParams(location.search), new URLSearchParams(query)];
  return ["ticker", "days", "level", "model"].some((name) => now.get(name) !== next.get(name));
}

// What can do nothing just now is not to be pressed; whoever stood on it stands there again after.
function disable(away) {
  const stood = disable.stood;
  if (away && !stood) disable.stood = document.activeElement;
  for (const part of document.querySelectorAll(CONTROLS)) part.inert = away;
  if (away || !stood) return;
  disable.stood = null;
  if (stood.isConnected && document.activeElement === document.body) stood.focus();
}

// When the page was last used; that counts for some seconds.
function useOf(seconds) {
  let last = Date.now();
  const use = () => (last = Date.now());
  const seen = () => document.hidden || use();
  for (const event of USES) window.addEventListener(event, use, { passive: true, capture: true });
  document.addEventListener("visibilitychange", seen);
  const forget = () => {
    for (const event of USES) window.removeEventListener(event, use, { capture: true });
    document.removeEventListener("visibilitychange", seen);
  };
  return { disused: () => Date.now() - last > 1000 * seconds, forget };
}

// Asks the server whether this page's kernel lives and hears us. A kernel that is gone does not come
// back: the address holds the view, and a page loaded anew shows it again. Where nobody looks it is
// not loaded: forgotten pages would take the places of all others for ever.
function watch(useSeconds, show, pause) {
  const config = document.getElementById("jupyter-config-data");
  if (!config || !ownPage()) return () => {};
  const { baseUrl, kernelId } = JSON.parse(config.textContent);
  let lost = 0;
  let over = false;
  const use = useOf(useSeconds);
  const comeBack = () => document.hidden || location.reload();
  const gone = () => {
    over = true;
    stop();
    if (document.hidden) document.addEventListener("visibilitychange", comeBack);
    else if (use.disused()) pause();
    else location.reload();
  };
  const look = async () => {
    try {
      const answer = await fetch(`${baseUrl}api/kernels/${kernelId}`, { signal: AbortSignal.timeout(ASK_WITHIN), cache: "no-store" });
      if (over) return;
      if (answer.status === 404) return gone();
      lost = answer.ok && (await answer.json()).connections > 0 ? 0 : lost + 1;
    } catch {
      if (over) return;
      lost += 1;
    }
    // Once may be a hiccup, unless the browser itself says that it is offline.
    show(lost > 1 || (lost > 0 && !navigator.onLine));
  };
  const timer = setInterval(look, LOOK_EVERY);
  for (const event of ["online", "offline"]) window.addEventListener(event, look);
  const stop = () => {
    clearInterval(timer);
    use.forget();
    for (const event of ["online", "offline"]) window.removeEventListener(event, look);
  };
  return () => {
    over = true;
    stop();
    document.removeEventListener("visibilitychange", comeBack);
  };
}

function render({ model, el }) {
  const lost = Object.assign(document.createElement("p"), { className: "stockcast-lost", hidden: true });
  const live = Object.assign(document.createElement("p"), { className: "stockcast-unseen" });
  for (const line of [lost, live]) line.setAttribute("role", "status");
  el.append(lost, live);

  const away = (line) => {
    lost.hidden = line === null;
    lost.replaceChildren(...(line === null ? [] : [line]));
    document.documentElement.classList.toggle("stockcast-is-lost", line !== null);
    disable(line !== null);
  };
  const pause = () => {
    const button = Object.assign(document.createElement("button"), {
      type: "button", className: "stockcast-opener", textContent: "Paused: press to go on",
    });
    button.addEventListener("click", () => location.reload());
    away(button);
  };
  let isAway = false;
  const unwatch = watch(model.get("use_seconds"), (is) => {
    // Said once: a live region that is made anew speaks again.
    if (is !== isAway) away(is ? "Connection lost, reconnecting…" : null);
    isAway = is;
  }, pause);

  let turn = 0;
  const come = (more) => {
    const query = location.search.slice(1);
    model.set("came", { query, turn: (turn += 1), ...more });
    model.set("query", query);
    model.save_changes();
  };
  const back = () => come({});
  let known = remembered("visits", STORE, {});
  const keep = () => {
    const [mine, theirs] = [model.get("kept"), remembered("visits", STORE, {})];
    known = merged(mine, known, theirs);
    remember("visits", STORE, known);
    if (JSON.stringify(known) === JSON.stringify(mine)) return;
    model.set("kept", known);
    model.save_changes();
  };
  const hear = (event) => {
    if (event.key !== STORE) return;
    known = remembered("visits", STORE, {});
    model.set("kept", known);
    model.save_changes();
  };
  const preference = matchMedia("(prefers-color-scheme: dark)");
  const redress = () => dress(model.get("theme"));

  model.on("change:said", () => (live.textContent = model.get("said")));
  model.on("change:kept", keep);
  model.on("change:under_way", () => ownPage() && remember("window", UNDER_WAY, model.get("under_way")));
  model.on("change:theme", redress);
  model.on("change:title", () => ownPage() && (document.title = model.get("title")));
  model.on("change:query", () => {
    const query = model.get("query");
    if (!ownPage() || query === location.search.slice(1)) return;
    // The way back leads to other forecasts, not through each look at one, nor to another spelling
    // of what the visitor came with.
    const step = model.get("answered") === turn && asksElse(query) ? "pushState" : "replaceState";
    history[step](null, "", address(query));
  });
  preference.addEventListener("change", redress);
  window.addEventListener("storage", hear);
  if (ownPage()) window.addEventListener("popstate", back);

  model.set("kept", known);
  if (typeof known.theme === "string") model.set("theme", known.theme);
  model.set("language", navigator.language || "en");
  redress();
  // In one message: what a quick visitor does next is heard after all of it.
  if (ownPage()) come({ underWay: remembered("window", UNDER_WAY, []) });
  else model.save_changes();
  return () => {
    unwatch();
    preference.removeEventListener("change", redress);
    window.removeEventListener("storage", hear);
    window.removeEventListener("popstate", back);
    model.off(null, null, null);
  };
}

export default { render };
