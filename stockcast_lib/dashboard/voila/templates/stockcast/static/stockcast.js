// The theme of every page from its first line on, what Voilà's own scripts expect of theirs, and the
// wait for a seat. It comes before everything else and is not deferred.
"use strict";

(() => {
  const STORE = "stockcast"; // as in widgets/browser.js, which dresses the page again once it is up
  const SHOWN = "#rendered_cells :is(.jupyter-widgets, .stockcast-error)";
  // What Jupyter's widgets write in their own place when a slow kernel did not tell of them in time.
  const LOST = "Error displaying widget";
  const RELOADS = "stockcast-reloads";
  const MOST_RELOADS = 2;
  const MS = 1000;
  const own = document.currentScript.dataset;

  const preference = matchMedia("(prefers-color-scheme: dark)");
  const chosen = () => {
    try {
      return JSON.parse(localStorage.getItem(STORE))?.theme;
    } catch {
      return undefined; // a browser that keeps nothing
    }
  };
  const dress = () => {
    const theme = chosen();
    const dark = theme === "dark" || (theme !== "light" && preference.matches);
    document.documentElement.dataset.theme = dark ? "dark" : "light";
  };
  dress();
  preference.addEventListener("change", dress);

  // Voilà refuses to shut a closed page's kernel down unless this cookie comes back to it.
  if (!document.cookie.includes("_xsrf=")) {
    const bytes = [...crypto.getRandomValues(new Uint8Array(16))];
    const token = bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
    document.cookie = `_xsrf=${token}; path=${own.baseUrl}; SameSite=Strict`;
  }

  // A few times by itself; then the line that comes when loading is late says what to do.
  const loadAgain = (cells) => {
    cells.style.display = "none";
    const reloads = Number(sessionStorage.getItem(RELOADS));
    if (reloads === MOST_RELOADS) return;
    sessionStorage.setItem(RELOADS, String(reloads + 1));
    location.reload();
  };

  // Only what is there to be used ends the loading: cells come without their widgets if the kernel
  // is gone by then.
  const endLoading = () => {
    const loading = document.getElementById("loading");
    const cells = document.getElementById("rendered_cells");
    const look = () => {
      const shown = document.querySelector(SHOWN);
      if (!shown) return;
      seen.disconnect();
      if (shown.textContent.startsWith(LOST)) {
        loadAgain(cells);
        return;
      }
      sessionStorage.removeItem(RELOADS);
      loading?.remove();
      cells.setAttribute("role", "main");
      // Voilà has put its frame behind it.
      document.body.append(...document.getElementsByClassName("stockcast-foot"));
    };
    const seen = new MutationObserver(look);
    seen.observe(cells, { subtree: true, childList: true });
    look();
  };

  window.voila_heartbeat = () => {};
  window.voila_process = () => {};
  // Called when all cells are there, and again by Voilà once its theme is.
  window.voila_finish = () => {
    if (!window.themeLoaded) {
      window.cellLoaded = true;
      return;
    }
    document.getElementById("rendered_cells").style.display = "";
    endLoading();
  };

  // A page that waits for a seat asks how many are taken, and takes none by asking.
  const waitForSeat = ({ stateUrl, retrySeconds }) => {
    const look = async () => {
      try {
        const state = await (await fetch(stateUrl, { cache: "no-store" })).json();
        if (state.sessions < state.limit) return location.reload();
      } catch {
        // The server is away for a moment: the next look may find it.
      }
      setTimeout(look, retrySeconds * MS);
    };
    setTimeout(look, retrySeconds * MS);
  };

  document.addEventListener("DOMContentLoaded", () => {
    if (document.getElementById("rendered_cells")) window.voila_finish();
    const waiting = document.querySelector("[data-state-url]");
    if (waiting) waitForSeat(waiting.dataset);
  });
})();
