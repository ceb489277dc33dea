// A frame that may do nothing: no scripts, no forms, no windows, an origin of its own.

let count = 0;

function theme() {
  const own = document.documentElement.dataset.theme;
  return own ?? (document.body.dataset.jpThemeLight === "false" ? "dark" : "light");
}

// The frame cannot see this page's theme, only the computer's.
function themed(html) {
  return html.replace("<html ", `<html data-theme="${theme()}" `);
}

function render({ model, el }) {
  const id = `stockcast-document-${(count += 1)}-${Math.random().toString(36).slice(2)}`;
  const button = Object.assign(document.createElement("button"), { type: "button", className: "stockcast-opener" });
  const status = Object.assign(document.createElement("p"), { className: "stockcast-said" });
  const error = Object.assign(document.createElement("p"), { className: "stockcast-error" });
  const place = Object.assign(document.createElement("div"), { id, className: "stockcast-document" });
  status.setAttribute("role", "status");
  error.setAttribute("role", "alert");
  button.setAttribute("aria-controls", id);
  button.addEventListener("click", () => {
    model.set("opened", !model.get("opened"));
    model.save_changes();
    draw();
  });
  el.append(button, status, error, place);

  const frame = () => {
    const made = document.createElement("iframe");
    made.setAttribute("sandbox", "");
    made.title = model.get("title");
    made.srcdoc = themed(model.get("html"));
    return made;
  };
  const draw = () => {
    button.textContent = model.get("label");
    button.setAttribute("aria-expanded", String(model.get("opened")));
    status.textContent = model.get("opened") ? model.get("status") : "";
    error.textContent = model.get("opened") ? model.get("error") : "";
    error.hidden = error.textContent === "";
  };
  const load = () => {
    draw();
    const shown = model.get("opened") && model.get("html") !== "";
    place.replaceChildren(...(shown ? [frame()] : []));
  };

  load();
  window.addEventListener("stockcast-theme", load);
  model.on("change:label change:status change:error", draw);
  model.on("change:html change:opened", load);
  return () => {
    window.removeEventListener("stockcast-theme", load);
    model.off(null, null, null);
  };
}

export default { render };
